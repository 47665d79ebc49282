import type { CallContext } from '../method/context.ts'
import type { HttpRequest, HttpResponse } from '../method/http.ts'
import type { SharedMethod } from '../method/shared-method.ts'

/** Raw argument values in the order of the method's parameters, before conversion. */
export interface CallInput {
  readonly values: readonly unknown[]
  /** `true`: JSON or native values; `false`: text; an array decides per parameter. */
  readonly typed: boolean | readonly boolean[]
}

/**
 * One call as a transport hands it over. The transport owns it until the reply; it may be an instance of the
 * transport's own class (getters are fine, {@link Call.signal} should be created on first access).
 */
export interface Call {
  readonly method: SharedMethod
  readonly input: CallInput
  /** Input of the instance loader for prototype methods. */
  readonly ctorInput?: CallInput | undefined
  /** Name of the transport. */
  readonly transport: string
  /** Names in lower case. */
  readonly metadata: Readonly<Record<string, string | string[] | undefined>>
  /** Aborts when the caller goes away or cancels. Read at most once per call, and only when somebody asks for it. */
  readonly signal: AbortSignal
  /** Absolute, milliseconds since the epoch. */
  readonly deadline?: number | undefined
  /** Token of the caller where the transport or a component ahead of it found one. */
  readonly accessToken?: unknown
  readonly request?: HttpRequest | undefined
  readonly response?: HttpResponse | undefined
  /** What `context.getArgByName` answers. */
  readonly readArgument?: ((name: string) => unknown) | undefined
  /** Dates and buffers reach the caller as they are; otherwise top-level ones are put in LoopBack's envelope. */
  readonly rich?: boolean | undefined
  /** The response is finished or under way: a before hook that ends it ends the call. Source: remoting H-11. */
  readonly answered?: boolean | undefined
  /** Written by the dispatcher when the method itself (not a hook, not a conversion) failed. Source: remoting E-3. */
  failedInMethod?: boolean | undefined
  /** Written by the dispatcher before anything of the application runs: what HTTP offers as `request.remotingContext`. */
  context?: CallContext | undefined
}

/** What a method said about the transport's answer. */
export interface ReplyMetadata {
  /** Set by a return with `http.target: 'status'`. */
  readonly status?: number | undefined
  /** Set by returns with `http.target: 'header'`; names as declared. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A finished call. Failures are rejections; the transport renders them with `problemFromError`. */
export type Reply =
  | {
      readonly kind: 'value'
      readonly value: unknown
      readonly metadata: ReplyMetadata | undefined
    }
  | {
      readonly kind: 'stream'
      readonly items: AsyncIterable<unknown>
      readonly metadata: ReplyMetadata | undefined
    }
  /** A before hook or the method finished the HTTP response itself. */
  | { readonly kind: 'answered' }

/** The one function shape of the system. Rejects with anything; never throws synchronously. */
export type Handler = (call: Call) => Promise<Reply>

/**
 * A {@link Handler} that answers at once where nothing has to be waited for: a method that returns no promise and has no hooks.
 * A busy connection saves two promises a call with it.
 */
export type EagerHandler = (call: Call) => Reply | Promise<Reply>

/** Wraps a handler. */
export type Middleware = (next: Handler) => Handler
