import type { Model, Row } from '../../core/spi.ts'
import type { Entry, Key } from './entry.ts'
import { EntryMap } from './entry-map.ts'
import { compileLayout, keyOfRow, type TableLayout } from './layout.ts'
import { RowCopy } from './row-copy.ts'
import { RowIndex } from './row-index.ts'

/** The committed rows of one model, or of several that share a collection. It checks nothing; {@link Store} does. */
export class Table {
  readonly name: string
  readonly entries = new EntryMap()
  readonly copies = new RowCopy()
  layout: TableLayout
  indexes: readonly RowIndex[] = []
  /** Number of the last commit that changed a row. */
  lastCommit = 0
  /** The next generated number: an id, or a hidden key for models without identity. */
  nextId = 1
  /** Rows come from LoopBack's file and have JSON's types until their model is known. */
  isUntyped = false
  #nextSequence = 1
  #liveSize = 0
  #models: Model[] = []
  #columns: ReadonlyMap<string, RowIndex> = new Map()

  constructor(name: string) {
    this.name = name
    this.layout = compileLayout([])
  }

  /** The index over one property alone. */
  indexOf(property: string | undefined): RowIndex | undefined {
    return property === undefined ? undefined : this.#columns.get(property)
  }

  /** The models that live here. */
  get models(): readonly Model[] {
    return this.#models
  }

  /** Characters of the journal records of all rows. */
  get liveSize(): number {
    return this.#liveSize
  }

  /** Adds or changes a model; answers `true` when rows got other keys. */
  define(model: Model): boolean {
    this.#models = [...this.#models.filter(({ name }) => name !== model.name), model]
    const before = signatureOf(this.layout)
    this.layout = compileLayout(this.#models)
    return before !== signatureOf(this.layout) && this.settle()
  }

  /** Place for the next new row. */
  takeSequence(): number {
    this.#nextSequence += 1
    return this.#nextSequence - 1
  }

  /** Inserts a row or gives it its next version; returns the version before. The table owns `row` from here on. */
  put(key: Key, row: Readonly<Row>, size: number, sequence?: number): Readonly<Row> | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) {
      this.#insert({ key, sequence: sequence ?? this.takeSequence(), row, size })
      return undefined
    }
    const before = entry.row
    this.#liveSize += size - entry.size
    const moved = this.indexes.filter((index) => !index.agrees(before, row))
    for (const index of moved) index.remove(entry)
    entry.row = row
    entry.size = size
    for (const index of moved) index.add(entry)
    return before
  }

  /** Removes a row and returns its last version. */
  delete(key: Key): Entry | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    for (const index of this.indexes) index.remove(entry)
    this.entries.delete(key)
    this.#liveSize -= entry.size
    return entry
  }

  /** Puts a row of a file in place without touching the indexes; {@link Table.settle} follows. */
  load(key: Key, row: Row, size: number): void {
    const entry = this.entries.get(key)
    this.#liveSize += size - (entry?.size ?? 0)
    if (entry !== undefined) {
      entry.row = row
      entry.size = size
    } else this.entries.add({ key, sequence: this.takeSequence(), row, size })
    if (typeof key === 'number') this.#moveSequence(key)
    this.moveSequence(row)
  }

  /** Explicit numeric ids move the sequence. Source: data D-9.10-1. */
  moveSequence(row: Readonly<Row>): void {
    for (const { name } of this.layout.ids) {
      const id = row[name]
      if (typeof id === 'number' || typeof id === 'bigint') this.#moveSequence(Number(id))
    }
  }

  #moveSequence(id: number): void {
    if (id >= this.nextId && id < Number.MAX_SAFE_INTEGER) this.nextId = Math.floor(id) + 1
  }

  /** Takes a row of a file away again, see {@link Table.load}. */
  unload(key: Key): void {
    this.#liveSize -= this.entries.get(key)?.size ?? 0
    this.entries.delete(key)
  }

  /** Brings keys and indexes in line with the layout; answers `true` when rows got other keys. */
  settle(): boolean {
    const hasMoved = this.#settleKeys()
    this.indexes = this.layout.indexes.map((index) => {
      const shared = index.isIdentity ? this.entries : undefined
      return new RowIndex({ ...index, shared })
    })
    this.#columns = new Map(
      this.indexes.flatMap((index) =>
        index.single?.kind === undefined ? [] : [[index.single.property, index]],
      ),
    )
    this.entries.visit(({ row }) => this.copies.learnRow(row))
    for (const index of this.indexes) index.fill(this.entries)
    return hasMoved
  }

  /** Forgets every row. */
  clear(): void {
    this.entries.clear()
    for (const index of this.indexes) index.clear()
    this.nextId = 1
    this.lastCommit = 0
    this.isUntyped = false
    this.#liveSize = 0
  }

  #insert(entry: Entry): void {
    this.#liveSize += entry.size
    this.entries.add(entry)
    const indexes = this.indexes
    for (let index = 0; index < indexes.length; index += 1) indexes[index]?.add(entry)
  }

  /** The definition of the id may have changed since the rows were written. */
  #settleKeys(): boolean {
    if (this.layout.ids.length === 0) return false
    const old = [...this.entries.values()]
    if (old.every((entry) => (keyOfRow(this.layout, entry.row) ?? entry.key) === entry.key)) {
      return false
    }
    this.entries.clear()
    for (const entry of old) {
      const key = keyOfRow(this.layout, entry.row) ?? entry.key
      this.entries.add({ ...entry, key })
      this.moveSequence(entry.row)
    }
    return true
  }
}

/** Equal for layouts with the same keys and indexes. */
function signatureOf({ idParts, indexes }: TableLayout): string {
  return JSON.stringify([idParts, indexes])
}
