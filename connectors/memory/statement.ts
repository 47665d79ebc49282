import {
  invalidArgument,
  type Model,
  type Row,
  type Upsert,
  type UpsertResult,
  type Where,
} from '../../core/spi.ts'
import { type Change, checkUnique } from './change.ts'
import { addDecimals } from './decimal.ts'
import type { Candidate } from './entry.ts'
import { identify } from './identity.ts'
import { keyOfRow } from './layout.ts'
import type { Overlay } from './overlay.ts'
import { selectRows } from './select.ts'
import type { Table } from './table.ts'

/** What a writing statement works on: a table, and the view of a transaction if it runs in one. */
export interface Target {
  readonly model: Model
  readonly table: Table
  readonly overlay: Overlay | undefined
}

/** Changes that are checked and only have to be applied. */
export type Changes = readonly Change[]

/** Works out an insertion of rows, all or none. **Errors**: `DUPLICATE_KEY`, `RESERVED_KEY`. */
export function insert({ model, table, overlay }: Target, rows: readonly Row[]): Changes {
  const { ids, idNames } = table.layout
  const names = model.id === ids ? idNames : model.id.map(({ name }) => name)
  const changes = rows.map((row): Change => {
    const after = table.copies.copyIn(row, names)
    const key = identify(model, table, after)
    return { table, key, before: undefined, after }
  })
  checkUnique(model, table, changes, overlay)
  return changes
}

/** Works out a patch of every match: top level merge, nested values replaced. Source: data D-9.10-2. */
export function patch(target: Target, where: Where, values: Row): Changes {
  const copy = target.table.copies.copyValues(values)
  const changes = matches(target, where).map((row) => patchOf(target, row, copy))
  checkUnique(target.model, target.table, changes, target.overlay)
  return changes
}

/** Works out a replacement of every match; key properties stay. */
export function replace(target: Target, where: Where, values: Row): Changes {
  const copy = target.table.copies.copyValues(values)
  const changes = matches(target, where).map((row) => replacementOf(target, row, copy))
  checkUnique(target.model, target.table, changes, target.overlay)
  return changes
}

/** Works out a deletion. */
export function remove(target: Target, where: Where): Changes {
  const { table } = target
  return matches(target, where).map(({ key, row }) => ({
    table,
    key,
    before: row,
    after: undefined,
  }))
}

/** Works out an increment of every match; null and missing fields count as 0. Source: data D-2.7-1. */
export function increment(
  target: Target,
  where: Where,
  deltas: Readonly<Record<string, number>>,
): Changes {
  const { model, table } = target
  const fields = Object.entries(deltas)
  for (const [field, delta] of fields) assertIncrement(model, field, delta)
  const changes = matches(target, where).map(({ key, row }): Change => {
    const after: Row = { ...row }
    for (const [field, delta] of fields) after[field] = addTo(row[field], delta)
    return { table, key, before: row, after }
  })
  checkUnique(model, table, changes, target.overlay)
  return changes
}

/** Works out an upsert: one change, or none when the row stays or is ambiguous. Source: data D-2.6-1. */
export function upsert(
  target: Target,
  request: Upsert,
): { readonly changes: Changes; readonly result: UpsertResult } {
  const { table } = target
  const [row, second] = matches(target, request.where)
  if (row === undefined) {
    const changes = insert(target, [request.create])
    return { changes, result: { row: copyOf(table, changes[0]?.after ?? {}), isNew: true } }
  }
  if (second !== undefined) {
    return { changes: [], result: { row: copyOf(table, row.row), isNew: false, ambiguous: true } }
  }
  if (request.update === undefined) {
    return { changes: [], result: { row: copyOf(table, row.row), isNew: false } }
  }
  const values = table.copies.copyValues(request.update)
  const change =
    request.replace === true ? replacementOf(target, row, values) : patchOf(target, row, values)
  checkUnique(target.model, table, [change], target.overlay)
  return { changes: [change], result: { row: copyOf(table, change.after ?? {}), isNew: false } }
}

function matches({ table, overlay }: Target, where: Where): readonly Candidate[] {
  return selectRows(table, overlay, where)
}

function copyOf(table: Table, row: Readonly<Row>): Row {
  return table.copies.copyOut(row, undefined)
}

/** `values` is a copy of the store's own already. */
function patchOf({ model, table }: Target, { key, row }: Candidate, values: Readonly<Row>): Change {
  const after: Row = { ...row, ...values }
  if (model.id.length > 0 && keyOfRow(table.layout, after) !== key) {
    throw invalidArgument(`the id of a row of ${model.name} cannot be changed`)
  }
  return { table, key, before: row, after: table.copies.pack(after) }
}

function replacementOf(
  { model, table }: Target,
  current: Candidate,
  values: Readonly<Row>,
): Change {
  const { key, row } = current
  const ids: Row = {}
  for (const { name } of model.id) ids[name] = row[name]
  return { table, key, before: row, after: table.copies.pack({ ...ids, ...values, ...ids }) }
}

function assertIncrement(model: Model, field: string, delta: unknown): void {
  if (typeof delta !== 'number' || !Number.isFinite(delta)) {
    throw invalidArgument(`increment of ${model.name}.${field}: expected a finite number`)
  }
  if (model.id.some(({ name }) => name === field) || field === '__proto__') {
    throw invalidArgument(`${model.name}.${field} cannot be incremented`)
  }
}

function addTo(value: unknown, delta: number): unknown {
  if (value === null || value === undefined) return delta
  if (typeof value === 'number') return value + delta
  if (typeof value === 'bigint' && Number.isInteger(delta)) return value + BigInt(delta)
  if (typeof value === 'string') return addDecimals(value, String(delta))
  throw invalidArgument(`cannot add to a value of type ${typeof value}`)
}
