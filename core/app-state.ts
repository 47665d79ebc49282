import {
  type AppOptions,
  hookMoments,
  type MethodsByClass,
  type ModelConfig,
  readHooks,
  unknownRemotingKeys,
} from './app-options.ts'
import { type CustomType, createAppTypes, registerType } from './app-types.ts'
import { buildCatalog } from './build-catalog.ts'
import type { EagerHandler, Handler } from './call/call.ts'
import { optionDefaults, planOptions } from './call/computed-options.ts'
import { DeadlineWatch } from './call/deadline.ts'
import { createDispatcher, settled } from './call/dispatch.ts'
import { PhaseList } from './call/phases.ts'
import type { OptionsMaker, OptionsPlan, PlanEnvironment } from './call/plan.ts'
import type { Catalog, Manifest } from './catalog.ts'
import { ClassRegistry } from './class-registry.ts'
import { createDataLayer, type DataLayer } from './data/data-layer.ts'
import type { TransactionOptions } from './data/repository-types.ts'
import type { DataTransaction } from './data/transaction.ts'
import { invalidArgument, remoteError } from './error/remote-error.ts'
import type { Key } from './key.ts'
import { consoleLogger, type Logger } from './logger.ts'
import type { CallContext } from './method/context.ts'
import { checkPattern, type Hook, type HookEntry, type HookMoment } from './method/hooks.ts'
import type { SharedClassBuilder } from './method/shared-class.ts'
import type { TypeConverter } from './method/wire-custom.ts'
import type { ObjectFactory } from './method/wire-object.ts'
import type { TypeRegistry } from './method/wire-registry.ts'
import { checkHookName, compileHooks, compileModels } from './model/compile-models.ts'
import type { ModelDefinition, ModelDefinitions } from './model/define-model.ts'
import type { HookName, Hook as OperationHook } from './model/hook.ts'
import type { Model } from './model/model.ts'
import { PlanBook } from './plan-book.ts'
import { type Profile, resolveProfile } from './profile.ts'
import type { Component, Scope } from './scope.ts'
import type { RemotingSettings, Transport, TransportEnvironment } from './transport.ts'

type Options = AppOptions<ModelDefinitions, MethodsByClass>

/** What the options come to. */
interface Compiled {
  readonly models: ReadonlyMap<string, Model>
  readonly data: DataLayer
  readonly types: TypeRegistry
}

/** Everything an application holds between its options and its transports. Owned by one application. */
export class AppState {
  readonly profile: Profile
  readonly logger: Logger
  readonly phases = new PhaseList(['auth', 'invoke'])
  readonly hooks: Record<HookMoment, HookEntry[]>
  readonly authorize: Hook[] = []
  readonly plugins: (Transport | Component)[] = []
  readonly handle: Handler
  readonly handleEagerly: EagerHandler
  readonly #options: Options
  readonly #remoting: RemotingSettings
  readonly #classes: ClassRegistry
  readonly #observers: { model: string; name: HookName; hook: OperationHook }[] = []
  readonly #additions: ((context: CallContext) => Readonly<Record<string, unknown>>)[] = []
  readonly #provided = new Map<Key<unknown>, unknown>()
  readonly #warned = new Set<string>()
  readonly #catalogListeners: ((catalog: Catalog) => void)[] = []
  readonly #deadlines = new DeadlineWatch()
  readonly #customTypes: CustomType[] = []
  #compiled: Compiled | undefined
  #catalog: Catalog | undefined
  #plans: PlanBook | undefined

  constructor(options: AppOptions<unknown, unknown>) {
    this.#options = options as Options // createApp's own type parameters
    this.profile = resolveProfile(options.profile, options.compat)
    this.logger = options.logger ?? consoleLogger
    this.#remoting = options.remoting ?? {}
    this.hooks = readHooks(options.hooks)
    this.#classes = new ClassRegistry(this.#options)
    this.handleEagerly = createDispatcher({
      planOf: (method) => this.#plans?.planOf(method),
      models: () => this.#compiled?.data.repositories,
      deadlines: this.#deadlines,
    })
    this.handle = settled(this.handleEagerly)
  }

  /** One line for the operator, printed once. */
  readonly warn = (message: string): void => {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    this.logger.warn(message)
  }

  observe(model: string, name: HookName, hook: OperationHook): void {
    checkHookName(model, name)
    this.#observers.push({ model, name, hook })
  }

  /** Adds a type: a converter, or a factory for objects. Source: remoting M-11, TY-8. */
  defineType(name: string, type: TypeConverter | ObjectFactory): void {
    this.#customTypes.push([name, type])
    if (this.#compiled !== undefined) registerType(this.#compiled.types, [name, type])
  }

  /** Removes a type, case-insensitively. Source: remoting M-7. */
  deleteType(name: string): void {
    const key = name.toLowerCase()
    const kept = this.#customTypes.filter(([known]) => known.toLowerCase() !== key)
    this.#customTypes.splice(0, this.#customTypes.length, ...kept)
    this.#compiled?.types.delete(name)
  }

  /** The builder of a class, made on first mention. */
  classOf(name: string): SharedClassBuilder {
    return this.#classes.classOf(name)
  }

  /** Removes a class and the hooks registered under exactly its name. Source: remoting M-6. */
  removeClass(name: string): void {
    this.#classes.remove(name)
    for (const moment of hookMoments) {
      this.hooks[moment] = this.hooks[moment].filter(
        (entry) => entry.pattern.split('.')[0] !== name,
      )
    }
  }

  /** Runs work in a transaction of a data source, the first one by default. Source: data D-7-3. */
  transaction<T>(
    work: (transaction: DataTransaction) => T | Promise<T>,
    options: TransactionOptions & { readonly dataSource?: string },
  ): Promise<T> {
    const { dataSource = Object.keys(this.#options.dataSources ?? {})[0] ?? '', ...rest } = options
    return this.#opened().data.transaction(dataSource, work, rest)
  }

  repositories(): Readonly<Record<string, unknown>> {
    return this.#opened().data.repositories
  }

  catalog(): Catalog {
    if (this.#catalog === undefined) throw notStarted()
    return this.#catalog
  }

  transports(): readonly Transport[] {
    return this.plugins.filter((plugin) => plugin.kind === 'transport')
  }

  /** The manifest; before `open` it is compiled for this one answer, and nothing is connected. */
  describe(): Manifest {
    if (this.#catalog !== undefined) return this.#catalog.describe()
    const compiled = this.#compiled ?? this.#compile(new AbortController().signal)
    return this.#buildCatalog(compiled).describe()
  }

  /** Compiles models, installs components, opens data sources, builds the first catalog. */
  async open(signal: AbortSignal): Promise<void> {
    const compiled = this.#compile(signal)
    this.#compiled = compiled
    const components = this.#components()
    for (const component of components) component.install(this.#scope())
    await compiled.data.open()
    this.rebuild()
    for (const component of components) await component.start?.(signal)
  }

  /** Closes components in reverse order, then the data sources. */
  async close(): Promise<void> {
    for (const component of this.#components().reverse()) await component.stop?.()
    this.#deadlines.close()
    await this.#compiled?.data.close()
  }

  /** Builds a new catalog and swaps it in; calls under way keep their plan. Source: remoting M-9. */
  rebuild(): void {
    const catalog = this.#buildCatalog(this.#opened())
    this.#plans = new PlanBook(catalog, this.#planEnvironment())
    this.#catalog = catalog
    for (const listener of this.#catalogListeners) listener(catalog)
  }

  transportEnvironment(
    address: { readonly port: number; readonly host: string },
    ready: (() => Promise<void>)[],
    signal: AbortSignal,
  ): TransportEnvironment {
    return {
      handle: this.handle,
      handleEagerly: this.handleEagerly,
      catalog: () => this.catalog(),
      onCatalog: (listener) => void this.#catalogListeners.push(listener),
      onReady: (action) => void ready.push(action),
      profile: this.profile,
      address,
      remoting: this.#remoting,
      warn: this.warn,
      log: (error, message) => this.logger.error(message, error),
      signal,
      shared: (key, make) => this.#shared(key, make),
    }
  }

  /** The start-up line. Source: remoting X-12. */
  announce(addresses: readonly string[]): void {
    const where = addresses.length === 0 ? 'in process' : addresses.join(', ')
    const open =
      this.authorize.length === 0 ? '; no access control is installed, every method is open' : ''
    this.logger.info(`viaduct: ${this.catalog().classes.length} classes at ${where}${open}`)
  }

  /** Models, their repositories and types, unconnected. */
  #compile(signal: AbortSignal): Compiled {
    this.#checkRemoting()
    const models = this.#compileModels()
    const data = createDataLayer({
      models,
      dataSources: this.#options.dataSources ?? {},
      hooks: this.#compileHooks(models),
      profile: this.profile,
      warn: this.warn,
      signal,
    })
    const types = createAppTypes({
      profile: this.profile,
      warn: this.warn,
      models,
      remoting: { ...this.#remoting, rest: this.#restSettings() },
      custom: this.#customTypes,
    })
    this.#classes.declareModels(models, data)
    return { models, data, types }
  }

  #buildCatalog({ models, data, types }: Compiled): Catalog {
    return buildCatalog(this.#classes.sources(models, data), models, {
      types,
      warn: this.warn,
      unanchored: this.profile.compat['C-14'],
      normalizeHttpPath: this.#restSettings()['normalizeHttpPath'] === true,
      sharedMethods: this.#remoting['sharedMethods'] as
        | Readonly<Record<string, boolean>>
        | undefined, // values are checked where they are read
    })
  }

  #checkRemoting(): void {
    const unknown = unknownRemotingKeys(this.#remoting)
    if (unknown.length === 0) return
    const text = `remoting: unknown ${unknown.length === 1 ? 'key' : 'keys'} ${unknown.join(', ')}`
    if (!this.profile.compat['CF-30']) throw invalidArgument(text)
    this.warn(text)
  }

  #compileModels(): ReadonlyMap<string, Model> {
    this.#checkModelConfig()
    const sources = Object.keys(this.#options.dataSources ?? {})
    return compileModels(this.#options.models ?? {}, {
      profile: this.profile,
      warn: this.warn,
      dataSourceOf: (name) => {
        const named = this.#config(name).dataSource
        if (typeof named === 'string' && !sources.includes(named)) {
          throw invalidArgument(
            `modelConfig.${name}.dataSource: there is no data source "${named}"`,
          )
        }
        return named === null ? undefined : (named ?? sources[0])
      },
      isRelational: (name) => this.#options.dataSources?.[name]?.supports.openModels === false,
      ...(this.#options.mixins === undefined ? {} : { mixins: this.#options.mixins }),
      isPublic: (name) =>
        this.#config(name).public !== false && this.#definition(name)?.settings['public'] !== false,
    })
  }

  /** What is configured must exist; models without a store answer nothing. */
  #checkModelConfig(): void {
    const models = this.#options.models ?? {}
    for (const name of Object.keys(this.#options.modelConfig ?? {})) {
      if (!Object.hasOwn(models, name))
        throw invalidArgument(`modelConfig.${name}: there is no such model`)
    }
    const names = Object.keys(models)
    if (names.length > 0 && Object.keys(this.#options.dataSources ?? {}).length === 0) {
      this.warn(
        `no data source: ${names.join(', ')} can not be stored, give createApp({ dataSources })`,
      )
    }
  }

  #definition(name: string): ModelDefinition | undefined {
    return this.#options.models?.[name]
  }

  #config(name: string): ModelConfig {
    return this.#options.modelConfig?.[name] ?? {}
  }

  #compileHooks(models: Compiled['models']): ReturnType<typeof compileHooks> {
    const tables = new Map(compileHooks(this.#options.models ?? {}, this.#options.mixins))
    for (const { model, name, hook } of this.#observers) {
      if (!models.has(model)) throw invalidArgument(`observe: there is no model "${model}"`)
      const table = tables.get(model) ?? {}
      tables.set(model, { ...table, [name]: [...(table[name] ?? []), hook] })
    }
    return tables
  }

  #planEnvironment(): PlanEnvironment {
    const { compat } = this.profile
    const byClass = new Map<string, OptionsPlan>()
    return {
      profile: this.profile,
      phases: this.phases,
      hooks: this.hooks,
      hookOrder: this.#options.hookOrder ?? 'specificity',
      authorize: this.authorize,
      invocationTimeout: this.#options.invocationTimeout ?? (compat['I-7'] ? 0 : 120_000),
      errorsOnArguments: this.#options.errorsOnArguments ?? !compat['H-8'],
      validateReturns: this.#restSettings()['validateReturns'] === true,
      optionsOf: (name) => {
        const known = byClass.get(name) ?? this.#planOptions(name)
        byClass.set(name, known)
        return known
      },
    }
  }

  /** A model's own maker, or that of the nearest base. Source: remoting X-5. */
  #createOptionsOf(name: string): OptionsMaker | undefined {
    const own = this.#config(name).createOptions
    const base = this.#compiled?.models.get(name)?.base
    return own ?? (base === undefined || base === name ? undefined : this.#createOptionsOf(base))
  }

  /** Settings given to the REST transport replace the `remoting.rest` section. Source: remoting M-8. */
  #restSettings(): Readonly<Record<string, unknown>> {
    const given = this.transports().find((transport) => transport.settings !== undefined)
    return given?.settings ?? this.#remoting.rest ?? {}
  }

  #planOptions(name: string): OptionsPlan {
    const settings = this.#compiled?.models.get(name)?.settings ?? {}
    const own = Object.keys(optionDefaults).filter((key) => settings[key] !== undefined)
    const defaults = {
      ...optionDefaults,
      ...Object.fromEntries(own.map((key) => [key, settings[key]])),
    }
    return planOptions(defaults, this.#createOptionsOf(name), this.#additions)
  }

  #components(): Component[] {
    return this.plugins.filter((plugin) => plugin.kind === 'component')
  }

  #scope(): Scope {
    return {
      profile: this.profile,
      catalog: () => this.catalog(),
      models: () => this.repositories(),
      authorize: (hook) => void this.authorize.push(hook),
      before: (pattern, hook) =>
        void this.hooks.before.push({ pattern: checkPattern(pattern), hook }),
      after: (pattern, hook) =>
        void this.hooks.after.push({ pattern: checkPattern(pattern), hook }),
      afterError: (pattern, hook) =>
        void this.hooks.afterError.push({ pattern: checkPattern(pattern), hook }),
      computeOptions: (make) => void this.#additions.push(make),
      provide: (key, value) => void this.#provided.set(key, value),
      get: (key) => this.#get(key),
      warn: this.warn,
    }
  }

  #get<T>(key: Key<T>): T {
    if (!this.#provided.has(key)) throw invalidArgument(`nothing installed provides "${key.name}"`)
    return this.#provided.get(key) as T // provided under the same key
  }

  #shared<T>(key: Key<T>, make: () => T): T {
    if (!this.#provided.has(key)) this.#provided.set(key, make())
    return this.#get(key)
  }

  #opened(): Compiled {
    if (this.#compiled === undefined) throw notStarted()
    return this.#compiled
  }
}

function notStarted(): Error {
  return remoteError('UNAVAILABLE', 'the application is not started')
}
