import type { Row } from '../../core/spi.ts'
import type { Scalar } from './block.ts'
import type { Entry } from './entry.ts'
import type { EntryMap } from './entry-map.ts'
import {
  canonicalKey,
  compoundKey,
  type IndexKey,
  type IndexPart,
  keyOfValue,
} from './index-key.ts'
import { OrderedMap } from './ordered-map.ts'
import { addToSlot, firstOfSlot, removeFromSlot, type Slot, sizeOfSlot } from './slot.ts'

/** How an index is made. */
export interface RowIndexOptions {
  /** Name in error details. */
  readonly name: string
  readonly parts: readonly IndexPart[]
  readonly unique: boolean
  /** Rows by key that the table keeps itself; for the index of a single id. */
  readonly shared?: EntryMap | undefined
}

/**
 * One index of a table: by key for equality, in key order for ranges and sorting.
 *
 * Rows whose value is null, and rows whose value is not of the column's kind (arrays, undeclared types), stand aside in
 * {@link RowIndex.nulls} and {@link RowIndex.irregular}; whoever looks something up adds the latter and tests them.
 * Memory: about 80 bytes for a row with a key of its own, 50 for one that shares it with nine others (measured 2026-11).
 */
export class RowIndex {
  readonly name: string
  readonly parts: readonly IndexPart[]
  readonly unique: boolean
  readonly nulls = new OrderedMap<number, Entry>()
  readonly irregular = new OrderedMap<number, Entry>()
  /** The column of an index over one; `undefined` for several. */
  readonly single: IndexPart | undefined
  /** Keys in order; `undefined` for an index over several columns or over bytes. */
  readonly order: OrderedMap<Scalar, Slot> | undefined
  readonly #slots = new Map<Scalar, Slot>()
  readonly #shared: EntryMap | undefined
  readonly #irregularOwners: Map<string, Entry> | undefined
  #keyedSize = 0

  constructor(options: RowIndexOptions) {
    this.name = options.name
    this.parts = options.parts
    this.unique = options.unique
    this.single = options.parts.length === 1 ? options.parts[0] : undefined
    const isOrdered = this.single?.kind !== undefined && this.single.kind !== 'bytes'
    this.order = isOrdered ? new OrderedMap() : undefined
    this.#shared = options.shared
    this.#irregularOwners = options.unique ? new Map() : undefined
  }

  /** The key a row has. */
  keyOf(row: Readonly<Row>): IndexKey {
    const part = this.single
    if (part !== undefined) return keyOfValue(row[part.property], part.kind)
    return compoundKey(
      this.parts.map(({ property }) => row[property]),
      this.parts,
    )
  }

  /** The index over the key of the table. */
  get isIdentity(): boolean {
    return this.#shared !== undefined
  }

  /** Number of rows that have a key. */
  get keyedSize(): number {
    return this.#keyedSize
  }

  /** Rows with this key. */
  slot(key: Scalar): Slot | undefined {
    return this.#shared === undefined ? this.#slots.get(key) : this.#shared.get(key)
  }

  /** Number of rows with this key. */
  count(key: Scalar): number {
    const slot = this.slot(key)
    return slot === undefined ? 0 : sizeOfSlot(slot)
  }

  /** What a unique index compares: the key, or the text of a value that has none; `null` never collides. */
  uniqueKeyOf(row: Readonly<Row>): Scalar | null {
    const key = this.keyOf(row)
    return key === undefined ? canonicalKey(this.parts.map(({ property }) => row[property])) : key
  }

  /** The row that holds a unique key. */
  owner(key: Scalar): Entry | undefined {
    const slot = this.slot(key)
    if (slot === undefined) {
      return typeof key === 'string' ? this.#irregularOwners?.get(key) : undefined
    }
    return firstOfSlot(slot)
  }

  /** Takes all rows of a table into an index that is empty; the keys are sorted once. */
  fill(entries: EntryMap): void {
    entries.visit((entry) => {
      const key = this.#shared === undefined ? this.keyOf(entry.row) : undefined
      if (key === undefined || key === null) this.add(entry)
      else {
        const slot = this.#slots.get(key)
        this.#slots.set(key, slot === undefined ? entry : addToSlot(slot, entry))
        this.#keyedSize += 1
      }
      return true
    })
    if (this.#shared === undefined) this.order?.fill(this.#slots)
  }

  add(entry: Entry): void {
    const key = this.keyOf(entry.row)
    if (key === null) this.nulls.set(entry.sequence, entry)
    else if (key === undefined) this.#addIrregular(entry)
    else this.#addKey(key, entry)
  }

  remove(entry: Entry): void {
    const key = this.keyOf(entry.row)
    if (key === null) this.nulls.delete(entry.sequence)
    else if (key === undefined) this.#removeIrregular(entry)
    else this.#removeKey(key, entry)
  }

  /** Two versions of a row stand at the same place of the index. */
  agrees(before: Readonly<Row>, after: Readonly<Row>): boolean {
    const key = this.keyOf(after)
    return key !== undefined && key === this.keyOf(before)
  }

  clear(): void {
    this.nulls.clear()
    this.irregular.clear()
    this.order?.clear()
    this.#keyedSize = 0
    this.#irregularOwners?.clear()
    this.#slots.clear()
  }

  #addKey(key: Scalar, entry: Entry): void {
    this.#keyedSize += 1
    if (this.#shared !== undefined) {
      this.order?.set(key, entry)
      return
    }
    const slot = this.#slots.get(key)
    this.#setSlot(key, slot, slot === undefined ? entry : addToSlot(slot, entry))
  }

  #removeKey(key: Scalar, entry: Entry): void {
    this.#keyedSize -= 1
    const slot = this.slot(key)
    const left = slot === undefined ? undefined : removeFromSlot(slot, entry)
    if (left !== undefined) this.#setSlot(key, slot, left)
    else {
      this.#slots.delete(key)
      this.order?.delete(key)
    }
  }

  #setSlot(key: Scalar, before: Slot | undefined, after: Slot): void {
    if (before === after) return
    this.#slots.set(key, after)
    this.order?.set(key, after)
  }

  #addIrregular(entry: Entry): void {
    this.irregular.set(entry.sequence, entry)
    const key = this.#irregularOwners === undefined ? null : this.uniqueKeyOf(entry.row)
    if (typeof key === 'string') this.#irregularOwners?.set(key, entry)
  }

  #removeIrregular(entry: Entry): void {
    this.irregular.delete(entry.sequence)
    const key = this.#irregularOwners === undefined ? null : this.uniqueKeyOf(entry.row)
    if (typeof key === 'string') this.#irregularOwners?.delete(key)
  }
}
