import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ParseContext } from '../../../core/query/parse-context.ts'
import { parseFilter } from '../../../core/query/parse-filter.ts'
import type { Query } from '../../../core/query/query.ts'
import { expectError } from '../../support/expect-error.ts'
import { modelNamed, parseContext, queryModels } from '../../support/query-models.ts'

const strict = queryModels('strict')
const loose = queryModels('loopback3')

const parse = (include: unknown, changes: Partial<ParseContext> = {}, name = 'Book'): Query =>
  parseFilter(modelNamed(strict, name), { include }, parseContext(strict, changes))

const parseLoose = (include: unknown): Query =>
  parseFilter(modelNamed(loose, 'Book'), { include }, parseContext(loose))

/** `{ author: { books: {} } }`, with `fields` and `limit` where they are set. */
function tree(query: Query): Record<string, unknown> {
  const entries = query.include.map(({ relation, query: inner }) => [
    relation,
    {
      ...tree(inner),
      ...(inner.fields === undefined ? {} : { fields: inner.fields }),
      ...(inner.limit === undefined ? {} : { limit: inner.limit }),
    },
  ])
  return Object.fromEntries(entries)
}

test('D-3.4-1, D-3.4-2: one relation, several', () => {
  assert.equal(tree(parse('author')), { author: {} })
  assert.equal(tree(parse(['author', 'reviews'])), { author: {}, reviews: {} })
  assert.equal(tree(parse({ 0: 'author', 1: 'reviews' })), { author: {}, reviews: {} })
  for (const include of [undefined, null, [], {}, '']) assert.equal(tree(parse(include)), {})
})

test('D-3.4-3: nested forms', () => {
  assert.equal(tree(parse({ author: 'books' })), { author: { books: {} } })
  assert.equal(tree(parse({ author: ['books', 'mentor'] })), { author: { books: {}, mentor: {} } })
  const deep = { author: { books: 'reviews' }, reviews: 'book' }
  const expected = { author: { books: { reviews: {} } }, reviews: { book: {} } }
  assert.equal(tree(parse(deep)), expected)
})

test('D-3.4-4: relation or rel with a scope, which is a full filter', () => {
  const scope = {
    where: { name: 'x' },
    order: 'name',
    fields: ['name'],
    limit: 2,
    include: 'books',
  }
  const expected = { author: { books: {}, fields: ['name'], limit: 2 } }
  assert.equal(tree(parse({ relation: 'author', scope })), expected)
  assert.equal(tree(parse({ rel: 'author', scope })), expected)
  const [entry] = parse({ relation: 'author', scope }).include
  assert.is(entry?.query.where.kind, 'compare')
  expectError('INVALID_FILTER', () => parse({ relation: 'author', scope: 5 }))
})

test('D-3.4-4: an object of filter keys is a scope, unless its keys are relations of the target', () => {
  assert.equal(tree(parse({ author: { fields: ['name'] } })), { author: { fields: ['name'] } })
  assert.equal(tree(parse({ author: { books: { limit: 2 } } })), {
    author: { books: { limit: 2 } },
  })
  assert.equal(tree(parse({ author: true })), { author: {} })
})

test('D-3.4-5: a mixed list is a union; a relation named twice is included once', () => {
  const include = [
    'author',
    { author: 'books' },
    { relation: 'author', scope: { include: 'mentor' } },
  ]
  assert.equal(tree(parse(include)), { author: { books: {}, mentor: {} } })
})

test('D-3.4-6: other scalars are refused, in loopback3 ignored', () => {
  for (const include of [5, true, ['author', 5]]) {
    expectError('INVALID_FILTER', () => parse(include))
    parseLoose(include)
  }
  assert.equal(tree(parseLoose(['author', 5])), { author: {} })
})

test('D-3.4b-13, D-2.3-12, F-2.54: an unknown relation is refused with model and relation', () => {
  for (const run of [() => parse('nosuch'), () => parseLoose('nosuch')]) {
    const error = expectError('UNKNOWN_RELATION', run)
    assert.equal(error.details, { relation: 'nosuch', model: 'Book' })
    assert.is(error.message, 'Relation "nosuch" is not defined for Book model')
  }
  const error = expectError('UNKNOWN_RELATION', () => parse({ author: 'nosuch' }))
  assert.equal(error.details, { relation: 'nosuch', model: 'Author' })
})

test('D-3.4b-8: a relation with disableInclude is skipped', () => {
  assert.equal(tree(parse(['skipped', 'author'])), { author: {} })
})

test('D-3.4b-9, D-1.6-5: protected properties are prohibited in include queries', () => {
  const include = { relation: 'author', scope: { where: { internal: 'x' } } }
  expectError('HIDDEN_PROPERTY_IN_QUERY', () => parse(include))
  assert.ok(parse(include, { options: { prohibitProtectedPropertiesInQuery: false } }))
  const hidden = { relation: 'author', scope: { where: { secret: 'x' } } }
  expectError('HIDDEN_PROPERTY_IN_QUERY', () =>
    parse(hidden, { options: { prohibitHiddenPropertiesInQuery: true } }),
  )
})

test('D-3.4b-6: children are ordered by id unless the scope says otherwise', () => {
  const [entry] = parse('reviews').include
  assert.equal(
    entry?.query.order.map(({ path }) => path.segments.join()),
    ['id'],
  )
})

test('a scope is checked against the target', () => {
  const error = expectError('UNKNOWN_PROPERTY', () => parse({ author: { where: { nosuch: 1 } } }))
  assert.equal(error.details, { path: 'include.author.where.nosuch' })
  const limit = expectError('INVALID_FILTER', () => parse({ author: { limit: -1 } }))
  assert.equal(limit.details, { path: 'include.author.limit' })
})

test('a polymorphic belongsTo keeps its scope for the models its rows name', () => {
  const [entry] = parse({ relation: 'owner', scope: { fields: ['name'] } }).include
  assert.equal(entry?.scope, { fields: ['name'] })
  assert.is(entry?.query.where.kind, 'all')
  let scope: unknown = {}
  for (let level = 0; level < 40; level++) scope = { include: { relation: 'owner', scope } }
  const options = { maxDepthOfQuery: 12 }
  expectError('QUERY_OBJECT_TOO_DEEP', () => parse({ relation: 'owner', scope }, { options }))
  const hostile = { relation: 'owner', scope: JSON.parse('{"where":{"__proto__":{"a":1}}}') }
  expectError('RESERVED_KEY', () => parse(hostile))
})

test('D-3.5-2: includes may be nested as deep as a where', () => {
  const nest = (levels: number): unknown =>
    Array.from({ length: levels }).reduce<unknown>((inner) => ({ mentor: inner }), true)
  assert.ok(parse(nest(12), { options: { maxDepthOfQuery: 12 } }, 'Author'))
  expectError('QUERY_OBJECT_TOO_DEEP', () =>
    parse(nest(13), { options: { maxDepthOfQuery: 12 } }, 'Author'),
  )
  const circular: Record<string, unknown> = {}
  circular.mentor = circular
  expectError('QUERY_OBJECT_TOO_DEEP', () => parse(circular, {}, 'Author'))
})

test('the manifest of the target decides about its scope', () => {
  const include = { author: { where: { name: { ilike: 'x' } } } }
  expectError('OPERATOR_NOT_SUPPORTED', () =>
    parse(include, {
      supportsOf: (model) => (model.name === 'Author' ? { ilike: false } : undefined),
    }),
  )
  assert.ok(parse(include, { supports: { ilike: false }, supportsOf: () => undefined }))
})

test.run()
