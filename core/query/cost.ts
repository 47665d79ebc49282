import type { Query, Where } from './query.ts'

/** How large a query is. */
export interface QueryCost {
  /** Leaf conditions, those of includes counted; an `in` list is one. */
  readonly conditions: number
  /** Nesting of conditions, `and` and `related` each one level; a single condition is 1. */
  readonly depth: number
  /** Included relations on all levels. */
  readonly includes: number
}

/**
 * Measures a query, e.g. for rate limits and logs. Parsing has refused queries over the limits already.
 * Source: data D-3.5-2, D-3.5-6.
 */
export function costOf(query: Query): QueryCost {
  let conditions = conditionsOf(query.where)
  let depth = depthOf(query.where)
  let includes = query.include.length
  for (const entry of query.include) {
    const inner = costOf(entry.query)
    conditions += inner.conditions
    depth = Math.max(depth, inner.depth)
    includes += inner.includes
  }
  return { conditions, depth, includes }
}

function conditionsOf(where: Where): number {
  const children = childrenOf(where)
  if (children === undefined) return where.kind === 'all' || where.kind === 'none' ? 0 : 1
  return children.reduce((sum, child) => sum + conditionsOf(child), 0)
}

function depthOf(where: Where): number {
  const children = childrenOf(where)
  if (children === undefined) return where.kind === 'all' ? 0 : 1
  return 1 + children.reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0)
}

function childrenOf(where: Where): readonly Where[] | undefined {
  switch (where.kind) {
    case 'and':
    case 'or':
    case 'nor':
      return where.conditions
    case 'related':
      return [where.where]
    default:
      return undefined
  }
}
