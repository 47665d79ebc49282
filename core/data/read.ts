import { invalidArgument } from '../error/remote-error.ts'
import type { LoadedContext } from '../model/hook.ts'
import type { Model, Row } from '../model/model.ts'
import { parseFilter } from '../query/parse-filter.ts'
import type { Query, Where } from '../query/query.ts'
import { observeAccess } from './access.ts'
import { collectRows } from './connector-queue.ts'
import { defaultScope, defaultScopeOf } from './default-scope.ts'
import { includeRelations, keysForIncludes, stripKeys } from './include.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, contextBase, notifies, type Operation, perGroup } from './operation.ts'
import { runHooks } from './operation-hooks.ts'
import { parseContextOf } from './query-guards.ts'
import { applyScope, withWhere } from './query-merge.ts'
import { resolveRelated, speaksOfRelated } from './related-where.ts'
import type { OperationOptions } from './repository-types.ts'

/** Reads rows: filter, default scope, hooks, includes. Source: data D-2.1-10. */
export function find(
  runtime: ModelRuntime,
  filter: unknown,
  options: OperationOptions | undefined,
): Promise<Row[]> {
  try {
    const operation = beginOperation(runtime, options)
    return readRows(operation, parseScoped(operation, filter))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** The first match or null. Source: data D-2.1-11. */
export async function findOne(
  runtime: ModelRuntime,
  filter: unknown,
  options: OperationOptions | undefined,
): Promise<Row | null> {
  const operation = beginOperation(runtime, options)
  const query = parseScoped(operation, filter)
  const rows = await readRows(operation, query.limit === 1 ? query : { ...query, limit: 1 })
  return rows[0] ?? null
}

/** The row of an id or null; only `fields` and `include` of the filter count. Source: data D-2.1-8. */
export function findById(
  runtime: ModelRuntime,
  id: unknown,
  filter: unknown,
  options: OperationOptions | undefined,
): Promise<Row | null> {
  try {
    const operation = beginOperation(runtime, options)
    return readRows(operation, queryById(operation, id, filter)).then(firstOrNull)
  } catch (error) {
    return Promise.reject(error)
  }
}

function firstOrNull(rows: readonly Row[]): Row | null {
  return rows[0] ?? null
}

/** The query that finds one row within the default scope. */
export function queryById(operation: Operation, id: unknown, filter: unknown): Query {
  const { runtime } = operation
  runtime.identity.require('findById')
  const where = runtime.identity.where(id)
  const base =
    filter === undefined || filter === null
      ? runtime.everything
      : parseFilter(runtime.model, onlyShape(filter), parseContextOf(operation, 'read'))
  const query = withWhere(base, where)
  const scope = defaultScopeOf(runtime, where)
  if (scope === undefined) return query
  // Limit and skip of a scope choose among many rows; here there is one at most.
  return applyScope(runtime.model, query, { ...scope, limit: undefined, skip: 0 })
}

function onlyShape(filter: unknown): Record<string, unknown> {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    throw invalidArgument(`filter must be an object, got ${typeof filter}`)
  }
  const { fields, include } = filter as Readonly<Record<string, unknown>> // any object has string keys
  return {
    ...(fields === undefined ? {} : { fields }),
    ...(include === undefined ? {} : { include }),
  }
}

/** Parses a caller's filter and applies the default scope. */
export function parseScoped(operation: Operation, filter: unknown): Query {
  const { runtime } = operation
  const query =
    filter === undefined || filter === null
      ? runtime.everything
      : parseFilter(runtime.model, filter, parseContextOf(operation, 'read'))
  return applyScope(runtime.model, query, defaultScope(runtime, filter))
}

/**
 * Runs a checked query: `access`, conditions on related models, the connector, `loaded`, includes. With `limitPer`
 * limit and skip count per group of rows, see `FindOptions`.
 */
export function readRows(
  operation: Operation,
  query: Query,
  limitPer?: readonly string[],
): Promise<Row[]> {
  const isPlain = operation.runtime.hooks.access === undefined && !speaksOfRelated(query.where)
  return isPlain ? loadRows(operation, query, limitPer) : readPrepared(operation, query, limitPer)
}

async function readPrepared(
  operation: Operation,
  given: Query,
  limitPer: readonly string[] | undefined,
): Promise<Row[]> {
  return loadRows(operation, await prepare(operation, given), limitPer)
}

/** Lets `access` change a query and resolves its conditions on related models. */
export async function prepare(operation: Operation, given: Query): Promise<Query> {
  const query = await observeAccess(operation, given)
  const where = await resolveRelated(operation, query.where)
  return where === query.where ? query : withWhere(query, where)
}

async function loadRows(
  operation: Operation,
  query: Query,
  limitPer: readonly string[] | undefined,
): Promise<Row[]> {
  const { runtime, connector, connectorOptions } = operation
  const { hooks, model } = runtime
  const extra = keysForIncludes(runtime, query)
  const sent = withFields(query, extra)
  const findOptions = limitPer === undefined ? connectorOptions : perGroup(operation, limitPer)
  const found = collectRows(connector.find(model, sent, findOptions))
  let rows = found instanceof Promise ? await found : found
  finishLoading(runtime, rows, query.fields !== undefined)
  if (hooks.loaded !== undefined && notifies(operation)) rows = await observeLoaded(operation, rows)
  if (query.include.length > 0) await includeRelations(operation, rows, query.include, readRows)
  return extra.length === 0 ? rows : stripKeys(rows, extra)
}

/** The query that loads further properties. */
export function withFields(query: Query, extra: readonly string[]): Query {
  return extra.length === 0 ? query : { ...query, fields: [...(query.fields ?? []), ...extra] }
}

/** Brings rows of the connector into the model's shape, in place. */
export function finishLoading(runtime: ModelRuntime, rows: Row[], isPartial: boolean): void {
  const { coercion, hidesUnknown, model } = runtime
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]
    if (row === undefined) continue
    const loaded = coercion.load(row, isPartial)
    rows[index] = hidesUnknown ? onlyDeclared(model, loaded) : loaded
  }
}

/** LoopBack 3 stores what a closed model does not declare when `updateAll` brings it, but never shows it. */
function onlyDeclared(model: Model, row: Row): Row {
  for (const name of Object.keys(row)) if (!model.properties.has(name)) delete row[name]
  return row
}

/** Runs the `loaded` observers on every row. Source: data D-5.2-3. */
export async function observeLoaded(operation: Operation, rows: readonly Row[]): Promise<Row[]> {
  const result: Row[] = []
  for (const row of rows) result.push(await observeLoadedRow(operation, row, false))
  return result
}

/** Runs the `loaded` observers on one row and returns what they made of it. */
export async function observeLoadedRow(
  operation: Operation,
  row: Row,
  isNewInstance: boolean,
): Promise<Row> {
  const { loaded } = operation.runtime.hooks
  if (loaded === undefined) return row
  const context: LoadedContext = { ...contextBase(operation), data: row, isNewInstance }
  await runHooks(loaded, context)
  return context.data
}

/** The row of a condition as it is stored, past all hooks: the internal read of writes. Source: data D-5.3-10. */
export async function readSilently(operation: Operation, where: Where): Promise<Row | undefined> {
  const { runtime, connector } = operation
  const matches = speaksOfRelated(where) ? await resolveRelated(operation, where) : where
  const query: Query = { ...runtime.everything, where: matches, limit: 1 }
  const rows = await collectRows(connector.find(runtime.model, query, operation.connectorOptions))
  const row = rows[0]
  return row === undefined ? undefined : runtime.coercion.load(row)
}
