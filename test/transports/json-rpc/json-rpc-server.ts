import { z } from 'zod'
import {
  type App,
  createApp,
  notFound,
  sharedMethods,
  silentLogger,
  streamOf,
} from '../../../core/index.ts'
import type { CompatRule, Logger, ProfileName, Transport } from '../../../core/spi.ts'
import { type JsonRpcOptions, jsonRpc } from '../../../transports/json-rpc/index.ts'
import { exchange, type RawAnswer } from '../../support/http-exchange.ts'

const method = sharedMethods()

/** What the methods of a server saw, in order. */
export type Trace = string[]

/** A started application, stopped by {@link stopAll}. */
export interface JsonRpcServer {
  readonly app: App
  readonly origin: string
  readonly trace: Trace
  /** Sends a text to an endpoint, e.g. `/api/Plain/jsonrpc`. */
  send(path: string, body: string, headers?: Readonly<Record<string, string>>): Promise<RawAnswer>
  /** Sends one request with id 1 to the endpoint of a class and parses the answer. */
  ask(className: string, key: string, params?: unknown): Promise<Readonly<Record<string, unknown>>>
}

/** What differs between servers. */
export interface ServerSetup {
  readonly profile?: ProfileName
  readonly compat?: Partial<Record<CompatRule, boolean>>
  readonly options?: JsonRpcOptions
  readonly remoting?: Readonly<Record<string, unknown>>
  readonly others?: readonly Transport[]
  readonly logger?: Logger
  readonly prepare?: (app: App, trace: Trace) => void
}

const running = new Set<App>()

/** Ends what a test started: `test.after.each(stopAll)`. */
export async function stopAll(): Promise<void> {
  for (const app of running) await app.stop(AbortSignal.abort())
  running.clear()
}

/** Starts an application with one plain class and one class of instances. */
export async function startServer(setup: ServerSetup = {}): Promise<JsonRpcServer> {
  const trace: Trace = []
  const { profile = 'strict', compat = {}, remoting = {}, others = [], logger } = setup
  const app: App = createApp({
    profile,
    compat,
    remoting: { errorHandler: { log: logger !== undefined }, ...remoting },
    logger: logger ?? silentLogger,
    methods: { Plain: plainMethods(trace) },
    classes: { Thing: { methods: thingMethods, sharedCtor } },
  })
  app.install(jsonRpc(setup.options), ...others)
  setup.prepare?.(app, trace)
  await app.start({ port: 0 })
  running.add(app)
  const { origin } = new URL(app.addresses[0] ?? '')
  const send: JsonRpcServer['send'] = (path, body, headers = json) =>
    exchange(origin, { method: 'POST', path, headers, body })
  return {
    app,
    origin,
    trace,
    send,
    async ask(className, key, params) {
      const request = { jsonrpc: '2.0', id: 1, method: key, params }
      const { text } = await send(`/api/${className}/jsonrpc`, JSON.stringify(request))
      return JSON.parse(text)
    },
  }
}

const json = { 'Content-Type': 'application/json' }

/** Waits until a condition holds, at most two seconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  const until = Date.now() + 2000
  while (!condition()) {
    if (Date.now() > until) throw new Error('it never happened')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function plainMethods(trace: Trace) {
  return {
    add: method(
      { accepts: { a: z.number(), b: z.number().default(10) }, returns: z.number() },
      ({ a, b }) => {
        trace.push(`add ${a} ${b}`)
        return a + b
      },
    ),
    one: method({ accepts: [], returns: { arg: 'x', type: 'number' } }, () => 7),
    two: method(
      {
        accepts: [],
        returns: [
          { arg: 'x', type: 'number' },
          { arg: 'y', type: 'string' },
        ],
      },
      () => [1, 'b'],
    ),
    nothing: method({ accepts: [] }, () => 'dropped'),
    missing: method({ accepts: [] }, () => {
      throw notFound('MODEL_NOT_FOUND', 'no such thing', { id: 7 })
    }),
    secret: method({ accepts: [] }, () => {
      throw new Error('the password is 1234')
    }),
    refuses: method({ accepts: [] }, () => {
      throw Object.assign(new Error('a bad state'), { statusCode: 400 })
    }),
    coded: method({ accepts: [] }, () => {
      throw { code: 5, message: 'q' }
    }),
    cycle: method({ accepts: [], returns: { arg: 'r', root: true } }, () => {
      const value: Record<string, unknown> = {}
      value['self'] = value
      return value
    }),
    items: method({ accepts: [], returns: streamOf(z.number()) }, async function* () {
      trace.push('streams')
      yield 1
    }),
    header: method(
      { accepts: [], returns: { arg: 'name', type: 'string', root: true } },
      (_args, context) => String(context.metadata['x-name']),
    ),
    forever: method({ accepts: [] }, (_args, context) => {
      trace.push('begins')
      context.signal.addEventListener('abort', () => trace.push('aborted'))
      return new Promise(() => {})
    }),
    busy: method({ accepts: [], returns: z.number() }, async () => {
      trace.push('in')
      const most =
        trace.filter((step) => step === 'in').length - trace.filter((step) => step === 'out').length
      await new Promise((resolve) => setTimeout(resolve, 5))
      trace.push('out')
      return most
    }),
  }
}

const thingMethods = {
  name: method({ accepts: [], isStatic: false, returns: z.string() }, (_args, context) =>
    String(context.instance?.['name']),
  ),
  rename: method(
    { accepts: { to: z.string() }, isStatic: false, returns: z.string() },
    ({ to }, context) => `${String(context.instance?.['name'])} is ${to}`,
  ),
  both: method({ accepts: [], isStatic: false, returns: z.string() }, () => 'instance'),
}

const sharedCtor = {
  definition: {
    accepts: [{ arg: 'id', type: 'number', required: true, http: { source: 'path' } }],
    http: { path: '/:id' },
  },
  handler: ({ id }: { id: number }) => {
    if (id > 99) throw notFound('MODEL_NOT_FOUND', `there is no thing ${id}`)
    return { id, name: `thing ${id}` }
  },
}
