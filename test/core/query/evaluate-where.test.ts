import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Row } from '../../../core/model/model.ts'
import { compileWhere } from '../../../core/query/evaluate-where.ts'
import { parseWhere } from '../../../core/query/where.ts'
import { modelNamed, parseContext, queryModels } from '../../support/query-models.ts'

const models = queryModels('strict')
const book = modelNamed(models, 'Book')
const context = parseContext(models)
const runs = Number(process.env.FUZZ_RUNS ?? 300)

const matches = (where: unknown, row: Row): boolean =>
  compileWhere(parseWhere(book, where, context))(row)

/** The rules of data 3.2, as plainly as they can be said: one value against one operator. */
function holds(value: unknown, operator: string, operand: unknown): boolean {
  const isNull = value === null || value === undefined
  switch (operator) {
    case 'eq':
      return operand === null ? isNull : value === operand
    case 'gt':
      return typeof value === typeof operand && !isNull && (value as number) > (operand as number)
    case 'gte':
      return typeof value === typeof operand && !isNull && (value as number) >= (operand as number)
    case 'lt':
      return typeof value === typeof operand && !isNull && (value as number) < (operand as number)
    case 'lte':
      return typeof value === typeof operand && !isNull && (value as number) <= (operand as number)
    case 'between': {
      const [low, high] = operand as readonly [unknown, unknown]
      return holds(value, 'gte', low) && holds(value, 'lte', high)
    }
    case 'inq':
      return (operand as readonly unknown[]).some((item) => holds(value, 'eq', item))
    case 'exists':
      return !isNull === operand
    default:
      throw new Error(operator)
  }
}

/** Every value a path leads to. */
function valuesAt(value: unknown, segments: readonly string[]): unknown[] {
  const [first, ...rest] = segments
  if (Array.isArray(value)) {
    if (first === undefined) return [value, ...value]
    return value.length === 0 ? [undefined] : value.flatMap((item) => valuesAt(item, segments))
  }
  if (first === undefined) return [value]
  const isObject = typeof value === 'object' && value !== null
  return valuesAt(isObject ? (value as Row)[first] : undefined, rest)
}

const negations: Readonly<Record<string, string>> = { neq: 'eq', nin: 'inq' }

function naive(where: Readonly<Record<string, unknown>>, row: Row): boolean {
  return Object.entries(where).every(([key, value]) => {
    const clauses = value as readonly Readonly<Record<string, unknown>>[]
    if (key === 'and') return clauses.every((clause) => naive(clause, row))
    if (key === 'or') return clauses.some((clause) => naive(clause, row))
    if (key === 'nor') return !clauses.some((clause) => naive(clause, row))
    const found = valuesAt(row, key.split('.'))
    const operators = typeof value === 'object' && value !== null ? (value as Row) : { eq: value }
    return Object.entries(operators).every(([operator, operand]) => {
      const positive = negations[operator]
      if (positive !== undefined) return !found.some((item) => holds(item, positive, operand))
      if (operator === 'exists' && operand === false) {
        return !found.some((item) => holds(item, 'exists', true))
      }
      return found.some((item) => holds(item, operator, operand))
    })
  })
}

const numbers = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(null))
const words = fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', 'B'), fc.constant(null))

const rows: fc.Arbitrary<Row> = fc.record(
  {
    price: numbers,
    title: words,
    genres: fc.oneof(fc.array(words, { maxLength: 3 }), fc.constant(null)),
    dims: fc.oneof(fc.record({ w: numbers }, { requiredKeys: [] }), fc.constant(null)),
    items: fc.oneof(
      fc.array(fc.record({ qty: numbers, sku: words }, { requiredKeys: [] }), { maxLength: 3 }),
      fc.constant(null),
    ),
  },
  { requiredKeys: [] },
)

function operatorsOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const present = values.filter((value) => value !== null)
  return fc.oneof(
    values,
    fc
      .record(
        {
          eq: values,
          neq: values,
          gt: present,
          gte: present,
          lt: present,
          lte: present,
          between: fc.tuple(present, present),
          inq: fc.array(values, { maxLength: 3 }),
          nin: fc.array(values, { maxLength: 3 }),
          exists: fc.boolean(),
        },
        { requiredKeys: [] },
      )
      .filter((operators) => Object.keys(operators).length > 0),
  )
}

const leaves = {
  price: operatorsOf(numbers),
  title: operatorsOf(words),
  genres: operatorsOf(words),
  'dims.w': operatorsOf(numbers),
  'items.qty': operatorsOf(numbers),
  'items.sku': operatorsOf(words),
}
const flat = fc.record(leaves, { requiredKeys: [] })

/** Conditions with `and`, `or` and `nor` of others in them. */
function over(inner: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const clauses = fc.array(inner, { maxLength: 2 })
  return fc.record(
    { ...leaves, and: clauses, or: clauses, nor: clauses },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, unknown>>
}

const where = fc.oneof(flat as fc.Arbitrary<Record<string, unknown>>, over(flat), over(over(flat)))

test('D-3.2, D-2.5-5, D-3.3-14: the compiled where agrees with a naive evaluation', () => {
  fc.assert(
    fc.property(where, rows, (condition, row) => {
      assert.is(matches(condition, row), naive(condition, row))
    }),
    { numRuns: runs },
  )
})

test('D-2.5-5: a negative operator is the opposite of its positive one, nulls included', () => {
  fc.assert(
    fc.property(rows, words, (row, word) => {
      assert.is(matches({ title: { neq: word } }, row), !matches({ title: word }, row))
      assert.is(
        matches({ genres: { nin: [word] } }, row),
        !matches({ genres: { inq: [word] } }, row),
      )
      assert.is(
        matches({ title: { nlike: '%a%' } }, row),
        !matches({ title: { like: '%a%' } }, row),
      )
      assert.is(matches({ nor: [{ title: word }] }, row), !matches({ title: word }, row))
    }),
    { numRuns: runs },
  )
})

test('D-3.2-1: dates by time, buffers by bytes, points by members, big integers by value', () => {
  const date = '2020-01-01T00:00:00.000Z'
  assert.is(matches({ published: date }, { published: new Date(date) }), true)
  assert.is(matches({ published: { inq: [date] } }, { published: new Date(date) }), true)
  assert.is(matches({ published: date }, { published: date }), false)
  assert.is(matches({ cover: 'aGk=' }, { cover: Buffer.from('hi') }), true)
  assert.is(matches({ cover: 'aGk=' }, { cover: Buffer.from('ho') }), false)
  assert.is(matches({ place: '1,2' }, { place: { lat: 1, lng: 2 } }), true)
  assert.is(matches({ place: { neq: '1,2' } }, { place: { lat: 1, lng: 3 } }), true)
  assert.is(matches({ serial: '5' }, { serial: 5n }), true)
  assert.is(matches({ serial: { gt: 4.5 } }, { serial: 5n }), true)
  assert.is(matches({ price: { inq: [9007199254740992] } }, { price: 9007199254740993n }), false)
  assert.is(matches({ price: { inq: [5] } }, { price: 5n }), true)
})

test('D-3.2-1, D-1.3-12: decimals by value', () => {
  assert.is(matches({ cost: '1.5' }, { cost: '1.50' }), true)
  assert.is(matches({ cost: { inq: ['7', '01.5'] } }, { cost: '1.50' }), true)
  assert.is(matches({ cost: { gt: '9.99' } }, { cost: '10' }), true)
  assert.is(matches({ cost: { between: ['-1', '0'] } }, { cost: '-0.5' }), true)
  assert.is(matches({ cost: { gt: '0' } }, { cost: 'no number' }), false)
})

test('D-3.2-3: values of another kind have no order', () => {
  for (const price of ['9', true, null, {}, [], new Date(9)]) {
    assert.is(matches({ price: { gt: 1 } }, { price }), false)
    assert.is(matches({ price: { lte: 1 } }, { price }), false)
  }
})

test('D-1.2-18: paths read own members only', () => {
  const models3 = queryModels('loopback3')
  const open = modelNamed(models3, 'Book')
  const find = (condition: unknown, row: Row) =>
    compileWhere(parseWhere(open, condition, parseContext(models3)))(row)
  assert.is(find({ toString: { exists: true } }, {}), false)
  assert.is(find({ 'meta.toString': { exists: true } }, { meta: {} }), false)
  assert.is(find({ 'title.length': 2 }, { title: 'ab' }), false)
})

test('D-3.3-13: a segment of digits is a position in a list', () => {
  assert.is(matches({ 'items.1.sku': 'b' }, { items: [{ sku: 'a' }, { sku: 'b' }] }), true)
  assert.is(matches({ 'items.0.sku': 'b' }, { items: [{ sku: 'a' }, { sku: 'b' }] }), false)
})

test('D-3.2-1: objects and lists are equal by content', () => {
  const meta = { a: [1, { b: null }] }
  assert.is(matches({ meta: { eq: { a: [1, { b: null }] } } }, { meta }), true)
  assert.is(matches({ meta: { eq: { a: [1, { b: 1 }] } } }, { meta }), false)
  assert.is(matches({ genres: ['a', 'b'] }, { genres: ['a', 'b'] }), true)
  assert.is(matches({ genres: ['b', 'a'] }, { genres: ['a', 'b'] }), false)
})

test('data with hostile members is compared without being called', () => {
  const models3 = queryModels('loopback3')
  const open = modelNamed(models3, 'Book')
  const hostile = { toString: 1, valueOf: 'x', [Symbol.toPrimitive]: 5 }
  for (const operand of [5, 'x', true, [1], { lt: 3 }, { between: [1, 2] }, { regexp: 'a' }]) {
    const test = compileWhere(parseWhere(open, { 'meta.x': operand }, parseContext(models3)))
    assert.is(test({ meta: { x: hostile } }), false)
  }
})

test.run()
