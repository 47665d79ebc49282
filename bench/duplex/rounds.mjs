import { readReason } from '../runner/processes.mjs'
import { startPeer } from './processes.mjs'
import { works } from './work.mjs'

/** Milliseconds of load before the first round of a work, and before each later one. */
const firstWarmUpMs = 300
const laterWarmUpMs = 50

/**
 * Calls before anything is measured, and milliseconds they may take: code is compiled by the number of calls it has seen,
 * and a slow machine makes few of them in a second.
 */
const warmUpCalls = 40_000
const warmUpMs = 12_000
const warmUpStepMs = 500

async function warmUp({ server, client }) {
  await client.open(server?.port, 1)
  const endsAt = performance.now() + warmUpMs
  let calls = 0
  while (calls < warmUpCalls && performance.now() < endsAt) {
    const { completed } = await client.run({ milliseconds: warmUpStepMs, inFlight: 64 })
    calls += completed
  }
  await client.close()
}

/** One measured run: calls per second, CPU time of both sides divided by the calls, latency. */
async function measure(started, work, rounds, seconds) {
  const { server, client } = started
  const { connections, inFlight } = works[work]
  await client.open(server?.port, connections)
  await client.run({ milliseconds: rounds.length === 0 ? firstWarmUpMs : laterWarmUpMs, inFlight })
  const before = await server?.usage()
  const done = await client.run({ milliseconds: seconds * 1000, inFlight })
  const after = await server?.usage()
  await client.close()
  const { completed, elapsedMs } = done
  const serverCpu = server && after.cpuMicroseconds - before.cpuMicroseconds
  return {
    callsPerSecond: completed / (elapsedMs / 1000),
    serverCpuMicroseconds: server && serverCpu / completed,
    clientCpuMicroseconds: done.cpuMicroseconds / completed,
    p50Ms: done.p50Ms,
    p99Ms: done.p99Ms,
  }
}

async function startOne(peer, options) {
  const started = await startPeer(peer, options)
  try {
    await warmUp(started)
    return started
  } catch (error) {
    await started.stop()
    throw error
  }
}

/** Starts all peers and warms them up; those that fail carry their error. */
export async function startPeers(peers, options, say) {
  const started = []
  for (const peer of peers) {
    say(`${peer.id}: start, check, warm up`)
    started.push(await startOne(peer, options).catch((error) => ({ peer, error })))
  }
  return started
}

/** Everybody is first, and behind everybody else, in turn. */
function rotate(list, by) {
  const start = by % list.length
  return [...list.slice(start), ...list.slice(0, start)]
}

/**
 * Works a to d: each peer has a server and a client process of its own; the peers are measured in turn, round after round,
 * so that a slow moment of the machine falls on all of them.
 *
 * Shape: `[{ peer: 'trpc', rounds: [{ callsPerSecond, … }] } | { peer, error: 'text' }]`.
 */
export async function runRounds(work, started, options, say) {
  const results = started.map((each) => ({ started: each, rounds: [], error: each.error }))
  for (let round = 1; round <= options.rounds; round++) {
    for (const result of rotate(results, round)) {
      if (result.error !== undefined) continue
      const { id } = result.started.peer
      try {
        result.rounds.push(await measure(result.started, work, result.rounds, options.seconds))
        say(`${work} ${id}: round ${round}, ${result.rounds.at(-1).callsPerSecond.toFixed(0)}/s`)
      } catch (error) {
        result.error = error
      }
    }
  }
  return results.map(({ started: { peer }, rounds, error }) =>
    error === undefined ? { peer: peer.id, rounds } : { peer: peer.id, error: readReason(error) },
  )
}
