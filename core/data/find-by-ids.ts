import { invalidArgument } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import { pathOfProperty } from '../query/path.ts'
import type { Query, Where } from '../query/query.ts'
import { splitKeys, stripKeys } from './include.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation } from './operation.ts'
import { bothOf, isDefaultOrder } from './query-merge.ts'
import { parseScoped, readRows } from './read.ts'
import type { OperationOptions } from './repository-types.ts'

/** Rows in the order of the ids, unless the filter orders. Source: data D-2.1-9. */
export async function findByIds(
  runtime: ModelRuntime,
  ids: readonly unknown[],
  filter: unknown,
  options: OperationOptions | undefined,
): Promise<Row[]> {
  if (!Array.isArray(ids)) throw invalidArgument(`ids must be an array, got ${typeof ids}`)
  const operation = beginOperation(runtime, options)
  const { identity, model } = runtime
  identity.require('findByIds')
  if (ids.length === 0) return []
  const query = parseScoped(operation, filter)
  const isOrdered = !isDefaultOrder(model, query.order)
  const limits = isOrdered ? query : { ...query, limit: undefined, skip: 0 }
  const rows: Row[] = []
  for (const part of isOrdered ? [ids] : splitKeys(operation, ids)) {
    const found = await readRows(operation, {
      ...limits,
      where: bothOf(query.where, whereOfIds(runtime, part)),
      fields: query.fields && [...new Set([...query.fields, ...identity.names])],
    })
    rows.push(...found)
  }
  const result = isOrdered ? rows : inOrderOf(runtime, ids, rows, query)
  return query.fields === undefined
    ? result
    : stripKeys(result, missingNames(identity.names, query.fields))
}

function inOrderOf(
  runtime: ModelRuntime,
  ids: readonly unknown[],
  rows: Row[],
  query: Query,
): Row[] {
  const { identity } = runtime
  const byKey = new Map(rows.map((row) => [identity.keyOf(identity.of(row)), row]))
  const found = ids.map((id) => byKey.get(identity.keyOf(id))).filter((row) => row !== undefined)
  const end = query.limit === undefined ? undefined : query.skip + query.limit
  return found.slice(query.skip, end)
}

/** A condition that finds all of the ids. */
export function whereOfIds(runtime: ModelRuntime, ids: readonly unknown[]): Where {
  const conditions = ids.map((id) => runtime.identity.where(id))
  const [property] = runtime.model.id
  if (runtime.identity.isComposite || property === undefined) return { kind: 'or', conditions }
  const values = conditions.flatMap((where) => (where.kind === 'compare' ? [where.value] : []))
  const path = pathOfProperty(property)
  return { kind: 'in', path, negated: false, values, loose: false }
}

function missingNames(names: readonly string[], fields: readonly string[]): string[] {
  return names.filter((name) => !fields.includes(name))
}
