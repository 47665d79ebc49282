import type { Entry } from './entry.ts'
import { OrderedMap } from './ordered-map.ts'

/** The rows that share a key, in table order: one, a few in a list, or many in a map by their place. */
export type Slot = Entry | Entry[] | OrderedMap<number, Entry>

/** Lists are small enough to be searched and copied; they take a tenth of the memory of a map. */
const maxList = 32

/** Number of rows. */
export function sizeOfSlot(slot: Slot): number {
  if (slot instanceof OrderedMap) return slot.size
  return Array.isArray(slot) ? slot.length : 1
}

/** The first row. */
export function firstOfSlot(slot: Slot): Entry | undefined {
  let first: Entry | undefined
  visitSlot(slot, (entry) => {
    first = entry
    return false
  })
  return first
}

/** All rows; the array belongs to the caller. */
export function rowsOfSlot(slot: Slot): Entry[] {
  const rows: Entry[] = []
  visitSlot(slot, (entry) => rows.push(entry) > 0)
  return rows
}

/** Visits rows until `visit` answers `false`. */
export function visitSlot(slot: Slot, visit: (entry: Entry) => boolean): boolean {
  if (slot instanceof OrderedMap) return slot.walk({}, false, visit)
  return Array.isArray(slot) ? slot.every(visit) : visit(slot)
}

/** The slot with one more row; the given one must not be used any more. */
export function addToSlot(slot: Slot, entry: Entry): Slot {
  if (slot instanceof OrderedMap) {
    slot.set(entry.sequence, entry)
    return slot
  }
  const list = Array.isArray(slot) ? slot : [slot]
  if (list.length >= maxList) return mapOf([...list, entry])
  if ((list[list.length - 1] as Entry).sequence < entry.sequence) return [...list, entry] // never empty
  const index = list.findIndex(({ sequence }) => sequence > entry.sequence)
  return index < 0 ? [...list, entry] : list.toSpliced(index, 0, entry)
}

/** The slot without a row; `undefined` when none is left. */
export function removeFromSlot(slot: Slot, entry: Entry): Slot | undefined {
  if (slot instanceof OrderedMap) {
    slot.delete(entry.sequence)
    return slot.size === 0 ? undefined : slot
  }
  if (!Array.isArray(slot)) return undefined
  const list = slot.filter((one) => one !== entry)
  return list.length > 1 ? list : list[0]
}

function mapOf(entries: readonly Entry[]): OrderedMap<number, Entry> {
  const map = new OrderedMap<number, Entry>()
  for (const entry of entries) map.set(entry.sequence, entry)
  return map
}
