import type { Model } from '../model/model.ts'
import { allOf } from '../query/combine-where.ts'
import type { OrderEntry, Query, Where } from '../query/query.ts'

/** Both conditions. */
export function bothOf(a: Where, b: Where): Where {
  return allOf([a, b])
}

/**
 * Applies a scope to a query: conditions are joined, includes united (the scope's entry wins), the scope's order is
 * taken when the query has none, the smaller limit, the scope's skip and fields. Source: data 3.6.
 */
export function applyScope(model: Model, query: Query, scope: Query | undefined): Query {
  if (scope === undefined) return query
  return {
    where: bothOf(query.where, scope.where),
    order: isDefaultOrder(model, query.order) ? scope.order : query.order,
    limit: smaller(query.limit, scope.limit),
    skip: scope.skip > 0 ? scope.skip : query.skip,
    fields: scope.fields ?? query.fields,
    include:
      scope.include.length === 0
        ? query.include
        : [
            ...query.include.filter(
              (entry) => !scope.include.some((other) => other.relation === entry.relation),
            ),
            ...scope.include,
          ],
    count: query.count,
    extra: query.extra ?? scope.extra,
  }
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b
  return b === undefined ? a : Math.min(a, b)
}

/** The order nobody asked for: by id, ascending, or none. Source: data D-3.1-9. */
export function isDefaultOrder(model: Model, order: readonly OrderEntry[]): boolean {
  if (order.length === 0) return true
  return (
    order.length === model.id.length &&
    order.every(
      (entry, index) =>
        entry.direction === 1 &&
        entry.path.segments.length === 1 &&
        entry.path.property === model.id[index],
    )
  )
}

/** The same query with another condition. */
export function withWhere(query: Query, where: Where): Query {
  return {
    where,
    order: query.order,
    limit: query.limit,
    skip: query.skip,
    fields: query.fields,
    include: query.include,
    count: query.count,
    extra: query.extra,
  }
}

/** The values a conjunction of plain equalities demands. Source: data D-3.6-7, D-4.8-3. */
export function equalityValues(
  where: Where,
  into: Record<string, unknown> = {},
): Record<string, unknown> {
  if (where.kind === 'and') {
    for (const condition of where.conditions) equalityValues(condition, into)
  } else if (
    where.kind === 'compare' &&
    where.operator === 'eq' &&
    where.path.segments.length === 1 &&
    where.value !== null
  ) {
    const name = where.path.segments[0]
    if (name !== undefined && name !== '__proto__') into[name] = where.value
  }
  return into
}
