import type { Row } from '../../core/spi.ts'
import type { Scalar } from './block.ts'
import type { Candidate, Key } from './entry.ts'
import type { RowIndex } from './row-index.ts'
import type { Table } from './table.ts'

/** A version of a row that a transaction sees instead of the committed one; without a row it sees none. */
export interface Version {
  readonly key: Key
  readonly sequence: number
  readonly row: Readonly<Row> | undefined
}

/** A write a transaction has not committed. */
export interface PendingWrite extends Version {
  /** The committed version the first write started from; `undefined` for an insert. */
  readonly base: Readonly<Row> | undefined
}

/**
 * What one transaction sees differently in one table: its own writes, and for snapshots the versions that others have
 * replaced since it began. A reader leaves out every committed row whose key is in it and adds its versions.
 */
export class Overlay {
  readonly table: Table
  readonly writes = new Map<Key, PendingWrite>()
  /** Versions as of the beginning, filled when another transaction commits. */
  readonly undo = new Map<Key, Version>()
  #claims = new Map<RowIndex, Map<Scalar, Key>>()
  #newest = 0

  constructor(table: Table) {
    this.table = table
  }

  get isEmpty(): boolean {
    return this.writes.size === 0 && this.undo.size === 0
  }

  /** The committed version of this key is not what the transaction sees. */
  hides(key: Key): boolean {
    return this.writes.has(key) || this.undo.has(key)
  }

  /** What the transaction sees under a key; `undefined` for nothing. */
  see(key: Key): Candidate | undefined {
    const version = this.writes.get(key) ?? this.undo.get(key)
    if (version === undefined) return this.table.entries.get(key)
    return hasRow(version) ? version : undefined
  }

  /** The rows it adds to the committed ones. */
  versions(): Candidate[] {
    const found: Candidate[] = []
    for (const version of this.writes.values()) if (hasRow(version)) found.push(version)
    for (const version of this.undo.values()) {
      if (hasRow(version) && !this.writes.has(version.key)) found.push(version)
    }
    return found
  }

  /** Keeps a write; `row` undefined deletes. */
  write(key: Key, row: Readonly<Row> | undefined): void {
    const earlier = this.writes.get(key)
    const seen = this.see(key)
    const base = earlier === undefined ? seen?.row : earlier.base
    if (earlier?.row !== undefined) this.#release(earlier.row)
    if (row !== undefined) this.#claim(key, row)
    const sequence = earlier?.sequence ?? seen?.sequence ?? this.#takeSequence()
    this.writes.set(key, { key, sequence, row, base })
  }

  /** Keeps what another transaction is about to replace. */
  remember(version: Version): void {
    if (!this.undo.has(version.key)) this.undo.set(version.key, version)
  }

  /** The key of the own write that holds a unique value. */
  owner(index: RowIndex, key: Scalar): Key | undefined {
    return this.#claims.get(index)?.get(key)
  }

  /** New rows stand behind all committed ones until they are committed. */
  #takeSequence(): number {
    this.#newest += 1
    return Number.MAX_SAFE_INTEGER / 2 + this.#newest
  }

  #claim(key: Key, row: Readonly<Row>): void {
    for (const index of this.table.indexes) {
      const unique = index.unique ? index.uniqueKeyOf(row) : null
      if (unique === null) continue
      const claims = this.#claims.get(index) ?? new Map<Scalar, Key>()
      this.#claims.set(index, claims.set(unique, key))
    }
  }

  #release(row: Readonly<Row>): void {
    for (const index of this.table.indexes) {
      const unique = index.unique ? index.uniqueKeyOf(row) : null
      if (unique !== null) this.#claims.get(index)?.delete(unique)
    }
  }
}

function hasRow(version: Version): version is Version & Candidate {
  return version.row !== undefined
}
