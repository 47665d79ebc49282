/**
 * Compares Viaduct over WebSocket with its peers: `node duplex.mjs --help`. Viaduct is measured from `../dist`, so build
 * first.
 */
import { runMemory } from './duplex/memory.mjs'
import { readOptions } from './duplex/options.mjs'
import { formatText, writeReadme, writeResults } from './duplex/report.mjs'
import { runRounds, startPeers } from './duplex/rounds.mjs'
import { summariseMemory, summariseRows } from './duplex/summary.mjs'
import { describeConditions } from './report/conditions.mjs'
import { bindRunner } from './runner/processes.mjs'

const options = readOptions(process.argv.slice(2))
if (options.usage !== undefined) {
  console.log(options.usage)
  process.exit(0)
}
options.isBound = bindRunner()
if (!options.isBound) console.warn('no taskset or one core only: server and client share cores')

const report = { conditions: describeConditions(options), works: {} }
const startedAt = performance.now()
const say = (message) =>
  console.warn(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${message}`)

function warnOfErrors(work, results) {
  for (const { peer, error } of results) {
    if (error !== undefined) console.warn(`${work} ${peer}: not measured: ${error}`)
  }
}

async function measureRates(works) {
  const started = await startPeers(options.peers, options, say)
  try {
    for (const work of works) {
      const results = await runRounds(work, started, options, say)
      warnOfErrors(work, results)
      report.works[work] = summariseRows(results)
    }
  } finally {
    await Promise.all(started.map(({ stop }) => stop?.()))
  }
}

const rateWorks = options.works.filter((work) => work !== 'e')
if (rateWorks.length > 0) await measureRates(rateWorks)
if (options.works.includes('e')) {
  const results = await runMemory(options.peers, options, say)
  warnOfErrors('e', results)
  report.works.e = summariseMemory(results)
}

console.log(formatText(report))
if (!options.isPrintOnly) await writeResults(report, options.output)
if (options.isReadme) await writeReadme(report)
