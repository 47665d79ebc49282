import { RemoteError, remoteError } from '../../core/spi.ts'
import { type CommitGroup, createCommitGroup, undoGroups } from './commit-group.ts'
import { discard, type JournalFile } from './journal-file.ts'
import type { CommitLog } from './store.ts'

/** What a journal needs. */
export interface JournalOptions {
  /** Writes all live rows of the store into a new file; gives up when `isStopped` says so. */
  readonly snapshot: (isStopped: () => boolean) => Promise<JournalFile>
  /** Puts a new file in the place of the old one. */
  readonly install: (fresh: JournalFile) => Promise<void>
  /** Makes that durable. */
  readonly settle: () => Promise<void>
  /** Characters of live rows, to tell when compacting pays. */
  readonly liveSize: () => number
  /** In bytes. */
  readonly compactAfterBytes: number
  readonly warn: (message: string) => void
}

/** Records in one line, at most about this many characters; a single commit may be larger. */
const maxLineLength = 32 * 2 ** 20
/** The longest commit, in characters: a line has to fit into one string. */
const maxCommitLength = 256 * 2 ** 20
/** A file smaller than this is not compacted on close. */
const minCompactBytes = 4096

/**
 * The append-only journal: group commit and compaction.
 *
 * - All commits of one turn of the event loop, and all that arrive while the disk is busy, go out as one line: one write,
 *   one fdatasync. Their promises resolve after it.
 * - Compaction writes every live row to a new file while commits go on, then, with the old file at rest, whatever was
 *   committed since it began. Records are whole rows by key: one that is already in the snapshot changes nothing.
 * - After a failed write nothing is accepted any more, and what was pending is undone in memory.
 */
export class Journal implements CommitLog {
  readonly #options: JournalOptions
  #file: JournalFile | undefined
  #pending: CommitGroup[] = []
  #isScheduled = false
  #flushing: Promise<void> | undefined
  #compaction: Promise<void> | undefined
  #exclusive: Promise<void> = Promise.resolve()
  #failure: RemoteError | undefined
  /** Lines written since a compaction began. */
  #tail: string[] = []
  #compactedSize = 0
  #mustRewrite: boolean
  #isClosing = false

  /** Without a file, the first write makes one. */
  constructor(options: JournalOptions, file: JournalFile | undefined) {
    this.#options = options
    this.#file = file
    this.#mustRewrite = file === undefined
  }

  assertWritable(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#isClosing) throw remoteError('UNAVAILABLE', 'the data file is closed')
  }

  rewrite(): void {
    this.#mustRewrite = true
  }

  append(text: string, undo: () => void): Promise<void> {
    if (text.length > maxCommitLength) {
      undo()
      const message = `a commit of ${text.length} characters is more than the data file takes`
      return Promise.reject(remoteError('PAYLOAD_TOO_LARGE', message))
    }
    const group = this.#groupFor(text.length)
    group.records.push(text)
    group.undo.push(undo)
    group.length += text.length
    this.#schedule()
    return group.promise
  }

  /** Waits for everything accepted, compacts if that halves the file, and closes it. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#flushAll()
    await this.#compaction
    if (this.#failure === undefined && this.#file !== undefined) {
      const isWasteful = this.#file.size > 2 * this.#options.liveSize() + minCompactBytes
      if (isWasteful) await this.#compact()
    }
    await this.#file?.close()
    this.#file = undefined
  }

  #groupFor(length: number): CommitGroup {
    const newest = this.#pending.at(-1)
    if (newest !== undefined && newest.length + length <= maxLineLength) return newest
    const group = createCommitGroup()
    this.#pending.push(group)
    return group
  }

  #schedule(): void {
    if (this.#isScheduled || this.#flushing !== undefined) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      void this.#flushAll()
    })
  }

  /** Never rejects; failures go to the writers. */
  #flushAll(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      if (this.#mustRewrite) await this.#rewriteNow()
      else await this.#exclusively(() => this.#writeOldest())
      await turnOfLoop()
    }
    this.#compactIfLarge()
  }

  async #writeOldest(): Promise<void> {
    const group = this.#pending.shift()
    if (group === undefined) return
    try {
      const records = group.records.join(',')
      await this.#file?.append(records)
      if (this.#compaction !== undefined) this.#tail.push(records)
      group.resolve()
    } catch (thrown) {
      this.#fail([group], thrown)
      await this.#file?.truncate().catch(() => undefined)
    }
  }

  /** The file is not a journal yet, or its keys are outdated: nothing is durable until it is replaced. */
  async #rewriteNow(): Promise<void> {
    await this.#compaction
    this.#mustRewrite = false
    const failure = await this.#compact()
    if (failure !== undefined) this.#fail([], failure)
  }

  #fail(groups: readonly CommitGroup[], cause: unknown): void {
    const failure = new RemoteError('the data file cannot be written', {
      reason: 'UNAVAILABLE',
      cause,
    })
    this.#failure = failure
    const lost = [...groups, ...this.#pending]
    this.#pending = []
    undoGroups(lost)
    for (const group of lost) group.reject(failure)
    this.#options.warn(`the data file cannot be written, writes are refused: ${messageOf(cause)}`)
  }

  #compactIfLarge(): void {
    const size = this.#file?.size ?? 0
    const { compactAfterBytes, liveSize } = this.#options
    if (this.#failure !== undefined || this.#isClosing || this.#compaction !== undefined) return
    if (size <= compactAfterBytes || size <= this.#compactedSize * 2) return
    if (size > 2 * liveSize()) void this.#compact()
  }

  /** Resolves to what went wrong, if anything; the old file goes on being used then. */
  async #compact(): Promise<unknown> {
    let failure: unknown
    this.#tail = []
    this.#compaction = this.#replaceFile()
      .catch((thrown: unknown) => {
        failure = thrown
        this.#compactedSize = this.#file?.size ?? 0
        this.#options.warn(`compacting the data file failed: ${messageOf(thrown)}`)
      })
      .finally(() => {
        this.#compaction = undefined
        this.#tail = []
      })
    await this.#compaction
    return failure
  }

  async #replaceFile(): Promise<void> {
    const fresh = await this.#options.snapshot(() => this.#failure !== undefined)
    try {
      await this.#exclusively(() => this.#switchTo(fresh))
    } catch (thrown) {
      if (this.#file !== fresh) await discard(fresh)
      throw thrown
    }
  }

  /**
   * The snapshot was read while commits went on; everything committed up to now must stand behind it before it
   * becomes the file, or a crash could leave half of a transaction.
   */
  async #switchTo(fresh: JournalFile): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const groups = this.#pending
    this.#pending = []
    try {
      for (const records of this.#tail) await fresh.append(records, false)
      for (const group of groups) await fresh.append(group.records.join(','), false)
      await this.#options.install(fresh)
    } catch (thrown) {
      this.#pending = [...groups, ...this.#pending]
      throw thrown
    }
    const old = this.#file
    this.#file = fresh
    this.#compactedSize = fresh.size
    await old?.close().catch(() => undefined)
    await this.#settle(groups)
  }

  async #settle(groups: readonly CommitGroup[]): Promise<void> {
    try {
      await this.#options.settle()
      for (const group of groups) group.resolve()
    } catch (thrown) {
      this.#fail(groups, thrown)
    }
  }

  /** Runs jobs on the file one after the other. */
  #exclusively(job: () => Promise<void>): Promise<void> {
    const run = this.#exclusive.then(job)
    this.#exclusive = run.catch(() => undefined)
    return run
  }
}

/** Writers that were just answered get to issue their next write, which joins the next line. */
function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
