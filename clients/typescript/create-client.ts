import type { BatchContext } from './batch.ts'
import type { Batch, Settled } from './batch-types.ts'
import { type CallOptions, checkOptions, fromOptions } from './call-options.ts'
import type {
  ChannelState,
  ClientHandler,
  ClientMiddleware,
  Dialer,
  OutgoingCall,
} from './channel.ts'
import { classCalls } from './class-calls.ts'
import { Connection } from './connection.ts'
import { keepDeadline } from './deadline.ts'
import type { ApiDescription } from './description.ts'
import { wrap } from './retry.ts'

/** Options of {@link createClient}. */
export interface ClientOptions {
  /** Sees every call; the first one sees it first. @default [] */
  readonly use?: readonly ClientMiddleware[]
  /** What is known of the application at run time. @default that of the dialer */
  readonly api?: ApiDescription | undefined
}

/** What every client has beside the classes of its application. */
export interface ClientControls<Api = unknown> {
  /**
   * Sends several calls in one message; arguments may be results, or parts of results, of calls before:
   *
   *     const [author] = await api.$batch((batch) => {
   *       const book = batch.Book.findById(7)
   *       return [batch.Author.findById(book.authorId)]
   *     })
   *
   * A call that fails makes those that refer to it fail with the same error. **Errors**: that of the first call that
   * failed; `RangeError` for more than 100 calls; `TypeError` in process, and for streams.
   */
  $batch<Shape>(build: (batch: Batch<Api>) => Shape): Promise<Settled<Shape>>
  /**
   * Calls a method by its full name, with arguments by name: `$call('Book.find', { filter: { limit: 3 } })`. Those of an
   * instance name what loads it in `ctorArgs`. Resolves to the result as the transport carries it, or to a stream.
   */
  $call(
    fullName: string,
    args?: Readonly<Record<string, unknown>>,
    options?: CallOptions & { readonly ctorArgs?: Readonly<Record<string, unknown>> },
  ): Promise<unknown>
  /** Tells how the connection is doing, until the returned function is called. */
  $state(listener: (state: ChannelState) => void): () => void
  /** Waits for calls under way and closes the connection; later calls reject with `CLOSED`. */
  $close(): Promise<void>
}

/** An application as seen by its client. */
export type Client<Api> = Api & ClientControls<Api>

/**
 * Makes a client. It connects at the first call and shares one connection.
 *
 * ```ts
 * const api = createClient<Api>(restDialer('https://books.example/api', { api: description }))
 * const books = await api.Book.find({ where: { pages: { gt: 300 } }, fields: ['title'] })
 * ```
 *
 * **Errors**: `TypeError` for an unknown option. Calls reject with a `RemoteError`, or with the reason of their signal.
 */
export function createClient<Api extends object>(
  dialer: Dialer,
  options: ClientOptions = {},
): Client<Api> {
  checkOptions('createClient', options, ['use', 'api'])
  const { use = [], api = dialer.api } = options
  const connection = new Connection(dialer)
  const calls: BatchContext['calls'] = (name, next) => classCalls(name, api, next)
  const front = (next: ClientHandler): ClientHandler => wrap(keepDeadline(next), use)
  const handler = front(connection.call)
  const controls = {
    $batch: async (build: (batch: object) => unknown) => {
      if (dialer.batch === undefined) throw new TypeError('this dialer has no batches')
      return dialer.batch(build, { calls, channel: connection.channel, wrap: front })
    },
    $call: (fullName: string, args = {}, given = {}) =>
      callByName(handler, api, fullName, args, given),
    $state: (listener: (state: ChannelState) => void) => connection.onState(listener),
    $close: () => connection.close(),
  } as ClientControls // a batch gives what its types say
  return lazyMembers((name) => {
    if (Object.hasOwn(controls, name)) return Reflect.get(controls, name)
    return lazyMembers(calls(name, handler))
  }) as Client<Api> // the types say what the server has
}

async function callByName(
  handler: ClientHandler,
  api: ApiDescription | undefined,
  fullName: string,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions & { readonly ctorArgs?: Readonly<Record<string, unknown>> },
): Promise<unknown> {
  const { ctorArgs, ...rest } = options
  const [shared = '', ...name] = fullName.split('.')
  const described = api?.classes[shared]?.methods[name.join('.')]
  const { streams, isIdempotent } = described ?? {}
  const call: OutgoingCall = {
    method: fullName,
    args,
    ctorArgs,
    streams,
    isIdempotent,
    ...fromOptions(rest),
  }
  const reply = await handler(call)
  return reply.kind === 'stream' ? reply.items : reply.value
}

/** An object whose members are made when they are first read. What promises and JSON look for is never there. */
function lazyMembers(make: (name: string) => unknown): object {
  const known = new Map<string, unknown>()
  return new Proxy(Object.freeze(Object.create(null) as object), {
    get(_, name) {
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') return undefined
      if (!known.has(name)) known.set(name, make(name))
      return known.get(name)
    },
  })
}
