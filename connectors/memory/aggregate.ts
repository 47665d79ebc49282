import { type Aggregation, compareValues, compileWhere, type Row } from '../../core/spi.ts'
import { addDecimals } from './decimal.ts'
import { canonicalKey } from './index-key.ts'

type AggregateValue = Aggregation['values'][number]

/**
 * Aggregates rows that match already.
 *
 * As in SQL, null and missing values are left out of everything but a plain row count; without values `sum`, `avg`, `min` and
 * `max` are null. Without `groupBy` there is exactly one group. Sums of bigint and decimal columns are exact. Source: data 2.8.
 */
export function aggregateRows(rows: Iterable<Readonly<Row>>, aggregation: Aggregation): Row[] {
  const { having, order, skip, limit } = aggregation
  const isWanted = having.kind === 'all' ? undefined : compileWhere(having)
  const results = groupRows(rows, aggregation.groupBy)
    .map((group) => resultOf(group, aggregation))
    .filter((result) => isWanted === undefined || isWanted(result))
  if (order.length > 0) results.sort((a, b) => compareResults(a, b, order))
  return results.slice(skip, limit === undefined ? undefined : skip + limit)
}

function groupRows(rows: Iterable<Readonly<Row>>, groupBy: readonly string[]): Readonly<Row>[][] {
  if (groupBy.length === 0) return [[...rows]]
  const groups = new Map<string, Readonly<Row>[]>()
  for (const row of rows) {
    const key = canonicalKey(groupBy.map((property) => row[property] ?? null))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return [...groups.values()]
}

function resultOf(group: readonly Readonly<Row>[], aggregation: Aggregation): Row {
  const keys = aggregation.groupBy.map((property) => [property, group[0]?.[property] ?? null])
  const values = aggregation.values.map((value) => [value.alias, valueIn(group, value)])
  return Object.fromEntries([...keys, ...values]) as Row // defines own properties, whatever their names
}

function valueIn(group: readonly Readonly<Row>[], value: AggregateValue): unknown {
  const { operation, property } = value
  if (property === undefined) return group.length
  const present = group.map((row) => row[property]).filter(isPresent)
  switch (operation) {
    case 'count':
      return present.length
    case 'countDistinct':
      return new Set(present.map(canonicalKey)).size
    case 'sum':
      return present.length === 0 ? null : present.reduce(add)
    case 'avg':
      return averageOf(present)
    case 'min':
      return (
        present.reduce((least, one) => (compareValues(one, least) < 0 ? one : least), present[0]) ??
        null
      )
    case 'max':
      return (
        present.reduce((most, one) => (compareValues(one, most) > 0 ? one : most), present[0]) ??
        null
      )
  }
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined
}

function add(total: unknown, value: unknown): unknown {
  if (typeof total === 'bigint' && typeof value === 'bigint') return total + value
  if (typeof total === 'string') return addDecimals(total, String(value))
  return Number(total) + Number(value)
}

function averageOf(values: readonly unknown[]): number | null {
  if (values.length === 0) return null
  let total = 0
  for (const value of values) total += Number(value)
  return total / values.length
}

function compareResults(a: Row, b: Row, order: Aggregation['order']): number {
  for (const { name, direction } of order) {
    const result = compareValues(a[name], b[name])
    if (result !== 0) return result * direction
  }
  return 0
}
