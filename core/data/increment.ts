import { invalidArgument } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import type { PropertyType } from '../model/property.ts'
import type { Query, Where } from '../query/query.ts'
import { observeAccessWhere, whereForHook, whereFromHook } from './access.ts'
import { listAffected } from './changes.ts'
import { collectRows } from './connector-queue.ts'
import type { ModelRuntime } from './model-runtime.ts'
import {
  beginOperation,
  inTransaction,
  type Operation,
  requireObject,
  settingOf,
} from './operation.ts'
import { resolveRelated } from './related-where.ts'
import type { Count, OperationOptions } from './repository-types.ts'
import { observePatch, observePersist } from './save-hooks.ts'
import { finishMany, writeWhere } from './update-all.ts'

/**
 * Adds to numeric properties of every match, atomically. Hooks see `data: { field: { increment: n } }`.
 *
 * **Errors**: 400 for anything but finite numbers on declared numeric properties outside the key. **Source**: data 2.7.
 */
export async function increment(
  runtime: ModelRuntime,
  where: unknown,
  deltas: unknown,
  options: OperationOptions | undefined,
): Promise<Count> {
  const operation = beginOperation(runtime, options)
  const given = checkDeltas(operation, requireObject(deltas, 'deltas'))
  let matches = await observeAccessWhere(operation, writeWhere(operation, where))
  const observed = await observeDeltas(operation, matches, given)
  matches = await resolveRelated(operation, observed.where)
  const affected = await listAffected(operation, matches)
  const count = await addToAll(operation, matches, observed.deltas)
  return finishMany(operation, 'increment', matches, forHooks(observed.deltas), count, affected)
}

type Deltas = Readonly<Record<string, number>>

const numeric: ReadonlySet<PropertyType['kind']> = new Set([
  'number',
  'integer',
  'bigint',
  'decimal',
])

function checkDeltas(operation: Operation, deltas: Readonly<Row>): Deltas {
  const { model } = operation.runtime
  const prohibitsHidden = settingOf(operation, 'prohibitHiddenPropertiesInQuery') === true
  const checked: Record<string, number> = {}
  for (const [name, delta] of Object.entries(deltas)) {
    const property = model.properties.get(name)
    if (property === undefined || property.id > 0 || !numeric.has(property.type.kind)) {
      throw invalidArgument(`increment: ${name} is not a numeric property of ${model.name}`)
    }
    if (prohibitsHidden && model.hidden.has(name)) {
      throw invalidArgument(`increment: ${name} may not be changed`)
    }
    if (typeof delta !== 'number' || !Number.isFinite(delta)) {
      throw invalidArgument(`increment: ${name} needs a finite number, got ${typeof delta}`)
    }
    checked[name] = delta
  }
  if (Object.keys(checked).length === 0) throw invalidArgument('increment: nothing to add')
  return checked
}

function forHooks(deltas: Deltas): Row {
  return Object.fromEntries(Object.entries(deltas).map(([name, n]) => [name, { increment: n }]))
}

/** `before save` and `persist` may change where and numbers. Source: data D-2.7-3. */
async function observeDeltas(
  operation: Operation,
  matches: Where,
  deltas: Deltas,
): Promise<{ readonly where: Where; readonly deltas: Deltas }> {
  const { hooks } = operation.runtime
  if (hooks.beforeSave === undefined && hooks.persist === undefined)
    return { where: matches, deltas }
  const plain: ModelRuntime = { ...operation.runtime, coercion: keepAsIs(operation.runtime) }
  const inside: Operation = { ...operation, runtime: plain }
  const draft = { row: forHooks(deltas), failures: [] }
  const wire = await observePatch(inside, draft, whereForHook(matches), {})
  const data = await observePersist(inside, draft.row, { where: wire })
  operation.hookState = inside.hookState
  operation.options = inside.options
  const where = hooks.beforeSave === undefined ? matches : whereFromHook(operation, wire)
  return { where, deltas: checkDeltas(operation, fromHooks(data)) }
}

/** The data of an increment is no patch: nothing of it is converted. */
function keepAsIs(runtime: ModelRuntime): ModelRuntime['coercion'] {
  return { ...runtime.coercion, patch: (data) => ({ ...data }) }
}

function fromHooks(data: Readonly<Row>): Row {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && 'increment' in value ? value.increment : value,
    ]),
  )
}

function addToAll(operation: Operation, matches: Where, deltas: Deltas): Promise<number> {
  const { runtime, connector, connectorOptions } = operation
  if (connector.increment !== undefined) {
    return connector.increment(runtime.model, matches, deltas, connectorOptions)
  }
  return inTransaction(operation, 'increment', (inside) => addOneByOne(inside, matches, deltas))
}

async function addOneByOne(operation: Operation, matches: Where, deltas: Deltas): Promise<number> {
  const { runtime, connector, connectorOptions } = operation
  const query: Query = { ...runtime.everything, where: matches }
  const rows = await collectRows(connector.find(runtime.model, query, connectorOptions))
  for (const row of rows) {
    const patch = Object.fromEntries(
      Object.entries(deltas).map(([name, n]) => [name, addTo(row[name], n)]),
    )
    const where = runtime.identity.where(runtime.identity.of(row))
    await connector.update(runtime.model, where, patch, connectorOptions)
  }
  return rows.length
}

function addTo(value: unknown, delta: number): number | bigint {
  if (typeof value === 'bigint') return value + BigInt(delta)
  return Number(value ?? 0) + delta
}
