import {
  type AppOptions,
  checkAppOptions,
  type MethodsByClass,
  withRemotingDefaults,
} from './app-options.ts'
import { AppState } from './app-state.ts'
import type { Handler } from './call/call.ts'
import type { PhaseList } from './call/phases.ts'
import type { Catalog, Manifest } from './catalog.ts'
import type { Repositories, Transaction, TransactionOptions } from './data/repository-types.ts'
import { invalidArgument, remoteError } from './error/remote-error.ts'
import type { Hook, HookMoment } from './method/hooks.ts'
import { checkPattern } from './method/hooks.ts'
import type { SharedClassBuilder } from './method/shared-class.ts'
import type { TypeConverter } from './method/wire-custom.ts'
import type { ObjectFactory } from './method/wire-object.ts'
import type { ModelDefinitions } from './model/define-model.ts'
import type { HookName, Hook as OperationHook } from './model/hook.ts'
import type { Profile } from './profile.ts'
import type { Component } from './scope.ts'
import type { Listener, Transport } from './transport.ts'

/** What can be installed. */
export type Plugin = Transport | Component

/** Options of `start`. */
export interface StartOptions {
  /** 0 chooses a free one. @default 3000 */
  readonly port?: number
  /** @default '127.0.0.1' */
  readonly host?: string
}

/**
 * An application: models, shared methods, transports and components under one roof. Nothing in it is process-wide; two
 * applications in one process never meet.
 */
export interface App<Models extends ModelDefinitions = ModelDefinitions, Methods = unknown> {
  readonly profile: Profile
  /** Repositories by model name. **Errors**: before `start`. */
  readonly models: Repositories<Models>
  /** What is callable at this moment. **Errors**: before `start`. */
  readonly catalog: Catalog
  /** The phases of a call; add yours before `start`. */
  readonly phases: PhaseList
  /** Where the transports listen, e.g. `['http://127.0.0.1:3000/api']`. */
  readonly addresses: readonly string[]
  /** Only for the type checker: what a client infers its calls from. */
  readonly $types?: { readonly models: Models; readonly methods: Methods }
  install(...plugins: readonly Plugin[]): this
  /** Hooks around shared methods, by pattern (`Book.find`, `Book.*`, `**`). Source: remoting 4.2. */
  before(pattern: string, hook: Hook): this
  after(pattern: string, hook: Hook): this
  afterError(pattern: string, hook: Hook): this
  /** Registers a handler under `auth`, `invoke:before`, …; source: remoting 4.3. */
  phase(name: string, pattern: string, hook: Hook): this
  /** Runs ahead of every hook; a throw refuses the call. Source: remoting HO-4. */
  authorize(hook: Hook): this
  /** Observes an operation of a model, before `start`. Source: data section 5. */
  observe<N extends HookName>(model: string, name: N, hook: OperationHook<N>): this
  /** Adds a type for arguments: a converter, or a factory that gets plain objects. Source: remoting M-11, TY-8. */
  defineType(name: string, type: TypeConverter | ObjectFactory): this
  /** Removes a type, case-insensitively; methods compiled later treat its name as `any`. Source: remoting M-7. */
  deleteTypeByName(name: string): this
  /**
   * Changes classes while the application runs: the function edits the builders, then a new catalog is swapped in
   * between two calls. Source: remoting M-9.
   */
  change(edit: (classOf: (name: string) => SharedClassBuilder) => void): this
  /** Removes a class and its hooks. Source: remoting M-6. */
  removeClass(name: string): this
  /**
   * Runs work in a transaction: committed when it resolves, rolled back when it rejects. Every operation inside takes
   * part, hooks, relations and validators included, without passing anything on. Source: data D-7-3, D-7-5.
   *
   * **Errors**: what the work rejects with; 409 `CONFLICT` when a concurrent transaction won; 501 without transactions.
   */
  transaction<T>(
    work: (models: Repositories<Models>, transaction: Transaction) => T | Promise<T>,
    options?: TransactionOptions & { readonly dataSource?: string },
  ): Promise<T>
  /** Opens data sources, freezes the catalog, opens transports. Resolves once every port answers. */
  start(options?: StartOptions): Promise<this>
  /** Closes transports (calls under way may finish until the signal aborts), then data sources. */
  stop(signal?: AbortSignal): Promise<void>
  /** The handler transports call. */
  readonly handle: Handler
  /**
   * The manifest, at any time. Before `start` nothing is connected for it, and no component is installed.
   *
   * **Errors**: before `start` what is wrong with models, methods and settings.
   */
  describe(): Manifest
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Creates an application.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the option. Everything a start can find wrong with models, methods and data
 * sources is found by `start`.
 */
export function createApp<
  const Models extends ModelDefinitions = Record<never, never>,
  const Methods extends MethodsByClass = Record<never, never>,
>(options: AppOptions<Models, Methods> = {}): App<Models, Methods> {
  const complete = withRemotingDefaults(options)
  checkAppOptions(complete)
  return new Application(new AppState(complete))
}

type Life = 'new' | 'starting' | 'started' | 'stopping' | 'stopped'

class Application<Models extends ModelDefinitions, Methods> implements App<Models, Methods> {
  readonly #state: AppState
  #life: Life = 'new'
  #listeners: Listener[] = []
  #abort = new AbortController()

  constructor(state: AppState) {
    this.#state = state
  }

  get profile(): Profile {
    return this.#state.profile
  }

  get models(): Repositories<Models> {
    return this.#state.repositories() as Repositories<Models> // made from these very models
  }

  get catalog(): Catalog {
    return this.#state.catalog()
  }

  get phases(): PhaseList {
    return this.#state.phases
  }

  get handle(): Handler {
    return this.#state.handle
  }

  get addresses(): readonly string[] {
    return this.#listeners.flatMap((listener) => listener.addresses)
  }

  install(...plugins: readonly Plugin[]): this {
    this.#mustBe('new', 'install')
    for (const plugin of plugins) this.#state.plugins.push(checkPlugin(plugin))
    return this
  }

  before(pattern: string, hook: Hook): this {
    return this.#addHook('before', pattern, hook)
  }

  after(pattern: string, hook: Hook): this {
    return this.#addHook('after', pattern, hook)
  }

  afterError(pattern: string, hook: Hook): this {
    return this.#addHook('afterError', pattern, hook)
  }

  phase(name: string, pattern: string, hook: Hook): this {
    this.#state.phases.registerHandler(name, pattern, hook)
    return this.#changed()
  }

  authorize(hook: Hook): this {
    this.#state.authorize.push(hook)
    return this.#changed()
  }

  observe<N extends HookName>(model: string, name: N, hook: OperationHook<N>): this {
    this.#mustBe('new', 'observe')
    this.#state.observe(model, name, hook as OperationHook) // kept under its own name
    return this
  }

  defineType(name: string, type: TypeConverter | ObjectFactory): this {
    this.#state.defineType(name, type)
    return this.#changed()
  }

  deleteTypeByName(name: string): this {
    this.#state.deleteType(name)
    return this.#changed()
  }

  change(edit: (classOf: (name: string) => SharedClassBuilder) => void): this {
    edit((name) => this.#state.classOf(name))
    return this.#changed()
  }

  removeClass(name: string): this {
    this.#state.removeClass(name)
    return this.#changed()
  }

  transaction<T>(
    work: (models: Repositories<Models>, transaction: Transaction) => T | Promise<T>,
    options: TransactionOptions & { readonly dataSource?: string } = {},
  ): Promise<T> {
    return this.#state.transaction((transaction) => work(this.models, transaction), options)
  }

  async start(options: StartOptions = {}): Promise<this> {
    this.#mustBe('new', 'start')
    checkStartOptions(options)
    this.#life = 'starting'
    try {
      await this.#state.open(this.#abort.signal)
      await this.#listen(options)
      this.#life = 'started'
    } catch (error) {
      await this.#close()
      throw error
    }
    this.#state.announce(this.addresses)
    return this
  }

  async stop(signal?: AbortSignal): Promise<void> {
    if (this.#life !== 'started') return
    this.#life = 'stopping'
    await this.#close(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  describe(): Manifest {
    return this.#state.describe()
  }

  #addHook(moment: HookMoment, pattern: string, hook: Hook): this {
    this.#state.hooks[moment].push({ pattern: checkPattern(pattern), hook })
    return this.#changed()
  }

  /** Before `start` nothing is compiled yet; afterwards the new catalog is swapped in at once. */
  #changed(): this {
    if (this.#life === 'started') this.#state.rebuild()
    return this
  }

  #mustBe(life: Life, what: string): void {
    if (this.#life !== life) {
      throw remoteError(
        'INVALID_ARGUMENT',
        `${what} is not possible: the application is ${this.#life}`,
      )
    }
  }

  async #listen(options: StartOptions): Promise<void> {
    const ready: (() => Promise<void>)[] = []
    const address = { port: options.port ?? 3000, host: options.host ?? '127.0.0.1' }
    const environment = this.#state.transportEnvironment(address, ready, this.#abort.signal)
    for (const transport of this.#state.transports()) {
      this.#listeners.push(await transport.listen(environment))
    }
    for (const action of ready) await action()
  }

  async #close(signal?: AbortSignal): Promise<void> {
    const listeners = this.#listeners
    this.#listeners = []
    const closed = await Promise.allSettled(listeners.map((listener) => listener.close(signal)))
    this.#abort.abort(remoteError('UNAVAILABLE', 'the application is stopping'))
    await this.#state.close()
    this.#life = 'stopped'
    const failure = closed.find((result) => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }
}

/** **Errors**: `INVALID_ARGUMENT` naming the option. */
function checkStartOptions({ port, host, ...unknown }: StartOptions): void {
  const [first] = Object.keys(unknown)
  if (first !== undefined) throw invalidArgument(`start: unknown option "${first}"`)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw invalidArgument(`start: port must be an integer from 0 to 65535, got ${String(port)}`)
  }
  if (host !== undefined && (typeof host !== 'string' || host === '')) {
    throw invalidArgument('start: host must be a host name or an address')
  }
}

/** Source: remoting M-8. */
function checkPlugin(plugin: Plugin): Plugin {
  const { kind } = plugin
  const isTransport = kind === 'transport' && typeof plugin.listen === 'function'
  const isComponent = kind === 'component' && typeof plugin.install === 'function'
  if (isTransport || isComponent) return plugin
  throw invalidArgument('Invalid adapter class: a transport needs listen(), a component install()')
}
