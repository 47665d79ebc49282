/**
 * The load process. Over the process channel: `open` makes the connections, `run` keeps every connection busy for a
 * time or a number of requests and answers when the last one is back, `close` ends them. Nothing is under way between
 * two runs, so that the server's CPU time before and after a run belongs to its requests alone.
 */
import { encodeRequest, openConnection } from './connection.mjs'
import { createLatency } from './latency.mjs'

const latency = createLatency()
let connections = []
let requests = []
let run

function finish(error) {
  if (run === undefined) return
  const elapsedMs = performance.now() - run.startedAt
  const { user, system } = process.cpuUsage(run.cpu)
  const { completed, failed } = run
  run = undefined
  process.send({
    type: 'done',
    completed,
    failed,
    elapsedMs,
    loadShare: (user + system) / 1000 / elapsedMs,
    p50Ms: latency.quantile(0.5),
    p99Ms: latency.quantile(0.99),
    error: error?.message,
  })
}

function sendNext(index, now) {
  if (now >= run.endsAt || run.started >= run.limit) {
    if (--run.busy === 0) finish()
    return
  }
  run.sentAt[index] = now
  connections[index].send(requests[run.started++ % requests.length])
}

function receive(index, status) {
  if (run === undefined) return
  const now = performance.now()
  latency.add(now - run.sentAt[index])
  run.completed++
  if (status < 200 || status > 299) run.failed++
  sendNext(index, now)
}

async function open(message) {
  requests = message.requests.map(encodeRequest)
  connections = Array.from({ length: message.connections }, (_, index) =>
    openConnection(message.port, (status) => receive(index, status), finish),
  )
  await Promise.all(connections.map(({ opened }) => opened))
  process.send({ type: 'opened' })
}

/**
 * Keeps this process from sleeping while a run is on. A server that answers faster than a sleeping client wakes pays for
 * the waking (some 6 µs of kernel time an answer between the processes of one machine, measured 2026-11), one that keeps
 * the client busy does not: without this, the figures of slow servers hold that, too.
 */
function stayAwake() {
  if (run !== undefined) setImmediate(stayAwake)
}

function begin({ milliseconds = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY }) {
  const startedAt = performance.now()
  latency.clear()
  run = {
    startedAt,
    endsAt: startedAt + milliseconds,
    limit,
    cpu: process.cpuUsage(),
    started: 0,
    completed: 0,
    failed: 0,
    busy: connections.length,
    sentAt: new Float64Array(connections.length),
  }
  stayAwake()
  for (let index = 0; index < connections.length; index++) sendNext(index, startedAt)
}

process.on('disconnect', () => process.exit(0))
process.on('message', (message) => {
  if (message.type === 'open') open(message)
  if (message.type === 'run') begin(message)
  if (message.type === 'close') {
    for (const connection of connections) connection.close()
    connections = []
    process.send({ type: 'closed' })
  }
})
