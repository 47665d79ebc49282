import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type FileLock, lockFile } from './file-lock.ts'
import { Journal } from './journal.ts'
import {
  createJournalFile,
  type Durability,
  type JournalFile,
  openJournalFile,
  publish,
  syncDirectory,
} from './journal-file.ts'
import type { JournalRecord } from './journal-record.ts'
import { loadLegacyFile } from './legacy-file.ts'
import { isJournal, readJournal } from './recover.ts'
import { writeSnapshot } from './snapshot.ts'
import type { Store } from './store.ts'

/** What opening a data file takes. */
export interface PersistenceOptions {
  /** Absolute path. */
  readonly file: string
  readonly durability: Durability
  /** In bytes. */
  readonly compactAfterBytes: number
  readonly warn: (message: string) => void
}

/** An open data file. */
export interface Persistence {
  readonly journal: Journal
  /** Waits for writes, compacts, gives the file up. */
  close(): Promise<void>
}

/**
 * Locks the file, loads its rows into the store and starts the journal. The store's models are defined already.
 *
 * **Errors**: `failed_precondition` when another process has the file, or it is neither a journal nor LoopBack's format;
 * `data_loss` when it is damaged before its end.
 */
export async function openPersistence(
  store: Store,
  options: PersistenceOptions,
): Promise<Persistence> {
  await mkdir(dirname(options.file), { recursive: true })
  const lock = await lockFile(options.file)
  try {
    const file = await loadFile(store, options)
    const journal = startJournal(store, options, file)
    const mustRewrite = settleTables(store)
    if (mustRewrite) journal.rewrite()
    return { journal, close: () => closeBoth(journal, lock) }
  } catch (thrown) {
    await lock.release()
    throw thrown
  }
}

async function closeBoth(journal: Journal, lock: FileLock): Promise<void> {
  try {
    await journal.close()
  } finally {
    await lock.release()
  }
}

/** The journal to append to; `undefined` when the file has LoopBack's format and is replaced by the first write. */
async function loadFile(
  store: Store,
  options: PersistenceOptions,
): Promise<JournalFile | undefined> {
  const { file, durability } = options
  const size = await stat(file).then((found) => found.size, missingIsEmpty)
  if (size === 0) return createEmpty(file, durability)
  if (!(await isJournal(file))) {
    await loadLegacyFile(store, file)
    return undefined
  }
  const end = await readJournal(file, (record, bytes) => takeRecord(store, record, bytes))
  if (end.torn > 0) {
    options.warn(`${file}: ${end.torn} bytes of an interrupted write were cut off`)
  }
  return openJournalFile(file, durability, end)
}

function missingIsEmpty(thrown: unknown): number {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return 0
  throw thrown
}

async function createEmpty(path: string, durability: Durability): Promise<JournalFile> {
  const file = await createJournalFile(path, durability)
  await publish(file, path)
  if (durability === 'fsync') await syncDirectory(path)
  return file
}

function takeRecord(store: Store, record: JournalRecord, size: number): void {
  const table = store.tableNamed(record[1])
  switch (record[0]) {
    case 'put':
      table.load(record[2], record[3], size)
      return
    case 'delete':
      table.unload(record[2])
      return
    case 'sequence':
      table.nextId = Math.max(table.nextId, record[2])
  }
}

function settleTables(store: Store): boolean {
  let hasMoved = false
  for (const table of store.tables) hasMoved = table.settle() || hasMoved
  return hasMoved
}

function startJournal(
  store: Store,
  options: PersistenceOptions,
  file: JournalFile | undefined,
): Journal {
  const { file: path, durability } = options
  return new Journal(
    {
      snapshot: async (isStopped) => {
        const fresh = await createJournalFile(path, durability)
        await writeSnapshot(store, fresh, isStopped)
        return fresh
      },
      install: (fresh) => publish(fresh, path),
      settle: () => (durability === 'fsync' ? syncDirectory(path) : Promise.resolve()),
      liveSize: () => liveSizeOf(store),
      compactAfterBytes: options.compactAfterBytes,
      warn: options.warn,
    },
    file,
  )
}

function liveSizeOf(store: Store): number {
  let size = 0
  for (const table of store.tables) size += table.liveSize
  return size
}
