import {
  type IndexableCondition,
  indexableConditions,
  type RowTest,
  type Where,
} from '../../core/spi.ts'
import type { Scalar } from './block.ts'
import type { Candidate, Entry } from './entry.ts'
import { compoundKey, keyOfValue } from './index-key.ts'
import type { Bound, Range } from './ordered-map.ts'
import type { Overlay } from './overlay.ts'
import type { RowIndex } from './row-index.ts'
import { visitSlot } from './slot.ts'
import type { Table } from './table.ts'

/**
 * How the rows for a condition are reached. Each way yields every match, in table order within a key, and some rows
 * that are none unless `isExact` says otherwise.
 */
export type Access =
  | { readonly kind: 'scan'; readonly cost: number }
  | {
      readonly kind: 'keys'
      readonly index: RowIndex
      readonly keys: readonly Scalar[]
      readonly isExact: boolean
      readonly cost: number
    }
  | {
      readonly kind: 'range'
      readonly index: RowIndex
      readonly range: Range<Scalar>
      readonly isExact: boolean
      readonly cost: number
    }

/** Chooses the cheapest way; the cost is the number of rows to look at. */
export function chooseAccess(table: Table, where: Where): Access {
  const scan: Access = { kind: 'scan', cost: table.entries.size }
  if (table.indexes.length === 0) return scan
  const conditions = indexableConditions(where)
  if (conditions.length === 0) return scan
  const isWhole = where.kind !== 'and'
  let best: Access = scan
  for (const index of table.indexes) {
    const access = accessBy(index, conditions, isWhole)
    if (access !== undefined && access.cost < best.cost) best = access
    if (best.cost <= 1) break
  }
  return best
}

function accessBy(
  index: RowIndex,
  conditions: readonly IndexableCondition[],
  isWhole: boolean,
): Access | undefined {
  const [part, ...others] = index.parts
  if (part === undefined) return undefined
  if (others.length > 0) return accessByCompound(index, conditions)
  let best: Access | undefined
  for (const condition of conditions) {
    if (condition.property !== part.property) continue
    const access =
      condition.kind === 'range'
        ? accessByRange(index, condition, isWhole)
        : accessByKeys(index, valuesOf(condition), isWhole)
    if (access !== undefined && (best === undefined || access.cost < best.cost)) best = access
  }
  return best
}

function valuesOf(condition: Exclude<IndexableCondition, { kind: 'range' }>): readonly unknown[] {
  return condition.kind === 'equal' ? [condition.value] : condition.values
}

function accessByKeys(
  index: RowIndex,
  values: readonly unknown[],
  isWhole: boolean,
): Access | undefined {
  const kind = index.parts[0]?.kind
  const keys: Scalar[] = []
  let cost = index.irregular.size
  for (const value of values) {
    const key = keyOfValue(value, kind)
    if (key === null || key === undefined) return undefined
    const count = index.count(key)
    if (count === 0) continue
    cost += count
    keys.push(key)
  }
  const unique = keys.length < 2 ? keys : [...new Set(keys)]
  const isExact = isWhole && index.irregular.size === 0
  return { kind: 'keys', index, keys: unique, isExact, cost }
}

function accessByRange(
  index: RowIndex,
  condition: IndexableCondition & { readonly kind: 'range' },
  isWhole: boolean,
): Access | undefined {
  if (index.order === undefined) return undefined
  const from = boundOf(index, condition.low, condition.includesLow)
  const to = boundOf(index, condition.high, condition.includesHigh)
  if (from === null || to === null) return undefined
  const range = { from, to }
  const rows = Math.max(1, index.keyedSize / Math.max(1, index.order.size))
  const cost = index.order.countRange(range) * rows + index.irregular.size
  return { kind: 'range', index, range, isExact: isWhole && index.irregular.size === 0, cost }
}

/** `undefined` for an open end, `null` for an operand that is not of the column's kind. */
function boundOf(
  index: RowIndex,
  value: unknown,
  inclusive: boolean,
): Bound<Scalar> | undefined | null {
  if (value === undefined) return undefined
  const key = keyOfValue(value, index.parts[0]?.kind)
  return key === null || key === undefined ? null : { key, inclusive }
}

/** Every column of the index must be equal to one value. */
function accessByCompound(
  index: RowIndex,
  conditions: readonly IndexableCondition[],
): Access | undefined {
  const values: unknown[] = []
  for (const { property } of index.parts) {
    const condition = conditions.find((one) => one.property === property && one.kind === 'equal')
    if (condition?.kind !== 'equal') return undefined
    values.push(condition.value)
  }
  const key = compoundKey(values, index.parts)
  if (key === null || key === undefined) return undefined
  const cost = index.count(key) + index.irregular.size
  return { kind: 'keys', index, keys: [key], isExact: false, cost }
}

/** Visits the committed rows an access path reaches until `visit` answers `false`. */
export function visitAccess(
  table: Table,
  access: Access,
  visit: (entry: Entry) => boolean,
): boolean {
  if (access.kind === 'scan') return table.entries.visit(visit)
  const { index } = access
  if (access.kind === 'range') {
    const isDone = index.order?.walk(access.range, false, (slot) => visitSlot(slot, visit)) ?? true
    return isDone && index.irregular.walk({}, false, visit)
  }
  for (const key of access.keys) {
    const slot = index.slot(key)
    if (slot !== undefined && !visitSlot(slot, visit)) return false
  }
  return index.irregular.walk({}, false, visit)
}

/** The rows a condition matches, in table order, as a transaction (or nobody) sees them. */
export function matchingRows(
  table: Table,
  overlay: Overlay | undefined,
  access: Access,
  test: RowTest,
): Candidate[] {
  const found: Candidate[] = []
  const isExact = access.kind !== 'scan' && access.isExact
  const view = overlay?.isEmpty === false ? overlay : undefined
  visitAccess(table, access, (entry) => {
    if (view?.hides(entry.key)) return true
    if (isExact || test(entry.row)) found.push(entry)
    return true
  })
  if (view !== undefined)
    for (const version of view.versions()) if (test(version.row)) found.push(version)
  if (needsSorting(access, view)) found.sort(bySequence)
  return found
}

function needsSorting(access: Access, view: Overlay | undefined): boolean {
  if (view !== undefined) return true
  if (access.kind === 'scan') return false
  if (access.kind === 'range') return true
  return access.keys.length > 1 || access.index.irregular.size > 0
}

function bySequence(a: Candidate, b: Candidate): number {
  return a.sequence - b.sequence
}
