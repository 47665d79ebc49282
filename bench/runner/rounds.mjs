import { requestsOf, works } from '../work/requests.mjs'
import { readReason, startLoad, startServer } from './processes.mjs'
import { verify } from './verify.mjs'

/** Milliseconds of load before the first round of a peer, and before each later one. */
const firstWarmUpMs = 1500
const laterWarmUpMs = 100
/**
 * A slow peer is warmed further, up to so many requests or milliseconds: its code is compiled by the number of requests
 * it has seen, and the rate of some still doubled after three seconds.
 */
const warmRequests = 10_000
const furtherWarmUpMs = 4500

async function warmUp(load, isFirst) {
  const { completed } = await load.run({ milliseconds: isFirst ? firstWarmUpMs : laterWarmUpMs })
  if (!isFirst || completed >= warmRequests) return
  await load.run({ milliseconds: furtherWarmUpMs, limit: warmRequests - completed })
}

/** One measured run: requests per second, and the server's CPU time divided by the requests it answered. */
async function measure(load, runningPeer, options) {
  const { server, requests } = runningPeer
  await load.open(server.port, requests, options.connections)
  await warmUp(load, runningPeer.rounds.length === 0)
  const before = await server.usage()
  const done = await load.run({ milliseconds: options.seconds * 1000 })
  const after = await server.usage()
  await load.close()
  await server.reset()
  if (done.error !== undefined) throw new Error(done.error)
  if (done.failed > 0) throw new Error(`${done.failed} of ${done.completed} requests failed`)
  return {
    requestsPerSecond: done.completed / (done.elapsedMs / 1000),
    cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / done.completed,
    serverShare: (after.cpuMicroseconds - before.cpuMicroseconds) / 1000 / done.elapsedMs,
    loadShare: done.loadShare,
    p50Ms: done.p50Ms,
    p99Ms: done.p99Ms,
    rssBytes: after.rssBytes,
  }
}

async function startPeer(work, peer, options) {
  const expectations = requestsOf(work, peer.dialect)
  const plan = { otherMethods: works[work].otherMethods, models: 0 }
  const server = await startServer(peer, plan, options)
  try {
    await verify(server.port, expectations)
    await server.reset()
  } catch (error) {
    await server.stop()
    throw error
  }
  const requests = expectations.valid.map(({ request }) => request)
  return { peer, server, requests, rounds: [], error: undefined }
}

/**
 * Works a to d: every peer runs in a process of its own, and the peers are measured in turn, round after round, so that
 * a slow minute of the machine falls on all of them.
 *
 * Shape: `[{ peer: 'fastify', rounds: [{ requestsPerSecond, cpuMicroseconds, … }] } | { peer, error: 'text' }]`.
 */
export async function runRounds(work, peers, options, say) {
  const results = []
  const load = startLoad(options)
  const running = []
  try {
    for (const peer of peers) {
      say(`${work} ${peer.id}: start and check`)
      const started = await startPeer(work, peer, options).catch((error) => ({ peer, error }))
      results.push(started)
      if (started.server !== undefined) running.push(started)
    }
    for (let round = 1; round <= options.rounds; round++) {
      for (const runningPeer of running.filter(({ error }) => error === undefined)) {
        try {
          runningPeer.rounds.push(await measure(load, runningPeer, options))
          const { requestsPerSecond } = runningPeer.rounds.at(-1)
          say(`${work} ${runningPeer.peer.id}: round ${round}, ${requestsPerSecond.toFixed(0)}/s`)
        } catch (error) {
          runningPeer.error = error
        }
      }
    }
  } finally {
    await load.stop()
    for (const { server } of running) await server.stop()
  }
  return results.map(({ peer, rounds, error }) =>
    error === undefined ? { peer: peer.id, rounds } : { peer: peer.id, error: readReason(error) },
  )
}
