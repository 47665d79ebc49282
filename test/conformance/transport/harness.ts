import type { App } from '../../../core/index.ts'
import type { ProfileName, Transport } from '../../../core/spi.ts'

/** Registers one case; `test` of uvu, `it` of mocha and `test` of node:test all fit. */
export type TestFunction = (name: string, run: () => Promise<void>) => void

/** What a call may carry beside its arguments. */
export interface ClientCallOptions {
  /** Arguments of the instance loader of prototype methods. */
  readonly ctorArgs?: Readonly<Record<string, unknown>>
  /** What the transport sends as metadata (HTTP headers). */
  readonly metadata?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Milliseconds the caller waits; given only where {@link TransportClaims.deadlines} is claimed. */
  readonly timeoutMs?: number
}

/** Limits of what one call may carry; the suite stays a little inside or goes clearly beyond them. */
export interface InputLimits {
  /** Levels of lists and objects of a message, what the transport wraps around arguments included. @default 32 */
  readonly maxDepth: number
  /** Keys of one object. @default 1000 */
  readonly maxKeys: number
  /** Items of one list. @default 10000 */
  readonly maxItems: number
  /** Bytes of one message. @default 1 MiB */
  readonly maxBytes: number
}

/** What a harness says of its transport beyond `Transport.supports`; each is a declared difference. */
export interface TransportClaims {
  /** `timeoutMs` of a call reaches the application as the deadline of the call. @default false */
  readonly deadlines?: boolean
  /** Callers get the very error that was thrown; only inside one process. Source: remoting E-16. @default false */
  readonly originalErrors?: boolean
  /** `false`: nothing is limited, because nothing crosses a wire. @default {@link defaultInputLimits} */
  readonly limits?: InputLimits | false
  /**
   * What is beyond depth, keys or items ends the connection, and with it the call; a new connection works. Otherwise the
   * call is refused with a 4xx and the connection stays. Source: remoting WS-6. @default false
   */
  readonly closesBeyondLimits?: boolean
  /** Items of 64 KiB a source may make beyond those its reader took, on all buffers of the way. @default 512 */
  readonly maxItemsAhead?: number
}

/** The limits every transport starts with. */
export const defaultInputLimits: InputLimits = Object.freeze({
  maxDepth: 32,
  maxKeys: 1000,
  maxItems: 10_000,
  maxBytes: 1024 * 1024,
})

/** The failure of a call as the client sees it. */
export interface ClientFailure {
  readonly statusCode: number
  readonly name?: string | undefined
  readonly message: string
  readonly code?: string | undefined
  readonly details?: unknown
}

/** A client of the transport under test; calls by full name. Rejects with a {@link ClientFailure}. */
export interface ConformanceClient {
  /** The result after the wire: JSON for transports without rich values. */
  call(
    fullName: string,
    args: Readonly<Record<string, unknown>>,
    options?: ClientCallOptions,
  ): Promise<unknown>
  /** Items of a streaming method. */
  stream?(
    fullName: string,
    args: Readonly<Record<string, unknown>>,
    options?: ClientCallOptions,
  ): AsyncIterable<unknown>
  close(): Promise<void>
}

/** A transport under test. */
export interface TransportHarness {
  readonly name: string
  /** @default both */
  readonly profiles?: readonly ProfileName[]
  /** Per profile where the transport's defaults differ. */
  readonly claims?: TransportClaims | ((profile: ProfileName) => TransportClaims)
  /** Makes a fresh transport for a fresh application. */
  create(): Transport
  /** Connects to the started application. */
  dial(app: App, transport: Transport): Promise<ConformanceClient>
}
