import {
  type Call,
  type Handler,
  invalidArgument,
  notFound,
  RemoteError,
  type Reply,
  type SharedMethod,
  type Transport,
  type TransportEnvironment,
} from '../../core/spi.ts'

/** Options of one in-process call. */
export interface InvokeOptions {
  /** Arguments of the instance loader, for prototype methods: `{ id: 7 }`. */
  readonly ctorArgs?: Readonly<Record<string, unknown>>
  readonly accessToken?: unknown
  readonly signal?: AbortSignal
  /** Absolute, milliseconds since the epoch. */
  readonly deadline?: number
  /** What other transports send as headers; names in lower case. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** The reference transport: the same pipeline without a wire. */
export interface InProcessTransport extends Transport {
  /**
   * Calls a method by its full name (`Book.find`, `Book.prototype.patchAttributes`) with arguments by name. Arguments
   * and results are cloned, so neither side can change the other's; streams resolve to an AsyncIterable.
   *
   * **Errors**: rejects with the original error object, `METHOD_NOT_FOUND` for an unknown name. Source: remoting E-16.
   */
  invoke(
    fullName: string,
    args?: Readonly<Record<string, unknown>>,
    options?: InvokeOptions,
  ): Promise<unknown>
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
    async invoke(fullName, args = {}, options = {}) {
      if (environment === undefined) {
        throw new RemoteError('the application is not started', { reason: 'UNAVAILABLE' })
      }
      return invokeIn(environment, fullName, args, options)
    },
  }
}

async function invokeIn(
  environment: TransportEnvironment,
  fullName: string,
  args: Readonly<Record<string, unknown>>,
  options: InvokeOptions,
): Promise<unknown> {
  const method = environment.catalog().find(fullName)
  if (method === undefined) {
    throw notFound('METHOD_NOT_FOUND', `there is no method ${fullName}`)
  }
  const reply = await handle(environment.handle, callOf(environment, method, args, options))
  if (reply.kind === 'answered') return undefined
  return reply.kind === 'stream' ? clonedItems(reply.items, options.signal) : isolate(reply.value)
}

/** Rejects as soon as the caller aborts; a late result is dropped. Source: remoting I-13. */
function handle(handler: Handler, call: Call): Promise<Reply> {
  const { signal } = call
  signal.throwIfAborted()
  const pending = handler(call)
  if (signal === never) return pending
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

function callOf(
  environment: TransportEnvironment,
  method: SharedMethod,
  args: Readonly<Record<string, unknown>>,
  options: InvokeOptions,
): Call {
  const owner = environment.catalog().classes.find((shared) => shared.name === method.className)
  const ctor = method.isStatic ? undefined : owner?.sharedCtor
  const ctorArgs = options.ctorArgs ?? {}
  return {
    method,
    input: { values: valuesOf(method, args), typed: true },
    ctorInput: ctor === undefined ? undefined : { values: valuesOf(ctor, ctorArgs), typed: true },
    transport: 'in-process',
    metadata: options.metadata ?? {},
    signal: options.signal ?? never,
    deadline: options.deadline,
    accessToken: options.accessToken,
    rich: true,
    readArgument: (name) => args[name],
  }
}

/** The signal of a call nobody cancels. */
const never = new AbortController().signal

function valuesOf(method: SharedMethod, args: Readonly<Record<string, unknown>>): unknown[] {
  return method.parameters.map((parameter) =>
    Object.hasOwn(args, parameter.name) ? isolate(args[parameter.name]) : undefined,
  )
}

/** Nesting an isolated value may have; a cycle runs into it. */
const maxDepth = 200

/**
 * A copy that shares nothing mutable with the original. Values that can not be cloned (functions, streams, class
 * instances with methods) are passed on as they are: inside one process they are legal arguments.
 *
 * **Errors**: `INVALID_ARGUMENT` for cyclic or very deep values.
 */
function isolate(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) throw invalidArgument('the value is circular or nested too deeply')
  if (Array.isArray(value)) return value.map((item) => isolate(item, depth + 1))
  if (value instanceof Date) return new Date(value.getTime())
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (value instanceof Set) return new Set([...value].map((item) => isolate(item, depth + 1)))
  if (value instanceof Map) {
    const entries = [...value].map(
      ([key, item]) => [isolate(key), isolate(item, depth + 1)] as const,
    )
    return new Map(entries)
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const member = isolate((value as Readonly<Record<string, unknown>>)[key], depth + 1)
    if (key === '__proto__') Object.defineProperty(copy, key, { value: member, enumerable: true })
    else copy[key] = member
  }
  return copy
}

/** Items until the caller aborts: a source that does not look at the signal is left then. Source: remoting I-13. */
async function* clonedItems(
  items: AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
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
          reject(error)
        })
      })
      if (done === true) {
        isOver = true
        return
      }
      yield isolate(value)
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    if (!isOver) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
