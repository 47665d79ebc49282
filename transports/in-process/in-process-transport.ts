import {
  type Call,
  type CallContext,
  type CallInput,
  type Handler,
  invalidArgument,
  notFound,
  RemoteError,
  type Reply,
  remoteError,
  type SharedMethod,
  type Transport,
  type TransportEnvironment,
} from '../../core/spi.ts'

/** Options of one in-process call. */
export interface InvokeOptions {
  /** Arguments of the instance loader, for prototype methods: `{ id: 7 }`. */
  readonly ctorArgs?: Readonly<Record<string, unknown>> | undefined
  readonly accessToken?: unknown
  readonly signal?: AbortSignal | undefined
  /** Absolute, milliseconds since the epoch. */
  readonly deadline?: number | undefined
  /** What other transports send as headers; names in lower case. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** What a call comes to, for clients: as `invoke`, but a stream is told apart from a value. */
export type LocalReply =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'stream'; readonly items: AsyncIterable<unknown> }

/** Options of {@link InProcessTransport.respond}. */
export interface LocalOptions extends InvokeOptions {
  /** Makes what the call, or its stream, fails with, except a signal's reason. @default the error itself */
  readonly makeError?: ((error: unknown) => unknown) | undefined
}

/** The reference transport: the same pipeline without a wire. */
export interface InProcessTransport extends Transport {
  /**
   * Calls a method by its full name (`Book.find`, `Book.prototype.patchAttributes`) with arguments by name. Arguments
   * and results are cloned, so neither side can change the other's; streams resolve to an AsyncIterable.
   *
   * **Errors**: rejects with the original error object, `METHOD_NOT_FOUND` for an unknown name, `RESERVED_KEY` for an
   * argument with an own member `__proto__` at any depth. Source: remoting E-16, Q-11.
   */
  invoke(
    fullName: string,
    args?: Readonly<Record<string, unknown>>,
    options?: InvokeOptions,
  ): Promise<unknown>
  /** As {@link invoke}, for the client of this package. */
  respond(
    fullName: string,
    args: Readonly<Record<string, unknown>>,
    options: LocalOptions,
  ): Promise<LocalReply>
}

/** Creates the in-process transport; install it, start the application, call `invoke`. */
export function inProcess(): InProcessTransport {
  let environment: TransportEnvironment | undefined
  return {
    kind: 'transport',
    name: 'in-process',
    supports: {
      sloppyInput: false,
      richValues: true,
      streams: true,
      files: false,
      cancellation: true,
    },
    async listen(given) {
      environment = given
      return {
        addresses: [],
        close: async () => {
          environment = undefined
        },
      }
    },
    invoke: (fullName, args = {}, options = {}) =>
      respond(environment, fullName, args, options).then(resultOf),
    respond: (fullName, args, options) => respond(environment, fullName, args, options),
  }
}

function resultOf(reply: LocalReply): unknown {
  return reply.kind === 'stream' ? reply.items : reply.value
}

function respond(
  environment: TransportEnvironment | undefined,
  fullName: string,
  args: Readonly<Record<string, unknown>>,
  options: LocalOptions,
): Promise<LocalReply> {
  const { signal, makeError } = options
  try {
    if (environment === undefined) throw notStarted()
    const method = environment.catalog().find(fullName)
    if (method === undefined) {
      throw notFound('METHOD_NOT_FOUND', `there is no method ${fullName}`)
    }
    const call = new LocalCall(method, sharedCtorOf(environment, method), args, options)
    if (signal !== undefined) return respondUntil(signal, environment.handle, call, options)
    const reply = environment.handleEagerly(call)
    if (!(reply instanceof Promise)) return Promise.resolve(isolateReply(reply, options))
    const pending = reply.then((settled) => isolateReply(settled, options))
    return makeError === undefined ? pending : pending.catch(failWith(makeError))
  } catch (error) {
    return Promise.reject(makeError === undefined ? error : makeError(error))
  }
}

function failWith(makeError: (error: unknown) => unknown): (error: unknown) => never {
  return (error) => {
    throw makeError(error)
  }
}

/** Rejects as soon as the caller aborts, with the reason as it is; a late result is dropped. Source: remoting I-13. */
function respondUntil(
  signal: AbortSignal,
  handle: Handler,
  call: Call,
  options: LocalOptions,
): Promise<LocalReply> {
  const { makeError = (error: unknown) => error } = options
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    if (signal.aborted) {
      leave()
      return
    }
    signal.addEventListener('abort', leave, { once: true })
    handle(call)
      .then((reply) => resolve(isolateReply(reply, options)))
      .catch((error: unknown) => reject(makeError(error)))
      .finally(() => signal.removeEventListener('abort', leave))
  })
}

function notStarted(): RemoteError {
  return new RemoteError('the application is not started', { reason: 'UNAVAILABLE' })
}

function isolateReply(reply: Reply, options: LocalOptions): LocalReply {
  if (reply.kind === 'stream') return { kind: 'stream', items: clonedItems(reply.items, options) }
  return {
    kind: 'value',
    value: reply.kind === 'value' ? isolate(reply.value, 'result') : undefined,
  }
}

function sharedCtorOf(
  environment: TransportEnvironment,
  method: SharedMethod,
): SharedMethod | undefined {
  if (method.isStatic) return undefined
  return environment.catalog().classes.find(({ name }) => name === method.className)?.sharedCtor
}

/** One call without a wire. */
class LocalCall implements Call {
  readonly method: SharedMethod
  readonly input: CallInput
  readonly ctorInput: CallInput | undefined
  readonly transport = 'in-process'
  readonly metadata: Call['metadata']
  readonly signal: AbortSignal
  readonly deadline: number | undefined
  readonly accessToken: unknown
  readonly rich = true
  failedInMethod: boolean | undefined = undefined
  context: CallContext | undefined = undefined
  readonly #args: Readonly<Record<string, unknown>>

  constructor(
    method: SharedMethod,
    ctor: SharedMethod | undefined,
    args: Readonly<Record<string, unknown>>,
    options: LocalOptions,
  ) {
    this.method = method
    this.input = { values: valuesOf(method, args), typed: true }
    this.ctorInput = ctor && { values: valuesOf(ctor, options.ctorArgs ?? noMembers), typed: true }
    this.metadata = options.metadata ?? noMembers
    this.signal = options.signal ?? never
    this.deadline = options.deadline
    this.accessToken = options.accessToken
    this.#args = args
  }

  readArgument(name: string): unknown {
    return Object.hasOwn(this.#args, name) ? this.#args[name] : undefined
  }
}

const noMembers: Readonly<Record<string, never>> = Object.freeze({})

/** The signal of a call nobody cancels. */
const never = new AbortController().signal

function valuesOf(method: SharedMethod, args: Readonly<Record<string, unknown>>): unknown[] {
  const { parameters } = method
  const values: unknown[] = new Array(parameters.length)
  for (let index = 0; index < parameters.length; index++) {
    const name = parameters[index]?.name ?? ''
    values[index] = Object.hasOwn(args, name) ? isolate(args[name], 'argument') : undefined
  }
  return values
}

/** Nesting an isolated value may have; a cycle runs into it. */
const maxDepth = 200

/** Arguments with a reserved key are refused as on every transport, results lose it. Source: remoting Q-11. */
type Direction = 'argument' | 'result'

/**
 * A copy that shares nothing mutable with the original. Values that can not be cloned (functions, streams, class
 * instances with methods) are passed on as they are: inside one process they are legal arguments.
 *
 * **Errors**: `INVALID_ARGUMENT` for cyclic or very deep values, `RESERVED_KEY` for an argument with an own `__proto__`.
 */
function isolate(value: unknown, direction: Direction, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return isolateMembers(value, direction, depth + 1)
  if (Array.isArray(value)) return isolateItems(value, direction, depth + 1)
  if (value instanceof Date) return new Date(value.getTime())
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (value instanceof Set) return new Set(isolateItems([...value], direction, depth + 1))
  if (value instanceof Map) {
    const items = [...value].map((entry) => isolateItems(entry, direction, depth + 1))
    return new Map(items as [unknown, unknown][]) // entries were pairs
  }
  return prototype === null ? isolateMembers(value, direction, depth + 1) : value
}

function isolateItems(
  items: readonly unknown[],
  direction: Direction,
  depth: number,
): readonly unknown[] {
  checkDepth(depth)
  return items.map((item) => isolate(item, direction, depth))
}

function isolateMembers(value: object, direction: Direction, depth: number): object {
  checkDepth(depth)
  const members = value as Readonly<Record<string, unknown>> // a plain object
  const copied: Record<string, unknown> = {}
  for (const key of Object.keys(members)) {
    if (key !== '__proto__') copied[key] = isolate(members[key], direction, depth)
    else if (direction === 'argument') {
      throw remoteError('RESERVED_KEY', 'the key "__proto__" is reserved')
    }
  }
  return copied
}

function checkDepth(depth: number): void {
  if (depth > maxDepth + 1) throw invalidArgument('the value is circular or nested too deeply')
}

/** Items until the caller aborts: a source that does not look at the signal is left then. Source: remoting I-13. */
async function* clonedItems(
  items: AsyncIterable<unknown>,
  { signal, makeError = (error) => error }: LocalOptions,
): AsyncGenerator<unknown> {
  const iterator = items[Symbol.asyncIterator]()
  // one listener for the whole stream: racing every item with one promise would keep them all
  let leave: ((reason: unknown) => void) | undefined
  const abort = (): void => leave?.(signal?.reason)
  signal?.addEventListener('abort', abort)
  let isOver = false
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { done, value } = await new Promise<IteratorResult<unknown>>((resolve, reject) => {
        leave = reject
        iterator.next().then(resolve, (error: unknown) => {
          isOver = true
          reject(makeError(error))
        })
      })
      if (done === true) {
        isOver = true
        return
      }
      yield isolate(value, 'result')
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    if (!isOver) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
