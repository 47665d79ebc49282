import { type IsolationLevel, type Model, remoteError } from '../../core/spi.ts'
import { type Change, findCollision } from './change.ts'
import { recordOf } from './journal-record.ts'
import { tableNameOf } from './layout.ts'
import { typeRows } from './legacy-types.ts'
import type { Overlay } from './overlay.ts'
import { Table } from './table.ts'
import { isSnapshot, TransactionState } from './transaction.ts'

/** Where commits are made durable. */
export interface CommitLog {
  /**
   * Takes the records of one commit; they are written together or not at all.
   *
   * **Returns** when they are durable. **Errors**: `UNAVAILABLE` when the disk refused them; `undo` has run by then, newest commit first.
   */
  append(text: string, undo: () => void): Promise<void>
  /** Throws `UNAVAILABLE` once a write has failed, so that nothing is changed that cannot be kept. */
  assertWritable(): void
  /** The next write replaces the whole file. */
  rewrite(): void
}

/**
 * The tables of one data source and the order of commits.
 *
 * Every write ends in {@link Store.commit}, one synchronous section: checks first, then all changes, then the record for
 * the log. Readers therefore never see half a commit. They see it before it is durable; its writer waits until it is.
 */
export class Store {
  readonly #tables = new Map<string, Table>()
  readonly #names = new WeakMap<Model, Table>()
  readonly #snapshots = new Set<TransactionState>()
  #lastModel: Model | undefined
  #lastTable: Table | undefined
  #log: CommitLog | undefined
  #commits = 0

  /** Commits are written to `log` from here on. */
  attachLog(log: CommitLog | undefined): void {
    this.#log = log
  }

  get tables(): Iterable<Table> {
    return this.#tables.values()
  }

  /** The table of that name, made on first mention. */
  tableNamed(name: string): Table {
    let table = this.#tables.get(name)
    if (table === undefined) {
      table = new Table(name)
      this.#tables.set(name, table)
    }
    return table
  }

  /** The table a model lives in. */
  table(model: Model): Table {
    if (model === this.#lastModel && this.#lastTable !== undefined) return this.#lastTable
    const table = this.#names.get(model) ?? this.define(model)
    this.#lastModel = model
    this.#lastTable = table
    return table
  }

  /** Takes a new or changed definition in. */
  define(model: Model): Table {
    const table = this.tableNamed(tableNameOf(model))
    if (table.isUntyped) typeRows(table, model)
    if (table.define(model)) this.#log?.rewrite()
    this.#names.set(model, table)
    return table
  }

  /** Forgets all rows; definitions stay. */
  clear(): void {
    for (const table of this.#tables.values()) table.clear()
    for (const snapshot of this.#snapshots) snapshot.end()
    this.#snapshots.clear()
  }

  begin(isolation: IsolationLevel): TransactionState {
    const state = new TransactionState(isolation, this.#commits)
    if (isSnapshot(isolation)) this.#snapshots.add(state)
    return state
  }

  rollback(state: TransactionState): void {
    this.#snapshots.delete(state)
    state.end()
  }

  /**
   * Commits a transaction.
   *
   * **Errors**: `CONFLICT` when another commit touched a row it wrote, or for SERIALIZABLE a table it read; it is rolled back then.
   */
  commitTransaction(state: TransactionState): Promise<void> | undefined {
    const changes: Change[] = []
    try {
      for (const overlay of state.overlays) collectChanges(overlay, changes)
      if (changes.length > 0) this.#assertReadsValid(state)
    } finally {
      this.rollback(state)
    }
    return this.commit(changes)
  }

  /** Applies checked changes; the promise, if any, resolves when they are durable. */
  commit(changes: readonly Change[]): Promise<void> | undefined {
    if (changes.length === 0) return undefined
    this.#log?.assertWritable()
    const records = this.#log === undefined ? undefined : changes.map(recordOf)
    this.#commits += 1
    for (let index = 0; index < changes.length; index += 1) {
      this.#apply(changes[index] as Change, records?.[index]?.length ?? 0) // index is in range
    }
    if (records === undefined) return undefined
    return this.#log?.append(records.join(','), () => revert(changes))
  }

  #apply(change: Change, size: number): void {
    const { table, key, after } = change
    table.lastCommit = this.#commits
    if (this.#snapshots.size > 0) this.#rememberFor(change)
    if (after === undefined) table.delete(key)
    else table.put(key, after, size)
  }

  #rememberFor({ table, key, before }: Change): void {
    const sequence = table.entries.get(key)?.sequence ?? 0
    for (const snapshot of this.#snapshots) {
      snapshot.remember(table, { key, sequence, row: before })
    }
  }

  #assertReadsValid(state: TransactionState): void {
    for (const table of state.read) {
      if (table.lastCommit > state.began) throw conflict(table)
    }
  }
}

/** Turns what a transaction wrote into changes of what is committed now. */
function collectChanges(overlay: Overlay, changes: Change[]): void {
  const { table } = overlay
  const own: Change[] = []
  for (const { key, row, base } of overlay.writes.values()) {
    if (table.entries.get(key)?.row !== base) throw conflict(table)
    if (row !== base) own.push({ table, key, before: base, after: row })
  }
  if (own.length > 0 && findCollision(table, own, undefined) !== undefined) throw conflict(table)
  for (const change of own) changes.push(change)
}

/** Takes changes back whose record the disk refused. */
function revert(changes: readonly Change[]): void {
  for (let index = changes.length - 1; index >= 0; index -= 1) {
    const { table, key, before } = changes[index] as Change // index is in range
    if (before === undefined) table.delete(key)
    else table.put(key, before, 0)
  }
}

function conflict(table: Table): Error {
  return remoteError(
    'CONFLICT',
    `a concurrent transaction changed ${table.models[0]?.name ?? table.name}`,
    { connector: 'memory' },
  )
}
