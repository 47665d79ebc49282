import type { Row } from '../model/model.ts'
import {
  compareDecimals,
  compareLooselyWithin,
  compareWithin,
  looselyEqual,
  valuesEqual,
} from './compare-values.ts'
import { isWithin } from './near.ts'
import { scalarKindOf } from './path.ts'
import type { Path, Where } from './query.ts'
import { compilePathTest, memberReader } from './read-path.ts'

/** A compiled where. */
export type RowTest = (row: Readonly<Row>) => boolean

type Compare = Extract<Where, { kind: 'compare' }>
type In = Extract<Where, { kind: 'in' }>
type ValueTest = (value: unknown) => boolean

/**
 * Compiles a where to a test of rows. Everything is decided here; the test allocates nothing.
 *
 * Negative operators hold where the value is null or missing (data D-2.5-5) and are "not any item" on lists.
 *
 * **Throws** a plain Error for conditions on related models: the repository resolves them first.
 */
export function compileWhere(where: Where): RowTest {
  switch (where.kind) {
    case 'all':
      return () => true
    case 'none':
      return () => false
    case 'and':
      return compileAnd(where.conditions.map(compileWhere))
    case 'or':
      return compileOr(where.conditions.map(compileWhere))
    case 'nor':
      return not(compileOr(where.conditions.map(compileWhere)))
    case 'compare':
      return compileCompare(where)
    case 'between':
      return compileBetween(where)
    case 'in':
      return compileIn(where)
    case 'pattern': {
      const { test } = where.pattern
      const matches = compilePathTest(
        where.path,
        (value) => typeof value === 'string' && test(value),
      )
      return where.negated ? not(matches) : matches
    }
    case 'exists': {
      const isPresent = compilePathTest(
        where.path,
        (value) => value !== null && value !== undefined,
      )
      return where.exists ? isPresent : not(isPresent)
    }
    case 'near': {
      const { near } = where
      return compilePathTest(where.path, (value) => isWithin(near, value))
    }
    case 'function': {
      const { test } = where
      return (row) => Boolean(test(row))
    }
    case 'related':
      throw new Error(`the condition on the relation "${where.relation}" was not resolved`)
  }
}

const not =
  (test: RowTest): RowTest =>
  (row) =>
    !test(row)

function compileAnd(tests: readonly RowTest[]): RowTest {
  const [first, second] = tests
  if (first !== undefined && second !== undefined && tests.length === 2) {
    return (row) => first(row) && second(row)
  }
  return (row) => {
    for (const test of tests) if (!test(row)) return false
    return true
  }
}

function compileOr(tests: readonly RowTest[]): RowTest {
  return (row) => {
    for (const test of tests) if (test(row)) return true
    return false
  }
}

function compileCompare(where: Compare): RowTest {
  const { path, operator, value, loose } = where
  if (operator === 'eq') return compileEqual(path, value, loose)
  if (operator === 'neq') return not(compileEqual(path, value, loose))
  if (typeof value === 'number' && !loose && path.segments.length === 1 && !isDecimal(path)) {
    return compileNumberOrder(path, operator, value)
  }
  const compare = orderOf(path, loose)
  return compilePathTest(
    path,
    orderTest(operator, (actual) => compare(actual, value)),
  )
}

function orderTest(
  operator: 'gt' | 'gte' | 'lt' | 'lte',
  compare: (value: unknown) => number,
): ValueTest {
  // every comparison with NaN is false: no order, no match
  switch (operator) {
    case 'gt':
      return (value) => compare(value) > 0
    case 'gte':
      return (value) => compare(value) >= 0
    case 'lt':
      return (value) => compare(value) < 0
    case 'lte':
      return (value) => compare(value) <= 0
  }
}

/** The usual case without a call per row: a number against a top-level property. */
function compileNumberOrder(
  path: Path,
  operator: 'gt' | 'gte' | 'lt' | 'lte',
  operand: number,
): RowTest {
  const read = memberReader(path.segments[0] ?? '')
  const other = compilePathTest(
    path,
    orderTest(operator, (value) => compareWithin(value, operand)),
  )
  switch (operator) {
    case 'gt':
      return (row) => {
        const value = read(row)
        return typeof value === 'number' ? value > operand : other(row)
      }
    case 'gte':
      return (row) => {
        const value = read(row)
        return typeof value === 'number' ? value >= operand : other(row)
      }
    case 'lt':
      return (row) => {
        const value = read(row)
        return typeof value === 'number' ? value < operand : other(row)
      }
    case 'lte':
      return (row) => {
        const value = read(row)
        return typeof value === 'number' ? value <= operand : other(row)
      }
  }
}

const isDecimal = (path: Path): boolean => scalarKindOf(path.type) === 'decimal'

function orderOf(path: Path, loose: boolean): (a: unknown, b: unknown) => number {
  if (isDecimal(path)) return compareDecimals
  return loose ? compareLooselyWithin : compareWithin
}

function compileEqual(path: Path, operand: unknown, loose: boolean): RowTest {
  if (operand === null || operand === undefined) return compileIsNull(path)
  const isPlain = typeof operand === 'string' || typeof operand === 'boolean'
  if (isPlain && !loose && path.segments.length === 1 && !isDecimal(path)) {
    const read = memberReader(path.segments[0] ?? '')
    return (row) => {
      const value = read(row)
      return value === operand || (Array.isArray(value) && value.includes(operand))
    }
  }
  return compilePathTest(path, equalityTest(path, operand, loose))
}

/** Null, missing, or a list with a null in it. Source: data D-2.5-3. */
function compileIsNull(path: Path): RowTest {
  return compilePathTest(path, (value) => value === null || value === undefined)
}

function equalityTest(path: Path, operand: unknown, loose: boolean): ValueTest {
  if (isDecimal(path)) return (value) => compareDecimals(value, operand) === 0
  if (loose) return (value) => looselyEqual(value, operand)
  if (operand instanceof Date) {
    const time = operand.getTime()
    return (value) => value instanceof Date && value.getTime() === time
  }
  return (value) => valuesEqual(value, operand)
}

function compileBetween(where: Extract<Where, { kind: 'between' }>): RowTest {
  const { path, low, high } = where
  const compare = orderOf(path, false)
  return compilePathTest(path, (value) => compare(value, low) >= 0 && compare(value, high) <= 0)
}

function compileIn(where: In): RowTest {
  const test = compilePathTest(where.path, inTest(where))
  return where.negated ? not(test) : test
}

function inTest({ path, values, loose }: In): ValueTest {
  if (!loose && !isDecimal(path)) {
    if (values.every((value) => typeof value === 'string' || typeof value === 'number')) {
      const set = new Set<unknown>(values)
      return (value) => (typeof value === 'bigint' ? hasBigint(set, value) : set.has(value))
    }
    if (values.every((value) => value instanceof Date)) {
      const times = new Set(values.map((value) => value.getTime()))
      return (value) => value instanceof Date && times.has(value.getTime())
    }
  }
  const tests = values.map((value) => inItemTest(path, value, loose))
  return (value) => tests.some((test) => test(value))
}

/** A bigint is in a set of numbers when one of them is exactly it. */
function hasBigint(set: ReadonlySet<unknown>, value: bigint): boolean {
  const number = Number(value)
  return set.has(number) && Number.isFinite(number) && BigInt(number) === value
}

function inItemTest(path: Path, value: unknown, loose: boolean): ValueTest {
  return value === null || value === undefined
    ? (actual) => actual === null || actual === undefined
    : equalityTest(path, value, loose)
}
