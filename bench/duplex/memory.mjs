import { readReason } from '../runner/processes.mjs'
import { startPeer } from './processes.mjs'

/** Connections opened and closed again ahead of the measurement, so that code and buffers are there already. */
const warmUpConnections = 500

/** Milliseconds after which timers of the opening, such as acknowledgements, are over. */
const settleMs = 500

async function measureMemory(peer, options) {
  const started = await startPeer(peer, { ...options, nodeOptions: ['--expose-gc'] })
  const { server, client } = started
  const settle = () => new Promise((resolve) => setTimeout(resolve, settleMs))
  try {
    await client.open(server.port, Math.min(warmUpConnections, options.idle))
    await client.close()
    await settle()
    const before = await server.usage(true)
    await client.open(server.port, options.idle)
    await settle()
    const after = await server.usage(true)
    return {
      residentBytes: (after.rssBytes - before.rssBytes) / options.idle,
      heapBytes: (after.heapBytes - before.heapBytes) / options.idle,
    }
  } finally {
    await started.stop()
  }
}

/**
 * Work e: each peer's server is started once more and given idle connections, each of which has made one call.
 *
 * Shape: `[{ peer: 'trpc', residentBytes, heapBytes } | { peer, error: 'text' }]`, bytes per connection.
 */
export async function runMemory(peers, options, say) {
  const results = []
  for (const peer of peers.filter(({ inProcess }) => inProcess === undefined)) {
    try {
      const measured = await measureMemory(peer, options)
      say(`e ${peer.id}: ${(measured.residentBytes / 1024).toFixed(1)} KiB a connection`)
      results.push({ peer: peer.id, ...measured })
    } catch (error) {
      results.push({ peer: peer.id, error: readReason(error) })
    }
  }
  return results
}
