import type { AccessContext } from '../model/hook.ts'
import { isPlainObject } from '../model/plain-object.ts'
import { parseFilter } from '../query/parse-filter.ts'
import type { Query, Where } from '../query/query.ts'
import { parseWhere } from '../query/where.ts'
import { contextBase, notifies, type Operation } from './operation.ts'
import { runHooks } from './operation-hooks.ts'
import { withWhere } from './query-merge.ts'
import { filterFromQuery, wireFromWhere } from './wire-filter.ts'

/** Lets the `access` observers see and change a query. The same query where there are none. Source: data 5.2. */
export async function observeAccess(operation: Operation, query: Query): Promise<Query> {
  const { runtime } = operation
  const { access } = runtime.hooks
  if (access === undefined || !notifies(operation)) return query
  const context: AccessContext = {
    ...contextBase(operation),
    query: filterFromQuery(runtime.model, query, (name) => runtime.layer.models.get(name)),
  }
  await runHooks(access, context)
  return parseFilter(runtime.model, context.query, runtime.contexts.trusted)
}

/** The same for operations that take a where only. */
export async function observeAccessWhere(operation: Operation, where: Where): Promise<Where> {
  const { runtime } = operation
  if (runtime.hooks.access === undefined || !notifies(operation)) return where
  return (await observeAccess(operation, withWhere(runtime.everything, where))).where
}

/** Reads a where an observer may have changed. */
export function whereFromHook(operation: Operation, wire: unknown): Where {
  const { model, contexts } = operation.runtime
  return parseWhere(model, wire ?? {}, contexts.trusted)
}

/** The where hooks see. */
export function whereForHook(where: Where): Record<string, unknown> {
  return where.kind === 'function' ? {} : wireFromWhere(where)
}

/** A query by id that an observer changed can not be answered by key alone. */
export function isSameWhere(a: Where, b: Where): boolean {
  return textOfWhere(a) === textOfWhere(b)
}

/** Equal for equal conditions. */
export function textOfWhere(where: Where): string {
  return JSON.stringify(whereForHook(where), (_key, value: unknown) =>
    isPlainObject(value) || typeof value !== 'bigint' ? value : String(value),
  )
}
