import {
  type Aggregation,
  type Connector,
  type ConnectorEnvironment,
  type ConnectorOptions,
  type ConnectorSupport,
  type ConnectorTransaction,
  type FindOptions,
  type IsolationLevel,
  invalidArgument,
  type Model,
  type Query,
  type Row,
  type Rows,
  remoteError,
  type UpdateOptions,
  type Upsert,
  type UpsertResult,
  type Where,
} from '../../core/spi.ts'
import { aggregateRows } from './aggregate.ts'
import type { ResolvedMemoryOptions } from './memory-options.ts'
import { createTransaction } from './memory-transaction.ts'
import { openPersistence, type Persistence } from './persistence.ts'
import { LazyRows, type RowReader } from './rows.ts'
import { countRows, queryGroups, queryRows, selectRows } from './select.ts'
import {
  type Changes,
  increment,
  insert,
  patch,
  remove,
  replace,
  type Target,
  upsert,
} from './statement.ts'
import { Store } from './store.ts'
import { supportsOf } from './supports.ts'
import type { TransactionState } from './transaction.ts'

/** What a find was asked for. */
interface FindRequest {
  readonly model: Model
  readonly query: Query
  readonly options: FindOptions
}

/** Rows in this process, durable with a file; see {@link memory}. */
export class MemoryConnector implements Connector {
  readonly name = 'memory'
  readonly supports: ConnectorSupport
  readonly #options: ResolvedMemoryOptions
  readonly #store = new Store()
  #transactions = new Map<ConnectorTransaction, TransactionState>()
  /** Made once, so that a find makes no closures. */
  readonly #reader: RowReader<FindRequest> = {
    read: (request) => this.#read(request),
    copy: (row, { model, query }) => this.#store.table(model).copies.copyOut(row, query.fields),
  }
  #persistence: Persistence | undefined
  #isOpen = false

  constructor(options: ResolvedMemoryOptions) {
    this.#options = options
    this.supports = supportsOf({ isPersistent: options.file !== undefined })
  }

  async open(environment: ConnectorEnvironment): Promise<void> {
    if (this.#isOpen) throw invalidArgument('the memory connector is open already')
    environment.signal.throwIfAborted()
    const { file, durability, compactAfterBytes } = this.#options
    if (file !== undefined) this.#store.clear()
    for (const model of environment.models) this.#store.define(model)
    if (file !== undefined) {
      const { warn } = environment
      const settings = { file, durability, compactAfterBytes, warn }
      this.#persistence = await openPersistence(this.#store, settings)
      this.#store.attachLog(this.#persistence.journal)
    }
    this.#isOpen = true
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    for (const state of this.#transactions.values()) this.#store.rollback(state)
    this.#transactions.clear()
    const persistence = this.#persistence
    this.#persistence = undefined
    await persistence?.close()
    this.#store.attachLog(undefined)
  }

  async define(models: readonly Model[]): Promise<void> {
    this.#assertOpen()
    for (const model of models) this.#store.define(model)
  }

  async create(model: Model, rows: readonly Row[], options: ConnectorOptions): Promise<Row[]> {
    const target = this.#target(model, options, false)
    const changes = insert(target, rows)
    const { copies } = target.table
    const created: Row[] = []
    for (const { after } of changes) created.push(copies.copyOut(after ?? {}, undefined))
    const isDurable = this.#apply(target, changes)
    if (isDurable !== undefined) await isDurable
    return created
  }

  find(model: Model, query: Query, options: FindOptions): Rows {
    return new LazyRows(this.#reader, { model, query, options })
  }

  async count(model: Model, where: Where, options: ConnectorOptions): Promise<number> {
    const { table, overlay } = this.#target(model, options, true)
    return countRows(table, overlay, where)
  }

  async update(model: Model, where: Where, values: Row, options: UpdateOptions): Promise<number> {
    const target = this.#target(model, options, true)
    const write = options.replace === true ? replace : patch
    return this.#applyAll(target, write(target, where, values))
  }

  async delete(model: Model, where: Where, options: ConnectorOptions): Promise<number> {
    const target = this.#target(model, options, true)
    return this.#applyAll(target, remove(target, where))
  }

  async upsert(model: Model, request: Upsert, options: ConnectorOptions): Promise<UpsertResult> {
    const target = this.#target(model, options, true)
    const { changes, result } = upsert(target, request)
    await this.#applyAll(target, changes)
    return result
  }

  async increment(
    model: Model,
    where: Where,
    deltas: Readonly<Record<string, number>>,
    options: ConnectorOptions,
  ): Promise<number> {
    const target = this.#target(model, options, true)
    return this.#applyAll(target, increment(target, where, deltas))
  }

  async aggregate(
    model: Model,
    aggregation: Aggregation,
    options: ConnectorOptions,
  ): Promise<Row[]> {
    const { table, overlay } = this.#target(model, options, true)
    const rows = selectRows(table, overlay, aggregation.where).map(({ row }) => row)
    return aggregateRows(rows, aggregation).map((row) => table.copies.copyOut(row, undefined))
  }

  async begin(options: {
    readonly isolation: IsolationLevel
    readonly signal?: AbortSignal | undefined
  }): Promise<ConnectorTransaction> {
    this.#assertOpen()
    options.signal?.throwIfAborted()
    const state = this.#store.begin(options.isolation)
    const transaction = createTransaction(this.#store, state, () => {
      this.#transactions.delete(transaction)
    })
    this.#transactions.set(transaction, state)
    return transaction
  }

  async ping(): Promise<void> {
    this.#assertOpen()
  }

  #read({ model, query, options }: FindRequest): readonly Readonly<Row>[] {
    const { table, overlay } = this.#target(model, options, true)
    return options.limitPer === undefined
      ? queryRows(table, overlay, query)
      : queryGroups(table, overlay, query, options.limitPer)
  }

  /** What a call works on. `isReading`: what it does depends on rows it looks at. */
  #target(model: Model, options: ConnectorOptions, isReading: boolean): Target {
    this.#assertOpen()
    assertNotAborted(options)
    const table = this.#store.table(model)
    const { transaction } = options
    if (transaction === undefined) return { model, table, overlay: undefined }
    const state = this.#transactions.get(transaction)
    if (state === undefined) {
      throw remoteError('TRANSACTION_NOT_ACTIVE', 'transaction is not active')
    }
    return { model, table, overlay: state.overlay(table, isReading) }
  }

  async #applyAll(target: Target, changes: Changes): Promise<number> {
    await this.#apply(target, changes)
    return changes.length
  }

  /** The promise, if any, resolves when the changes are durable. */
  #apply({ overlay }: Target, changes: Changes): Promise<void> | undefined {
    if (overlay === undefined) return this.#store.commit(changes)
    for (const { key, after } of changes) overlay.write(key, after)
    return undefined
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw remoteError('UNAVAILABLE', 'the memory connector is not open')
  }
}

/**
 * A call is carried out at once, so only a signal that is there already can have been aborted. One that would be made by
 * reading it, as that of a remote call, is left alone: it would cost more than the call.
 */
function assertNotAborted(options: ConnectorOptions): void {
  const isThere = Object.hasOwn(options, 'signal') || Object.hasOwn(options.options, 'signal')
  if (isThere) options.signal?.throwIfAborted()
}
