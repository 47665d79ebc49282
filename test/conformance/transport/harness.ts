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
}

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
  /** Makes a fresh transport for a fresh application. */
  create(): Transport
  /** Connects to the started application. */
  dial(app: App, transport: Transport): Promise<ConformanceClient>
}
