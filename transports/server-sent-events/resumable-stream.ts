import type { ServerResponse } from 'node:http'
import { beginText, endText, errorText, gapText, heartbeatText, itemText } from './event-text.ts'
import { type ReplayBudget, ReplayBuffer } from './replay-buffer.ts'
import type { ReplaySettings } from './server-sent-events-options.ts'

/** What a stream tells and asks its owner. */
export interface StreamHost {
  readonly budget: ReplayBudget
  readonly settings: ReplaySettings
  /** The JSON a client sees of an error; tells the log. */
  readonly renderError: (error: unknown) => string
  /** Nobody reads any more. */
  readonly onDetached: (stream: ResumableStream) => void
}

/** Whom a stream belongs to and what it came from; both must be the same when it is resumed. */
export interface StreamOrigin {
  /** Fingerprint of the caller. */
  readonly caller: string
  /** Full name of the method. */
  readonly method: string
}

/**
 * One call whose items outlive a connection. It reads its source while a client takes the items, or while there is room
 * to keep them; what was written stays in the buffer until newer items need the room. **Order**: `run` once, `attach` for
 * each connection, `stop` once.
 */
export class ResumableStream {
  readonly id: string
  readonly origin: StreamOrigin
  readonly #host: StreamHost
  readonly #buffer: ReplayBuffer
  readonly #abort = new AbortController()
  #response: ServerResponse | undefined
  #heartbeat: NodeJS.Timeout | undefined
  /** Number of the next event to write. */
  #next = 1
  /** The socket's buffer is full. */
  #isFull = false
  /** It was emptied since the last heartbeat. */
  #hasDrained = false
  #isComplete = false
  #isStopped = false
  #wake: (() => void) | undefined

  constructor(id: string, origin: StreamOrigin, host: StreamHost) {
    this.id = id
    this.origin = origin
    this.#host = host
    this.#buffer = new ReplayBuffer(host.budget)
  }

  /** Aborts when the stream is given up ahead of its end; a lost connection alone does not. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Number of the newest event. */
  get last(): number {
    return this.#buffer.last
  }

  /** The last event there will be is in the buffer. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** Reads the source to its end. Never rejects. */
  async run(items: AsyncIterable<unknown>): Promise<void> {
    let iterator: AsyncIterator<unknown> | undefined
    let isDone = false
    try {
      iterator = items[Symbol.asyncIterator]()
      while (await this.#mayRead()) {
        const step = await this.#unlessStopped(iterator)
        if (step === undefined) break
        isDone = step.done === true
        if (isDone) this.#complete(endText(this.id, this.last + 1))
        else {
          const json = JSON.stringify(step.value) ?? 'null'
          this.#buffer.add(itemText(this.id, this.last + 1, json))
        }
      }
    } catch (error) {
      if (!this.#isStopped) {
        this.#complete(errorText(this.id, this.last + 1, this.#host.renderError(error)))
      }
    }
    if (!isDone) release(items, iterator)
  }

  /**
   * Goes on writing behind event `after`; what came up to it need not be kept any longer. The response's head was written;
   * an earlier connection is closed.
   */
  attach(response: ServerResponse, after: number): void {
    this.#response?.destroy()
    this.#response = response
    this.#isFull = false
    this.#next = after + 1
    while (this.#buffer.count > 0 && this.#buffer.first <= after) this.#buffer.dropFirst()
    response.on('drain', () => this.#drained(response))
    response.on('error', () => {}) // a write that came too late; the close follows
    response.once('close', () => this.#detach(response))
    if (response.destroyed) {
      this.#detach(response)
      return
    }
    this.#write(beginText(this.id, after, this.#host.settings.retryMs))
    if (this.#next < this.#buffer.first) {
      this.#write(gapText(this.id, this.#next, this.#buffer.first - 1))
      this.#next = this.#buffer.first
    }
    this.#beat(response)
    this.#flush()
    this.#wake?.()
  }

  /** Gives the stream up: releases the source, forgets the items, closes the connection. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    if (!this.#isComplete) this.#abort.abort()
    this.#buffer.clear()
    const response = this.#response
    if (response !== undefined) {
      this.#detach(response)
      response.end()
    }
    this.#wake?.()
  }

  /** Waits until the source may be asked: a client took everything, or there is none and room. */
  async #mayRead(): Promise<boolean> {
    while (!this.#isStopped && !this.#isComplete) {
      this.#flush()
      if (this.#response === undefined ? this.#hasRoom() : !this.#isFull) {
        while (!this.#hasRoom() && this.#buffer.count > 0) this.#buffer.dropFirst()
        return true
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return false
  }

  #hasRoom(): boolean {
    const { replayItems, replayBytes } = this.#host.settings
    const { count, bytes } = this.#buffer
    return count < replayItems && bytes < replayBytes && this.#host.budget.makeRoom()
  }

  /** `undefined` when the stream is stopped in the middle of the wait. */
  #unlessStopped(iterator: AsyncIterator<unknown>): Promise<IteratorResult<unknown> | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => {
        if (this.#isStopped) resolve(undefined)
      }
      iterator.next().then(resolve, reject)
    })
  }

  #complete(text: string): void {
    if (this.#isStopped) return
    this.#buffer.add(text)
    this.#isComplete = true
    this.#flush()
  }

  /** Writes what the client lacks, as far as its socket takes it. */
  #flush(): void {
    while (this.#response !== undefined && !this.#isFull && this.#next <= this.last) {
      this.#write(this.#buffer.get(this.#next++) ?? '')
    }
    if (this.#isComplete && this.#next > this.last) this.#response?.end()
  }

  #write(text: string): void {
    const response = this.#response
    if (response === undefined || response.destroyed || response.writableEnded) return
    if (!response.write(text)) this.#isFull = true
  }

  #drained(response: ServerResponse): void {
    if (this.#response !== response) return
    this.#isFull = false
    this.#hasDrained = true
    this.#flush()
    this.#wake?.()
  }

  #detach(response: ServerResponse): void {
    if (this.#response !== response) return
    this.#response = undefined
    clearInterval(this.#heartbeat)
    this.#host.onDetached(this)
    this.#wake?.()
  }

  #beat(response: ServerResponse): void {
    clearInterval(this.#heartbeat)
    const { heartbeatMs } = this.#host.settings
    if (heartbeatMs === 0) return
    let stuck = 0
    this.#heartbeat = setInterval(() => {
      const isWaiting = this.#isFull || response.writableEnded
      stuck = isWaiting && !this.#hasDrained ? stuck + 1 : 0
      this.#hasDrained = false
      if (stuck > 1) response.destroy()
      else if (!isWaiting) this.#write(heartbeatText)
    }, heartbeatMs)
  }
}

/** Lets go of a source that was not read to its end; a pending read must not hold it. */
function release(
  items: AsyncIterable<unknown>,
  iterator: AsyncIterator<unknown> | undefined,
): void {
  try {
    if ('destroy' in items && typeof items.destroy === 'function') items.destroy()
    iterator?.return?.().then(undefined, () => undefined)
  } catch {
    // the source fails at being released; nobody waits for it
  }
}
