/** Chosen by the caller; each id is used once in a session. Whole numbers from 1. */
export type FrameId = number

/** An error as it crosses the wire. Source: remoting E-16. */
export interface WireProblem {
  readonly statusCode: number
  readonly name?: string
  readonly message: string
  readonly code?: string
  readonly details?: unknown
  /** Further members the server was told to send (`safeFields`). */
  readonly [member: string]: unknown
}

/** What a call may carry beside its arguments; absent members are left out. */
export interface CallOptions {
  /** Arguments of the instance loader. */
  readonly ctor?: Readonly<Record<string, unknown>>
  /** Milliseconds the caller waits; the receiver turns it into its own deadline. */
  readonly timeout?: number
  /** Names in lower case. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Items of a streamed result the caller has room for. @default 0 */
  readonly credit?: number
}

/** First frame of the client, alone in its message, always JSON text. */
export interface Hello {
  readonly version: number
  /** Name of the codec of everything that follows, where no sub-protocol has named it. @default the server's first */
  readonly codec?: string
  /** The session to resume, with the count of numbered messages received in it. */
  readonly session?: string
  readonly received?: number
  /** The client will come back after a lost connection: calls and streams wait for it. @default false */
  readonly resume?: boolean
  readonly token?: string
  /** Sent with every call of the session; names in lower case. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** The server's answer to a hello, alone in its message, always JSON text. */
export interface Welcome {
  readonly version: number
  readonly session: string
  /** False: a new session began, whatever was asked for. */
  readonly resumed: boolean
  /** Numbered messages received in the session. */
  readonly received: number
  /** What the server accepts: the client keeps to it. */
  readonly limits: {
    readonly maxMessageBytes: number
    readonly maxConcurrentCalls: number
    /** Milliseconds of silence after which either side is given up. */
    readonly silenceMs: number
    /** Milliseconds a session without a pipe is kept. */
    readonly resumeMs: number
  }
}

/** One frame. Everything but hello, welcome, ping, pong and ack is reliable: delivered once, in order, across pipes. */
export type Frame =
  | readonly [kind: 0, hello: Hello]
  | readonly [kind: 1, welcome: Welcome]
  | readonly [
      kind: 2,
      id: FrameId,
      method: string,
      args: Readonly<Record<string, unknown>>,
      options?: CallOptions,
    ]
  | readonly [kind: 3, id: FrameId, value?: unknown]
  | readonly [kind: 4, id: FrameId, problem: WireProblem]
  | readonly [kind: 5, id: FrameId]
  | readonly [kind: 6, id: FrameId, items: readonly unknown[]]
  | readonly [kind: 7, id: FrameId]
  | readonly [kind: 8, id: FrameId, items: number]
  | readonly [kind: 9, id: FrameId]
  | readonly [
      kind: 10,
      method: string,
      args: Readonly<Record<string, unknown>>,
      options?: CallOptions,
    ]
  | readonly [kind: 11, nonce: number]
  | readonly [kind: 12, nonce: number]
  | readonly [kind: 13, reason: string]
  | readonly [kind: 14, received: number]
