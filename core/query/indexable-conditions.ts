import { isFreeForm } from './path.ts'
import type { Path, Where } from './query.ts'

/** One ANDed condition a connector can answer from an index of one property. */
export type IndexableCondition =
  | { readonly kind: 'equal'; readonly property: string; readonly value: unknown }
  | { readonly kind: 'in'; readonly property: string; readonly values: readonly unknown[] }
  | {
      readonly kind: 'range'
      readonly property: string
      readonly low: unknown
      readonly high: unknown
      readonly includesLow: boolean
      readonly includesHigh: boolean
    }

/**
 * Lists the conditions that hold for every row a where matches and that one index can answer: equality, `inq`,
 * `between`, `gt` and its kind on declared scalar properties. Null operands (they match missing values) and loose
 * comparisons are left out; `undefined` is an open end of a range.
 *
 * The rows an index yields still have to pass the whole where.
 */
export function indexableConditions(where: Where): readonly IndexableCondition[] {
  if (where.kind === 'and') return where.conditions.flatMap(indexableConditions)
  const condition = conditionOf(where)
  return condition === undefined ? [] : [condition]
}

function conditionOf(where: Where): IndexableCondition | undefined {
  if (where.kind !== 'compare' && where.kind !== 'between' && where.kind !== 'in') return undefined
  const property = scalarProperty(where.path)
  if (property === undefined) return undefined
  if (where.kind === 'between') {
    const { low, high } = where
    return { kind: 'range', property, low, high, includesLow: true, includesHigh: true }
  }
  if (where.loose) return undefined
  if (where.kind === 'in') {
    const { negated, values } = where
    return negated || values.some(isMissing) ? undefined : { kind: 'in', property, values }
  }
  return isMissing(where.value) ? undefined : conditionOfCompare(where, property)
}

function conditionOfCompare(
  { operator, value }: Extract<Where, { kind: 'compare' }>,
  property: string,
): IndexableCondition | undefined {
  switch (operator) {
    case 'eq':
      return { kind: 'equal', property, value }
    case 'gt':
    case 'gte':
      return rangeOf(property, value, undefined, operator === 'gte')
    case 'lt':
    case 'lte':
      return rangeOf(property, undefined, value, operator === 'lte')
    default:
      return undefined
  }
}

function rangeOf(
  property: string,
  low: unknown,
  high: unknown,
  includes: boolean,
): IndexableCondition {
  return { kind: 'range', property, low, high, includesLow: includes, includesHigh: includes }
}

const isMissing = (value: unknown): boolean => value === null || value === undefined

/** Lists and free forms may hold several values per row. */
function scalarProperty({ segments, property, type }: Path): string | undefined {
  if (property === undefined || type === undefined || segments.length !== 1) return undefined
  if (type.kind === 'list' || type.kind === 'nested' || isFreeForm(type.kind)) return undefined
  return property.name
}
