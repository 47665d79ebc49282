import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileWhere } from '../../../core/query/evaluate-where.ts'
import type { ParseContext } from '../../../core/query/parse-context.ts'
import { matchAll, type Where } from '../../../core/query/query.ts'
import { parseWhere } from '../../../core/query/where.ts'
import { expectError } from '../../support/expect-error.ts'
import { modelNamed, parseContext, queryModels } from '../../support/query-models.ts'

const strict = queryModels('strict')
const loose = queryModels('loopback3')

const parse = (where: unknown, changes: Partial<ParseContext> = {}, name = 'Book'): Where =>
  parseWhere(modelNamed(strict, name), where, parseContext(strict, changes))

const parseLoose = (where: unknown, changes: Partial<ParseContext> = {}): Where =>
  parseWhere(modelNamed(loose, 'Book'), where, parseContext(loose, changes))

/** The parts worth comparing. */
function shape(where: Where): unknown {
  switch (where.kind) {
    case 'related':
      return [where.quantifier, where.relation, shape(where.where)]
    case 'compare':
      return [where.path.segments.join('.'), where.operator, where.value]
    case 'and':
    case 'or':
    case 'nor':
      return [where.kind, ...where.conditions.map(shape)]
    default:
      return where.kind
  }
}

test('D-3.8-1: the dotted and the nested form of a condition on a related model are equal', () => {
  const expected = ['some', 'author', ['name', 'eq', 'x']]
  assert.equal(shape(parse({ author: { name: 'x' } })), expected)
  assert.equal(shape(parse({ 'author.name': 'x' })), expected)
  assert.equal(shape(parseLoose({ 'author.name': 'x' })), expected)
})

test('D-3.8-2: some, every and none; the plain form means some', () => {
  for (const quantifier of ['some', 'every', 'none']) {
    const where = { reviews: { [quantifier]: { stars: { gt: '3' } } } }
    assert.equal(shape(parse(where)), [quantifier, 'reviews', ['stars', 'gt', 3]])
  }
  assert.equal(shape(parse({ reviews: { stars: 3, text: 'x' } })), [
    'some',
    'reviews',
    ['and', ['stars', 'eq', 3], ['text', 'eq', 'x']],
  ])
  assert.equal(shape(parse({ reviews: { some: { stars: 3 }, none: { stars: 1 } } })), [
    'and',
    ['some', 'reviews', ['stars', 'eq', 3]],
    ['none', 'reviews', ['stars', 'eq', 1]],
  ])
  assert.equal(shape(parse({ reviews: { none: {} } })), ['none', 'reviews', 'all'])
})

test('D-3.8-2: a quantifier stands alone and takes an object', () => {
  expectError('INVALID_FILTER', () => parse({ reviews: { some: { stars: 3 }, stars: 1 } }))
  expectError('INVALID_FILTER', () => parse({ reviews: { some: 3 } }))
  expectError('INVALID_FILTER', () => parse({ reviews: 3 }))
  expectError('UNKNOWN_PROPERTY', () => parse({ author: { some: { name: 'x' } } }))
})

test('D-3.8-3: conditions cross several relations and mix with and, or, nor', () => {
  const where = { or: [{ 'author.books.reviews.stars': 5 }, { nor: [{ author: { name: 'x' } }] }] }
  assert.equal(shape(parse(where)), [
    'or',
    ['some', 'author', ['some', 'books', ['some', 'reviews', ['stars', 'eq', 5]]]],
    ['nor', ['some', 'author', ['name', 'eq', 'x']]],
  ])
})

test('D-3.8-5: hidden and protected properties of the target are refused', () => {
  const hidden = { options: { prohibitHiddenPropertiesInQuery: true } }
  expectError('HIDDEN_PROPERTY_IN_QUERY', () => parse({ 'author.secret': 'x' }, hidden))
  assert.ok(parse({ 'author.secret': 'x' }))
  expectError('HIDDEN_PROPERTY_IN_QUERY', () => parse({ 'author.internal': 'x' }))
  const open = { options: { prohibitProtectedPropertiesInQuery: false } }
  assert.ok(parse({ 'author.internal': 'x' }, open))
})

test('D-3.8-5, D-1.6-5: loopback3 removes them where that is harmless', () => {
  const hidden = { options: { prohibitHiddenPropertiesInQuery: true } }
  assert.equal(shape(parseLoose({ 'author.secret': 'x' }, hidden)), ['some', 'author', 'all'])
  expectError('HIDDEN_PROPERTY_IN_QUERY', () =>
    parseLoose(
      { audits: { none: { by: 'x' } }, author: { books: { none: { costPrice: 1 } } } },
      {
        ...hidden,
        inProcess: true,
      },
    ),
  )
})

test('D-3.8-5: values are converted by the target, unknown properties refused', () => {
  expectError('INVALID_VALUE', () => parse({ reviews: { stars: 'many' } }))
  const error = expectError('UNKNOWN_PROPERTY', () => parse({ author: { nosuch: 1 } }))
  assert.equal(error.details, { path: 'where.author.nosuch' })
})

test('D-3.8-5: relations closed to filters and targets that are not public are refused from the wire', () => {
  for (const where of [{ sealed: { stars: 1 } }, { audits: { by: 'x' } }]) {
    expectError('INVALID_FILTER', () => parse(where))
    assert.is(parse(where, { inProcess: true }).kind, 'related')
  }
})

test('D-3.8-6: a polymorphic belongsTo names its model', () => {
  const where = parse({ owner: { model: 'Author', where: { name: 'x' } } })
  assert.ok(where.kind === 'related' && where.target === 'Author')
  for (const owner of [
    { name: 'x' },
    { model: 'Nosuch', where: {} },
    { model: 'Author', where: {}, name: 'x' },
    { model: 'Audit', where: { by: 'x' } },
  ]) {
    expectError('INVALID_FILTER', () => parse({ owner }))
  }
})

test('in loopback3 a scalar under the name of a relation is a dynamic property', () => {
  assert.equal(shape(parseLoose({ author: 'x' })), ['author', 'eq', 'x'])
  expectError('INVALID_FILTER', () => parse({ author: 'x' }))
})

test('D-2.5-1: a write whose related conditions vanish is refused', () => {
  expectError('WHERE_REQUIRED', () => parse({ author: { name: undefined } }, { purpose: 'write' }))
})

test('an unresolved condition on a related model is not evaluated', () => {
  assert.throws(() => compileWhere(parse({ 'author.name': 'x' })), /not resolved/)
  assert.is(parse({}), matchAll)
})

test.run()
