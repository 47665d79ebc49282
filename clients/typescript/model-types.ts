import type { CallOptions, Stream } from './call-options.ts'
import type {
  Fields,
  FindFilter,
  FindRow,
  Include,
  IsMany,
  NoRelations,
  TargetRelations,
  TargetRow,
  Where,
} from './query-types.ts'

/** How many rows a write matched. */
export interface Count {
  readonly count: number
}

/** The key of a row: its `id`, where it has one. */
export type KeyOf<Row> = Row extends { readonly id: infer Id } ? Id : unknown

/** What an update takes: any of the properties; null empties one that may be missing. */
export type Patch<Data> = {
  [K in keyof Data]?: Data[K] | (NoRelations extends Pick<Data, K> ? null : never)
}

/** One change of a model's rows. `reset`: changes were lost, read again. */
export interface Change<Row, Key = KeyOf<Row>> {
  readonly type: 'create' | 'update' | 'remove' | 'reset'
  /** Key of the row. */
  readonly target?: Key
  /** Which rows, where many were changed at once. */
  readonly where?: Readonly<Record<string, unknown>>
  /** The row, or what was changed of it. */
  readonly data?: Partial<Row>
}

/** Which changes to watch. */
export interface WatchFilter<Row> {
  readonly where?: Where<Row>
  readonly fields?: Fields<Row>
}

interface Finding<Row, Relations> {
  /** Rows that match, narrowed by `fields` and widened by `include`. */
  find<
    const F extends Fields<Row> | undefined = undefined,
    const I extends Include<Relations> | undefined = undefined,
  >(
    filter?: FindFilter<Row, Relations, F, I>,
    options?: CallOptions,
  ): Promise<FindRow<Row, Relations, F, I>[]>
  count(where?: Where<Row, Relations>, options?: CallOptions): Promise<number>
}

interface Creating<Row, Data> {
  create(data: readonly Data[], options?: CallOptions): Promise<Row[]>
  create(data: Data, options?: CallOptions): Promise<Row>
}

/**
 * The calls of one model. `Relations` names the relations: a list for many rows, a row or null for one
 * (`{ author: Related<Author, AuthorRelations> | null, reviews: Related<Review, ReviewRelations>[] }`).
 *
 * **Errors**: rejects with `RemoteError`; what is not found in a write is 404 `MODEL_NOT_FOUND`.
 */
export interface Model<Row, Data = Row, Relations = NoRelations, Key = KeyOf<Row>>
  extends Finding<Row, Relations>,
    Creating<Row, Data> {
  /** The first match, or null. */
  findOne<
    const F extends Fields<Row> | undefined = undefined,
    const I extends Include<Relations> | undefined = undefined,
  >(
    filter?: FindFilter<Row, Relations, F, I>,
    options?: CallOptions,
  ): Promise<FindRow<Row, Relations, F, I> | null>
  /** The row of a key, or null. */
  findById<
    const F extends Fields<Row> | undefined = undefined,
    const I extends Include<Relations> | undefined = undefined,
  >(
    id: Key,
    filter?: Pick<FindFilter<Row, Relations, F, I>, 'fields' | 'include'>,
    options?: CallOptions,
  ): Promise<FindRow<Row, Relations, F, I> | null>
  exists(id: Key, options?: CallOptions): Promise<boolean>
  /** Changes one row and returns it. */
  update(id: Key, patch: Patch<Data>, options?: CallOptions): Promise<Row>
  /** Changes every match. */
  updateAll(where: Where<Row, Relations>, patch: Patch<Data>, options?: CallOptions): Promise<Count>
  /** The data is the whole row: what it leaves out is removed. */
  replace(id: Key, data: Data, options?: CallOptions): Promise<Row>
  /** Patches the row of the key in the data, or creates it. */
  upsert(data: Patch<Data>, options?: CallOptions): Promise<Row>
  /** Patches the one match, or creates a row. */
  upsertWithWhere(
    where: Where<Row, Relations>,
    data: Patch<Data>,
    options?: CallOptions,
  ): Promise<Row>
  replaceOrCreate(data: Data, options?: CallOptions): Promise<Row>
  delete(id: Key, options?: CallOptions): Promise<Count>
  /** Changes from now on, until the iteration is left. */
  watch(filter?: WatchFilter<Row>, options?: CallOptions): Stream<Change<Row, Key>>
  /** The rows a relation of one row leads to. Nothing is sent yet. */
  related<R extends keyof Relations & string>(id: Key, relation: R): RelatedRows<Relations[R]>
  /** The rows of a named scope. Nothing is sent yet. */
  scope(name: string): ScopedRows<Row, Data, Relations>
}

/** The calls of one relation. */
export type RelatedRows<Relation> =
  IsMany<Relation> extends true
    ? RelatedList<TargetRow<Relation>, TargetRelations<Relation>>
    : RelatedRow<TargetRow<Relation>>

/** The rows of a relation that leads to many. Their foreign key is set by the server. */
export interface RelatedList<Row, Relations>
  extends Finding<Row, Relations>,
    Creating<Row, Partial<Row>> {
  /** **Errors**: 404 for a row of another parent. */
  findById(id: KeyOf<Row>, options?: CallOptions): Promise<Row>
  updateById(id: KeyOf<Row>, patch: Patch<Partial<Row>>, options?: CallOptions): Promise<Row>
  deleteById(id: KeyOf<Row>, options?: CallOptions): Promise<void>
  deleteAll(options?: CallOptions): Promise<void>
}

/** The row of a relation that leads to one. */
export interface RelatedRow<Row> {
  /** Null when there is none. */
  get(options?: CallOptions): Promise<Row | null>
  create(data: Partial<Row>, options?: CallOptions): Promise<Row>
  update(patch: Patch<Partial<Row>>, options?: CallOptions): Promise<Row>
  delete(options?: CallOptions): Promise<void>
}

/** The rows of a named scope. */
export interface ScopedRows<Row, Data, Relations>
  extends Finding<Row, Relations>,
    Creating<Row, Partial<Data>> {
  deleteAll(options?: CallOptions): Promise<void>
}
