import type { Codec, CodecFactory, RichTypes } from '../codec/codec.ts'
import * as closeCodes from './close-codes.ts'
import type { Hello, Welcome, WireProblem } from './frame.ts'
import * as frameKinds from './frame-kinds.ts'
import { Link, laterUnreferenced } from './link.ts'
import { type Message, nextMessage, type Pipe, PipeEnd } from './pipe.ts'
import { readWelcome } from './read-frame.ts'

/** How a lost connection is made again. */
export interface ReconnectOptions {
  /** Tries in a row before the channel gives up; 0 never tries. @default Infinity */
  readonly attempts: number
  /** Longest wait before the first try, doubled with each; the real wait is random below it. @default 200 */
  readonly baseMs: number
  /** @default 10 000 */
  readonly maxMs: number
}

/** What the client's end of sessions is made with. */
export interface ClientConnectionOptions {
  /** Opens a pipe to the server. */
  readonly connect: (signal: AbortSignal) => Promise<Pipe>
  readonly codec: CodecFactory
  readonly types: RichTypes
  /** Asked whenever a new session begins. */
  readonly token?: (() => string | undefined | Promise<string | undefined>) | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly reconnect: ReconnectOptions
  readonly schedule: (flush: () => void) => void
  /** Bytes of one message the client accepts. @default 16 MiB */
  readonly maxMessageBytes: number
  readonly makeError: (problem: WireProblem) => Error
}

/** How a connection is doing; a client's channel hands it on. */
export type ConnectionState =
  | { readonly kind: 'open' }
  | { readonly kind: 'reconnecting'; readonly attempt: number }
  | { readonly kind: 'gap' }
  | { readonly kind: 'closed'; readonly reason?: unknown }

/** What the session on top of a connection is told. */
export interface ConnectionEvents {
  /** A frame that is not the connection's own. */
  readonly onFrame: (frame: readonly unknown[]) => void
  /** A new session has taken the place of one that could not be resumed. */
  readonly onGap: () => void
  readonly onState: (state: ConnectionState) => void
}

/** Close codes after which trying again would only repeat the failure. */
const finalCodes: ReadonlySet<number> = new Set([
  closeCodes.unsupportedData,
  closeCodes.malformed,
  closeCodes.tooBig,
  closeCodes.protocol,
  closeCodes.unauthenticated,
  closeCodes.forbidden,
  closeCodes.unsupportedVersion,
])

/** What a caller is told of close codes. */
const problemsByCode: Readonly<Record<number, readonly [statusCode: number, code: string]>> = {
  [closeCodes.unauthenticated]: [401, 'AUTHORIZATION_REQUIRED'],
  [closeCodes.forbidden]: [403, 'ACCESS_DENIED'],
}

/** What an answer may hold: the caller asked for it, so it may be larger than what servers take. */
const answerLimits = Object.freeze({ maxDepth: 128, maxKeys: 100_000, maxItems: 1_000_000 })

/** Milliseconds the first welcome may take; later ones what the server calls silence. */
const welcomeMs = 10_000

/** Tells those who wait for a connection. */
interface Waiting {
  resolve(link: Link): void
  reject(error: Error): void
}

/** A session the server knows, with what belongs to it alone. */
interface Established {
  readonly id: string
  readonly token: string | undefined
  readonly codec: Codec
  readonly link: Link
  readonly welcome: Welcome
}

/**
 * Keeps one session with a server alive: greets, resumes after a lost pipe, begins a new session where that is not
 * possible and says so, watches for silence.
 */
export class ClientConnection {
  readonly #options: ClientConnectionOptions
  readonly #events: ConnectionEvents
  readonly #closing = new AbortController()
  #session: Established | undefined
  #pipe: Pipe | undefined
  #heardAt = 0
  #watch: ReturnType<typeof setTimeout> | undefined
  #closedBy: unknown
  /** The connection after one that was lost, or that the server is about to close. */
  #next: Promise<Link> | undefined
  #waiting: Waiting | undefined

  constructor(options: ClientConnectionOptions, events: ConnectionEvents) {
    this.#options = options
    this.#events = events
  }

  /** The link, when there is a pipe under it. */
  get link(): Link | undefined {
    return this.#pipe !== undefined && this.#next === undefined ? this.#session?.link : undefined
  }

  /** The link of the session, connected or not; frames sent over it wait for a pipe. */
  get session(): Link | undefined {
    return this.isClosed ? undefined : this.#session?.link
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Opens the first connection. **Errors**: rejects when the server refuses or cannot be reached. */
  async open(signal?: AbortSignal): Promise<void> {
    const leave = () => this.close(signal?.reason)
    signal?.addEventListener('abort', leave, { once: true })
    try {
      await this.#connect()
    } catch (error) {
      this.close(error)
      throw this.#errorOf(error)
    } finally {
      signal?.removeEventListener('abort', leave)
    }
    if (this.#pipe !== undefined) this.#events.onState({ kind: 'open' })
  }

  /** Waits for a connection. **Errors**: `UNAVAILABLE` once it was given up or closed. */
  whenUsable(): Promise<Link> {
    if (this.isClosed) return Promise.reject(this.#errorOf(this.#closedBy))
    const { link } = this
    if (link !== undefined) return Promise.resolve(link)
    return this.#next ?? Promise.reject(this.#errorOf(undefined))
  }

  /** The server is about to close: what is under way goes on, new calls wait for the next connection. */
  expectEnd(): void {
    if (this.#next !== undefined || this.isClosed) return
    this.#next = new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
    this.#next.catch(() => {}) // perhaps nobody waits
  }

  /** Greets over a new pipe: resumes the session if there is one. */
  async #connect(): Promise<void> {
    const { signal } = this.#closing
    signal.throwIfAborted()
    const pipe = await this.#options.connect(signal)
    const timeout = laterUnreferenced(
      () => pipe.abort(new PipeEnd(closeCodes.unresponsive, 'the welcome did not come in time')),
      this.#session?.welcome.limits.silenceMs ?? welcomeMs,
    )
    try {
      const known = this.#session
      const token = known === undefined ? await this.#options.token?.() : known.token
      await pipe.send(this.#hello(known, token))
      const welcome = readWelcome(await nextMessage(pipe))
      if (signal.aborted) throw signal.reason
      this.#establish(pipe, welcome, known, token)
    } catch (error) {
      pipe.abort(new PipeEnd(closeCodes.normal, 'the greeting failed'))
      throw error
    } finally {
      clearTimeout(timeout)
    }
  }

  #hello(known: Established | undefined, token: string | undefined): Message {
    const { metadata, reconnect, codec } = this.#options
    // what is undefined has no form in JSON
    const hello: { readonly [Name in keyof Hello]: Hello[Name] | undefined } = {
      version: 1,
      codec: codec.name,
      session: known?.id,
      received: known?.link.received,
      resume: reconnect.attempts > 0,
      token,
      metadata,
    }
    return JSON.stringify([[frameKinds.hello, hello]])
  }

  #establish(
    pipe: Pipe,
    welcome: Welcome,
    known: Established | undefined,
    token: string | undefined,
  ): void {
    const isSame =
      known !== undefined && welcome.resumed && known.link.canResumeFrom(welcome.received)
    const session = isSame ? known : this.#newSession(welcome, token)
    this.#session = session
    this.#pipe = pipe
    this.#heardAt = Date.now()
    this.#startWatching(welcome.limits.silenceMs)
    if (known !== undefined && !isSame) {
      known.link.close()
      this.#events.onGap()
      this.#events.onState({ kind: 'gap' })
    }
    session.link.attach(pipe, isSame ? welcome.received : 0)
    this.#waiting?.resolve(session.link)
    this.#next = undefined
    this.#read(pipe, session)
  }

  #newSession(welcome: Welcome, token: string | undefined): Established {
    const { types, maxMessageBytes, schedule } = this.#options
    const codec = this.#options.codec.create(types, { maxMessageBytes, ...answerLimits })
    const link = new Link({
      codec,
      maxMessageBytes: welcome.limits.maxMessageBytes,
      maxReplayBytes: 4 * 1024 * 1024,
      sendWindowBytes: 1024 * 1024,
      schedule,
      onSendFailed: (pipe) => pipe.abort(new PipeEnd(closeCodes.abnormal, 'the connection broke')),
    })
    return { id: welcome.session, token, codec, link, welcome }
  }

  #read(pipe: Pipe, { codec, link }: Established): void {
    pipe.receive({
      message: (message) => {
        if (this.#pipe !== pipe) return
        this.#heardAt = Date.now()
        try {
          this.#take(codec.decode(message), link)
        } catch (error) {
          pipe.abort(brokenBy(error))
        }
      },
      ended: (end) => {
        if (this.#pipe === pipe) this.#lose(end)
      },
    })
  }

  /** Handles what concerns the connection and hands the rest on. */
  #take(frames: readonly (readonly unknown[])[], link: Link): void {
    let isReliable = false
    for (let index = 0; index < frames.length; index++) {
      const frame = frames[index] as readonly unknown[] // index is in range
      const kind = frame[0]
      if (kind === frameKinds.ack) link.acknowledge(Number(frame[1]))
      else if (kind === frameKinds.ping) link.sendPlain([frameKinds.pong, Number(frame[1]) || 0])
      else if (kind !== frameKinds.pong) {
        isReliable = true
        this.#events.onFrame(frame)
      }
    }
    if (isReliable) link.countReceived()
  }

  #lose(end: PipeEnd): void {
    this.#pipe = undefined
    this.#session?.link.detach()
    clearTimeout(this.#watch)
    if (this.isClosed) return
    if (finalCodes.has(end.closeCode) || this.#options.reconnect.attempts <= 0) {
      this.close(end)
      return
    }
    this.expectEnd()
    this.#reconnect().catch((error: unknown) => this.close(error)) // a listener that throws
  }

  /** Tries until it is connected; gives up by closing. */
  async #reconnect(): Promise<void> {
    const { attempts, baseMs, maxMs } = this.#options.reconnect
    let last: unknown
    for (let attempt = 1; attempt <= attempts && !this.isClosed; attempt++) {
      this.#events.onState({ kind: 'reconnecting', attempt })
      if (attempt > 1) {
        await this.#pause(Math.random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 16)))
      }
      try {
        await this.#connect()
        // it may have been lost again already: then the next attempt is under way
        if (this.#pipe !== undefined) this.#events.onState({ kind: 'open' })
        return
      } catch (error) {
        last = error
        if (!(error instanceof PipeEnd) || !finalCodes.has(error.closeCode)) continue
        if (error.closeCode !== closeCodes.unauthenticated || this.#session === undefined) break
        this.#forget() // the token of the old session has run out
      }
    }
    this.close(last)
  }

  /** The next greeting begins a new session. */
  #forget(): void {
    this.#session?.link.close()
    this.#session = undefined
    this.#events.onGap()
    this.#events.onState({ kind: 'gap' })
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#closing
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      signal.addEventListener('abort', done, { once: true })
    })
  }

  /** Asks for a sign of life after a third of the time, gives the pipe up after all of it. */
  #startWatching(silenceMs: number): void {
    clearTimeout(this.#watch)
    this.#watch = laterUnreferenced(() => {
      this.#startWatching(silenceMs)
      if (Date.now() - this.#heardAt > silenceMs) {
        this.#pipe?.abort(new PipeEnd(closeCodes.unresponsive, 'nothing was heard'))
      } else this.#session?.link.sendPlain([frameKinds.ping, 0])
    }, silenceMs / 3)
  }

  /** Closes for good. `reason`: what pending calls fail with; none for an orderly end. */
  close(reason?: unknown): void {
    if (this.isClosed) return
    this.#closedBy = reason
    this.#waiting?.reject(this.#errorOf(reason))
    this.#next = undefined
    const session = this.#session
    const pipe = this.#pipe
    session?.link.flush()
    this.#closing.abort(reason)
    clearTimeout(this.#watch)
    this.#pipe = undefined
    session?.link.close()
    pipe?.abort(new PipeEnd(closeCodes.normal, 'done'))
    this.#events.onState(reason === undefined ? { kind: 'closed' } : { kind: 'closed', reason })
  }

  /** What a caller sees of a failed connection. */
  #errorOf(reason: unknown): Error {
    const message = reason instanceof Error ? reason.message : 'the connection is closed'
    const [statusCode, code] = problemsByCode[reason instanceof PipeEnd ? reason.closeCode : 0] ?? [
      503,
      'UNAVAILABLE',
    ]
    return this.#options.makeError({ statusCode, code, message })
  }

  /** What pending calls fail with when the connection is closed. */
  failure(): Error {
    return this.#errorOf(this.#closedBy)
  }
}

function brokenBy(error: unknown): PipeEnd {
  const text = error instanceof Error ? error.message : 'the message can not be read'
  return new PipeEnd(closeCodes.malformed, text)
}
