import type { CallContext, CallOptions } from '../method/context.ts'
import type { HttpRequest, HttpResponse } from '../method/http.ts'
import type { SharedMethod } from '../method/shared-method.ts'
import type { Call, ReplyMetadata } from './call.ts'
import type { Plan } from './plan.ts'

const notRunYet = Symbol('not run yet')

/** The context of one call. What few calls need (signal, state, options) is made on first access. */
export class InvocationContext implements CallContext {
  readonly models: unknown
  args: Record<string, unknown> = noArguments
  ctorArgs: Record<string, unknown> | undefined = undefined
  instance: Readonly<Record<string, unknown>> | undefined = undefined
  sharedCtorError: unknown = undefined
  /** A conversion error waiting for `invoke:before` (strict). Source: remoting H-3. */
  argumentError: unknown = undefined
  error: unknown = undefined
  /** Status and headers of the invocation, while after hooks may still replace its result. */
  replyMetadata: ReplyMetadata | undefined = undefined
  /** Computed once per call, see {@link CallContext.options}. */
  options: CallOptions = noOptions
  readonly #call: Call
  readonly #plan: Plan
  #result: unknown = notRunYet
  #state: Record<string, unknown> | undefined
  #abort: AbortController | undefined
  #accessToken: unknown
  /** 0 until somebody asks. */
  #deadline: number | undefined = 0

  constructor(call: Call, plan: Plan, models: unknown) {
    this.#call = call
    this.#plan = plan
    this.models = models
    this.#accessToken = call.accessToken
  }

  /** The call of a context; what users get a context for does not show it. */
  static callOf(context: InvocationContext): Call {
    return context.#call
  }

  /** The plan of a context, as {@link callOf}. */
  static planOf(context: InvocationContext): Plan {
    return context.#plan
  }

  get method(): SharedMethod {
    return this.#call.method
  }

  get methodString(): string {
    return this.#call.method.fullName
  }

  get transport(): string {
    return this.#call.transport
  }

  get metadata(): Call['metadata'] {
    return this.#call.metadata
  }

  get request(): HttpRequest | undefined {
    return this.#call.request
  }

  get response(): HttpResponse | undefined {
    return this.#call.response
  }

  /** That of the caller or of the time a call may take, whichever is earlier. A method that does not wait needs no clock. */
  get deadline(): number | undefined {
    if (this.#deadline === 0) {
      const { invocationTimeout } = this.#plan.environment
      const own = invocationTimeout > 0 ? Date.now() + invocationTimeout : undefined
      this.#deadline = earlier(this.#call.deadline, own)
    }
    return this.#deadline
  }

  get accessToken(): unknown {
    return this.#accessToken ?? null
  }

  set accessToken(token: unknown) {
    this.#accessToken = token
  }

  get result(): unknown {
    if (this.#result === notRunYet) this.#result = {}
    return this.#result
  }

  set result(value: unknown) {
    this.#result = value
  }

  /** The repository of the model, the marked class, or the name of a class that is neither. Source: remoting H-4. */
  get scope(): unknown {
    const { isStatic, className, owner } = this.#call.method
    if (!isStatic) return this.instance
    const models = this.models as Readonly<Record<string, unknown>> | undefined // repositories by name
    return (
      owner ??
      (models !== undefined && Object.hasOwn(models, className) ? models[className] : className)
    )
  }

  get state(): Record<string, unknown> {
    this.#state ??= {}
    return this.#state
  }

  /** Created on first access; aborts with the call's own signal or with {@link abort}. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      const outer = this.#call.signal
      if (outer.aborted) this.#abort.abort(outer.reason)
      else outer.addEventListener('abort', () => this.#abort?.abort(outer.reason), { once: true })
    }
    return this.#abort.signal
  }

  /** The response was finished by a hook or the method. */
  get answered(): boolean {
    return this.#call.answered === true
  }

  getArgByName(name: string): unknown {
    return this.#call.readArgument?.(name)
  }

  /** Marks the failure as one of the method itself. */
  failInMethod(): void {
    this.#call.failedInMethod = true
  }

  /** Ends the call from inside: deadline passed. */
  abort(reason: unknown): void {
    if (this.#abort === undefined) this.#abort = new AbortController()
    this.#abort.abort(reason)
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}

const noArguments: Record<string, unknown> = Object.freeze({})
const noOptions: CallOptions = Object.freeze({})
