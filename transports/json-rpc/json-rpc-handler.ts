import {
  type Call,
  type CallContext,
  type CallInput,
  type Catalog,
  type Handler,
  type HttpRequest,
  type ProblemOptions,
  type Profile,
  remoteError,
  type SharedMethod,
} from '../../core/spi.ts'
import { findTarget, inputsOf, type Target } from './arguments.ts'
import {
  errorFromFailure,
  invalidRequest,
  type JsonRpcError,
  methodNotFound,
  parseError,
  refusalFromError,
  serverError,
} from './json-rpc-error.ts'
import type { JsonRpcLimits } from './json-rpc-options.ts'
import { type JsonRpcMessage, type JsonRpcRequest, readMessage } from './message.ts'
import { errorText, resultOf, resultText } from './response-text.ts'

/** What answers JSON-RPC texts, whatever they arrive over. One per application. */
export interface JsonRpcService {
  readonly handle: Handler
  readonly catalog: () => Catalog
  readonly profile: Profile
  readonly limits: JsonRpcLimits
  /** Milliseconds a text gets, 0 for no limit of its own. */
  readonly timeoutMs: number
  /** What callers see of errors. */
  readonly errors: ProblemOptions
  /** Told every failed call. */
  readonly report: (error: unknown, message: string) => void
}

/** Who sent a text. */
export interface JsonRpcCaller {
  /** Below this class methods are named without it; `undefined`: by their full name. */
  readonly className?: string | undefined
  readonly metadata: Call['metadata']
  /** Aborts when he goes away; read only when a call asks for it. */
  readonly signal: AbortSignal
  readonly accessToken?: unknown
  readonly request?: HttpRequest | undefined
}

/** Answers a text; resolves to `undefined` when there is nothing to answer. Never rejects. Source: remoting 6.1. */
export function answerJsonRpc(
  text: string,
  service: JsonRpcService,
  caller: JsonRpcCaller,
): Promise<string | undefined> {
  const refuseConstructor = !service.profile.compat['Q-11']
  return answerMessage(
    readMessage(text, { limits: service.limits, refuseConstructor }),
    service,
    caller,
  )
}

/** As {@link answerJsonRpc}, for a text that was read. */
export async function answerMessage(
  message: JsonRpcMessage,
  service: JsonRpcService,
  caller: JsonRpcCaller,
): Promise<string | undefined> {
  const { timeoutMs, profile } = service
  const deadline = timeoutMs > 0 ? Date.now() + timeoutMs : undefined
  switch (message.kind) {
    case 'malformed':
      return errorText(null, profile.compat['J-12'] ? serverError : parseError)
    case 'refused':
      return errorText(
        null,
        message.reason === undefined
          ? invalidRequest
          : refusalFromError(message.reason, service.errors),
      )
    case 'single':
      return answerRequest(message.request, service, caller, deadline)
    case 'batch':
      return answerBatch(message.requests, service, caller, deadline)
  }
}

/** Runs some requests at a time; answers stand in the order of the requests. Source: remoting J-4. */
async function answerBatch(
  requests: readonly (JsonRpcRequest | undefined)[],
  service: JsonRpcService,
  caller: JsonRpcCaller,
  deadline: number | undefined,
): Promise<string | undefined> {
  const answers: (string | undefined)[] = new Array(requests.length)
  let next = 0
  const work = async (): Promise<void> => {
    while (next < requests.length && !caller.signal.aborted) {
      const at = next++
      answers[at] = await answerRequest(requests[at], service, caller, deadline)
    }
  }
  const workers = Math.min(service.limits.maxConcurrentCalls, requests.length)
  await Promise.all(Array.from({ length: workers }, work))
  const texts = answers.filter((answer) => answer !== undefined)
  return texts.length === 0 ? undefined : `[${texts.join(',')}]`
}

async function answerRequest(
  request: JsonRpcRequest | undefined,
  service: JsonRpcService,
  caller: JsonRpcCaller,
  deadline: number | undefined,
): Promise<string | undefined> {
  if (request === undefined) return errorText(null, invalidRequest)
  const { id } = request
  const fail = (error: JsonRpcError) => (id === undefined ? undefined : errorText(id, error))
  const target = findTarget(service.catalog(), caller.className, request.method)
  if (target === undefined) return fail(methodNotFound)
  let call: JsonRpcCall | undefined
  try {
    refuseUnsupported(target.method)
    call = new JsonRpcCall(target, request.params, caller, deadline)
    const reply = await service.handle(call)
    if (id === undefined) return undefined
    return resultText(id, resultOf(target.method, reply, service.profile.compat['J-5']))
  } catch (error) {
    service.report(error, `json-rpc ${target.method.fullName} failed`)
    return fail(errorFromFailure(error, call?.failedInMethod === true, service.errors))
  }
}

/** A response is one JSON value. **Errors**: `NOT_IMPLEMENTED` ahead of any effect. */
function refuseUnsupported(method: SharedMethod): void {
  if (!method.streams && !method.returnsFile) return
  const what = method.streams ? 'a stream' : 'a file'
  throw remoteError('NOT_IMPLEMENTED', `${method.fullName} answers ${what}, JSON-RPC carries none`)
}

/** One call as a request describes it. **Errors**: see {@link inputsOf}. */
class JsonRpcCall implements Call {
  readonly transport = 'json-rpc'
  readonly method: SharedMethod
  readonly input: CallInput
  readonly ctorInput: CallInput | undefined
  readonly deadline: number | undefined
  failedInMethod: boolean | undefined = undefined
  context: CallContext | undefined = undefined
  readonly #caller: JsonRpcCaller
  readonly #params: JsonRpcRequest['params']

  constructor(
    target: Target,
    params: JsonRpcRequest['params'],
    caller: JsonRpcCaller,
    deadline: number | undefined,
  ) {
    const { input, ctorInput } = inputsOf(target, params)
    this.method = target.method
    this.input = input
    this.ctorInput = ctorInput
    this.deadline = deadline
    this.#caller = caller
    this.#params = params
  }

  get metadata(): Call['metadata'] {
    return this.#caller.metadata
  }

  get signal(): AbortSignal {
    return this.#caller.signal
  }

  get accessToken(): unknown {
    return this.#caller.accessToken
  }

  get request(): HttpRequest | undefined {
    return this.#caller.request
  }

  readArgument(name: string): unknown {
    if (Array.isArray(this.#params)) {
      const parameter = this.method.parameters.find((candidate) => candidate.name === name)
      return parameter === undefined ? undefined : this.input.values[parameter.index]
    }
    const named = (this.#params ?? {}) as Readonly<Record<string, unknown>> // no list
    return Object.hasOwn(named, name) ? named[name] : undefined
  }
}
