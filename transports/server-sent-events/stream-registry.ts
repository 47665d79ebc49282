import { randomBytes } from 'node:crypto'
import { remoteError } from '../../core/spi.ts'
import type { ReplayBudget } from './replay-buffer.ts'
import { ResumableStream, type StreamOrigin } from './resumable-stream.ts'
import type { ReplaySettings } from './server-sent-events-options.ts'

/** The streams of one application, with and without a client, and the bytes they keep together. */
export class StreamRegistry implements ReplayBudget {
  readonly #settings: ReplaySettings
  readonly #renderError: (error: unknown) => string
  readonly #streams = new Map<string, ResumableStream>()
  /** Streams without a client, the one that lost it first ahead, with the timers that end them. */
  readonly #idle = new Map<ResumableStream, NodeJS.Timeout>()
  #bytes = 0

  constructor(settings: ReplaySettings, renderError: (error: unknown) => string) {
    this.#settings = settings
    this.#renderError = renderError
  }

  /** **Errors**: `QUEUE_FULL` when every place is taken by a stream with a client. */
  open(origin: StreamOrigin): ResumableStream {
    if (this.#streams.size >= this.#settings.maxStreams) this.#giveUpOne()
    const stream = new ResumableStream(randomBytes(16).toString('base64url'), origin, {
      budget: this,
      settings: this.#settings,
      renderError: this.#renderError,
      onDetached: this.#keepForNow,
    })
    this.#streams.set(stream.id, stream)
    return stream
  }

  /** Ids are 128 random bits: they can not be guessed. */
  find(id: string): ResumableStream | undefined {
    return this.#streams.get(id)
  }

  /** A client is back: the stream lives as long as its connection. */
  claim(stream: ResumableStream): void {
    clearTimeout(this.#idle.get(stream))
    this.#idle.delete(stream)
  }

  /** Ends a stream for good. */
  remove(stream: ResumableStream): void {
    this.claim(stream)
    this.#streams.delete(stream.id)
    stream.stop()
  }

  /** Ends all of them. */
  close(): void {
    for (const stream of this.#streams.values()) this.remove(stream)
  }

  spend(bytes: number): void {
    this.#bytes += bytes
  }

  makeRoom(): boolean {
    const { maxReplayBytes } = this.#settings
    if (this.#bytes < maxReplayBytes) return true
    for (const stream of this.#idle.keys()) {
      if (stream.isComplete) this.remove(stream)
      if (this.#bytes < maxReplayBytes) return true
    }
    return false
  }

  readonly #keepForNow = (stream: ResumableStream): void => {
    if (this.#streams.get(stream.id) !== stream) return
    const { resumeMs } = this.#settings
    if (resumeMs === 0) {
      this.remove(stream)
      return
    }
    const timer = setTimeout(() => this.remove(stream), resumeMs)
    timer.unref()
    this.#idle.set(stream, timer)
  }

  /** One that has ended rather than one under way, the longest without a client first. */
  #giveUpOne(): void {
    let chosen: ResumableStream | undefined
    for (const stream of this.#idle.keys()) {
      chosen ??= stream
      if (!stream.isComplete) continue
      chosen = stream
      break
    }
    if (chosen === undefined) throw remoteError('QUEUE_FULL', 'too many event streams are open')
    this.remove(chosen)
  }
}
