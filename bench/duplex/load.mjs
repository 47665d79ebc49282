/**
 * Entry of every client process: `node load.mjs <folder> <client>`; one peer each.
 *
 * Over the process channel: `open` makes connections, `check` compares answers, `run` keeps so many calls in flight on each
 * connection for a time and answers when the last one is back, `close` ends the connections.
 */
import { createLatency } from '../load/latency.mjs'
import { answerUsage } from './usage.mjs'
import { greet, invalidArguments, names } from './work.mjs'

const [, , folder, client] = process.argv
const { connect } = await import(`./${folder}/${client}.mjs`)
const latency = createLatency()
const args = names.map((name) => ({ name }))
let connections = []

/** Connections that are opened at the same time. */
const atOnce = 100

/** Each connection is used once: some clients open theirs at the first call. */
async function open({ port, count }) {
  while (connections.length < count) {
    const wanted = Math.min(atOnce, count - connections.length)
    const opened = await Promise.all(
      Array.from({ length: wanted }, async () => {
        const connection = await connect(port)
        await connection.greet(args[0])
        return connection
      }),
    )
    connections.push(...opened)
  }
  process.send({ type: 'opened' })
}

async function isRefused(connection, given) {
  try {
    await connection.greet(given)
    return false
  } catch {
    return true
  }
}

async function check() {
  const [connection] = connections
  for (const given of args) {
    const { greeting } = await connection.greet(given)
    if (greeting !== greet(given).greeting) throw new Error(`answered ${greeting}`)
  }
  for (const given of invalidArguments) {
    if (!(await isRefused(connection, given))) {
      throw new Error(`accepted ${JSON.stringify(given).slice(0, 60)}`)
    }
  }
  process.send({ type: 'checked' })
}

/** Calls one after the other until the time is over; `first` spreads the callers over the names. */
async function callInTurn(connection, endsAt, first) {
  let completed = 0
  let now = performance.now()
  while (now < endsAt) {
    const { greeting } = await connection.greet(args[(first + completed) % args.length])
    if (typeof greeting !== 'string') throw new Error('the answer has no greeting')
    const before = now
    now = performance.now()
    latency.add(now - before)
    completed++
  }
  return completed
}

async function run({ milliseconds, inFlight }) {
  latency.clear()
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  const callers = connections.flatMap((connection, at) =>
    Array.from({ length: inFlight }, (_, index) =>
      callInTurn(connection, startedAt + milliseconds, at + index),
    ),
  )
  const counts = await Promise.all(callers)
  const elapsedMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  process.send({
    type: 'done',
    completed: counts.reduce((sum, count) => sum + count, 0),
    elapsedMs,
    cpuMicroseconds: user + system,
    p50Ms: latency.quantile(0.5),
    p99Ms: latency.quantile(0.99),
  })
}

async function close() {
  await Promise.all(connections.map((connection) => connection.close()))
  connections = []
  process.send({ type: 'closed' })
}

const actions = { open, check, run, close, usage: answerUsage }

process.on('disconnect', () => process.exit(0))
process.on('message', async (message) => {
  try {
    await actions[message.type](message)
  } catch (error) {
    process.send({ type: 'failed', message: String(error?.stack ?? error) })
  }
})
process.send({ type: 'ready' })
