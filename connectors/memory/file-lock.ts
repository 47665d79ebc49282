import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { RemoteError } from '../../core/spi.ts'

/** Keeps other processes away from a data file until it is released. */
export interface FileLock {
  release(): Promise<void>
}

/** Paths this process holds: a lock with its own number that is not among them is left over from an earlier life. */
const held = new Set<string>()

/**
 * Takes `<file>.lock`, which names the process.
 *
 * A lock whose process is gone (or whose number now belongs to a process that started later) is taken over. Processes on other
 * machines or in other containers cannot be seen: a data file belongs to one of them.
 *
 * **Errors**: `failed_precondition` naming the lock file and the process that holds it.
 */
export async function lockFile(file: string): Promise<FileLock> {
  const path = `${file}.lock`
  const content = JSON.stringify({ pid: process.pid, started: startOf(process.pid) })
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await createLock(path, content)) {
      held.add(path)
      return { release: () => releaseLock(path, content) }
    }
    const found = await readFile(path, 'utf8').catch(() => undefined)
    if (found === undefined) continue
    const owner = ownerOf(path, found)
    if (owner !== undefined) throw lockedBy(path, owner)
    await removeStale(path, found)
  }
  throw lockedBy(path, 'another process')
}

/** Written aside and linked, so that nobody ever reads half a lock. */
async function createLock(path: string, content: string): Promise<boolean> {
  const aside = asideOf(path)
  await writeFile(aside, content)
  try {
    await link(aside, path)
    return true
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false
    throw thrown
  } finally {
    await unlink(aside)
  }
}

function asideOf(path: string): string {
  return `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
}

async function releaseLock(path: string, content: string): Promise<void> {
  if (!held.delete(path)) return
  const found = await readFile(path, 'utf8').catch(() => undefined)
  if (found === content) await unlink(path).catch(() => undefined)
}

/** The living owner of a lock, `undefined` when it is left over. */
function ownerOf(path: string, content: string): string | undefined {
  const { pid, started } = parseLock(content)
  if (pid === undefined) return undefined
  if (pid === process.pid) return held.has(path) ? 'this process' : undefined
  if (!isAlive(pid)) return undefined
  const now = startOf(pid)
  const isReused = started !== undefined && now !== undefined && now !== started
  return isReused ? undefined : `process ${pid}`
}

function parseLock(content: string): { readonly pid?: number; readonly started?: string } {
  try {
    const parsed: unknown = JSON.parse(content)
    if (typeof parsed !== 'object' || parsed === null) return {}
    const { pid, started } = parsed as { readonly pid?: unknown; readonly started?: unknown } // read, then checked
    return {
      ...(typeof pid === 'number' ? { pid } : {}),
      ...(typeof started === 'string' ? { started } : {}),
    }
  } catch {
    return {}
  }
}

/** Moves a stale lock away; if another process was faster and this moved its new lock, the lock is put back. */
async function removeStale(path: string, content: string): Promise<void> {
  const aside = asideOf(path)
  try {
    await rename(path, aside)
  } catch {
    return
  }
  const moved = await readFile(aside, 'utf8').catch(() => undefined)
  if (moved !== content) await link(aside, path).catch(() => undefined)
  await unlink(aside).catch(() => undefined)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM'
  }
}

/** When a process started, in the kernel's ticks; `undefined` where the system does not say. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
}

function lockedBy(path: string, owner: string): RemoteError {
  return new RemoteError(`${path}: the data file is in use by ${owner}`, {
    code: 'failed_precondition',
  })
}
