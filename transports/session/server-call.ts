import type { Call, CallContext, CallInput, HttpRequest, SharedMethod } from '../../core/spi.ts'

/** What the calls of one session have in common. */
export interface SessionIdentity {
  /** Name of the transport. */
  readonly transport: string
  /** Of the connection and the hello; names in lower case. */
  readonly metadata: Readonly<Record<string, string | string[] | undefined>>
  readonly accessToken: unknown
  /** The request its only message came with, where that is one of HTTP. */
  readonly request?: HttpRequest
}

/** One call as a session carries it. The signal is made when somebody asks for it. */
export class ServerCall implements Call {
  readonly method: SharedMethod
  readonly input: CallInput
  readonly ctorInput: CallInput | undefined
  readonly metadata: Call['metadata']
  readonly deadline: number | undefined
  readonly rich = true
  failedInMethod: boolean | undefined = undefined
  context: CallContext | undefined = undefined
  readonly #identity: SessionIdentity
  readonly #args: Readonly<Record<string, unknown>>
  #abort: AbortController | undefined
  #reason: unknown

  constructor(
    identity: SessionIdentity,
    method: SharedMethod,
    args: Readonly<Record<string, unknown>>,
    ctorInput: CallInput | undefined,
    options: {
      readonly metadata: Readonly<Record<string, string>> | undefined
      readonly deadline: number | undefined
    },
  ) {
    this.#identity = identity
    this.#args = args
    this.method = method
    this.input = inputOf(method, args)
    this.ctorInput = ctorInput
    this.metadata =
      options.metadata === undefined
        ? identity.metadata
        : { ...options.metadata, ...identity.metadata }
    this.deadline = options.deadline
  }

  get transport(): string {
    return this.#identity.transport
  }

  get accessToken(): unknown {
    return this.#identity.accessToken
  }

  get request(): HttpRequest | undefined {
    return this.#identity.request
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#reason !== undefined) this.#abort.abort(this.#reason)
    }
    return this.#abort.signal
  }

  /** The caller cancelled, or is gone. */
  cancel(reason: Error): void {
    this.#reason = reason
    this.#abort?.abort(reason)
  }

  readArgument(name: string): unknown {
    return Object.hasOwn(this.#args, name) ? this.#args[name] : undefined
  }
}

/** Arguments by name in the order of the method's parameters; names of others are ignored. Source: remoting A-14. */
export function inputOf(method: SharedMethod, args: Readonly<Record<string, unknown>>): CallInput {
  const { parameters } = method
  const values: unknown[] = new Array(parameters.length)
  for (let i = 0; i < parameters.length; i++) {
    const name = parameters[i]?.name ?? ''
    values[i] = Object.hasOwn(args, name) ? args[name] : undefined
  }
  return { values, typed: true }
}
