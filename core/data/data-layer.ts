import { invalidArgument, remoteError } from '../error/remote-error.ts'
import { compileCoercion, type ModelCoercion } from '../model/coerce.ts'
import type { Hook, HookName, HookTable } from '../model/hook.ts'
import type { Model } from '../model/model.ts'
import { compilePresenters, type Presenter } from '../model/present.ts'
import { compileValidation, type ModelValidation } from '../model/validate.ts'
import type { Profile } from '../profile.ts'
import type { ParseContext } from '../query/parse-context.ts'
import { parseFilter } from '../query/parse-filter.ts'
import { ChangeFeed } from './change-feed.ts'
import type { Connector, ConnectorEnvironment } from './connector.ts'
import { DataSource, type DataSourceSettings } from './data-source.ts'
import { compileIdentity } from './identity.ts'
import type { DataLayerState, ModelRuntime, ParseContexts } from './model-runtime.ts'
import { compileModelHooks, type HookSources } from './operation-hooks.ts'
import { mergeGuards } from './query-guards.ts'
import { compileRelationPlans } from './relation-plan.ts'
import { createRepository, type ModelRepository } from './repository.ts'
import type { TransactionOptions } from './repository-types.ts'
import { checkModel } from './start-checks.ts'
import { AmbientTransactions, beginTransaction, type DataTransaction } from './transaction.ts'

/** What a data layer is made of. */
export interface DataLayerOptions {
  readonly models: ReadonlyMap<string, Model>
  readonly dataSources: Readonly<Record<string, Connector>>
  /** By name of the data source; the last place a setting is looked up. Source: data D-0-5. */
  readonly dataSourceSettings?: Readonly<Record<string, DataSourceSettings>>
  readonly profile: Profile
  /** The observers of the definitions by model, see `compileHooks`. */
  readonly hooks?: ReadonlyMap<string, HookTable>
  readonly warn: (message: string) => void
  /** Aborted when the application stops. */
  readonly signal: AbortSignal
}

/** All models with their repositories over all data sources. */
export interface DataLayer {
  /** Connects every data source. **Errors**: what a model needs and its connector denies. */
  open(): Promise<void>
  close(): Promise<void>
  /** **Errors**: 400 for a model that is unknown or lives in no data source. */
  repository(name: string): ModelRepository
  /** By model name; the same object for the life of the layer. */
  readonly repositories: Readonly<Record<string, ModelRepository>>
  /** The parts of a model shared methods are made from. */
  runtime(name: string): ModelRuntime
  dataSource(name: string): DataSource
  /** Runs work in a transaction; every operation on the data source inside it takes part. Source: data D-7-3, D-7-5. */
  transaction<T>(
    dataSource: string,
    work: (transaction: DataTransaction) => T | Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>
  /** Adds an observer after those there are; returns the function that removes it. Source: data D-5.1-1. */
  observe<N extends HookName>(model: string, hook: N, observer: Hook<N>): () => void
  /** Takes over changed models between two operations. */
  update(
    models: ReadonlyMap<string, Model>,
    observers?: ReadonlyMap<string, HookTable>,
  ): Promise<void>
}

/** Creates the data layer; nothing is connected before {@link DataLayer.open}. */
export function createDataLayer(options: DataLayerOptions): DataLayer {
  return new Layer(options)
}

class Layer implements DataLayer {
  readonly repositories: Readonly<Record<string, ModelRepository>>
  readonly #repositories: Record<string, ModelRepository> = Object.create(null)
  readonly #sources = new Map<string, DataSource>()
  readonly #observed = new Map<string, Record<string, Hook[]>>()
  readonly #feeds = new Map<string, ChangeFeed>()
  readonly #state: DataLayerState
  readonly #signal: AbortSignal
  #observers: ReadonlyMap<string, HookTable>

  constructor(options: DataLayerOptions) {
    this.#signal = options.signal
    this.#observers = options.hooks ?? new Map()
    this.repositories = this.#repositories
    for (const [name, connector] of Object.entries(options.dataSources)) {
      const settings = options.dataSourceSettings?.[name] ?? {}
      this.#sources.set(name, new DataSource({ name, connector, settings, warn: options.warn }))
    }
    this.#state = {
      runtimes: new Map(),
      models: options.models,
      repositories: this.#repositories,
      ambient: new AmbientTransactions(),
      profile: options.profile,
      warn: options.warn,
    }
    this.#compile(options.models)
  }

  async open(): Promise<void> {
    for (const runtime of this.#state.runtimes.values()) checkModel(runtime)
    await Promise.all(
      [...this.#sources.values()].map((source) => source.open(this.#environment(source))),
    )
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.close()))
  }

  repository(name: string): ModelRepository {
    const found = this.#repositories[name]
    if (found === undefined) throw invalidArgument(`model ${name} is not attached to a data source`)
    return found
  }

  runtime(name: string): ModelRuntime {
    const found = this.#state.runtimes.get(name)
    if (found === undefined) throw invalidArgument(`model ${name} is not attached to a data source`)
    return found
  }

  dataSource(name: string): DataSource {
    const found = this.#sources.get(name)
    if (found === undefined) throw invalidArgument(`there is no data source "${name}"`)
    return found
  }

  async transaction<T>(
    dataSource: string,
    work: (transaction: DataTransaction) => T | Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const source = this.dataSource(dataSource)
    if (this.#state.ambient.current(source) !== undefined) {
      throw remoteError(
        'TRANSACTION_NOT_SUPPORTED',
        `data source ${dataSource}: transactions can not be nested`,
      )
    }
    const transaction = await beginTransaction(source, options)
    return this.#state.ambient.run(transaction, options.signal, work)
  }

  observe<N extends HookName>(model: string, hook: N, observer: Hook<N>): () => void {
    this.runtime(model)
    const table = this.#observed.get(model) ?? {}
    this.#observed.set(model, table)
    const list = (table[hook] ?? []) as Hook<N>[] // filled below with observers of this hook only
    list.push(observer)
    table[hook] = list as Hook[]
    this.#refreshHooks()
    return () => {
      const index = list.indexOf(observer)
      if (index >= 0) list.splice(index, 1)
      this.#refreshHooks()
    }
  }

  async update(
    models: ReadonlyMap<string, Model>,
    observers: ReadonlyMap<string, HookTable> = this.#observers,
  ): Promise<void> {
    this.#observers = observers
    this.#compile(models)
    for (const runtime of this.#state.runtimes.values()) checkModel(runtime)
    for (const source of this.#sources.values()) await source.define(this.#environment(source))
  }

  #environment(source: DataSource): ConnectorEnvironment {
    return {
      dataSource: source.name,
      models: [...this.#state.models.values()].filter((model) => model.dataSource === source.name),
      profile: this.#state.profile,
      signal: this.#signal,
      warn: this.#state.warn,
    }
  }

  /** Builds the runtimes of all models and swaps them in at once. */
  #compile(models: ReadonlyMap<string, Model>): void {
    const presenters = compilePresenters(models)
    const runtimes = new Map<string, ModelRuntime>()
    this.#state.models = models
    for (const model of models.values()) {
      const presenter = presenters.get(model.name)
      if (model.dataSource === undefined || presenter === undefined) continue
      runtimes.set(model.name, this.#compileModel(model, models, presenter, model.dataSource))
    }
    this.#state.runtimes = runtimes
    for (const name of Object.keys(this.#repositories)) {
      if (!runtimes.has(name)) delete this.#repositories[name]
    }
    for (const name of runtimes.keys()) {
      this.#repositories[name] ??= createRepository(() => this.runtime(name))
    }
  }

  #compileModel(
    model: Model,
    models: ReadonlyMap<string, Model>,
    presenter: Presenter,
    dataSource: string,
  ): ModelRuntime {
    const source = this.#sources.get(dataSource)
    if (source === undefined) {
      throw invalidArgument(
        `models.${model.name}.dataSource: there is no data source "${dataSource}"`,
      )
    }
    const contexts = this.#contexts(model, models, source)
    const feed = this.#feeds.get(model.name) ?? new ChangeFeed()
    this.#feeds.set(model.name, feed)
    // the two that take longest wait for the first row
    let coercion: ModelCoercion | undefined
    let validation: ModelValidation | undefined
    return {
      model,
      layer: this.#state,
      source,
      get coercion() {
        coercion ??= compileCoercion(model)
        return coercion
      },
      get validation() {
        validation ??= compileValidation(model)
        return validation
      },
      presenter,
      identity: compileIdentity(model),
      changes: feed,
      contexts,
      everything: parseFilter(model, {}, contexts.trusted),
      scope: model.scope && parseFilter(model, model.scope, contexts.trusted),
      relations: compileRelationPlans(model, () => this.runtime(model.name)),
      hooks: compileModelHooks(model, this.#hookSources(models)),
      hidesUnknown: model.strict !== 'open' && model.profile.compat['D-1.7-3'],
      hasUniqueness: model.validations.some((validation) => validation.kind === 'uniqueness'),
    }
  }

  #contexts(model: Model, models: ReadonlyMap<string, Model>, source: DataSource): ParseContexts {
    const { supports } = source.connector
    const options = mergeGuards(mergeGuards({}, source.settings), model.settings)
    const common: ParseContext = {
      models,
      options,
      supports,
      supportsOf: (target) =>
        target.dataSource === undefined
          ? undefined
          : this.#sources.get(target.dataSource)?.connector.supports,
      inProcess: true,
      warn: this.#state.warn,
      purpose: 'read',
    }
    return Object.freeze<ParseContexts>({
      read: common,
      write: { ...common, purpose: 'write' },
      trusted: {
        ...common,
        options: {
          ...options,
          maxDepthOfQuery: trustedDepth,
          prohibitHiddenPropertiesInQuery: false,
          prohibitProtectedPropertiesInQuery: false,
        },
      },
    })
  }

  #hookSources(models: ReadonlyMap<string, Model>): HookSources {
    // the lists hold observers of the hook they stand under, see observe
    return {
      defined: this.#observers,
      observed: this.#observed as ReadonlyMap<string, HookTable>,
      models,
    }
  }

  #refreshHooks(): void {
    const sources = this.#hookSources(this.#state.models)
    for (const runtime of this.#state.runtimes.values()) {
      runtime.hooks = compileModelHooks(runtime.model, sources)
    }
  }
}

/** Levels a filter of a definition or a hook may have. */
const trustedDepth = 64
