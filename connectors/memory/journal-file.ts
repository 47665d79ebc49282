import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { encodeLine, headerRecords } from './journal-line.ts'

/** How much the disk has to promise before a write is acknowledged. */
export type Durability = 'fsync' | 'os'

/** A journal file open for appending; one call at a time. */
export class JournalFile {
  readonly path: string
  readonly #handle: FileHandle
  readonly #durability: Durability
  #size: number
  #nextNumber: number

  constructor(
    path: string,
    handle: FileHandle,
    durability: Durability,
    end: { readonly size: number; readonly nextNumber: number },
  ) {
    this.path = path
    this.#handle = handle
    this.#durability = durability
    this.#size = end.size
    this.#nextNumber = end.nextNumber
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size
  }

  /** Writes one line and, unless told otherwise, waits until it is durable. */
  async append(records: string, isDurable = true): Promise<void> {
    const line = encodeLine(this.#nextNumber, records)
    await writeAll(this.#handle, line, this.#size)
    if (isDurable) await this.sync()
    this.#size += line.length
    this.#nextNumber += 1
  }

  async sync(): Promise<void> {
    if (this.#durability === 'fsync') await this.#handle.datasync()
  }

  /** Cuts off what an interrupted append may have left. */
  async truncate(): Promise<void> {
    await this.#handle.truncate(this.#size)
    await this.#handle.sync()
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

/** Opens an existing journal behind its last good line. */
export async function openJournalFile(
  path: string,
  durability: Durability,
  end: { readonly size: number; readonly nextNumber: number; readonly torn: number },
): Promise<JournalFile> {
  const file = new JournalFile(path, await open(path, 'r+'), durability, end)
  if (end.torn > 0) await file.truncate()
  return file
}

/** Starts a new journal beside `path`; {@link publish} puts it in its place. */
export async function createJournalFile(
  path: string,
  durability: Durability,
): Promise<JournalFile> {
  const temporary = `${path}.new`
  const handle = await open(temporary, 'w')
  const file = new JournalFile(temporary, handle, durability, { size: 0, nextNumber: 0 })
  await file.append(headerRecords, false)
  return file
}

/** Makes the bytes of a new journal durable and gives it its name in one step. */
export async function publish(file: JournalFile, path: string): Promise<void> {
  await file.sync()
  await rename(file.path, path)
}

/** Gives up a new journal. */
export async function discard(file: JournalFile): Promise<void> {
  await file.close().catch(() => undefined)
  await unlink(file.path).catch(() => undefined)
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const rest = bytes.length - written
    const result = await handle.write(bytes, written, rest, position + written)
    written += result.bytesWritten
  }
}

/** Makes the name of a file durable. Not every system can open a directory; there a rename is as durable as it gets. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(dirname(path), 'r').catch(() => undefined)
  if (handle === undefined) return
  try {
    await handle.sync()
  } catch (thrown) {
    if (process.platform !== 'win32') throw thrown
  } finally {
    await handle.close()
  }
}
