import type { Model } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { IncludeEntry, Query, Where } from '../query/query.ts'
import { isDefaultOrder } from './query-merge.ts'

/** A filter or a where in wire shape. */
type Wire = Record<string, unknown>

/** Writes a query back into the filter hooks see and may change. What nobody asked for is left out. Source: data 5.2. */
export function filterFromQuery(
  model: Model,
  query: Query,
  modelOf: (name: string) => Model | undefined,
): Wire {
  const filter: Wire = {}
  if (query.where.kind === 'function') filter['where'] = query.where.test
  else if (query.where.kind !== 'all') filter['where'] = wireFromWhere(query.where)
  if (!isDefaultOrder(model, query.order)) {
    filter['order'] = query.order.map(
      (entry) => `${entry.path.segments.join('.')} ${entry.direction === 1 ? 'ASC' : 'DESC'}`,
    )
  }
  if (query.limit !== undefined) filter['limit'] = query.limit
  if (query.skip > 0) filter['skip'] = query.skip
  if (query.fields !== undefined) filter['fields'] = [...query.fields]
  if (query.include.length > 0) {
    filter['include'] = query.include.map((entry) => wireFromInclude(model, entry, modelOf))
  }
  if (query.count) filter['count'] = true
  if (query.extra !== undefined) Object.assign(filter, query.extra)
  return filter
}

function wireFromInclude(
  model: Model,
  entry: IncludeEntry,
  modelOf: (name: string) => Model | undefined,
): Wire {
  const relation = model.relations.get(entry.relation)
  const target = relation === undefined ? undefined : modelOf(relation.target)
  const scope = target === undefined ? entry.scope : filterFromQuery(target, entry.query, modelOf)
  return { relation: entry.relation, ...(scope === undefined ? {} : { scope }) }
}

/** Writes a condition back into wire shape: `{ price: { gt: 5 } }`. */
export function wireFromWhere(where: Where): Wire {
  switch (where.kind) {
    case 'all':
      return {}
    case 'none':
      return { or: [] }
    case 'and':
      return joinConditions(where.conditions)
    case 'or':
    case 'nor':
      return { [where.kind]: where.conditions.map(wireFromWhere) }
    case 'compare':
      return at(where.path.segments, compareOperand(where))
    case 'between':
      return at(where.path.segments, { between: [where.low, where.high] })
    case 'in':
      return at(where.path.segments, { [where.negated ? 'nin' : 'inq']: [...where.values] })
    case 'pattern':
      return where.negated && where.operator === 'regexp'
        ? { nor: [at(where.path.segments, patternOperand(where))] }
        : at(where.path.segments, patternOperand(where))
    case 'exists':
      return at(where.path.segments, { exists: where.exists })
    case 'near': {
      const { lat, lng, ...rest } = where.near
      return at(where.path.segments, { near: { lat, lng }, ...rest })
    }
    case 'related':
      return at([where.relation], relatedOperand(where))
    case 'function':
      throw new Error('a function can not stand inside a condition')
  }
}

function at(segments: readonly string[], operand: unknown): Wire {
  return { [segments.join('.')]: operand }
}

/** `{a: 1}` and `{b: 2}` become `{a: 1, b: 2}`; keys met twice need an explicit `and`. */
function joinConditions(conditions: readonly Where[]): Wire {
  const wires = conditions.map(wireFromWhere)
  const names = wires.flatMap((wire) => Object.keys(wire))
  if (new Set(names).size !== names.length) return { and: wires }
  return Object.fromEntries(wires.flatMap((wire) => Object.entries(wire)))
}

/** A bare value, unless it would be read as a list of operators. */
function compareOperand(where: Extract<Where, { kind: 'compare' }>): unknown {
  const bare = where.operator === 'eq' && !isPlainObject(where.value)
  return bare ? where.value : { [where.operator]: where.value }
}

function patternOperand(where: Extract<Where, { kind: 'pattern' }>): Wire {
  const { source, flags } = where.pattern
  if (where.operator === 'regexp') return { regexp: `/${source}/${flags}` }
  const name = `${where.negated ? 'n' : ''}${where.operator}`
  return flags === '' || where.operator === 'ilike'
    ? { [name]: source }
    : { [name]: source, options: flags }
}

function relatedOperand(where: Extract<Where, { kind: 'related' }>): Wire {
  const inner = wireFromWhere(where.where)
  if (where.target !== undefined) return { model: where.target, where: inner }
  return { [where.quantifier]: inner }
}
