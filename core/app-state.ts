import {
  type AppOptions,
  type HookOptions,
  type MethodsByClass,
  type ModelConfig,
  unknownRemotingKeys,
} from './app-options.ts'
import { buildCatalog, type ClassSource } from './build-catalog.ts'
import type { Handler } from './call/call.ts'
import { optionDefaults, planOptions } from './call/computed-options.ts'
import { DeadlineWatch } from './call/deadline.ts'
import { createDispatcher } from './call/dispatch.ts'
import { PhaseList } from './call/phases.ts'
import { compilePlan, type OptionsPlan, type Plan, type PlanEnvironment } from './call/plan.ts'
import type { Catalog } from './catalog.ts'
import { createDataLayer, type DataLayer } from './data/data-layer.ts'
import { methodsOfModel, sharedCtorOfModel } from './data/persisted-methods.ts'
import { invalidArgument, remoteError } from './error/remote-error.ts'
import type { Key } from './key.ts'
import { consoleLogger, type Logger } from './logger.ts'
import type { CallContext } from './method/context.ts'
import type { MarkedClass } from './method/discover.ts'
import { checkPattern, type Hook, type HookEntry, type HookMoment } from './method/hooks.ts'
import { SharedClassBuilder, type SharedClassDefinition } from './method/shared-class.ts'
import type { SharedMethod } from './method/shared-method.ts'
import type { TypeConverter } from './method/wire-custom.ts'
import type { ObjectFactory } from './method/wire-object.ts'
import { createTypeRegistry, type TypeRegistry } from './method/wire-registry.ts'
import type { TypeDeclaration } from './method/wire-type.ts'
import { compileHooks, compileModels } from './model/compile-models.ts'
import type { ModelDefinition, ModelDefinitions } from './model/define-model.ts'
import type { HookName, Hook as OperationHook } from './model/hook.ts'
import type { Model } from './model/model.ts'
import { type Profile, resolveProfile } from './profile.ts'
import type { Component, Scope } from './scope.ts'
import type { RemotingSettings, Transport, TransportEnvironment } from './transport.ts'

type Options = AppOptions<ModelDefinitions, MethodsByClass>

/** Everything an application holds between its options and its transports. Owned by one application. */
export class AppState {
  readonly profile: Profile
  readonly logger: Logger
  readonly phases = new PhaseList(['auth', 'invoke'])
  readonly hooks: Record<HookMoment, HookEntry[]>
  readonly authorize: Hook[] = []
  readonly plugins: (Transport | Component)[] = []
  readonly handle: Handler
  readonly #options: Options
  readonly #remoting: RemotingSettings
  readonly #builders = new Map<string, SharedClassBuilder>()
  readonly #observers: { model: string; name: HookName; hook: OperationHook }[] = []
  readonly #additions: ((context: CallContext) => Readonly<Record<string, unknown>>)[] = []
  readonly #provided = new Map<Key<unknown>, unknown>()
  readonly #warned = new Set<string>()
  readonly #catalogListeners: ((catalog: Catalog) => void)[] = []
  readonly #deadlines = new DeadlineWatch()
  readonly #removed = new Set<string>()
  readonly #customTypes: [name: string, type: TypeConverter | ObjectFactory][] = []
  #models: ReadonlyMap<string, Model> = new Map()
  #data: DataLayer | undefined
  #types: TypeRegistry | undefined
  #catalog: Catalog | undefined
  #plans: ReadonlyMap<SharedMethod, Plan> = new Map()

  constructor(options: AppOptions<unknown, unknown>) {
    this.#options = options as Options // createApp's own type parameters
    this.profile = resolveProfile(options.profile, options.compat)
    this.logger = options.logger ?? consoleLogger
    this.#remoting = options.remoting ?? {}
    this.hooks = readHooks(options.hooks)
    for (const name of classNames(this.#options)) this.classOf(name)
    this.handle = createDispatcher({
      planOf: (method) => this.#plans.get(method),
      models: () => this.#data?.repositories,
      deadlines: this.#deadlines,
    })
  }

  /** One line for the operator, printed once. */
  readonly warn = (message: string): void => {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    this.logger.warn(message)
  }

  observe(model: string, name: HookName, hook: OperationHook): void {
    this.#observers.push({ model, name, hook })
  }

  /** Adds a type: a converter, or a factory for objects. Source: remoting M-11, TY-8. */
  defineType(name: string, type: TypeConverter | ObjectFactory): void {
    this.#customTypes.push([name, type])
    if (this.#types !== undefined) register(this.#types, name, type)
  }

  /** Removes a type, case-insensitively. Source: remoting M-7. */
  deleteType(name: string): void {
    const key = name.toLowerCase()
    const kept = this.#customTypes.filter(([known]) => known.toLowerCase() !== key)
    this.#customTypes.splice(0, this.#customTypes.length, ...kept)
    this.#types?.delete(name)
  }

  /** The builder of a class, made on first mention. */
  classOf(name: string): SharedClassBuilder {
    let builder = this.#builders.get(name)
    if (builder === undefined) {
      builder = new SharedClassBuilder(name, this.#classDefinition(name))
      this.#builders.set(name, builder)
      this.#removed.delete(name)
    }
    return builder
  }

  /** Removes a class and the hooks registered under exactly its name. Source: remoting M-6. */
  removeClass(name: string): void {
    this.#builders.delete(name)
    this.#removed.add(name)
    for (const moment of hookMoments) {
      this.hooks[moment] = this.hooks[moment].filter(
        (entry) => entry.pattern.split('.')[0] !== name,
      )
    }
  }

  repositories(): Readonly<Record<string, unknown>> {
    return this.#opened().repositories
  }

  catalog(): Catalog {
    if (this.#catalog === undefined) throw notStarted()
    return this.#catalog
  }

  transports(): readonly Transport[] {
    return this.plugins.filter((plugin) => plugin.kind === 'transport')
  }

  /** Compiles models, opens data sources, installs components, builds the first catalog. */
  async open(signal: AbortSignal): Promise<void> {
    this.#checkRemoting()
    this.#models = this.#compileModels()
    this.#data = createDataLayer({
      models: this.#models,
      dataSources: this.#options.dataSources ?? {},
      hooks: this.#compileHooks(),
      profile: this.profile,
      warn: this.warn,
      signal,
    })
    const components = this.#components()
    for (const component of components) component.install(this.#scope())
    await this.#data.open()
    this.#types = this.#createTypes()
    this.#declareModels()
    this.rebuild()
    for (const component of components) await component.start?.(signal)
  }

  /** Closes components in reverse order, then the data sources. */
  async close(): Promise<void> {
    for (const component of this.#components().reverse()) await component.stop?.()
    this.#deadlines.close()
    await this.#data?.close()
  }

  /** Builds a new catalog and swaps it in; calls under way keep their plan. Source: remoting M-9. */
  rebuild(): void {
    const types = this.#types
    if (types === undefined) throw notStarted()
    const catalog = buildCatalog(this.#classSources(), this.#models, {
      types,
      warn: this.warn,
      unanchored: this.profile.compat['C-14'],
      sharedMethods: this.#remoting['sharedMethods'] as
        | Readonly<Record<string, boolean>>
        | undefined, // values are checked where they are read
    })
    this.#plans = this.#compilePlans(catalog)
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
    this.logger.info(`viaduct: ${this.catalog().methods.size} methods at ${where}${open}`)
  }

  #checkRemoting(): void {
    const unknown = unknownRemotingKeys(this.#remoting)
    if (unknown.length === 0) return
    const text = `remoting: unknown ${unknown.length === 1 ? 'key' : 'keys'} ${unknown.join(', ')}`
    if (!this.profile.compat['CF-30']) throw invalidArgument(text)
    this.warn(text)
  }

  #compileModels(): ReadonlyMap<string, Model> {
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

  #definition(name: string): ModelDefinition | undefined {
    return this.#options.models?.[name]
  }

  #config(name: string): ModelConfig {
    return this.#options.modelConfig?.[name] ?? {}
  }

  #compileHooks(): ReturnType<typeof compileHooks> {
    const tables = new Map(compileHooks(this.#options.models ?? {}, this.#options.mixins))
    for (const { model, name, hook } of this.#observers) {
      if (!this.#models.has(model)) throw invalidArgument(`observe: there is no model "${model}"`)
      const table = tables.get(model) ?? {}
      tables.set(model, { ...table, [name]: [...(table[name] ?? []), hook] })
    }
    return tables
  }

  #createTypes(): TypeRegistry {
    const settings = this.#remoting['types'] as Readonly<Record<string, boolean>> | undefined // values are booleans or absent
    const delimiters = this.#remoting.rest?.['arrayItemDelimiters']
    const types = createTypeRegistry({
      profile: this.profile,
      warn: this.warn,
      models: objectTypes(this.#models),
      ...(settings?.['warnOnUnknownType'] === false ? { warnOnUnknownType: false } : {}),
      ...(settings?.['warnWhenOverridingType'] === false ? { warnWhenOverridingType: false } : {}),
      ...(delimiters === undefined
        ? {}
        : { arrayItemDelimiters: delimiters as string | RegExp | readonly string[] }), // checked by the registry
    })
    for (const [name, type] of this.#customTypes) register(types, name, type)
    return types
  }

  #declareModels(): void {
    const data = this.#opened()
    for (const model of this.#models.values()) {
      if (!model.isPublic || this.#removed.has(model.name)) continue
      this.classOf(model.name).declare(methodsOfModel(model, data))
    }
  }

  *#classSources(): Generator<ClassSource> {
    const data = this.#opened()
    for (const builder of this.#builders.values()) {
      const model = this.#models.get(builder.name)
      if (model !== undefined && !model.isPublic) continue
      yield {
        builder,
        model,
        sharedCtor: builder.sharedCtor ?? (model && sharedCtorOfModel(model, data)),
        defaultPath: model?.path ?? `/${builder.name}`,
        idType: model === undefined ? undefined : idTypeOf(model),
      }
    }
  }

  #classDefinition(name: string): SharedClassDefinition {
    const given = this.#options.classes?.[name] ?? exportedClass(this.#remoting, name)
    const remoting =
      this.#config(name).remoting ??
      (this.#definition(name)?.settings['remoting'] as ModelConfig['remoting']) ??
      {} // same shape in both places
    return {
      ...remoting,
      ...given,
      methods: { ...this.#options.methods?.[name], ...given.methods },
    }
  }

  #compilePlans(catalog: Catalog): ReadonlyMap<SharedMethod, Plan> {
    const environment = this.#planEnvironment()
    const plans = new Map<SharedMethod, Plan>()
    for (const shared of catalog.classes) {
      for (const method of shared.methods) {
        plans.set(method, compilePlan(method, shared.sharedCtor, environment))
      }
    }
    return plans
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
      validateReturns: this.#remoting.rest?.['validateReturns'] === true,
      optionsOf: (name) => {
        const known = byClass.get(name) ?? this.#planOptions(name)
        byClass.set(name, known)
        return known
      },
    }
  }

  #planOptions(name: string): OptionsPlan {
    const settings = this.#models.get(name)?.settings ?? {}
    const own = Object.keys(optionDefaults).filter((key) => settings[key] !== undefined)
    const defaults = {
      ...optionDefaults,
      ...Object.fromEntries(own.map((key) => [key, settings[key]])),
    }
    return planOptions(defaults, this.#config(name).createOptions, this.#additions)
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

  #opened(): DataLayer {
    if (this.#data === undefined) throw notStarted()
    return this.#data
  }
}

const hookMoments: readonly HookMoment[] = ['before', 'after', 'afterError']

function notStarted(): Error {
  return remoteError('UNAVAILABLE', 'the application is not started')
}

/** A class of `remoting.exports`: its functions carry their own metadata. Source: remoting M-2. */
function exportedClass(remoting: RemotingSettings, name: string): SharedClassDefinition {
  const exported = remoting['exports'] as Readonly<Record<string, MarkedClass>> | undefined // checked when discovered
  const from = exported?.[name]
  return from === undefined ? {} : { from }
}

function classNames(options: Options): ReadonlySet<string> {
  return new Set([
    ...Object.keys(options.remoting?.['exports'] ?? {}),
    ...Object.keys(options.models ?? {}),
    ...Object.keys(options.methods ?? {}),
    ...Object.keys(options.classes ?? {}),
  ])
}

function readHooks(options: HookOptions = {}): Record<HookMoment, HookEntry[]> {
  const read = (moment: HookMoment) =>
    Object.entries(options[moment] ?? {}).flatMap(([pattern, given]) =>
      (Array.isArray(given) ? given : [given]).map((hook: Hook) => ({
        pattern: checkPattern(pattern),
        hook,
      })),
    )
  return { before: read('before'), after: read('after'), afterError: read('afterError') }
}

function register(types: TypeRegistry, name: string, type: TypeConverter | ObjectFactory): void {
  if (typeof type === 'function') types.defineObjectType(name, type)
  else types.define(name, type)
}

/** Every public model is an object type; rows are plain, so the factory only copies. Source: remoting TY-9. */
function objectTypes(models: ReadonlyMap<string, Model>): Readonly<Record<string, ObjectFactory>> {
  const names = [...models.values()].filter((model) => model.isPublic).map((model) => model.name)
  return Object.fromEntries(names.map((name) => [name, (data) => data]))
}

/** What type `id` stands for in a model's class: the type of its key, text for composite keys. */
function idTypeOf(model: Model): TypeDeclaration | undefined {
  const only = model.id[0]
  if (model.id.length !== 1 || only === undefined) return 'string'
  switch (only.type.kind) {
    case 'number':
    case 'integer':
      return 'number'
    default:
      return 'string'
  }
}
