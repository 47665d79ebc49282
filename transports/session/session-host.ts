import type { ProblemOptions } from '../../core/spi.ts'
import { type Codec, CodecError, type CodecFactory, type RichTypes } from '../codec/codec.ts'
import * as closeCodes from './close-codes.ts'
import type { Hello, Welcome } from './frame.ts'
import * as frameKinds from './frame-kinds.ts'
import type { SessionLimits } from './limits.ts'
import { laterUnreferenced } from './link.ts'
import { type Message, nextMessage, type Pipe, PipeEnd } from './pipe.ts'
import { readHello } from './read-frame.ts'
import { ServerSession, type SessionService } from './server-session.ts'
import { createSessionCodec } from './session-codec.ts'

/** The version of the protocol this implementation speaks. */
export const protocolVersion = 1

/** Characters a hello may have; nobody has said who he is by then. */
const maxHelloLength = 64 * 1024

/** A connection before its first message. */
export interface Arrival {
  /** What the client may ask for in its hello; the first is the default. */
  readonly codecs: readonly CodecFactory[]
  /** Headers of the connection; names in lower case. They win over what the client says in its hello. */
  readonly metadata: Readonly<Record<string, string | string[] | undefined>>
}

/** Finds out who a client is. What it resolves to becomes `accessToken` of every call. */
export type Authenticate = (
  token: string | undefined,
  metadata: Readonly<Record<string, string | string[] | undefined>>,
) => unknown

/** What a host of sessions is made with. */
export interface SessionHostOptions {
  /** Name of the transport. */
  readonly transport: string
  readonly service: Omit<SessionService, 'limits' | 'errors'>
  readonly limits: SessionLimits
  readonly errors: ProblemOptions
  readonly types: RichTypes
  /** Rejecting closes the connection with 4401. */
  readonly authenticate?: Authenticate | undefined
  readonly log: (error: unknown, message: string) => void
}

/** A session and the pipe it runs over at the moment. */
interface Seat {
  readonly session: ServerSession
  pipe: Pipe | undefined
  readonly codec: string
  readonly token: string | undefined
  readonly canResume: boolean
  /** Milliseconds since the epoch: of the last message, or of the loss of the pipe. */
  since: number
  /** The link's progress when it was last looked at with too much waiting; -1 when all was well. */
  stalledAt: number
}

/** All sessions of one transport: it greets, resumes, watches for silence, and drains. */
export class SessionHost {
  readonly #options: SessionHostOptions
  readonly #service: SessionService
  readonly #seats = new Map<string, Seat>()
  readonly #greeting = new Set<Pipe>()
  readonly #codecs = new Map<CodecFactory, Codec>()
  /** Seats without a pipe, the one that waits longest first. */
  readonly #detached = new Set<Seat>()
  #sweeper: ReturnType<typeof setInterval> | undefined
  #isClosing = false

  constructor(options: SessionHostOptions) {
    this.#options = options
    this.#service = { ...options.service, limits: options.limits, errors: options.errors }
  }

  /** Sessions, connected or not. */
  get size(): number {
    return this.#seats.size
  }

  /** Greets a connection and runs it until it ends; resolves once the session has begun. Never rejects. */
  async accept(pipe: Pipe, arrival: Arrival): Promise<void> {
    if (this.#isClosing) {
      pipe.abort(new PipeEnd(closeCodes.goingAway, 'the server is closing'))
      return
    }
    try {
      const seat = await this.#greet(pipe, arrival)
      this.#read(seat, pipe)
    } catch (error) {
      pipe.abort(this.#endOf(error))
    }
  }

  /** Why a connection has to be closed. */
  #endOf(error: unknown): PipeEnd {
    if (error instanceof PipeEnd) return error
    if (error instanceof CodecError) {
      const code = error.kind === 'tooBig' ? closeCodes.tooBig : closeCodes.malformed
      return new PipeEnd(code, error.message)
    }
    this.#options.log(error, `a session of ${this.#options.transport} failed`)
    return new PipeEnd(closeCodes.protocol, 'the session failed')
  }

  async #greet(pipe: Pipe, arrival: Arrival): Promise<Seat> {
    const { limits } = this.#options
    // who resumes takes no further seat: seats are counted where a session begins
    if (this.#greeting.size >= limits.maxSessions) {
      throw new PipeEnd(closeCodes.tooMany, 'too many connections')
    }
    const timeout = laterUnreferenced(
      () => pipe.abort(new PipeEnd(closeCodes.helloTimeout, 'the hello did not come in time')),
      limits.helloMs,
    )
    this.#greeting.add(pipe)
    try {
      const first = await nextMessage(pipe)
      if (first.length > Math.min(maxHelloLength, limits.maxMessageBytes)) {
        throw new PipeEnd(closeCodes.tooBig, 'a long hello')
      }
      const hello = readHello(first)
      if (hello.version !== protocolVersion) {
        const text = `version ${hello.version} is not spoken here, ${protocolVersion} is`
        throw new PipeEnd(closeCodes.unsupportedVersion, text)
      }
      const codec = codecOf(hello, arrival)
      const accessToken = await this.#authenticate(hello, arrival)
      if (this.#isClosing) throw new PipeEnd(closeCodes.goingAway, 'the server is closing')
      return (
        this.#resume(pipe, hello, codec) ??
        this.#begin(pipe, hello, codec, arrival.metadata, accessToken)
      )
    } finally {
      clearTimeout(timeout)
      this.#greeting.delete(pipe)
    }
  }

  async #authenticate(hello: Hello, arrival: Arrival): Promise<unknown> {
    const { authenticate } = this.#options
    if (authenticate === undefined) return undefined
    try {
      return await authenticate(hello.token, arrival.metadata)
    } catch {
      throw new PipeEnd(closeCodes.unauthenticated, 'the token is not accepted')
    }
  }

  /** Goes on with a session whose client came back; `undefined` when there is nothing to go on with. */
  #resume(pipe: Pipe, hello: Hello, codec: CodecFactory): Seat | undefined {
    const seat = hello.session === undefined ? undefined : this.#seats.get(hello.session)
    if (seat === undefined || seat.codec !== codec.name || seat.token !== hello.token) {
      return undefined
    }
    if (seat.session.link.isOutdated(hello.received ?? 0)) {
      throw new PipeEnd(closeCodes.replaced, 'the session goes on over another connection')
    }
    if (!seat.session.link.canResumeFrom(hello.received ?? 0)) {
      const left = seat.pipe
      seat.pipe = undefined
      left?.abort(new PipeEnd(closeCodes.replaced, 'another session took the place of this one'))
      this.#end(seat)
      return undefined
    }
    const old = seat.pipe
    seat.pipe = pipe
    seat.session.link.detach()
    old?.abort(new PipeEnd(closeCodes.replaced, 'the session goes on over another connection'))
    this.#detached.delete(seat)
    seat.since = Date.now()
    this.#welcome(pipe, seat.session, true)
    seat.session.link.attach(pipe, hello.received ?? 0)
    return seat
  }

  #begin(
    pipe: Pipe,
    hello: Hello,
    codec: CodecFactory,
    headers: Arrival['metadata'],
    accessToken: unknown,
  ): Seat {
    const { transport, types, limits } = this.#options
    if (this.#seats.size >= limits.maxSessions) {
      throw new PipeEnd(closeCodes.tooMany, 'too many sessions')
    }
    const metadata = { ...hello.metadata, ...headers }
    if (hello.token !== undefined) metadata['authorization'] ??= hello.token
    const id = crypto.randomUUID()
    const session = new ServerSession(
      id,
      this.#codecOf(codec, types, limits),
      { transport, metadata, accessToken },
      this.#service,
      (broken) => broken.abort(new PipeEnd(closeCodes.abnormal, 'the connection broke')),
    )
    const seat: Seat = {
      session,
      pipe,
      codec: codec.name,
      token: hello.token,
      canResume: hello.resume === true && limits.resumeMs > 0,
      since: Date.now(),
      stalledAt: -1,
    }
    this.#seats.set(id, seat)
    this.#sweeper ??= this.#startSweeping()
    this.#welcome(pipe, session, false)
    session.link.attach(pipe, 0)
    return seat
  }

  /** Codecs that remember nothing are shared: a session at rest stays small. */
  #codecOf(factory: CodecFactory, types: RichTypes, { maxMessageBytes }: SessionLimits): Codec {
    if (factory.isStateful === true) return createSessionCodec(factory, types, maxMessageBytes)
    let codec = this.#codecs.get(factory)
    if (codec === undefined) {
      codec = createSessionCodec(factory, types, maxMessageBytes)
      this.#codecs.set(factory, codec)
    }
    return codec
  }

  #welcome(pipe: Pipe, session: ServerSession, resumed: boolean): void {
    const { maxMessageBytes, maxConcurrentCalls, silenceMs, resumeMs } = this.#options.limits
    const welcome: Welcome = {
      version: protocolVersion,
      session: session.id,
      resumed,
      received: session.link.received,
      limits: { maxMessageBytes, maxConcurrentCalls, silenceMs, resumeMs },
    }
    // the client may be gone already: whoever reads the pipe finds out
    pipe.send(JSON.stringify([[frameKinds.welcome, welcome]]))?.catch(() => {})
  }

  /** Reads until the pipe ends; a session that goes on over another one has a seat with another pipe. */
  #read(seat: Seat, pipe: Pipe): void {
    pipe.receive({
      message: (message) => this.#take(seat, pipe, message),
      ended: (end) => {
        if (seat.pipe === pipe) this.#lose(seat, end)
      },
    })
  }

  #take(seat: Seat, pipe: Pipe, message: Message): Promise<void> | undefined {
    if (seat.pipe !== pipe) return undefined
    seat.since = Date.now()
    const { session } = seat
    try {
      session.receive(message)
    } catch (error) {
      pipe.abort(this.#endOf(error))
      return undefined
    }
    // a client that does not read is not read either
    return session.link.writable()
  }

  /** The pipe of a session is gone: it waits for the client to come back, or ends. */
  #lose(seat: Seat, { closeCode }: PipeEnd): void {
    seat.pipe = undefined
    seat.session.link.detach()
    const wasLost = closeCode === closeCodes.abnormal || closeCode === closeCodes.unresponsive
    if (!seat.canResume || !wasLost || this.#isClosing) {
      this.#end(seat)
      return
    }
    seat.since = Date.now()
    this.#detached.add(seat)
    const [longest] = this.#detached
    if (this.#detached.size > this.#options.limits.maxDetachedSessions && longest !== undefined) {
      this.#end(longest)
    }
  }

  #end(seat: Seat): void {
    this.#seats.delete(seat.session.id)
    this.#detached.delete(seat)
    seat.session.close()
    if (this.#seats.size === 0) {
      clearInterval(this.#sweeper)
      this.#sweeper = undefined
    }
  }

  /** One timer for all sessions. */
  #startSweeping(): ReturnType<typeof setInterval> {
    const { silenceMs, resumeMs } = this.#options.limits
    const timer = setInterval(
      () => this.#sweep(),
      Math.max(10, Math.min(5000, silenceMs / 4, resumeMs / 4 || 5000)),
    )
    if (typeof timer === 'object' && 'unref' in timer) timer.unref()
    return timer
  }

  #sweep(): void {
    const now = Date.now()
    const { silenceMs, resumeMs } = this.#options.limits
    for (const seat of this.#seats.values()) {
      const age = now - seat.since
      const isStalled = this.#isStalled(seat)
      if (seat.pipe === undefined) {
        if (age > resumeMs || isStalled) this.#end(seat)
      } else if (age > silenceMs) {
        seat.pipe.abort(new PipeEnd(closeCodes.unresponsive, 'nothing was heard'))
      } else if (isStalled) {
        seat.pipe.abort(new PipeEnd(closeCodes.unresponsive, 'too much is waiting to be read'))
      }
    }
  }

  /** Too much waits, and nothing of it was read since the last look. A burst of large replies alone is no reason. */
  #isStalled(seat: Seat): boolean {
    const { queuedBytes, progress } = seat.session.link
    const isTooMuch = queuedBytes > this.#options.limits.maxQueuedBytes
    const isStalled = isTooMuch && (seat.pipe === undefined || seat.stalledAt === progress)
    seat.stalledAt = isTooMuch ? progress : -1
    return isStalled
  }

  /** Tells every client that the server stops, waits for calls under way until the signal aborts, closes all pipes. */
  async close(signal?: AbortSignal): Promise<void> {
    this.#isClosing = true
    for (const pipe of this.#greeting) pipe.abort(goingAway())
    for (const seat of this.#detached) this.#end(seat)
    const drained = Promise.all(
      [...this.#seats.values()].map(async (seat) => {
        await seat.session.drain('the server is closing')
        seat.session.link.flush()
        await seat.session.link.writable()
      }),
    )
    await Promise.race([drained, aborted(signal)])
    for (const seat of [...this.#seats.values()]) {
      seat.pipe?.abort(goingAway())
      this.#end(seat)
    }
  }

  /** Breaks every connection, as a failing network would: clients that resume go on. With another code the sessions end, too. */
  dropConnections(closeCode: number = closeCodes.abnormal): void {
    const reason = new PipeEnd(closeCode, 'dropped on request')
    for (const { pipe } of this.#seats.values()) pipe?.abort(reason)
  }
}

/** **Errors**: a `PipeEnd` for a codec that is not spoken here. */
function codecOf(hello: Hello, { codecs }: Arrival): CodecFactory {
  const codec =
    hello.codec === undefined ? codecs[0] : codecs.find(({ name }) => name === hello.codec)
  if (codec !== undefined) return codec
  throw new PipeEnd(closeCodes.unsupportedVersion, 'the codec is not spoken here')
}

function goingAway(): PipeEnd {
  return new PipeEnd(closeCodes.goingAway, 'the server is closing')
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
