import { fileURLToPath } from 'node:url'
import { createDialogue, spawnNode } from '../runner/processes.mjs'

const serverEntry = fileURLToPath(new URL('./server.mjs', import.meta.url))
const loadEntry = fileURLToPath(new URL('./load.mjs', import.meta.url))

/** Milliseconds a process has to write its profile and end. */
const endMs = 5000

function spawnSide(name, args, core, { isBound, nodeOptions = [], profile }) {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const child = spawnNode([...nodeOptions, ...profiling, ...args], core, isBound)
  const dialogue = createDialogue(child, name)
  async function stop() {
    if (profile !== undefined && child.connected) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.disconnect()
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, endMs))])
    }
    await dialogue.stop()
  }
  return { ...dialogue, stop }
}

async function startServer(peer, options) {
  const dialogue = spawnSide(peer.title, [serverEntry, peer.server], 0, options)
  try {
    const { port } = await dialogue.wait('listening', 30_000)
    const usage = (collect = false) => dialogue.ask({ type: 'usage', collect }, 'usage')
    return { port, usage, stop: dialogue.stop }
  } catch (error) {
    await dialogue.stop()
    throw error
  }
}

async function startClient(peer, options) {
  const args = peer.inProcess ? ['in-process', peer.inProcess] : ['clients', peer.client]
  const dialogue = spawnSide(`${peer.title}, client`, [loadEntry, ...args], 1, options)
  try {
    await dialogue.wait('ready', 30_000)
  } catch (error) {
    await dialogue.stop()
    throw error
  }
  return {
    open: (port, count) => dialogue.ask({ type: 'open', port, count }, 'opened', 120_000),
    check: () => dialogue.ask({ type: 'check' }, 'checked', 10_000),
    run: (options) => dialogue.ask({ type: 'run', ...options }, 'done'),
    close: () => dialogue.ask({ type: 'close' }, 'closed'),
    stop: dialogue.stop,
  }
}

/**
 * Starts a peer: its server on core 0, its client on core 1. One that is called in process has no server; its client does
 * the work of both. `check` proves the answers before anything is measured.
 */
export async function startPeer(peer, options) {
  const server = peer.inProcess ? undefined : await startServer(peer, options)
  let client
  async function stop() {
    await client?.stop()
    await server?.stop()
  }
  try {
    client = await startClient(peer, options)
    await client.open(server?.port, 1)
    await client.check()
    await client.close()
    return { peer, server, client, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
