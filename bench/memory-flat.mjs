/**
 * Sends a million requests to one server and reports its resident memory every hundred thousand, first without and
 * then with `--expose-gc` (garbage collected before each reading): `node memory-flat.mjs [--peer viaduct] [--work a]
 * [--requests 1000000]`. A created row is removed before each reading.
 */
import { parseArgs } from 'node:util'
import { peers } from './peers.mjs'
import { bindRunner, startLoad, startServer } from './runner/processes.mjs'
import { requestsOf, works } from './work/requests.mjs'

const { values } = parseArgs({
  options: {
    peer: { type: 'string', default: 'viaduct' },
    work: { type: 'string', default: 'a' },
    requests: { type: 'string', default: '1000000' },
  },
})
const peer = peers.find(({ id }) => id === values.peer)
if (peer === undefined) throw new Error(`--peer: no "${values.peer}"`)
if (!['a', 'b', 'c', 'd'].includes(values.work)) throw new Error(`--work: no "${values.work}"`)
const stepCount = 10
const step = Math.ceil(Number(values.requests) / stepCount)
const isBound = bindRunner()

async function readMemory(server) {
  await server.reset()
  const { rssBytes } = await server.usage(true)
  return rssBytes / 2 ** 20
}

async function run(nodeOptions) {
  const plan = { otherMethods: works[values.work].otherMethods, models: 0 }
  const server = await startServer(peer, plan, { isBound, nodeOptions })
  const load = startLoad({ isBound })
  const requests = requestsOf(values.work, peer.dialect).valid.map(({ request }) => request)
  const readings = [await readMemory(server)]
  try {
    await load.open(server.port, requests, 64)
    for (let index = 1; index <= stepCount; index++) {
      const { failed, error } = await load.run({ limit: step })
      if (failed > 0 || error !== undefined) throw new Error(error ?? `${failed} requests failed`)
      readings.push(await readMemory(server))
    }
  } finally {
    await load.stop()
    await server.stop()
  }
  return readings
}

const plain = await run([])
const collected = await run(['--expose-gc'])
console.log(`${peer.title}, work ${values.work}: resident MiB`)
console.log('requests      as it runs  after collection')
for (let index = 0; index <= stepCount; index++) {
  const sent = (index * step).toLocaleString('en').padEnd(12)
  console.log(
    `${sent}  ${plain[index].toFixed(1).padStart(10)}  ${collected[index].toFixed(1).padStart(16)}`,
  )
}
const growth = collected.at(-1) - collected[stepCount / 2]
console.log(`growth over the second half, after collection: ${growth.toFixed(1)} MiB`)
