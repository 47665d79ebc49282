import { firstRequest } from '../work/requests.mjs'
import { readReason, startServer } from './processes.mjs'
import { send } from './verify.mjs'

/** Numbers of models that work e starts with; the last one, which takes some peers long, is started once. */
export const modelCounts = [10, 100, 1000]

/** Starts with few models are repeated once a round, so often at most: some peers take seconds. */
const maxStarts = 5

/** One start: milliseconds from spawning the process to the first answer of the last model, and memory right after it. */
async function startOnce(peer, models, options) {
  const server = await startServer(peer, { otherMethods: 0, models }, options)
  try {
    const request = firstRequest(peer.dialect, models)
    const answer = await send(server.port, request)
    const startUpMs = performance.now() - server.spawnedAt
    if (answer.status !== 200) {
      throw new Error(`${request.path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    }
    const { rssBytes, cpuMicroseconds } = await server.usage()
    return { models, startUpMs, rssBytes, cpuMs: cpuMicroseconds / 1000 }
  } finally {
    await server.stop()
  }
}

/**
 * Work e: each peer is started in turn with 10, 100 and 1,000 models.
 *
 * Shape: `[{ peer: 'fastify', starts: [{ models: 10, startUpMs, rssBytes, cpuMs }, …] } | { peer, error }]`.
 */
export async function runStartUps(peers, options, say) {
  const results = new Map(peers.map((peer) => [peer.id, { peer: peer.id, starts: [] }]))
  for (let round = 1; round <= Math.min(options.rounds, maxStarts); round++) {
    for (const peer of peers) {
      const result = results.get(peer.id)
      for (const models of modelCounts) {
        if (result.error !== undefined || (models === modelCounts.at(-1) && round > 1)) continue
        try {
          const start = await startOnce(peer, models, options)
          result.starts.push(start)
          say(`e ${peer.id}: ${models} models, ${start.startUpMs.toFixed(0)} ms`)
        } catch (error) {
          result.error = readReason(error)
        }
      }
    }
  }
  return [...results.values()].map(({ peer, starts, error }) =>
    error === undefined ? { peer, starts } : { peer, error },
  )
}
