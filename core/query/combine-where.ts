import { matchAll, matchNone, type Where } from './query.ts'

/** True where all are; trivial conditions fall away, nested `and`s are flattened. `and: []` is all. Source: data D-3.2-13. */
export function allOf(conditions: readonly Where[]): Where {
  const first = conditions[0]
  if (first === undefined) return matchAll
  if (conditions.length === 1) return first
  const parts: Where[] = []
  for (const condition of conditions) {
    if (condition.kind === 'none') return matchNone
    if (condition.kind === 'and') parts.push(...condition.conditions)
    else if (condition.kind !== 'all') parts.push(condition)
  }
  return group('and', parts) ?? matchAll
}

/** True where one is. `or: []` is none. Source: data D-3.2-13. */
export function anyOf(conditions: readonly Where[]): Where {
  const parts: Where[] = []
  for (const condition of conditions) {
    if (condition.kind === 'all') return matchAll
    if (condition.kind === 'or') parts.push(...condition.conditions)
    else if (condition.kind !== 'none') parts.push(condition)
  }
  return group('or', parts) ?? matchNone
}

/** True where none is. `nor: []` is all. Source: data D-3.2-13. */
export function noneOf(conditions: readonly Where[]): Where {
  const any = anyOf(conditions)
  if (any.kind === 'all') return matchNone
  if (any.kind === 'none') return matchAll
  const parts = any.kind === 'or' ? any.conditions : Object.freeze([any])
  return Object.freeze({ kind: 'nor', conditions: parts })
}

function group(kind: 'and' | 'or', parts: Where[]): Where | undefined {
  if (parts.length < 2) return parts[0]
  return Object.freeze({ kind, conditions: Object.freeze(parts) })
}
