import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** How long a second run waits for the first. */
const patienceMs = 300_000

/**
 * Runs an action while holding a lock file; a second process waits. A lock whose owner is gone is taken over.
 *
 * **Errors**: rejects when the lock stays taken for five minutes, and with whatever the action rejects with.
 */
export async function withLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true })
  const giveUp = Date.now() + patienceMs
  while (!takeLock(path)) {
    if (Date.now() > giveUp) throw new Error('another run holds the lock for five minutes')
    await pause(50)
  }
  try {
    return await action()
  } finally {
    rmSync(path, { force: true })
  }
}

function takeLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    if (!isOwnerGone(path)) return false
    rmSync(path, { force: true })
    return false
  }
}

function isOwnerGone(path: string): boolean {
  try {
    const owner = Number(readFileSync(path, 'utf8'))
    if (owner === 0) return false // being written
    process.kill(owner, 0)
    return false
  } catch (error) {
    // a lock released meanwhile is no longer there to be read; signal 0 says ESRCH for a process that ended
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
