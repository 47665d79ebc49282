import { execFileSync, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const serverEntry = fileURLToPath(new URL('../servers/start.mjs', import.meta.url))
const loadEntry = fileURLToPath(new URL('../load/generator.mjs', import.meta.url))

/**
 * Whether processes can be bound to cores: `taskset` exists and there are two. The runner then moves itself beside the
 * load generator.
 */
export function bindRunner() {
  if (availableParallelism() < 2) return false
  try {
    execFileSync('taskset', ['-p', '-c', '1', String(process.pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Why a peer was not measured, in one line without paths of this machine. */
export function readReason(error) {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  return error.message.split('\n')[0].replaceAll(root, '').slice(0, 400)
}

/** A node process in production mode, bound to a core, with a process channel. */
export function spawnNode(args, core, isBound, environment) {
  const command = isBound ? 'taskset' : process.execPath
  const bound = isBound ? ['-c', String(core), process.execPath] : []
  return spawn(command, [...bound, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  })
}

/** A child process that answers messages: `ask` sends one and waits for the answer of the given type. */
export function createDialogue(child, name) {
  let errors = ''
  child.stderr.on('data', (bytes) => {
    if (errors.length < 4000) errors += bytes
  })

  function wait(type, timeoutMs) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => end(reject, new Error(`${name}: no ${type} in time`)),
        timeoutMs,
      )
      const onMessage = (message) => {
        if (message.type === type) end(resolve, message)
        if (message.type === 'failed') end(reject, new Error(`${name}: ${message.message}`))
      }
      const onExit = (code) =>
        end(reject, new Error(`${name}: ended with ${code}${errors ? `: ${errors}` : ''}`))
      function end(settle, value) {
        clearTimeout(timer)
        child.off('message', onMessage)
        child.off('exit', onExit)
        settle(value)
      }
      child.on('message', onMessage)
      child.on('exit', onExit)
    })
  }

  return {
    wait,
    ask(message, answer, timeoutMs = 60_000) {
      const answered = wait(answer, timeoutMs)
      child.send(message)
      return answered
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * Starts a peer's server on core 0. `port` settles once it listens; `usage()` reads its CPU time and memory; `reset()`
 * empties its store. `nodeOptions` go to node, e.g. `['--expose-gc']`.
 */
export async function startServer(peer, plan, { isBound, nodeOptions = [], timeoutMs = 180_000 }) {
  const spawnedAt = performance.now()
  const child = spawnNode([...nodeOptions, serverEntry, peer.id, JSON.stringify(plan)], 0, isBound)
  const dialogue = createDialogue(child, peer.title)
  try {
    const { port } = await dialogue.wait('listening', timeoutMs)
    return {
      port,
      spawnedAt,
      usage: (collect = false) => dialogue.ask({ type: 'usage', collect }, 'usage'),
      reset: () => dialogue.ask({ type: 'reset' }, 'reset'),
      stop: dialogue.stop,
    }
  } catch (error) {
    await dialogue.stop()
    throw error
  }
}

/** Starts the load generator on core 1. */
export function startLoad({ isBound }) {
  const dialogue = createDialogue(spawnNode([loadEntry], 1, isBound), 'load')
  return {
    open: (port, requests, connections) =>
      dialogue.ask({ type: 'open', port, requests, connections }, 'opened'),
    run: (options) => dialogue.ask({ type: 'run', ...options }, 'done', 600_000),
    close: () => dialogue.ask({ type: 'close' }, 'closed'),
    stop: dialogue.stop,
  }
}
