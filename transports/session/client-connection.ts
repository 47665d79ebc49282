import type { Codec, CodecFactory, RichTypes } from '../codec/codec.ts'
import { closeCodes } from './close-codes.ts'
import { frameKinds, type Hello, type Welcome, type WireProblem } from './frame.ts'
import { Link, laterUnreferenced } from './link.ts'
import { type Message, type Pipe, PipeEnd } from './pipe.ts'
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
  /** Frames of one message, in order. */
  readonly onFrames: (frames: readonly (readonly unknown[])[]) => void
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

/** What an answer may hold: the caller asked for it, so it may be larger than what servers take. */
const answerLimits = Object.freeze({ maxDepth: 128, maxKeys: 100_000, maxItems: 1_000_000 })

/** Milliseconds the first welcome may take; later ones what the server calls silence. */
const welcomeMs = 10_000

/** Longest time between two looks at a connection; timers take no more. */
const longestWatchMs = 2 ** 31 - 1

/** A connection that is waited for. */
interface Next {
  readonly promise: Promise<Link>
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
  #watch: ReturnType<typeof setInterval> | undefined
  #usable: Promise<Link> | undefined
  #closedBy: unknown
  /** The connection after the one the server is about to close. */
  #next: Next | undefined

  constructor(options: ClientConnectionOptions, events: ConnectionEvents) {
    this.#options = options
    this.#events = events
  }

  /** The link, when there is a pipe under it. */
  get link(): Link | undefined {
    const isUsable =
      this.#pipe !== undefined && this.#usable === undefined && this.#next === undefined
    return isUsable ? this.#session?.link : undefined
  }

  /** The link of the session, connected or not; frames sent over it wait for a pipe. */
  get session(): Link | undefined {
    return this.isClosed ? undefined : this.#session?.link
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** What the server accepts. */
  get limits(): Welcome['limits'] | undefined {
    return this.#session?.welcome.limits
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
    this.#events.onState({ kind: 'open' })
  }

  /** Waits for a connection. **Errors**: `UNAVAILABLE` once it was given up or closed. */
  whenUsable(): Promise<Link> {
    if (this.isClosed) return Promise.reject(this.#errorOf(this.#closedBy))
    const { link } = this
    if (link !== undefined) return Promise.resolve(link)
    if (this.#next !== undefined) return this.#next.promise
    return this.#usable ?? Promise.reject(this.#errorOf(undefined))
  }

  /** The server is about to close: what is under way goes on, new calls wait for the next connection. */
  expectEnd(): void {
    if (this.#next !== undefined || this.isClosed) return
    let settle: Pick<Next, 'resolve' | 'reject'> | undefined
    const promise = new Promise<Link>((resolve, reject) => {
      settle = { resolve, reject }
    })
    promise.catch(() => {}) // perhaps nobody waits
    if (settle !== undefined) this.#next = { promise, ...settle }
  }

  /** Greets over a new pipe: resumes the session if there is one. */
  async #connect(): Promise<Link> {
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
      const welcome = readWelcome(await pipe.receive())
      if (signal.aborted) throw signal.reason
      return this.#establish(pipe, welcome, known, token)
    } catch (error) {
      pipe.abort(new PipeEnd(closeCodes.normal, 'the greeting failed'))
      throw error
    } finally {
      clearTimeout(timeout)
    }
  }

  #hello(known: Established | undefined, token: string | undefined): Message {
    const { metadata, reconnect, codec } = this.#options
    const hello: Hello = {
      version: 1,
      codec: codec.name,
      ...(known === undefined ? {} : { session: known.id, received: known.link.received }),
      resume: reconnect.attempts > 0,
      ...(token === undefined ? {} : { token }),
      ...(metadata === undefined ? {} : { metadata }),
    }
    return JSON.stringify([[frameKinds.hello, hello]])
  }

  #establish(
    pipe: Pipe,
    welcome: Welcome,
    known: Established | undefined,
    token: string | undefined,
  ): Link {
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
    this.#next?.resolve(session.link)
    this.#next = undefined
    void this.#read(pipe, session)
    return session.link
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

  async #read(pipe: Pipe, { codec, link }: Established): Promise<void> {
    try {
      for (;;) {
        const message = await pipe.receive()
        if (this.#pipe !== pipe) return
        this.#heardAt = Date.now()
        this.#take(codec.decode(message), link)
      }
    } catch (error) {
      const end = error instanceof PipeEnd ? error : brokenBy(error)
      pipe.abort(end)
      if (this.#pipe === pipe) this.#lose(end)
    }
  }

  /** Handles what concerns the connection and hands the rest on. */
  #take(frames: readonly (readonly unknown[])[], link: Link): void {
    let isReliable = false
    for (const [kind, value] of frames) {
      if (kind === frameKinds.ack) link.acknowledge(Number(value))
      else if (kind === frameKinds.ping) link.sendPlain([frameKinds.pong, Number(value) || 0])
      else if (kind !== frameKinds.pong) isReliable = true
    }
    if (!isReliable) return
    link.countReceived()
    this.#events.onFrames(frames)
  }

  #lose(end: PipeEnd): void {
    this.#pipe = undefined
    this.#session?.link.detach()
    clearInterval(this.#watch)
    if (this.isClosed) return
    if (finalCodes.has(end.closeCode) || this.#options.reconnect.attempts <= 0) {
      this.close(end)
      return
    }
    this.#usable = this.#reconnect()
    this.#usable.catch(() => {}) // told by the state, and to everybody who waits
  }

  async #reconnect(): Promise<Link> {
    const { attempts, baseMs, maxMs } = this.#options.reconnect
    let last: unknown
    for (let attempt = 1; attempt <= attempts && !this.isClosed; attempt++) {
      this.#events.onState({ kind: 'reconnecting', attempt })
      if (attempt > 1) {
        await this.#pause(Math.random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 16)))
      }
      try {
        const link = await this.#connect()
        this.#usable = undefined
        this.#events.onState({ kind: 'open' })
        return link
      } catch (error) {
        last = error
        if (!(error instanceof PipeEnd) || !finalCodes.has(error.closeCode)) continue
        if (error.closeCode !== closeCodes.unauthenticated || this.#session === undefined) break
        this.#forget() // the token of the old session has run out
      }
    }
    this.close(last)
    throw this.#errorOf(last)
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
    clearInterval(this.#watch)
    this.#watch = setInterval(
      () => {
        const silence = Date.now() - this.#heardAt
        if (silence > silenceMs) {
          this.#pipe?.abort(new PipeEnd(closeCodes.unresponsive, 'nothing was heard'))
        } else if (this.#pipe !== undefined) this.#session?.link.sendPlain([frameKinds.ping, 0])
      },
      Math.min(silenceMs / 3, longestWatchMs),
    )
    const watch: unknown = this.#watch
    if (typeof watch === 'object' && watch !== null && 'unref' in watch) {
      ;(watch as { unref(): void }).unref() // node's timers only
    }
  }

  /** Closes for good. `reason`: what pending calls fail with; none for an orderly end. */
  close(reason?: unknown): void {
    if (this.isClosed) return
    this.#closedBy = reason
    this.#next?.reject(this.#errorOf(reason))
    this.#next = undefined
    const session = this.#session
    const pipe = this.#pipe
    session?.link.flush()
    this.#closing.abort(reason)
    clearInterval(this.#watch)
    this.#pipe = undefined
    session?.link.close()
    pipe?.abort(new PipeEnd(closeCodes.normal, 'done'))
    this.#events.onState(reason === undefined ? { kind: 'closed' } : { kind: 'closed', reason })
  }

  /** What a caller sees of a failed connection. */
  #errorOf(reason: unknown): Error {
    const code = reason instanceof PipeEnd ? reason.closeCode : undefined
    const text = reason instanceof Error ? reason.message : 'the connection is closed'
    if (code === closeCodes.unauthenticated) {
      return this.#options.makeError({
        statusCode: 401,
        code: 'AUTHORIZATION_REQUIRED',
        message: text,
      })
    }
    if (code === closeCodes.forbidden) {
      return this.#options.makeError({ statusCode: 403, code: 'ACCESS_DENIED', message: text })
    }
    return this.#options.makeError({ statusCode: 503, code: 'UNAVAILABLE', message: text })
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
