import { ResultReference, StreamReference } from '../codec/codec.ts'
import { CallTable } from './call-table.ts'
import {
  ClientConnection,
  type ClientConnectionOptions,
  type ConnectionState,
} from './client-connection.ts'
import { IncomingStream, OutgoingStream } from './flow-control.ts'
import type { CallOptions, FrameId, WireProblem } from './frame.ts'
import * as frameKinds from './frame-kinds.ts'
import type { Link } from './link.ts'
import { readProblem } from './read-frame.ts'

/** One call as a session sends it; a client's outgoing call has this shape. */
export interface SessionCall {
  /** Full name. */
  readonly method: string
  readonly args: Readonly<Record<string, unknown>>
  readonly ctorArgs?: Readonly<Record<string, unknown>> | undefined
  /** Names in lower case. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  /** Absolute, milliseconds since the epoch. */
  readonly deadline?: number | undefined
  /** The result is known to be a stream: its first items come without a round trip. */
  readonly streams?: boolean | undefined
}

/** The result of a call. */
export type SessionReply =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'stream'; readonly items: AsyncIterable<unknown> }

/** Sends a call of a batch. */
export type SendInBatch = (call: SessionCall) => {
  readonly id: FrameId | undefined
  readonly reply: Promise<SessionReply>
}

/** Makes what stands in arguments for the result, or a part of it, of an earlier call of a batch. */
export type Refer = (id: FrameId, path: readonly string[]) => ResultReference

/** What a session is made with. */
export interface ClientSessionOptions extends ClientConnectionOptions {
  /** Items a stream may be ahead of its reader. @default 64 */
  readonly streamWindow: number
  readonly onState: (state: ConnectionState) => void
}

/** A call that waits for its reply, or whose stream is under way. */
interface Pending {
  readonly resolve: (reply: SessionReply) => void
  readonly reject: (error: unknown) => void
  /** Room given with the call itself. */
  readonly credit: number
  /** Ends what watches over the call: the caller's signal, the deadline. */
  release: (() => void) | undefined
  stream: IncomingStream | undefined
}

/** The client's end of a session: sends calls, hands out replies and streams. */
export class ClientSession {
  readonly #options: ClientSessionOptions
  readonly #connection: ClientConnection
  readonly #pending = new CallTable<Pending>()
  /** Streams this side sends, for arguments. */
  readonly #outgoing = new Map<FrameId, OutgoingStream>()
  #lastId = 0
  #idle: (() => void) | undefined

  constructor(options: ClientSessionOptions) {
    this.#options = options
    this.#connection = new ClientConnection(options, {
      onFrame: (frame) => this.#take(frame),
      onGap: () => this.#begin(),
      onState: (state) => {
        if (state.kind === 'closed') this.#failAll(this.#connection.failure())
        options.onState(state)
      },
    })
  }

  /** **Errors**: rejects when the server refuses or cannot be reached. */
  open(signal?: AbortSignal): Promise<void> {
    return this.#connection.open(signal)
  }

  /**
   * Calls a method. **Errors**: what `makeError` makes of the server's problem; the signal's reason; `SESSION_LOST` when the
   * connection was lost and the session could not be resumed (the call may have run); `UNAVAILABLE` when it is closed.
   */
  call(call: SessionCall): Promise<SessionReply> {
    const { link } = this.#connection
    if (link !== undefined) return this.#send(link, call)
    return this.#callLater(call)
  }

  async #callLater(call: SessionCall): Promise<SessionReply> {
    call.signal?.throwIfAborted()
    const link = await unlessAborted(this.#connection.whenUsable(), call.signal)
    return this.#send(link, call)
  }

  /**
   * Runs a function that sends several calls at once, so that they travel in one message and arguments may refer to results
   * of the calls before. `send` answers the id of a call, unless it could not be sent.
   */
  async batch<Result>(run: (send: SendInBatch, refer: Refer) => Result): Promise<Result> {
    const link = await this.#connection.whenUsable()
    link.flush()
    link.cork(Number.POSITIVE_INFINITY)
    const send: SendInBatch = (call) => {
      const reply = this.#send(link, call, false)
      return { reply, id: this.#pending.get(this.#lastId) !== undefined ? this.#lastId : undefined }
    }
    try {
      return run(send, (id, path) => new ResultReference(id, path))
    } finally {
      link.uncork(true)
    }
  }

  #send(link: Link, call: SessionCall, isLast = this.#pending.size === 0): Promise<SessionReply> {
    return new Promise((resolve, reject) => {
      if (call.signal?.aborted === true) {
        reject(call.signal.reason)
        return
      }
      const credit = call.streams === true ? this.#options.streamWindow : 0
      const args = this.#withStreams(link, call.args)
      const id = ++this.#lastId
      const pending: Pending = { resolve, reject, credit, release: undefined, stream: undefined }
      // the reply may come before the frame is sent: some pipes hand a message on at once
      this.#pending.set(id, pending)
      if (call.signal !== undefined || call.deadline !== undefined) this.#watch(id, pending, call)
      try {
        const options = this.#optionsOf(call, credit)
        link.send(
          options === undefined
            ? [frameKinds.call, id, call.method, args]
            : [frameKinds.call, id, call.method, args, options],
          isLast,
        )
      } catch (error) {
        this.#finish(id)
        reject(this.#unsendable(error))
      }
    })
  }

  #unsendable(error: unknown): Error {
    const message = error instanceof Error ? error.message : 'the arguments can not be sent'
    const isTooBig = error instanceof RangeError
    return this.#options.makeError({
      statusCode: isTooBig ? 413 : 400,
      code: isTooBig ? 'PAYLOAD_TOO_LARGE' : 'INVALID_ARGUMENT',
      message,
    })
  }

  #optionsOf(call: SessionCall, credit: number): CallOptions | undefined {
    const { ctorArgs, metadata, deadline } = call
    if (
      ctorArgs === undefined &&
      metadata === undefined &&
      deadline === undefined &&
      credit === 0
    ) {
      return undefined
    }
    return {
      ...(ctorArgs === undefined ? {} : { ctor: ctorArgs }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(deadline === undefined ? {} : { timeout: Math.max(0, Math.ceil(deadline - Date.now())) }),
      ...(credit === 0 ? {} : { credit }),
    }
  }

  /** Cancels at the server when the caller aborts, or the deadline passes without a word. */
  #watch(id: FrameId, pending: Pending, { signal, deadline, method }: SessionCall): void {
    const leave = (reason: unknown) => {
      if (this.#pending.get(id) !== pending) return
      this.#cancel(id)
      if (pending.stream === undefined) pending.reject(reason)
      else pending.stream.fail(reason)
    }
    const abort = () => leave(signal?.reason)
    const timer =
      deadline === undefined
        ? undefined
        : setTimeout(
            () => {
              if (pending.stream !== undefined) return // streams are exempt once started
              const message = `${method} did not answer before its deadline`
              leave(
                this.#options.makeError({ statusCode: 504, code: 'DEADLINE_EXCEEDED', message }),
              )
            },
            Math.min(deadline - Date.now() + deadlineGraceMs, 2 ** 31 - 1),
          )
    signal?.addEventListener('abort', abort, { once: true })
    pending.release = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }

  #cancel(id: FrameId): void {
    this.#finish(id)
    this.#sendSafely([frameKinds.cancel, id])
  }

  #sendSafely(frame: Parameters<Link['send']>[0]): void {
    this.#connection.session?.send(frame)
  }

  /** Takes a call out of the books. */
  #finish(id: FrameId): Pending | undefined {
    const pending = this.#pending.take(id)
    if (pending === undefined) return undefined
    pending.release?.()
    if (this.#pending.size === 0) this.#idle?.()
    return pending
  }

  #take(frame: readonly unknown[]): void {
    const id = frame[1] as number // replies of a server name their call; others are not found
    switch (frame[0]) {
      case frameKinds.value:
        this.#finish(id)?.resolve({ kind: 'value', value: frame[2] })
        break
      case frameKinds.error:
        this.#takeError(id, readProblem(frame[2]))
        break
      case frameKinds.stream:
        this.#takeStream(id)
        break
      case frameKinds.items:
        if (Array.isArray(frame[2])) this.#pending.get(id)?.stream?.push(frame[2])
        break
      case frameKinds.end:
        this.#finish(id)?.stream?.end()
        break
      case frameKinds.credit:
        this.#outgoing.get(id)?.addCredit(Number(frame[2]) || 0)
        break
      case frameKinds.cancel:
        this.#outgoing.get(id)?.cancel()
        this.#outgoing.delete(id)
        break
      case frameKinds.goaway:
        this.#connection.expectEnd()
        break
    }
  }

  #takeError(id: FrameId, problem: WireProblem): void {
    const pending = this.#finish(id)
    if (pending === undefined) return
    const error = this.#options.makeError(problem)
    if (pending.stream === undefined) pending.reject(error)
    else pending.stream.fail(error)
  }

  #takeStream(id: FrameId): void {
    const pending = this.#pending.get(id)
    if (pending === undefined || pending.stream !== undefined) return
    const { streamWindow } = this.#options
    const grant = (items: number) => this.#sendSafely([frameKinds.credit, id, items])
    pending.stream = new IncomingStream(streamWindow, grant, () => this.#cancel(id))
    if (pending.credit === 0) grant(streamWindow)
    pending.resolve({ kind: 'stream', items: pending.stream })
  }

  /** Replaces streams among the arguments, and files with a stream, by references; their items follow. */
  #withStreams(link: Link, args: SessionCall['args']): SessionCall['args'] {
    let replaced: Record<string, unknown> | undefined
    for (const name in args) {
      const value = args[name]
      if (typeof value !== 'object' || value === null) continue
      const found = this.#withStream(link, value)
      if (found === value) continue
      replaced ??= { ...args }
      replaced[name] = found
    }
    return replaced ?? args
  }

  #withStream(link: Link, value: object): unknown {
    if (isStream(value)) return this.#openOutgoing(link, value)
    if (Array.isArray(value)) {
      return value.some((item) => isFile(item))
        ? value.map((item) => (isFile(item) ? this.#withStream(link, item) : item))
        : value
    }
    return isFile(value) ? { ...value, stream: this.#openOutgoing(link, value.stream) } : value
  }

  #openOutgoing(link: Link, source: AsyncIterable<unknown>): StreamReference {
    const id = ++this.#lastId
    const stream = new OutgoingStream(source[Symbol.asyncIterator](), 0, {
      items: (items) => link.send([frameKinds.items, id, items]),
      end: () => {
        this.#outgoing.delete(id)
        link.send([frameKinds.end, id])
      },
      fail: (error) => {
        this.#outgoing.delete(id)
        const message = error instanceof Error ? error.message : 'the stream failed'
        link.send([frameKinds.error, id, { statusCode: 400, message }])
      },
      ready: () => link.ready(),
    })
    this.#outgoing.set(id, stream)
    return new StreamReference(id)
  }

  /** A new session: what was under way in the old one is lost, and said to be. */
  #begin(): void {
    const message = 'the connection was lost, and with it this call; it may have run'
    this.#failAll(this.#options.makeError({ statusCode: 503, code: 'SESSION_LOST', message }))
    this.#lastId = 0
  }

  #failAll(error: Error): void {
    const pending = this.#pending.values()
    this.#pending.clear()
    for (const stream of this.#outgoing.values()) stream.cancel()
    this.#outgoing.clear()
    for (const { release, stream, reject } of pending) {
      release?.()
      if (stream === undefined) reject(error)
      else stream.fail(error)
    }
    this.#idle?.()
  }

  /** Waits for calls under way, then closes; with a signal that aborts, sooner. */
  async close(signal?: AbortSignal): Promise<void> {
    if (this.#pending.size > 0 && !this.#connection.isClosed) {
      const idle = new Promise<void>((resolve) => {
        this.#idle = resolve
      })
      await unlessAborted(idle, signal).catch(() => {})
    }
    this.#connection.close()
  }
}

/** Milliseconds the server's own answer to a passed deadline may take before the client says it itself. */
const deadlineGraceMs = 100

function isStream(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value
}

function isFile(
  value: unknown,
): value is { readonly filename?: string; readonly stream: AsyncIterable<unknown> } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'stream' in value &&
    typeof value.stream === 'object' &&
    value.stream !== null &&
    isStream(value.stream)
  )
}

function unlessAborted<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return pending
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
