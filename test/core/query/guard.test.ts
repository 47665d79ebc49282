import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkData } from '../../../core/query/guard.ts'
import type { ParseOptions } from '../../../core/query/parse-context.ts'
import { parseFilter } from '../../../core/query/parse-filter.ts'
import { parseWhere } from '../../../core/query/where.ts'
import { expectError } from '../../support/expect-error.ts'
import { modelNamed, parseContext, queryModels } from '../../support/query-models.ts'

const models = queryModels('strict')
const book = modelNamed(models, 'Book')

const parse = (where: unknown, options: ParseOptions = {}) =>
  parseWhere(book, where, parseContext(models, { options }))

function nest(levels: number): Record<string, unknown> {
  let where: Record<string, unknown> = { price: 1 }
  for (let level = 1; level < levels; level += 2) where = { and: [where] }
  return where
}

test('D-3.5-2, D-2.3-9: the depth of a where has a limit, 32 by default', () => {
  assert.ok(parse(nest(31)))
  expectError('QUERY_OBJECT_TOO_DEEP', () => parse(nest(33)))
  assert.ok(parse(nest(11), { maxDepthOfQuery: 12 }))
  const error = expectError('QUERY_OBJECT_TOO_DEEP', () => parse(nest(13), { maxDepthOfQuery: 12 }))
  assert.is(error.statusCode, 400)
})

test('D-3.5-2: depth counts inside values too, and a hundred thousand levels do no harm', () => {
  let value: unknown = 1
  for (let level = 0; level < 100_000; level++) value = [value]
  expectError('QUERY_OBJECT_TOO_DEEP', () => parse({ meta: { eq: value } }))
  expectError('QUERY_OBJECT_TOO_DEEP', () => parse({ [`meta${'.a'.repeat(1000)}`]: 1 }))
})

test('D-3.5-2: relations crossed count as levels', () => {
  const authors = modelNamed(models, 'Author')
  const path = `${'mentor.'.repeat(20)}name`
  const where = { [path]: 'x' }
  assert.ok(parseWhere(authors, where, parseContext(models)))
  expectError('QUERY_OBJECT_TOO_DEEP', () =>
    parseWhere(
      authors,
      { ['mentor.'.repeat(20).slice(0, -1)]: { [path]: 'x' } },
      parseContext(models),
    ),
  )
})

test('D-3.5-4: a where that contains itself is refused as circular', () => {
  const where: Record<string, unknown> = { price: 1 }
  where.and = [where]
  expectError('QUERY_OBJECT_IS_CIRCULAR', () => parse(where))
  const wide: Record<string, unknown> = {}
  for (let index = 0; index < 50; index++) wide[`k${index}`] = wide
  expectError('QUERY_OBJECT_IS_CIRCULAR', () => parse({ meta: { eq: wide } }))
})

test('D-3.5-4: the same object twice is not circular', () => {
  const shared = { price: 1 }
  assert.ok(parse({ or: [shared, shared, { and: [shared] }] }))
})

test('D-3.5-6, D-2.3-10: 1,000 conditions pass, 1,001 do not; an inq list is one', () => {
  const conditions = (count: number) => Array.from({ length: count }, (_, id) => ({ id }))
  assert.ok(parse({ or: conditions(1000) }))
  expectError('QUERY_TOO_COMPLEX', () => parse({ or: conditions(1001) }))
  assert.ok(parse({ id: { inq: Array.from({ length: 5000 }, (_, id) => id) } }))
  const filter = {
    where: { or: conditions(600) },
    include: { relation: 'author', scope: { where: { or: conditions(600) } } },
  }
  expectError('QUERY_TOO_COMPLEX', () => parseFilter(book, filter, parseContext(models)))
})

test('D-1.2-18: keys that reach a prototype are refused at any depth and change nothing', () => {
  for (const text of [
    '{"__proto__":{"polluted":1}}',
    '{"and":[{"__proto__":{"polluted":1}}]}',
    '{"meta":{"eq":{"a":{"__proto__":{"polluted":1}}}}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"meta":{"eq":{"constructor":"x"}}}',
    '{"meta.__proto__.polluted":1}',
    '{"meta.constructor.name":"Object"}',
  ]) {
    expectError('RESERVED_KEY', () => parse(JSON.parse(text)))
  }
  assert.is(({} as Record<string, unknown>).polluted, undefined)
})

test('D-11-5: names of Object.prototype are ordinary unknown properties', () => {
  for (const name of ['toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']) {
    expectError('UNKNOWN_PROPERTY', () => parse({ [name]: 1 }))
    expectError('UNKNOWN_RELATION', () =>
      parseFilter(book, { include: name }, parseContext(models)),
    )
  }
})

test('D-3.5-10, D-11-5: quotes and statements in names are unknown names', () => {
  const name = `title"'; drop table books; --`
  const parseAll = (filter: unknown) => parseFilter(book, filter, parseContext(models))
  expectError('UNKNOWN_PROPERTY', () => parseAll({ where: { [name]: 1 } }))
  expectError('INVALID_FILTER', () => parseAll({ order: name }))
  expectError('UNKNOWN_PROPERTY', () => parseAll({ order: `title"'` }))
  expectError('UNKNOWN_PROPERTY', () => parseAll({ where: { [`meta.x' or '1`]: 1, [`q'`]: 1 } }))
})

test('D-3.5-3: data has its own depth limit, and the same checks', () => {
  const data = (depth: number) => {
    let value: unknown = 1
    for (let level = 0; level < depth; level++) value = { a: value }
    return value as object
  }
  checkData(data(64), {})
  expectError('QUERY_OBJECT_TOO_DEEP', () => checkData(data(65), {}))
  expectError('QUERY_OBJECT_TOO_DEEP', () => checkData(data(33), { maxDepthOfData: 32 }))
  expectError('OPERATOR_NOT_ALLOWED_IN_QUERY', () => checkData({ a: { $set: 1 } }, {}))
  checkData({ a: { $set: 1 } }, { allowExtendedOperators: true })
})

test('errors are short however long the names of the filter are', () => {
  const error = expectError('UNKNOWN_PROPERTY', () => parse({ ['x'.repeat(100_000)]: 1 }))
  assert.ok(error.message.length < 200)
})

test.run()
