import type { ChangeContext } from '../model/hook.ts'
import type { Row } from '../model/model.ts'
import type { Where } from '../query/query.ts'
import type { Change, RowChange } from './change-feed.ts'
import { collectRows } from './connector-queue.ts'
import { whereOfIds } from './find-by-ids.ts'
import { splitKeys } from './include.ts'
import { contextBase, type Operation } from './operation.ts'
import { runHooks } from './operation-hooks.ts'
import { readSilently } from './read.ts'

/** Somebody wants to know about changes of this model. Nothing is prepared when nobody does. */
export function isWatched(operation: Operation): boolean {
  const { hooks, changes } = operation.runtime
  return hooks.change !== undefined || changes.isWatched
}

/**
 * Announces a change: at once, or after the commit of the transaction it belongs to. A failing observer is reported,
 * the write is done. Source: data D-5.1-7.
 */
export async function announce(operation: Operation, change: Change): Promise<void> {
  if (operation.transaction === undefined) return publish(operation, change)
  operation.transaction.observe('after commit', () => publish(operation, change))
}

async function publish(operation: Operation, change: Change): Promise<void> {
  const { hooks, changes, layer, model } = operation.runtime
  changes.publish(change)
  if (hooks.change === undefined) return
  const { type: _type, ids: _ids, data: _data, rows: _rows, ...event } = change
  const context: ChangeContext = { ...contextBase(operation), ...event }
  try {
    await runHooks(hooks.change, context)
  } catch (error) {
    layer.warn(`${model.name}: an observer of "change" failed: ${String(error)}`)
  }
}

/** What is known of a row that was written. */
export interface RowDetails {
  readonly isNew: boolean
  readonly before?: Readonly<Row> | undefined
  /** The row as it was stored, see {@link imageOf}. */
  readonly stored?: Readonly<Row> | undefined
}

/** Announces a created, patched or replaced row. */
export function announceRow(
  operation: Operation,
  name: string,
  after: Row,
  details: RowDetails,
): Promise<void> | undefined {
  if (!isWatched(operation)) return undefined
  const { identity, changes } = operation.runtime
  const change: Change = {
    operation: name,
    type: details.isNew ? 'create' : 'update',
    id: identity.of(after),
    after,
    isNew: details.isNew,
    ...(details.before === undefined ? {} : { before: details.before }),
  }
  return changes.needsRows
    ? announceImages(operation, change, details.stored)
    : announce(operation, change)
}

/** A row may have been given in part, so what is stored now is read. */
async function announceImages(
  operation: Operation,
  change: Change,
  before: Readonly<Row> | undefined,
): Promise<void> {
  const { identity, hooks } = operation.runtime
  const { id, type } = change
  if (before === undefined && type !== 'create') return announce(operation, change)
  const after =
    id === undefined
      ? change.after
      : await readAfter(operation, () => readSilently(operation, identity.where(id)))
  if (after === undefined) return announce(operation, change)
  // What observers of loaded made of the row may leave out what is stored.
  const shown = hooks.loaded === undefined ? { after } : {}
  return announce(operation, { ...change, ...shown, rows: [{ id, before, after }] })
}

/** What is read for listeners after a write does not undo it: a failure is reported and nothing is known. */
async function readAfter<T>(operation: Operation, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    const { layer, model } = operation.runtime
    layer.warn(`${model.name}: reading changed rows for change streams failed: ${String(error)}`)
    return undefined
  }
}

/** The row a write is about to touch, as it is stored; read only when somebody needs it. */
export function imageOf(operation: Operation, where: Where): Promise<Row | undefined> | undefined {
  return operation.runtime.changes.needsRows ? readSilently(operation, where) : undefined
}

/** Most ids one change of many rows lists. Source: framework F-8.2. */
const maxListedIds = 1000

/** The rows a write of many is about to touch. */
export interface Affected {
  readonly ids: readonly unknown[]
  /** As they are stored, in the order of the ids; there when somebody needs them. */
  readonly rows: readonly Readonly<Row>[] | undefined
}

/** The rows a write of many is about to touch; `undefined` when nobody watches or they are too many. */
export async function listAffected(
  operation: Operation,
  where: Where,
): Promise<Affected | undefined> {
  const { changes, coercion, identity } = operation.runtime
  if (!changes.isWatched || identity.names.length === 0) return undefined
  const fields = changes.needsRows ? undefined : [...identity.names]
  const rows = await readStored(operation, where, fields)
  if (rows.length > maxListedIds) return undefined
  return {
    ids: rows.map((row) => identity.of(row)),
    rows: fields === undefined ? rows.map((row) => coercion.load(row)) : undefined,
  }
}

async function readStored(
  operation: Operation,
  where: Where,
  fields: readonly string[] | undefined,
): Promise<Row[]> {
  const { runtime, connector, connectorOptions } = operation
  const query = { ...runtime.everything, where, limit: maxListedIds + 1, fields }
  return collectRows(connector.find(runtime.model, query, connectorOptions))
}

/** What became of affected rows. A deletion leaves nothing to read. */
export async function imagesOf(
  operation: Operation,
  affected: Affected | undefined,
  type: Change['type'],
): Promise<readonly RowChange[] | undefined> {
  if (affected?.rows === undefined) return undefined
  const { ids, rows } = affected
  if (type === 'remove') return ids.map((id, index) => ({ id, before: rows[index] }))
  const after = await readAfter(operation, () => readByIds(operation, ids))
  if (after === undefined) return undefined
  const { identity } = operation.runtime
  return ids.map((id, index) => ({
    id,
    before: rows[index],
    after: after.get(identity.keyOf(id)),
  }))
}

async function readByIds(
  operation: Operation,
  ids: readonly unknown[],
): Promise<ReadonlyMap<string, Row>> {
  const { coercion, identity } = operation.runtime
  const found = new Map<string, Row>()
  for (const part of splitKeys(operation, ids)) {
    for (const row of await readStored(operation, whereOfIds(operation.runtime, part), undefined)) {
      found.set(identity.keyOf(identity.of(row)), coercion.load(row))
    }
  }
  return found
}
