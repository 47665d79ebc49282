import type { Model, Row } from '../model/model.ts'
import type { Profile } from '../profile.ts'
import type { Query, Where } from '../query/query.ts'

/** How a feature is done: by the engine, by Viaduct with the same result, or not at all. Source: data 9.11. */
export type Capability = 'native' | 'emulated' | false

/**
 * What a connector claims it can do. A claim is tested by the conformance suite; what an application needs and a
 * connector denies fails at start with both named. Source: data 9.11.
 */
export interface ConnectorSupport {
  /** Rows survive a restart of the process. */
  readonly persistent: boolean
  readonly transactions: boolean
  readonly savepoints: boolean
  /** `upsert` is one atomic step. Denied: the repository uses a transaction, or refuses. */
  readonly atomicUpsert: boolean
  /** `increment` is one atomic step. */
  readonly atomicIncrement: boolean
  /** `create` with several rows stores all of them or none. */
  readonly multiInsert: boolean
  readonly aggregate: boolean
  readonly ilike: Capability
  readonly regexp: Capability
  readonly exists: Capability
  readonly nor: Capability
  /** Dotted paths in where and order. */
  readonly nestedProperty: Capability
  readonly near: Capability
  /** Conditions on related models, see {@link Where} kind `related`. */
  readonly relatedFilter: 'native' | 'emulated'
  /** Limit and skip per parent in one query, see {@link FindOptions.limitPer}. */
  readonly includeLimit: Capability
  /** JavaScript functions as where. */
  readonly functionWhere: boolean
  readonly compositeIds: boolean
  /** Unknown properties of open models are stored. */
  readonly openModels: boolean
  /** How LIKE compares case. */
  readonly likeCase: 'sensitive' | 'collation'
  /** The engine stores '' as null. */
  readonly emptyStringIsNull: boolean
  /** Largest number of values in one `in` condition; longer lists are split. */
  readonly maxInValues: number
  /** Filter keys beyond the standard ones that `Query.extra` may carry. */
  readonly filterKeys: readonly string[]
}

/** Isolation levels of SQL. @default 'READ COMMITTED' */
export type IsolationLevel =
  | 'READ UNCOMMITTED'
  | 'READ COMMITTED'
  | 'REPEATABLE READ'
  | 'SERIALIZABLE'

/** A connector's half of a transaction. The repository owns it: exactly one of commit and rollback is called, once. */
export interface ConnectorTransaction {
  readonly isolation: IsolationLevel
  /** **Errors**: `aborted`/`CONFLICT` when a concurrent transaction won; the transaction is rolled back then. */
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** What travels with every connector call. */
export interface ConnectorOptions {
  readonly transaction?: ConnectorTransaction | undefined
  /** Aborts the statement where the driver can. */
  readonly signal?: AbortSignal | undefined
  /** The caller's options, unchanged; connector keys (`collation`, …) are read from here. Source: data D-0-4. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Options of `find`. */
export interface FindOptions extends ConnectorOptions {
  /**
   * Limit and skip of the query apply to each group of rows that agree in these properties (children per parent).
   * Only asked of connectors with `supports.includeLimit: 'native'`. Source: data D-3.4b-2.
   */
  readonly limitPer?: readonly string[] | undefined
}

/** Options of `update`. */
export interface UpdateOptions extends ConnectorOptions {
  /** The patch is the whole row: what it leaves out is removed, dynamic properties too; key properties stay. */
  readonly replace?: boolean | undefined
}

/**
 * One atomic "find it or make it".
 *
 * The row that matches `where` (unique by its key, or at most one by contract of the caller) is patched with `update`,
 * or replaced by it when `replace` is set, or left alone when `update` is absent; without a match `create` is inserted.
 */
export interface Upsert {
  readonly where: Where
  readonly create: Row
  readonly update?: Row | undefined
  readonly replace?: boolean | undefined
}

/** Result of an upsert. */
export interface UpsertResult {
  readonly row: Row
  readonly isNew: boolean
  /** More than one row matched; nothing was written. */
  readonly ambiguous?: boolean
}

/** Rows of a find. A consumer that wants all of them calls `toArray` where it exists (it saves a promise per row). */
export interface Rows extends AsyncIterable<Row> {
  toArray?(): Row[] | Promise<Row[]>
}

/** One aggregation. Source: data 2.8. */
export interface Aggregation {
  readonly where: Where
  readonly groupBy: readonly string[]
  /** What to compute under which name, in output order. `property` is absent for a plain row count. */
  readonly values: readonly {
    readonly alias: string
    readonly operation: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max'
    readonly property?: string
  }[]
  /** Conditions on group keys and aliases. */
  readonly having: Where
  readonly order: readonly { readonly name: string; readonly direction: 1 | -1 }[]
  readonly limit: number | undefined
  readonly skip: number
}

/** A statement a connector would run or has run to bring a schema up to date. */
export interface MigrationStep {
  readonly model: string
  readonly statement: string
  /** Rows, columns or precision would be lost; runs only with `destructive: true`. */
  readonly destructive: boolean
}

/** What a connector gets when it is opened. */
export interface ConnectorEnvironment {
  /** Name of the data source. */
  readonly dataSource: string
  /** The models that live in it. */
  readonly models: readonly Model[]
  readonly profile: Profile
  /** Aborted when the application stops or gives up starting. */
  readonly signal: AbortSignal
  /** One line for the operator; each start-up warning is printed once. */
  readonly warn: (message: string) => void
}

/**
 * An engine driver. Implemented by plugins; nobody but the repository calls it.
 *
 * - Rows handed in and out are owned by the receiver: a connector copies what it keeps.
 * - Property names are the model's; mapping to columns is the connector's business.
 * - Every error of the driver is mapped: unique key → `DUPLICATE_KEY` (409, message begins `Duplicate entry for`,
 *   details `{ connector, driverCode?, index?, properties? }`), serialisation failure → code `aborted`, lost
 *   connection → `unavailable`. Driver texts, statements and parameters never stand in `message`.
 * - A method it lacks is `undefined`; what happens then is said at each.
 */
export interface Connector {
  readonly name: string
  readonly supports: ConnectorSupport
  /** Called once before any other method, again after `close`. */
  open(environment: ConnectorEnvironment): Promise<void>
  /** Waits for writes under way. Calls after it reject with `UNAVAILABLE`. */
  close(): Promise<void>
  /** A model was added, changed or removed while open. @default the connector is closed and opened again */
  define?(models: readonly Model[]): Promise<void>
  /** Inserts rows, all or none (`supports.multiInsert`), and returns them with generated keys, in input order. */
  create(model: Model, rows: readonly Row[], options: ConnectorOptions): Promise<Row[]>
  /** Rows in query order. `query.include` is not its business. */
  find(model: Model, query: Query, options: FindOptions): Rows
  count(model: Model, where: Where, options: ConnectorOptions): Promise<number>
  /** Patches every match (top level merge, nested values replaced). Returns the number of matched rows. */
  update(model: Model, where: Where, patch: Row, options: UpdateOptions): Promise<number>
  /** Deletes every match and returns how many. */
  delete(model: Model, where: Where, options: ConnectorOptions): Promise<number>
  /** Fallback: find and write in a transaction; without transactions 501. */
  upsert?(model: Model, upsert: Upsert, options: ConnectorOptions): Promise<UpsertResult>
  /** Adds to fields of every match (`COALESCE(f, 0) + n`), returns the number of matches. Fallback: transaction, else 501. */
  increment?(
    model: Model,
    where: Where,
    deltas: Readonly<Record<string, number>>,
    options: ConnectorOptions,
  ): Promise<number>
  /** Fallback: computed over `find` in process. */
  aggregate?(model: Model, aggregation: Aggregation, options: ConnectorOptions): Promise<Row[]>
  /** Fallback: none; asking answers 501 `TRANSACTION_NOT_SUPPORTED`. */
  begin?(options: {
    readonly isolation: IsolationLevel
    readonly signal?: AbortSignal | undefined
  }): Promise<ConnectorTransaction>
  /** Fallback: nothing to migrate. */
  migrate?(options: {
    readonly models: readonly Model[]
    readonly mode: 'create' | 'update'
    readonly dryRun: boolean
    readonly destructive: boolean
  }): Promise<readonly MigrationStep[]>
  /** Fallback: 501 `NOT_IMPLEMENTED`. */
  introspect?(
    options: Readonly<Record<string, unknown>>,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Native command. Fallback: 501 `NOT_IMPLEMENTED`. */
  execute?(command: readonly unknown[], options: ConnectorOptions): Promise<unknown>
  /** A cheap round trip. Fallback: `count` with a condition that matches nothing. */
  ping?(): Promise<void>
}
