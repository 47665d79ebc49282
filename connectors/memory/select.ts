import {
  applyQuery,
  compileOrder,
  compileWhere,
  matchAll,
  nearOf,
  type Query,
  type Row,
  type RowTest,
  type Where,
} from '../../core/spi.ts'
import { type Access, chooseAccess, matchingRows } from './access.ts'
import type { Candidate } from './entry.ts'
import { keyOfValue } from './index-key.ts'
import { columnOf, type OrderAccess, orderIndexOf, planOrder, walkOrder } from './order-access.ts'
import type { Overlay } from './overlay.ts'
import type { RowIndex } from './row-index.ts'
import { rowsOfSlot, type Slot, sizeOfSlot } from './slot.ts'
import type { Table } from './table.ts'

/** The rows a condition matches, in table order. They are the store's own and must not be changed. */
export function selectRows(
  table: Table,
  overlay: Overlay | undefined,
  where: Where,
): readonly Candidate[] {
  const slot = findByKey(table, overlay, where)
  if (slot !== undefined) return slot === null ? [] : 'row' in slot ? [slot] : rowsOfSlot(slot)
  if (where.kind === 'none') return []
  const access = chooseAccess(table, where)
  return matchingRows(table, overlay, access, testFor(table, where, access, overlay))
}

/** The number of rows a condition matches. */
export function countRows(table: Table, overlay: Overlay | undefined, where: Where): number {
  if (where.kind === 'all' && overlay?.isEmpty !== false) return table.entries.size
  const slot = findByKey(table, overlay, where)
  if (slot !== undefined) return slot === null ? 0 : 'row' in slot ? 1 : sizeOfSlot(slot)
  return selectRows(table, overlay, where).length
}

/** The rows of a query in its order; see {@link selectRows} for who owns them. */
export function queryRows(
  table: Table,
  overlay: Overlay | undefined,
  query: Query,
): readonly Readonly<Row>[] {
  const { where } = query
  const slot = findByKey(table, overlay, where)
  if (slot === null) return []
  if (slot !== undefined && 'row' in slot) return isFirstWanted(query) ? [slot.row] : []
  if (Array.isArray(slot)) return sortRows(slot, query)
  if (where.kind === 'none') return []
  if (nearOf(where) !== undefined) {
    return applyQuery(visibleRows(table, overlay), { ...query, fields: undefined })
  }
  const access = chooseAccess(table, where)
  return (
    readInOrder(table, overlay, query, access) ??
    sortRows(matchingRows(table, overlay, access, testFor(table, where, access, overlay)), query)
  )
}

function isFirstWanted({ skip, limit }: Query): boolean {
  return skip === 0 && limit !== 0
}

/** Sorts and cuts rows that match already. */
function sortRows(found: readonly Candidate[], query: Query): readonly Readonly<Row>[] {
  const { limit, skip, order } = query
  const rows = found.map(rowOf)
  if (rows.length < 2) return rows.slice(skip)
  if (rows.length <= maxChecked && isInOrder(rows, compileOrder(order))) {
    return skip === 0 && limit === undefined ? rows : rows.slice(skip, endOf(query))
  }
  return applyQuery(rows, { ...query, where: matchAll, fields: undefined })
}

/** Results up to this size are looked through before they are sorted: they come in order of insertion, which often is the asked one. */
const maxChecked = 100

function isInOrder(
  rows: readonly Readonly<Row>[],
  compare: ReturnType<typeof compileOrder>,
): boolean {
  if (compare === undefined) return true
  for (let index = 1; index < rows.length; index += 1) {
    if (compare(rows[index - 1] as Row, rows[index] as Row) > 0) return false // both are in range
  }
  return true
}

function endOf({ skip, limit }: Query): number {
  return limit === undefined ? Number.POSITIVE_INFINITY : skip + limit
}

/** The rows of a query, with limit and skip applied to each group of equal values. Source: data D-3.4b-2. */
export function queryGroups(
  table: Table,
  overlay: Overlay | undefined,
  query: Query,
  groupBy: readonly string[],
): readonly Readonly<Row>[] {
  const { limit, skip } = query
  const rows = queryRows(table, overlay, { ...query, limit: undefined, skip: 0 })
  const seen = new Map<string, number>()
  return rows.filter((row) => {
    const key = groupBy.map((property) => String(row[property])).join('\0')
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    return count > skip && (limit === undefined || count <= skip + limit)
  })
}

function rowOf(candidate: Candidate): Readonly<Row> {
  return candidate.row
}

/**
 * The commonest queries of all, without a plan: the rows whose one indexed property equals a value. `null` when there
 * are none, `undefined` when it takes a plan to find out.
 */
function findByKey(
  table: Table,
  overlay: Overlay | undefined,
  where: Where,
): Slot | Candidate | null | undefined {
  if (where.kind !== 'compare' || where.operator !== 'eq' || where.loose) return undefined
  const index = table.indexOf(columnOf(where.path))
  if (index === undefined || index.irregular.size > 0) return undefined
  const key = keyOfValue(where.value, index.single?.kind)
  if (key === null || key === undefined) return undefined
  if (overlay === undefined || overlay.isEmpty) return index.slot(key) ?? null
  return index.isIdentity ? (overlay.see(key) ?? null) : undefined
}

function testFor(
  table: Table,
  where: Where,
  access: Access,
  overlay: Overlay | undefined,
): RowTest {
  const isExact = access.kind !== 'scan' && access.isExact && overlay?.isEmpty !== false
  return isExact || where.kind === 'all' ? acceptAll : compileTest(table, where)
}

/** A function the application gave gets a copy of the row: it might keep or change it. */
function compileTest(table: Table, where: Where): RowTest {
  const test = compileWhere(where)
  return hasFunction(where) ? (row) => test(table.copies.copyOut(row, undefined)) : test
}

function hasFunction(where: Where): boolean {
  if (where.kind === 'function') return true
  return 'conditions' in where && where.conditions.some(hasFunction)
}

function acceptAll(): boolean {
  return true
}

/** Reads by the index of the first sort key; `undefined` where sorting the matches is better. */
function readInOrder(
  table: Table,
  overlay: Overlay | undefined,
  query: Query,
  access: Access,
): readonly Readonly<Row>[] | undefined {
  if (overlay?.isEmpty === false) return undefined
  const index = orderIndexOf(table, query.order)
  if (index === undefined || !isWorthwhile(index, access, table, endOf(query))) return undefined
  const plan = planOrder(index, access, query.order, compileOrder)
  return plan && takeInOrder(plan, testInOrder(table, index, access, query.where), query)
}

/** Reading in order and throwing away what does not match, against finding matches and sorting them. */
function isWorthwhile(index: RowIndex, access: Access, table: Table, wanted: number): boolean {
  if (access.kind === 'scan') return true
  if (access.kind === 'range' && access.index === index) return true
  const rows = table.entries.size
  return Math.min(wanted, rows) * (rows / Math.max(1, access.cost)) < access.cost
}

/** An exact access path needs no test, but walking another index does. */
function testInOrder(table: Table, index: RowIndex, access: Access, where: Where): RowTest {
  const isSame = access.kind === 'range' && access.index === index && access.isExact
  return isSame || where.kind === 'all' ? acceptAll : compileTest(table, where)
}

function takeInOrder(plan: OrderAccess, test: RowTest, query: Query): readonly Readonly<Row>[] {
  const found: Readonly<Row>[] = []
  const count = query.limit ?? Number.POSITIVE_INFINITY
  let skipped = 0
  if (count === 0) return found
  walkOrder(plan, test, ({ row }) => {
    if (skipped < query.skip) skipped += 1
    else found.push(row)
    return found.length < count
  })
  return found
}

function visibleRows(table: Table, overlay: Overlay | undefined): Readonly<Row>[] {
  return matchingRows(table, overlay, { kind: 'scan', cost: 0 }, acceptAll).map(rowOf)
}
