import { connect, type Socket } from 'node:net'
import { DeadlineWatch } from '../../../core/call/deadline.ts'
import { createDispatcher, settled } from '../../../core/call/dispatch.ts'
import { PhaseList } from '../../../core/call/phases.ts'
import { compilePlan, type Plan } from '../../../core/call/plan.ts'
import type { Catalog, SharedClass } from '../../../core/catalog.ts'
import type { Key } from '../../../core/key.ts'
import { compileMethod } from '../../../core/method/compile-method.ts'
import type { HookEntry } from '../../../core/method/hooks.ts'
import type { SharedMethod, SharedMethodDefinition } from '../../../core/method/shared-method.ts'
import { createTypeRegistry } from '../../../core/method/wire-registry.ts'
import type { Model } from '../../../core/model/model.ts'
import { type CompatOptions, type ProfileName, resolveProfile } from '../../../core/profile.ts'
import type { Listener, RemotingSettings, TransportEnvironment } from '../../../core/spi.ts'
import { type RestOptions, type RestTransport, rest } from '../../../transports/rest/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests write handlers of every shape
type Loose = any

/** A method as tests write it: what `remoteMethod` took, and the function. */
export type TestMethod = SharedMethodDefinition & {
  readonly run: (args: Loose, context: Loose) => unknown
}

/** A class as tests write it. */
export interface TestClass {
  readonly paths?: readonly string[]
  readonly normalizeHttpPath?: boolean
  readonly ctor?: TestMethod
  readonly methods: Readonly<Record<string, TestMethod>>
}

/** What a test server is made of. */
export interface Setup {
  readonly profile?: ProfileName
  readonly compat?: CompatOptions
  readonly options?: RestOptions
  readonly remoting?: RemotingSettings
  readonly classes: Readonly<Record<string, TestClass>>
  readonly models?: ReadonlyMap<string, Model>
  readonly hooks?: Partial<Record<'before' | 'after' | 'afterError', readonly HookEntry[]>>
}

/** A running REST transport over a hand-made catalog and the real dispatcher. */
export interface TestServer {
  readonly origin: string
  readonly port: number
  readonly transport: RestTransport
  readonly logged: unknown[]
  readonly warnings: string[]
  swap(classes: Setup['classes']): void
  stop(signal?: AbortSignal): Promise<void>
}

const running = new Set<TestServer>()

/** Stops what a failed test left running: `test.after.each(stopAll)`. */
export async function stopAll(): Promise<void> {
  for (const server of running) await server.stop(AbortSignal.abort())
}

const plain = { isAsync: false, make: () => ({}) } as const

/** Starts a server on a free port. */
export async function startServer(setup: Setup): Promise<TestServer> {
  const profile = resolveProfile(setup.profile, setup.compat)
  const logged: unknown[] = []
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const deadlines = new DeadlineWatch()
  let plans = new Map<SharedMethod, Plan>()
  let catalog = build(setup.classes)
  const listeners: ((catalog: Catalog) => void)[] = []
  const ready: (() => Promise<void>)[] = []
  const shared = new Map<Key<unknown>, unknown>()
  const handleEagerly = createDispatcher({
    planOf: (method) => plans.get(method),
    models: () => ({}),
    deadlines,
  })
  const environment: TransportEnvironment = {
    handle: settled(handleEagerly),
    handleEagerly,
    catalog: () => catalog,
    onCatalog: (listener) => void listeners.push(listener),
    onReady: (action) => void ready.push(action),
    profile,
    address: { port: 0, host: '127.0.0.1' },
    remoting: setup.remoting ?? {},
    warn,
    log: (error) => void logged.push(error),
    signal: new AbortController().signal,
    shared: <T>(key: Key<T>, make: () => T) => {
      if (!shared.has(key)) shared.set(key, make())
      return shared.get(key) as T
    },
  }
  const transport = rest(setup.options)
  const listener: Listener = await transport.listen(environment)
  for (const action of ready) await action()
  const address = listener.addresses[0] ?? ''
  const origin = address === '' ? '' : new URL(address).origin
  const server: TestServer = {
    origin,
    port: Number(origin === '' ? 0 : new URL(origin).port),
    transport,
    logged,
    warnings,
    swap(classes) {
      catalog = build(classes)
      for (const notify of listeners) notify(catalog)
    },
    async stop(signal) {
      if (!running.delete(server)) return
      deadlines.close()
      await listener.close(signal)
    },
  }
  running.add(server)
  return server

  function build(classes: Setup['classes']): Catalog {
    const types = createTypeRegistry({ profile, warn: () => {} })
    const compiled = Object.entries(classes).map(([name, given]) =>
      compileClass(name, given, types),
    )
    plans = new Map(
      compiled.flatMap((one) =>
        one.methods.map((method) => [
          method,
          compilePlan(method, one.sharedCtor, planEnvironment()),
        ]),
      ),
    )
    const methods = new Map(compiled.flatMap((one) => one.methods.map((m) => [m.fullName, m])))
    const describe = () => ({ viaduct: 1, classes: [], models: [] }) as const
    const find = (fullName: string) => methods.get(fullName)
    return { classes: compiled, methods, find, models: setup.models ?? new Map(), describe }
  }

  function planEnvironment() {
    const { before = [], after = [], afterError = [] } = setup.hooks ?? {}
    return {
      profile,
      phases: new PhaseList(['auth', 'invoke']),
      hooks: { before, after, afterError },
      hookOrder: 'specificity',
      authorize: [],
      invocationTimeout: 0,
      errorsOnArguments: true,
      optionsOf: () => plain,
      validateReturns: false,
    } as const
  }

  function compileClass(
    name: string,
    given: TestClass,
    types: ReturnType<typeof createTypeRegistry>,
  ): SharedClass {
    const compile = (key: string, { run, ...definition }: TestMethod, isSharedCtor = false) =>
      compileMethod(
        name,
        { name: key, definition, handler: run as never, isSharedCtor },
        { types, warn: () => {} },
      )
    return {
      name,
      paths: given.paths ?? [`/${name}`],
      normalizeHttpPath: given.normalizeHttpPath,
      methods: Object.entries(given.methods).map(([key, method]) => compile(key, method)),
      sharedCtor: given.ctor === undefined ? undefined : compile('sharedCtor', given.ctor, true),
      model: undefined,
    }
  }
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  /** Header lines in order, `Date` removed. */
  readonly lines: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Everything, `Date` removed. */
  readonly text: string
}

/** Sends bytes over a socket of their own and reads until the server closes it (or `until` is seen). */
export function sendRaw(
  port: number,
  bytes: string | Buffer,
  options: { readonly until?: string | RegExp; readonly halfClose?: boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
      if (options.halfClose === true) socket.end(bytes)
      else socket.write(bytes)
    })
    const finish = (): void => {
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('utf8'))
    }
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      if (options.until === undefined) return
      const text = Buffer.concat(chunks).toString('utf8')
      if (
        typeof options.until === 'string' ? text.includes(options.until) : options.until.test(text)
      )
        finish()
    })
    socket.on('end', finish)
    socket.on('error', (error) => (chunks.length > 0 ? finish() : reject(error)))
  })
}

/** What {@link request} sends. */
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** One request on a connection of its own; nothing is added but Host, Connection and Content-Length. */
export async function request(
  server: { readonly port: number },
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<RawAnswer> {
  const headers: Record<string, string> = { Host: 'test', Connection: 'close', ...options.headers }
  const body = options.body === undefined ? undefined : Buffer.from(options.body)
  if (body !== undefined) headers['Content-Length'] ??= String(body.length)
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const start = Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`)
  return parseAnswer(
    await sendRaw(server.port, body === undefined ? start : Buffer.concat([start, body])),
  )
}

/** JSON in, parsed JSON out. */
export async function call(
  server: { readonly port: number },
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: unknown; readonly answer: RawAnswer }> {
  const sent =
    body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const type = sent === undefined ? {} : { 'Content-Type': 'application/json' }
  const options = {
    headers: { ...type, ...headers },
    ...(sent === undefined ? {} : { body: sent }),
  }
  const answer = await request(server, method, path, options)
  const parsed =
    /json/.test(answer.headers['content-type'] ?? '') && answer.body !== ''
      ? JSON.parse(answer.body)
      : answer.body
  return { status: answer.status, body: parsed, answer }
}

/** Splits an answer; chunked bodies are joined. */
export function parseAnswer(raw: string): RawAnswer {
  const text = raw.replace(/^HTTP\/1.1 100 Continue\r\n\r\n/, '').replace(/\r\nDate: [^\r]*/i, '')
  const split = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, split).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 2),
    ]),
  )
  const rest = text.slice(split + 4)
  const body = headers['transfer-encoding'] === 'chunked' ? joinChunks(rest) : rest
  return { status: Number(first.split(' ')[1]), lines, headers, body, text }
}

function joinChunks(text: string): string {
  let bytes = Buffer.from(text)
  let joined = ''
  for (;;) {
    const end = bytes.indexOf('\r\n')
    const size = Number.parseInt(bytes.toString('latin1', 0, Math.max(end, 0)), 16)
    if (end < 0 || !(size > 0)) return joined
    joined += bytes.toString('utf8', end + 2, end + 2 + size)
    bytes = bytes.subarray(end + 2 + size + 2)
  }
}

/** Opens a socket for tests that send by hand. */
export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(socket))
    socket.on('error', reject)
  })
}

/** Repeats a suite for both ways into the transport. */
export const ways: readonly { readonly name: string; readonly options: RestOptions }[] = [
  { name: 'direct', options: {} },
  { name: 'koa', options: { koa: true } },
]

/** A POST method that answers its arguments. */
export function post(
  path: string,
  accepts: TestMethod['accepts'],
  run: TestMethod['run'] = (args) => args,
): TestMethod {
  return {
    ...(accepts === undefined ? {} : { accepts }),
    http: { verb: 'post', path },
    returns: { arg: 'r', type: 'any', root: true },
    run,
  }
}

/** An argument of any type. */
export const any = (arg: string, source?: string) =>
  source === undefined ? { arg, type: 'any' } : { arg, type: 'any', http: { source } }
/** A number argument. */
export const number = (arg: string, source?: string) => ({ ...any(arg, source), type: 'number' })
