import type { BatchContext } from './batch.ts'
import type { ApiDescription } from './description.ts'

/** One call as a client sends it. */
export interface OutgoingCall {
  /** Full name: `Book.find`, `Book.prototype.patchAttributes`. */
  readonly method: string
  readonly args: Readonly<Record<string, unknown>>
  /** Arguments of the instance loader of prototype methods: `{ id: 7 }`. */
  readonly ctorArgs?: Readonly<Record<string, unknown>> | undefined
  /** Names in lower case; headers over HTTP. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  /** Absolute, milliseconds since the epoch. */
  readonly deadline?: number | undefined
  /** It may be repeated without harm; retries ask for it. */
  readonly isIdempotent?: boolean | undefined
  /** The result is a stream. */
  readonly streams?: boolean | undefined
  /** The member of the result that is the value. */
  readonly member?: string | undefined
}

/** The result of a call. Leaving `items` early ends the stream at its source. */
export type IncomingReply =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'stream'; readonly items: AsyncIterable<unknown> }

/** The one function shape of a client. Rejects with a `RemoteError` of this package, or with the signal's reason. */
export type ClientHandler = (call: OutgoingCall) => Promise<IncomingReply>

/** Wraps a handler: retry, deadline, sign-in. */
export type ClientMiddleware = (next: ClientHandler) => ClientHandler

/** Sends calls of a batch, see `ClientSession.batch`. */
export type BatchSender = (
  send: (call: OutgoingCall) => {
    readonly id: number | undefined
    readonly reply: Promise<IncomingReply>
  },
  refer: (id: number, path: readonly string[]) => unknown,
) => readonly Promise<IncomingReply>[]

/** How a channel is doing. */
export type ChannelState =
  | { readonly kind: 'open' }
  /** The connection was lost and is being made again; calls wait. */
  | { readonly kind: 'reconnecting'; readonly attempt: number }
  /**
   * A new session began because the old one could not be resumed: calls and streams that were under way have failed with
   * `SESSION_LOST`.
   */
  | { readonly kind: 'gap' }
  | { readonly kind: 'closed'; readonly reason?: unknown }

/** An open connection, or what stands for one. */
export interface Channel {
  readonly call: ClientHandler
  /** Sends calls in one message. Not in process. */
  readonly batch?: (run: BatchSender) => Promise<readonly Promise<IncomingReply>[]>
  /** Tells every change of state until the returned function is called. */
  onState(listener: (state: ChannelState) => void): () => void
  /** Waits for calls under way, then closes. */
  close(): Promise<void>
}

/** Opens channels: `restDialer(url)`, `websocketDialer(url)`, `messagePortDialer(port)`, `inProcessDialer(app)`. */
export interface Dialer {
  /** What the dialer knows of the application; a client made with it uses it, too. */
  readonly api?: ApiDescription
  /** Runs `$batch`. Not in process. */
  readonly batch?: (build: (batch: object) => unknown, context: BatchContext) => Promise<unknown>
  dial(signal?: AbortSignal): Promise<Channel>
}
