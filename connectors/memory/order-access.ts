import type { OrderEntry, Path, Row, RowOrder } from '../../core/spi.ts'
import type { Access } from './access.ts'
import type { Scalar } from './block.ts'
import type { Candidate, Entry } from './entry.ts'
import type { OrderedMap, Range } from './ordered-map.ts'
import type { RowIndex } from './row-index.ts'
import { firstOfSlot, type Slot, visitSlot } from './slot.ts'
import type { Table } from './table.ts'

/** Name of the declared column a path is; `undefined` for nested and undeclared paths. */
export function columnOf(path: Path): string | undefined {
  return path.segments.length === 1 && path.property !== undefined ? path.segments[0] : undefined
}

/** A way to read rows in the asked order without sorting all of them. */
export interface OrderAccess {
  readonly index: RowIndex
  readonly order: OrderedMap<Scalar, Slot>
  readonly descending: boolean
  readonly range: Range<Scalar>
  /** Where rows without a value go; `none` when there are none, or the range leaves them out. */
  readonly nulls: 'first' | 'last' | 'none'
  /** Rows that share a key are sorted by what else was asked for. */
  readonly ties: RowOrder | undefined
}

/** The index whose keys are in the order of the first sort key. */
export function orderIndexOf(table: Table, order: readonly OrderEntry[]): RowIndex | undefined {
  const first = order[0]
  const index = first && columnIndexOf(table, first)
  if (index === undefined || order.length === 1) return index
  return order.every((entry) => entry === first || isTotal(table, entry)) ? index : undefined
}

/** The loopback3 order is not transitive among mixed and missing values: only one full sort gives LoopBack's result then. */
function isTotal(table: Table, entry: OrderEntry): boolean {
  return entry.loose !== true || columnIndexOf(table, entry)?.nulls.size === 0
}

function columnIndexOf(table: Table, { path }: OrderEntry): RowIndex | undefined {
  const property = columnOf(path)
  if (property === undefined) return undefined
  for (const index of table.indexes) {
    if (index.order !== undefined && index.single?.property === property) {
      return index.irregular.size > 0 ? undefined : index
    }
  }
  return undefined
}

/**
 * Plans to read rows by an index as `order` wants them; `undefined` where only a sort would give that order.
 *
 * `compile` gives the order of a sort; where it puts rows without a value is tried out on the index's ends, because the
 * profiles differ in it.
 */
export function planOrder(
  index: RowIndex,
  access: Access,
  order: readonly OrderEntry[],
  compile: (order: readonly OrderEntry[]) => RowOrder | undefined,
): OrderAccess | undefined {
  const first = order[0]
  const property = index.parts[0]?.property
  if (first === undefined || property === undefined || index.order === undefined) return undefined
  const isRanged = access.kind === 'range' && access.index === index
  const nulls =
    isRanged || index.nulls.size === 0
      ? 'none'
      : placeOfNulls(index.order, property, compile(order.slice(0, 1)))
  if (nulls === undefined) return undefined
  return {
    index,
    order: index.order,
    descending: first.direction < 0,
    range: isRanged ? access.range : {},
    nulls,
    ties: order.length > 1 || nulls !== 'none' ? compile(order) : undefined,
  }
}

/** Visits rows in order until `visit` answers `false`. */
export function walkOrder(
  access: OrderAccess,
  test: (row: Readonly<Row>) => boolean,
  visit: (row: Candidate) => boolean,
): void {
  const { ties } = access
  const visitMatch = (entry: Entry) => !test(entry.row) || visit(entry)
  const visitGroup = (group: Slot) => visitSorted(group, ties, test, visit)
  if (access.nulls === 'first' && !visitGroup(access.index.nulls)) return
  const isDone = access.order.walk(access.range, access.descending, (slot) =>
    ties === undefined || 'row' in slot ? visitSlot(slot, visitMatch) : visitGroup(slot),
  )
  if (isDone && access.nulls === 'last') visitGroup(access.index.nulls)
}

function visitSorted(
  group: Slot,
  ties: RowOrder | undefined,
  test: (row: Readonly<Row>) => boolean,
  visit: (row: Candidate) => boolean,
): boolean {
  const found: Entry[] = []
  visitSlot(group, (entry) => {
    if (test(entry.row)) found.push(entry)
    return true
  })
  if (ties !== undefined) found.sort((a, b) => ties(a.row, b.row))
  return found.every(visit)
}

/** `undefined` when a sort would not put all rows without a value on one side. */
function placeOfNulls(
  order: OrderedMap<Scalar, Slot>,
  property: string,
  compare: RowOrder | undefined,
): 'first' | 'last' | undefined {
  if (compare === undefined) return undefined
  let sign = 0
  for (const descending of [false, true]) {
    const row = endOf(order, descending)
    if (row === undefined) return 'last'
    for (const value of [null, undefined]) {
      const result = Math.sign(compare({ [property]: value }, row))
      if (result === 0 || (sign !== 0 && result !== sign)) return undefined
      sign = result
    }
  }
  return sign < 0 ? 'first' : 'last'
}

function endOf(order: OrderedMap<Scalar, Slot>, descending: boolean): Readonly<Row> | undefined {
  let row: Readonly<Row> | undefined
  order.walk({}, descending, (slot) => {
    row = firstOfSlot(slot)?.row
    return false
  })
  return row
}
