import { type IsolationLevel, remoteError } from '../../core/spi.ts'
import { Overlay } from './overlay.ts'
import type { Table } from './table.ts'

/** Isolation levels whose transactions see the data as it was when they began. */
export function isSnapshot(isolation: IsolationLevel): boolean {
  return isolation === 'REPEATABLE READ' || isolation === 'SERIALIZABLE'
}

/** What a transaction has done so far, apart from committed data. */
export class TransactionState {
  readonly isolation: IsolationLevel
  /** Number of the last commit before it began. */
  readonly began: number
  readonly #overlays = new Map<Table, Overlay>()
  readonly #read = new Set<Table>()
  #isActive = true

  constructor(isolation: IsolationLevel, began: number) {
    this.isolation = isolation
    this.began = began
  }

  get isActive(): boolean {
    return this.#isActive
  }

  /** Tables it has looked into; kept for serializable transactions only. */
  get read(): ReadonlySet<Table> {
    return this.#read
  }

  get overlays(): Iterable<Overlay> {
    return this.#overlays.values()
  }

  /**
   * Its view of a table; `isReading` when what is done depends on the rows seen.
   *
   * **Errors**: `TRANSACTION_NOT_ACTIVE` after commit and rollback.
   */
  overlay(table: Table, isReading: boolean): Overlay {
    this.assertActive()
    if (isReading && this.isolation === 'SERIALIZABLE') this.#read.add(table)
    return this.#overlayOf(table)
  }

  /** Called before another transaction's write replaces a version this one may still read. */
  remember(table: Table, version: Parameters<Overlay['remember']>[0]): void {
    this.#overlayOf(table).remember(version)
  }

  assertActive(): void {
    if (!this.#isActive) throw remoteError('TRANSACTION_NOT_ACTIVE', 'transaction is not active')
  }

  /** Frees everything it kept. */
  end(): void {
    this.#isActive = false
    this.#overlays.clear()
    this.#read.clear()
  }

  #overlayOf(table: Table): Overlay {
    let overlay = this.#overlays.get(table)
    if (overlay === undefined) {
      overlay = new Overlay(table)
      this.#overlays.set(table, overlay)
    }
    return overlay
  }
}
