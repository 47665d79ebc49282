import type { ModelDefinitions } from '../model/define-model.ts'
import type {
  CheckFields,
  CheckInclude,
  Fields,
  Filter,
  FindRow,
  Include,
  ModelRow,
  RelationName,
  TargetName,
  Where,
} from '../model/filter-types.ts'
import type { Model } from '../model/model.ts'
import type {
  CreateInput,
  IdOf,
  IsToMany,
  IsUntyped,
  PatchInput,
  PropertiesOf,
  RelationsOf,
  ValueOf,
} from '../model/model-types.ts'
import type { OwnMethods } from '../model/relation-extras.ts'
import type { IsolationLevel } from './connector.ts'

/** A transaction as applications see it. Source: data section 7. */
export interface Transaction {
  readonly isolation: IsolationLevel
  readonly isActive: boolean
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Runs at a moment of this transaction; `after commit` is the place for side effects. Source: data D-7-7. */
  observe(moment: TransactionMoment, run: () => unknown): void
}

/** When a transaction's observers run. Source: data D-7-7. */
export type TransactionMoment =
  | 'before commit'
  | 'after commit'
  | 'before rollback'
  | 'after rollback'
  | 'timeout'

/**
 * Options of every operation: the last parameter, always optional, passed unchanged to hooks and connector. Keys of the
 * application and of connectors travel along. Source: data D-0-4.
 */
export interface OperationOptions {
  readonly transaction?: Transaction | undefined
  /** Aborts the operation. */
  readonly signal?: AbortSignal | undefined
  /** Overrides the model's validation settings. */
  readonly validate?: boolean
  /** `false` leaves out some hooks. Source: data D-5.1-4. */
  readonly notify?: boolean
  readonly throws?: boolean
  readonly allowExtendedOperators?: boolean
  readonly prohibitHiddenPropertiesInQuery?: boolean
  readonly prohibitProtectedPropertiesInQuery?: boolean
  readonly normalizeUndefinedInQuery?: 'ignore' | 'nullify' | 'throw'
  /** Levels of nesting. */
  readonly maxDepthOfQuery?: number
  /** Levels of nesting. */
  readonly maxDepthOfData?: number
  readonly partitionBy?: string | readonly string[]
  readonly [key: string]: unknown
}

/** How many rows a write matched. */
export interface Count {
  readonly count: number
}

/** The data source a model lives in. */
export interface AttachedDataSource {
  readonly name: string
  /**
   * Runs a native command: the arguments its connector takes, for SQL `[sql, parameters]`. It takes part in the
   * transaction of the running code. Access rules, scopes and hooks of models know nothing of it.
   *
   * **Errors**: 501 `NOT_IMPLEMENTED` where the connector has no native commands. Source: data D-7-14.
   */
  execute(command: readonly unknown[], options?: OperationOptions): Promise<unknown>
  /** Resolves when the store answers. **Errors**: 503 `UNAVAILABLE`. Source: data D-8.3-2. */
  ping(): Promise<void>
}

/** Options of `beginTransaction`. */
export interface TransactionOptions {
  readonly isolation?: IsolationLevel
  /** Milliseconds; the transaction is rolled back after it. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/** A key: the id, or an object of all parts, or the parts in key order. Source: data D-1.4-2. */
export type IdInput<Models extends ModelDefinitions, N extends keyof Models> =
  | IdOf<Models[N]>
  | (IdOf<Models[N]> extends object ? readonly unknown[] : never)

/** A row, or the key of one. */
export type IdOrRow<Models extends ModelDefinitions, N extends keyof Models> =
  | IdInput<Models, N>
  | Readonly<Partial<ModelRow<Models, N>>>

/** The filter of `find`, with `fields` and `include` open to inference. */
export type FindFilter<Models extends ModelDefinitions, N extends keyof Models, F, I> = Omit<
  Filter<Models, N>,
  'fields' | 'include'
> & {
  readonly fields?: F & CheckFields<ModelRow<Models, N>, F>
  readonly include?: I & CheckInclude<Models, N, I>
}

/** Names of numeric properties. */
type NumericName<P> = {
  [K in keyof P]: ValueOf<P[K]> extends number | bigint ? K : never
}[keyof P]

/** An aggregation. Each aggregate is `{ alias: property }`; `count` also takes the alias alone. Source: data 2.8. */
export interface AggregateInput<
  in out Models extends ModelDefinitions,
  in out N extends keyof Models,
> {
  readonly where?: Where<Models, N>
  readonly groupBy?: readonly (keyof ModelRow<Models, N> & string)[]
  readonly having?: Readonly<Record<string, unknown>>
  readonly order?: string | readonly string[]
  readonly limit?: number
  readonly skip?: number
  readonly count?: string | Readonly<Record<string, keyof ModelRow<Models, N> & string>>
  readonly countDistinct?: Readonly<Record<string, keyof ModelRow<Models, N> & string>>
  readonly sum?: Readonly<Record<string, keyof ModelRow<Models, N> & string>>
  readonly avg?: Readonly<Record<string, keyof ModelRow<Models, N> & string>>
  readonly min?: Readonly<Record<string, keyof ModelRow<Models, N> & string>>
  readonly max?: Readonly<Record<string, keyof ModelRow<Models, N> & string>>
}

/** The reading half of a repository. */
interface Reading<in out Models extends ModelDefinitions, in out N extends keyof Models> {
  /** Rows that match, narrowed by `fields` and widened by `include`. */
  find<
    const F extends Fields<ModelRow<Models, N>> | undefined = undefined,
    const I extends Include<Models, N> | undefined = undefined,
  >(
    filter?: FindFilter<Models, N, F, I>,
    options?: OperationOptions,
  ): Promise<FindRow<Models, N, F, I>[]>
  /** The first match, or null. */
  findOne<
    const F extends Fields<ModelRow<Models, N>> | undefined = undefined,
    const I extends Include<Models, N> | undefined = undefined,
  >(
    filter?: FindFilter<Models, N, F, I>,
    options?: OperationOptions,
  ): Promise<FindRow<Models, N, F, I> | null>
  count(where?: Where<Models, N>, options?: OperationOptions): Promise<number>
}

/**
 * The data operations of one model. Results are plain rows; nothing a caller passes is changed. Source: data 2.1, 2.2.
 *
 * **Errors**: 422 `VALIDATION_FAILED`, 404 `NOT_FOUND`, 409 `DUPLICATE_KEY`, 400 for wrong filters and arguments (data 2.3).
 */
export interface Repository<in out Models extends ModelDefinitions, in out N extends keyof Models>
  extends Reading<Models, N> {
  readonly model: Model
  readonly dataSource: AttachedDataSource
  /** The row of an id, or null. Only `fields` and `include` of the filter are honoured. */
  findById<
    const F extends Fields<ModelRow<Models, N>> | undefined = undefined,
    const I extends Include<Models, N> | undefined = undefined,
  >(
    id: IdInput<Models, N>,
    filter?: Pick<FindFilter<Models, N, F, I>, 'fields' | 'include'>,
    options?: OperationOptions,
  ): Promise<FindRow<Models, N, F, I> | null>
  /** In the order of the ids, unless the filter orders; missing ones are left out. */
  findByIds<
    const F extends Fields<ModelRow<Models, N>> | undefined = undefined,
    const I extends Include<Models, N> | undefined = undefined,
  >(
    ids: readonly IdInput<Models, N>[],
    filter?: FindFilter<Models, N, F, I>,
    options?: OperationOptions,
  ): Promise<FindRow<Models, N, F, I>[]>
  /** Rows one by one, without holding all of them. */
  findStream<
    const F extends Fields<ModelRow<Models, N>> | undefined = undefined,
    const I extends Include<Models, N> | undefined = undefined,
  >(
    filter?: FindFilter<Models, N, F, I>,
    options?: OperationOptions,
  ): AsyncIterable<FindRow<Models, N, F, I>>
  exists(id: IdInput<Models, N>, options?: OperationOptions): Promise<boolean>
  /** Rows are created one by one; failures are collected (data D-2.1-1). */
  create(
    data: readonly CreateInput<Models[N], Models>[],
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>[]>
  create(
    data: CreateInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  /** All rows or none. */
  createAll(
    data: readonly CreateInput<Models[N], Models>[],
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>[]>
  /** Changes one row and returns it. */
  update(
    idOrRow: IdOrRow<Models, N>,
    patch: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  updateAll(
    where: Where<Models, N>,
    patch: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<Count>
  /** Patches the row of the id in the data, or creates it. */
  updateOrCreate(
    data: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  /** Patches the one match, or creates a row. */
  upsertWithWhere(
    where: Where<Models, N>,
    data: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  /** The data is the whole row: what it leaves out is removed. */
  replaceById(
    id: IdInput<Models, N>,
    data: CreateInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  replaceOrCreate(
    data: CreateInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  /** The row, and whether it was created. A null filter searches for the data. */
  findOrCreate(
    filter: Filter<Models, N> | null,
    data: CreateInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<[row: ModelRow<Models, N>, created: boolean]>
  /** Writes the whole row: creates it when it has no id. */
  save(
    row: CreateInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  /** The row as it is stored now, or null. */
  reload(
    row: Readonly<Partial<ModelRow<Models, N>>>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N> | null>
  deleteById(id: IdInput<Models, N>, options?: OperationOptions): Promise<Count>
  destroy(row: Readonly<Partial<ModelRow<Models, N>>>, options?: OperationOptions): Promise<Count>
  /** Without a where every row is deleted. */
  destroyAll(where?: Where<Models, N>, options?: OperationOptions): Promise<Count>
  /** Adds to numeric properties of every match, atomically. Source: data 2.7. */
  increment(
    where: Where<Models, N>,
    deltas: { readonly [K in NumericName<PropertiesOf<Models[N]>>]?: number },
    options?: OperationOptions,
  ): Promise<Count>
  aggregate(
    aggregation: AggregateInput<Models, N>,
    options?: OperationOptions,
  ): Promise<Record<string, unknown>[]>
  /** Loads relations into rows that are there already. */
  include<Row extends Readonly<Partial<ModelRow<Models, N>>>, const I extends Include<Models, N>>(
    rows: readonly Row[],
    include: I & CheckInclude<Models, N, I>,
    options?: OperationOptions,
  ): Promise<(Row & Omit<FindRow<Models, N, undefined, I>, keyof ModelRow<Models, N>>)[]>
  /** Runs the validations of a new row. */
  isValid(data: CreateInput<Models[N], Models>, options?: OperationOptions): Promise<boolean>
  beginTransaction(options?: TransactionOptions): Promise<Transaction>
  /** The rows a relation of one row leads to. */
  related<R extends RelationName<Models, N>>(
    idOrRow: IdOrRow<Models, N>,
    relation: R,
  ): RelatedRepository<Models, N, R>
  /** The rows of a named scope. */
  scope(name: string): ScopedRepository<Models, N>
}

/** The rows of a named scope: equality conditions of the scope are defaults of what is created. Source: data 4.8. */
export interface ScopedRepository<
  in out Models extends ModelDefinitions,
  in out N extends keyof Models,
> extends Reading<Models, N> {
  findById(id: IdInput<Models, N>, options?: OperationOptions): Promise<ModelRow<Models, N>>
  create(
    data: CreateInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  /** A converted row with the values it would be created with; nothing is stored. */
  build(
    data: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<Partial<ModelRow<Models, N>>>
  updateAll(
    where: Where<Models, N>,
    patch: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<Count>
  destroyAll(where?: Where<Models, N>, options?: OperationOptions): Promise<Count>
  scope(name: string): ScopedRepository<Models, N>
}

/** What a relation offers: a list's operations, or those of a single row. */
export type RelatedRepository<
  Models extends ModelDefinitions,
  N extends keyof Models,
  R extends RelationName<Models, N>,
> =
  IsUntyped<Models[N]> extends true
    ? UntypedRelatedRepository
    : (IsToMany<RelationsOf<Models[N]>[R]> extends true
        ? ToManyRepository<Models, TargetName<Models, N, R>>
        : ToOneRepository<Models, TargetName<Models, N, R>>) &
        OwnMethods<RelationsOf<Models[N]>[R]>

/** The rows of a relation nothing is known of at compile time. */
export type UntypedRelatedRepository = ToManyRepository<ModelDefinitions, string> &
  ToOneRepository<ModelDefinitions, string>

/** The rows of a to-many relation of one row. Foreign keys are set by the relation. Source: data 4.5. */
export interface ToManyRepository<
  in out Models extends ModelDefinitions,
  in out N extends keyof Models,
> extends Reading<Models, N> {
  /** **Errors**: 404 for a row of another parent. */
  findById(id: IdInput<Models, N>, options?: OperationOptions): Promise<ModelRow<Models, N>>
  exists(id: IdInput<Models, N>, options?: OperationOptions): Promise<boolean>
  create(
    data: CreateInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  create(
    data: readonly CreateInput<Models[N], Models>[],
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>[]>
  /** A converted row with the values it would be created with; nothing is stored. */
  build(
    data: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<Partial<ModelRow<Models, N>>>
  updateById(
    id: IdInput<Models, N>,
    patch: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  updateAll(
    where: Where<Models, N>,
    patch: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<Count>
  destroy(id: IdInput<Models, N>, options?: OperationOptions): Promise<Count>
  destroyAll(where?: Where<Models, N>, options?: OperationOptions): Promise<Count>
}

/** The row of a to-one relation. Source: data 4.3, 4.4. */
export interface ToOneRepository<
  in out Models extends ModelDefinitions,
  in out N extends keyof Models,
> {
  /** Always queries; null or undefined when there is none. */
  get<
    const F extends Fields<ModelRow<Models, N>> | undefined = undefined,
    const I extends Include<Models, N> | undefined = undefined,
  >(
    filter?: FindFilter<Models, N, F, I>,
    options?: OperationOptions,
  ): Promise<FindRow<Models, N, F, I> | null | undefined>
  create(
    data: CreateInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  /** A converted row with the values it would be created with; nothing is stored. */
  build(
    data: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<Partial<ModelRow<Models, N>>>
  update(
    patch: PatchInput<Models[N], Models>,
    options?: OperationOptions,
  ): Promise<ModelRow<Models, N>>
  destroy(options?: OperationOptions): Promise<Count>
}

/** Repositories by model name: what `context.models` is. */
export type Repositories<in out Models extends ModelDefinitions> = {
  readonly [N in keyof Models]: Repository<Models, N>
}
