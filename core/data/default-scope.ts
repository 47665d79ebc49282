import { parseFilter } from '../query/parse-filter.ts'
import type { Query, Where } from '../query/query.ts'
import { whereForHook } from './access.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { bothOf } from './query-merge.ts'

type Filter = Readonly<Record<string, unknown>>

/**
 * The default scope of a model for one operation with a caller's filter; `undefined` where there is none.
 * **Source**: data D-1.1-13, D-3.6-8.
 */
export function defaultScope(runtime: ModelRuntime, filter?: unknown): Query | undefined {
  const { scopeOf } = runtime.model
  return scopeOf === undefined ? runtime.scope : computed(runtime, (filter ?? {}) as Filter) // parsed before, so an object
}

/** The same for an operation that has a condition only. */
export function defaultScopeOf(runtime: ModelRuntime, where: Where): Query | undefined {
  return runtime.model.scopeOf === undefined
    ? runtime.scope
    : computed(runtime, { where: whereForHook(where) })
}

function computed({ model, contexts }: ModelRuntime, filter: Filter): Query {
  return parseFilter(model, model.scopeOf?.(filter) ?? {}, contexts.trusted)
}

/** Some rows may stand outside. */
export function hasDefaultScope({ model }: ModelRuntime): boolean {
  return model.scope !== undefined || model.scopeOf !== undefined
}

/** A condition within the default scope. */
export function withinScope(runtime: ModelRuntime, where: Where): Where {
  const scope = defaultScopeOf(runtime, where)
  return scope === undefined ? where : bothOf(scope.where, where)
}
