import { describeConditions } from './report/conditions.mjs'
import { summariseStartUps, summariseWork } from './report/summary.mjs'
import { formatText } from './report/table.mjs'
import { writeReadme, writeResults } from './report/write.mjs'
import { readOptions } from './runner/options.mjs'
import { bindRunner } from './runner/processes.mjs'
import { runRounds } from './runner/rounds.mjs'
import { modelCounts, runStartUps } from './runner/start-up.mjs'

const options = readOptions(process.argv.slice(2))
if (options.usage !== undefined) {
  console.log(options.usage)
  process.exit(0)
}
options.isBound = bindRunner()
if (!options.isBound) console.warn('no taskset or one core only: server and load share cores')

const report = { conditions: describeConditions(options), works: {} }
const startedAt = performance.now()
const say = (message) =>
  console.warn(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${message}`)

for (const work of options.works) {
  const results =
    work === 'e'
      ? await runStartUps(options.peers, options, say)
      : await runRounds(work, options.peers, options, say)
  for (const { peer, error } of results) {
    if (error !== undefined) console.warn(`${work} ${peer}: not measured: ${error}`)
  }
  report.works[work] =
    work === 'e' ? summariseStartUps(results, modelCounts) : summariseWork(results)
}

console.log(formatText(report))
if (!options.isPrintOnly) await writeResults(report, options.output)
if (options.isReadme) await writeReadme(report)
