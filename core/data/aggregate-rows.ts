import type { Row } from '../model/model.ts'
import { compareValues } from '../query/compare-values.ts'
import { compileWhere } from '../query/evaluate-where.ts'
import type { Aggregation } from './connector.ts'
import { keyText } from './identity.ts'

/** Computes an aggregation over rows in this process, for connectors that can not. Source: data D-2.8-2. */
export function aggregateRows(rows: readonly Row[], aggregation: Aggregation): Row[] {
  const { groupBy, values, order, skip, limit } = aggregation
  const groups = new Map<string, Row[]>()
  if (groupBy.length === 0) groups.set('', [])
  for (const row of rows) {
    const key = JSON.stringify(groupBy.map((name) => groupKey(row[name])))
    const group = groups.get(groupBy.length === 0 ? '' : key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  const results: Row[] = []
  for (const group of groups.values()) {
    const result: Row = {}
    for (const name of groupBy) result[name] = group[0]?.[name] ?? null
    for (const value of values) result[value.alias] = compute(group, value)
    results.push(result)
  }
  const matches = compileWhere(aggregation.having)
  const kept = results.filter(matches)
  if (order.length > 0) kept.sort((a, b) => compareResults(a, b, order))
  return kept.slice(skip, limit === undefined ? undefined : skip + limit)
}

function groupKey(value: unknown): unknown {
  return value === undefined || value === null ? null : `${typeof value}:${keyText(value)}`
}

function compareResults(a: Row, b: Row, order: Aggregation['order']): number {
  for (const { name, direction } of order) {
    const difference = compareValues(a[name], b[name])
    if (difference !== undefined && difference !== 0) return difference * direction
  }
  return 0
}

/** One aggregate of one group; nulls do not count. */
function compute(group: readonly Row[], value: Aggregation['values'][number]): unknown {
  const { operation, property } = value
  if (property === undefined) return group.length
  const present = group
    .map((row) => row[property])
    .filter((item) => item !== null && item !== undefined)
  switch (operation) {
    case 'count':
      return present.length
    case 'countDistinct':
      return new Set(present.map(groupKey)).size
    case 'sum':
      return present.reduce<number>((total, item) => total + Number(item), 0)
    case 'avg':
      return present.length === 0
        ? null
        : present.reduce<number>((total, item) => total + Number(item), 0) / present.length
    case 'min':
      return extreme(present, -1)
    case 'max':
      return extreme(present, 1)
  }
}

function extreme(values: readonly unknown[], sign: 1 | -1): unknown {
  let best: unknown = null
  for (const value of values) {
    const difference = best === null ? sign : compareValues(value, best)
    if (difference !== undefined && difference * sign > 0) best = value
  }
  return best
}
