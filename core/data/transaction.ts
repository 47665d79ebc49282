import { AsyncLocalStorage } from 'node:async_hooks'
import { invalidArgument, type RemoteError, remoteError } from '../error/remote-error.ts'
import { createUuidV1 } from '../model/unique-id.ts'
import type { ConnectorTransaction, IsolationLevel } from './connector.ts'
import type { DataSource } from './data-source.ts'
import type { Transaction, TransactionOptions } from './repository-types.ts'

const levels: readonly IsolationLevel[] = [
  'READ UNCOMMITTED',
  'READ COMMITTED',
  'REPEATABLE READ',
  'SERIALIZABLE',
]

/** Moments of a transaction. Source: data D-7-7. */
export type TransactionEvent =
  | 'before commit'
  | 'after commit'
  | 'before rollback'
  | 'after rollback'
  | 'timeout'

/** Runs at a moment of a transaction; `after commit` is the place for side effects. */
export type TransactionObserver = (context: {
  readonly transaction: DataTransaction
  readonly operation: 'commit' | 'rollback' | 'timeout'
}) => unknown

/** Starts a transaction. **Errors**: 501 `TRANSACTION_NOT_SUPPORTED`, 400 for an unknown isolation level. Source: data D-7-1, D-7-10. */
export async function beginTransaction(
  source: DataSource,
  options: TransactionOptions = {},
): Promise<DataTransaction> {
  const isolation = options.isolation ?? 'READ COMMITTED'
  if (!levels.includes(isolation)) throw invalidArgument(`unknown isolation level "${isolation}"`)
  options.signal?.throwIfAborted()
  const { connector } = source
  if (!connector.supports.transactions || connector.begin === undefined) {
    throw remoteError(
      'TRANSACTION_NOT_SUPPORTED',
      `data source ${source.name}: the ${connector.name} connector has no transactions`,
    )
  }
  const inner = await connector.begin({ isolation, signal: options.signal })
  return new DataTransaction(source, inner, options.timeoutMs)
}

/**
 * A transaction of one data source. Whoever began it ends it, once, by {@link commit} or {@link rollback}.
 *
 * **Errors**: using or ending it afterwards: `TRANSACTION_NOT_ACTIVE`, `TRANSACTION_TIMEOUT` (data D-2.3-15).
 */
export class DataTransaction implements Transaction {
  readonly id: string = createUuidV1()
  readonly source: DataSource
  readonly #inner: ConnectorTransaction
  readonly #observers: { readonly event: TransactionEvent; readonly run: TransactionObserver }[] =
    []
  readonly #timer: NodeJS.Timeout | undefined
  #state: 'active' | 'ended' | 'timed out' = 'active'

  constructor(source: DataSource, inner: ConnectorTransaction, timeoutMs: number | undefined) {
    this.source = source
    this.#inner = inner
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => void this.#expire(), timeoutMs)
      this.#timer.unref()
    }
    source.openTransactions.add(this)
  }

  get isolation(): IsolationLevel {
    return this.#inner.isolation
  }

  get isActive(): boolean {
    return this.#state === 'active'
  }

  /** The connector's half, for one statement. */
  get inner(): ConnectorTransaction {
    this.#checkActive()
    return this.#inner
  }

  /** Runs an observer at a moment of this transaction. Source: data D-7-7. */
  observe(event: TransactionEvent, run: TransactionObserver): void {
    this.#observers.push({ event, run })
  }

  /** **Errors**: `CONFLICT` when a concurrent transaction won; this one is rolled back then. */
  async commit(): Promise<void> {
    this.#checkActive()
    await this.#notify('before commit', 'commit')
    this.#end('ended')
    await this.#inner.commit()
    await this.#notify('after commit', 'commit')
  }

  /** Undoes everything. */
  async rollback(): Promise<void> {
    this.#checkActive()
    await this.#rollBack('ended')
  }

  toJSON(): string {
    return this.id
  }

  toString(): string {
    return this.id
  }

  async #expire(): Promise<void> {
    if (!this.isActive) return
    try {
      await this.#rollBack('timed out')
      await this.#notify('timeout', 'timeout')
    } catch (error) {
      this.source.warn(
        `transaction ${this.id}: rolling back after its time limit failed: ${String(error)}`,
      )
    }
  }

  async #rollBack(state: 'ended' | 'timed out'): Promise<void> {
    await this.#notify('before rollback', 'rollback')
    this.#end(state)
    await this.#inner.rollback()
    await this.#notify('after rollback', 'rollback')
  }

  #end(state: 'ended' | 'timed out'): void {
    this.#state = state
    clearTimeout(this.#timer)
    this.source.openTransactions.delete(this)
  }

  #checkActive(): void {
    if (this.#state !== 'active') throw inactive(this.#state)
  }

  async #notify(
    event: TransactionEvent,
    operation: 'commit' | 'rollback' | 'timeout',
  ): Promise<void> {
    for (const observer of this.#observers) {
      if (observer.event === event) await observer.run({ transaction: this, operation })
    }
  }
}

function inactive(state: 'ended' | 'timed out'): RemoteError {
  return state === 'timed out'
    ? remoteError('TRANSACTION_TIMEOUT', 'the transaction ran into its time limit')
    : remoteError('TRANSACTION_NOT_ACTIVE', 'the transaction is not active')
}

/** One open transaction of the running code; transactions of several data sources form a chain. */
interface Frame {
  readonly transaction: DataTransaction
  readonly outer: Frame | undefined
}

/** Carries transactions through asynchronous code. Costs nothing until the first one is used. Source: data D-7-3. */
export class AmbientTransactions {
  readonly #storage = new AsyncLocalStorage<Frame>()
  #running = 0

  /** The transaction the running code is in, on one data source. */
  current(source: DataSource): DataTransaction | undefined {
    if (this.#running === 0) return undefined
    let frame = this.#storage.getStore()
    while (frame !== undefined && frame.transaction.source !== source) frame = frame.outer
    return frame?.transaction
  }

  /** Runs a function inside a transaction, commits when it resolves and rolls back when it fails. Source: data D-7-5. */
  async run<T>(
    transaction: DataTransaction,
    signal: AbortSignal | undefined,
    work: (transaction: DataTransaction) => T | Promise<T>,
  ): Promise<T> {
    const frame = { transaction, outer: this.#running === 0 ? undefined : this.#storage.getStore() }
    this.#running++
    try {
      const result = await this.#storage.run(frame, work, transaction)
      signal?.throwIfAborted()
      await transaction.commit()
      return result
    } catch (error) {
      if (transaction.isActive) await transaction.rollback()
      throw error
    } finally {
      this.#running--
    }
  }
}
