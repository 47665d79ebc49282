import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ParseContext } from '../../../core/query/parse-context.ts'
import { limitOfSkip, parseFilter } from '../../../core/query/parse-filter.ts'
import { matchAll, type Query } from '../../../core/query/query.ts'
import { expectError } from '../../support/expect-error.ts'
import { modelNamed, parseContext, queryModels } from '../../support/query-models.ts'

const strict = queryModels('strict')
const loose = queryModels('loopback3')

const parse = (filter: unknown, changes: Partial<ParseContext> = {}, name = 'Book'): Query =>
  parseFilter(modelNamed(strict, name), filter, parseContext(strict, changes))

const parseLoose = (filter: unknown, changes: Partial<ParseContext> = {}, name = 'Book'): Query =>
  parseFilter(modelNamed(loose, name), filter, parseContext(loose, changes))

const orderText = (query: Query): string =>
  query.order.map(({ path, direction }) => `${path.segments.join('.')} ${direction}`).join()

test('D-3.1-1, D-0-3: a filter is an object; nothing finds everything', () => {
  for (const filter of [undefined, null, {}]) {
    const query = parse(filter)
    assert.is(query.where, matchAll)
    assert.equal(
      [query.limit, query.skip, query.fields, query.include.length],
      [undefined, 0, undefined, 0],
    )
    assert.is(orderText(query), 'id 1')
  }
  for (const filter of [[], 'x', 5, true, new Date()]) {
    expectError('INVALID_ARGUMENT', () => parse(filter))
  }
})

test('D-2.3-7: a where of a wrong type is named with its path', () => {
  for (const where of [[], 'x', 5]) {
    const error = expectError('INVALID_FILTER', () => parse({ where }))
    assert.equal(error.details, { path: 'where' })
  }
})

test('D-3.1-2: limit is a whole number or its text; 0 and null are none', () => {
  assert.is(parse({ limit: 5 }).limit, 5)
  assert.is(parse({ limit: '5' }).limit, 5)
  for (const limit of [0, null, undefined, '0']) assert.is(parse({ limit }).limit, undefined)
  assert.is(parseLoose({ limit: '' }).limit, undefined)
  for (const limit of [1.5, 'abc', Number.NaN, [], {}, true, 1e300, '1e3', '']) {
    expectError('INVALID_FILTER', () => parse({ limit }))
  }
})

test('F-2.38: a negative limit is refused with the text clients know', () => {
  for (const query of [parse, parseLoose]) {
    const error = expectError('INVALID_FILTER', () => query({ limit: -1 }))
    assert.is(error.message, 'The limit parameter -1 is not valid')
    assert.is(error.statusCode, 400)
  }
})

test('D-3.1-2: skip alone limits to 100', () => {
  assert.is(parse({ skip: 4 }).limit, limitOfSkip)
  assert.is(parse({ skip: 0 }).limit, undefined)
  assert.is(parse({ skip: 4, limit: 0 }).limit, 100)
})

test('D-3.1-3: offset is skip; both are refused in strict, skip wins in loopback3', () => {
  assert.is(parse({ offset: '3', limit: 1 }).skip, 3)
  assert.is(parseLoose({ skip: 1, offset: 3 }).skip, 1)
  expectError('INVALID_FILTER', () => parse({ skip: 1, offset: 3 }))
  for (const skip of [-1, 1.5, 'x']) expectError('INVALID_FILTER', () => parse({ skip }))
})

test('D-3.1-4: order is text or a list of texts, directions in any case', () => {
  assert.is(orderText(parse({ order: 'title' })), 'title 1')
  assert.is(orderText(parse({ order: 'price desc,  title' })), 'price -1,title 1')
  assert.is(orderText(parse({ order: ['price DESC', 'title ASC, id'] })), 'price -1,title 1,id 1')
  assert.is(orderText(parse({ order: { 0: 'dims.w', 1: 'id' } })), 'dims.w 1,id 1')
  for (const order of [5, [5], 'title UP', 'title ASC x', { title: 1 }, true]) {
    expectError('INVALID_FILTER', () => parse({ order }))
  }
})

test('D-3.1-4: an unknown property in order is refused, in loopback3 ignored or dynamic', () => {
  expectError('UNKNOWN_PROPERTY', () => parse({ order: 'nosuch' }))
  expectError('UNKNOWN_PROPERTY', () => parse({ order: 'dims.x' }))
  assert.is(orderText(parseLoose({ order: 'nosuch DESC' })), 'nosuch -1')
  assert.is(orderText(parseLoose({ order: 'nosuch' }, {}, 'Ledger')), 'id 1')
})

test('D-3.1-9: the default order is the id ascending, with its opt-outs', () => {
  assert.is(orderText(parse({ order: [] })), 'id 1')
  assert.is(orderText(parse({}, { options: { disableDefaultSort: true } })), '')
  assert.is(orderText(parse({}, { options: { defaultIdSort: false } })), '')
  assert.is(orderText(parse({}, { options: { defaultIdSort: 'numericIdOnly' } })), 'id 1')
})

test('D-1.6-6: a hidden property in order is refused, in loopback3 ignored and logged', () => {
  const options = { prohibitHiddenPropertiesInQuery: true }
  expectError('HIDDEN_PROPERTY_IN_QUERY', () => parse({ order: 'costPrice' }, { options }))
  const warnings: string[] = []
  const query = parseLoose(
    { order: 'costPrice DESC, title' },
    { options, warn: (text) => warnings.push(text) },
  )
  assert.is(orderText(query), 'title 1')
  assert.is(warnings.length, 1)
  assert.is(orderText(parse({ order: 'costPrice' })), 'costPrice 1')
})

test('D-3.1-5: fields in every form; a truthy key makes it a list of what to keep', () => {
  assert.equal(parse({ fields: 'title' }).fields, ['title'])
  assert.equal(parse({ fields: ['price', 'title'] }).fields, ['title', 'price'])
  assert.equal(parse({ fields: { 0: 'title', 1: 'price' } }).fields, ['title', 'price'])
  assert.equal(parse({ fields: { title: true, price: false } }).fields, ['title'])
  for (const fields of [[], {}, null, undefined]) assert.is(parse({ fields }).fields, undefined)
  const rest = parse({ fields: { title: false } }).fields ?? []
  assert.ok(rest.includes('price') && !rest.includes('title'))
  for (const fields of [5, true, [5], [['title']], 'meta.shelf', { 'meta.shelf': true }]) {
    expectError('INVALID_FILTER', () => parse({ fields }))
  }
  expectError('RESERVED_KEY', () => parse({ fields: JSON.parse('{"__proto__":true}') }))
})

test('D-1.5-1, D-1.5-2: unknown names in fields are kept on open models and dropped on closed ones', () => {
  assert.equal(parse({ fields: ['title', 'nosuch'] }).fields, ['title', 'nosuch'])
  assert.equal(parse({ fields: ['account', 'nosuch'] }, {}, 'Ledger').fields, ['account'])
  assert.equal(parse({ fields: ['nosuch'] }, {}, 'Ledger').fields, [])
})

test('D-3.1-8: unknown keys are refused unless the manifest names them; loopback3 passes them on', () => {
  expectError('INVALID_FILTER', () => parse({ collation: 'de' }))
  const supports = { filterKeys: ['collation'] }
  assert.equal(parse({ collation: 'de' }, { supports }).extra, { collation: 'de' })
  assert.equal(parseLoose({ hint: { a: 1 } }).extra, { hint: { a: 1 } })
  assert.is(parse({}).extra, undefined)
})

test('D-3.1-8, D-1.2-18: what is passed on has passed the guards', () => {
  expectError('RESERVED_KEY', () => parseLoose(JSON.parse('{"__proto__":{"a":1}}')))
  expectError('RESERVED_KEY', () => parseLoose(JSON.parse('{"hint":{"__proto__":{"a":1}}}')))
  expectError('OPERATOR_NOT_ALLOWED_IN_QUERY', () => parseLoose({ $where: 'x' }))
  expectError('OPERATOR_NOT_ALLOWED_IN_QUERY', () => parseLoose({ hint: { $where: 'x' } }))
})

test('F-2.19: count is a boolean', () => {
  assert.is(parse({ count: true }).count, true)
  assert.is(parse({ count: 'true' }).count, true)
  assert.is(parse({}).count, false)
  expectError('INVALID_FILTER', () => parse({ count: 5 }))
})

test('D-0-7: the filter is not changed, the query is frozen through and through', () => {
  const filter = {
    where: { or: [{ price: '5' }] },
    order: ['title'],
    fields: ['title'],
    include: [{ relation: 'author', scope: { fields: 'name' } }],
  }
  const before = structuredClone(filter)
  const query = parse(filter)
  assert.equal(filter, before)
  for (const part of [
    query,
    query.order,
    query.order[0],
    query.fields,
    query.include,
    query.include[0],
  ]) {
    assert.ok(Object.isFrozen(part))
  }
})

test.run()
