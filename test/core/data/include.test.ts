import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import type { Connector } from '../../../core/data/connector.ts'
import { arrayConnector } from '../../support/data-array-connector.ts'
import { countCalls } from '../../support/data-counting-connector.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

const definitions = {
  Author: {
    properties: { name: 'string', secret: 'string', internal: 'string' },
    hidden: ['secret'],
    protected: ['internal'],
    relations: {
      books: { hasMany: 'Book' },
      cheapBooks: { hasMany: 'Book', scope: { where: { price: { lt: 10 } }, order: 'price DESC' } },
      profile: { hasOne: 'Profile' },
      quietBooks: { hasMany: 'Book', options: { disableInclude: true } },
      tags: { hasAndBelongsToMany: 'Tag' },
    },
  },
  Book: {
    properties: { title: 'string', price: 'number', cost: 'number' },
    hidden: ['cost'],
    relations: { author: { belongsTo: 'Author' }, reviews: { hasMany: 'Review' } },
  },
  Review: {
    properties: { text: 'string', stars: 'number' },
    relations: { book: { belongsTo: 'Book' } },
  },
  Profile: { properties: { url: 'string' }, relations: { author: { belongsTo: 'Author' } } },
  Tag: { properties: { label: 'string' } },
} as const

/** Three authors, four books (one without author), three reviews, one profile. */
async function library(inner: Connector = memory(), profile: 'strict' | 'loopback3' = 'strict') {
  const { connector, calls, reset } = countCalls(inner)
  const { layer, models } = await openLayer(definitions, { connector, profile })
  const { Author, Book, Review, Profile } = models
  for (const name of ['Ola', 'Pia', 'Quinn'])
    await Author!.create({ name, secret: 's', internal: 'i' })
  const titles = [
    ['Anchor', 5, 1],
    ['Bramble', 15, 1],
    ['Cinder', 8, 2],
    ['Drift', 9, undefined],
  ] as const
  for (const [title, price, authorId] of titles)
    await Book!.create({ title, price, authorId, cost: 1 })
  for (const [text, stars, bookId] of [
    ['solid', 4, 1],
    ['dull', 2, 1],
    ['superb', 5, 3],
  ] as const) {
    await Review!.create({ text, stars, bookId })
  }
  await Profile!.create({ url: 'http://ola.example', authorId: 1 })
  reset()
  return { layer, calls, reset, Author: Author!, Book: Book!, Review: Review!, Profile: Profile! }
}

type Tree = Record<string, unknown>

/** Reduces rows to names: `['Ola', ['Anchor']]`. */
function outline(rows: readonly Tree[], name: string, relation: string, inner: string): unknown[] {
  return rows.map((row) => {
    const value = row[relation]
    if (value === undefined) return [row[name]]
    return [
      row[name],
      Array.isArray(value) ? value.map((item) => item[inner]) : (value as Tree)[inner],
    ]
  })
}

test('D-3.4-1, D-3.4b-5, D-3.4b-6: to-many is a list, empty without children; to-one is absent without a target', async () => {
  const { Author, Book } = await library()
  assert.equal(outline(await Author.find({ include: 'books' }), 'name', 'books', 'title'), [
    ['Ola', ['Anchor', 'Bramble']],
    ['Pia', ['Cinder']],
    ['Quinn', []],
  ])
  assert.equal(outline(await Book.find({ include: 'author' }), 'title', 'author', 'name'), [
    ['Anchor', 'Ola'],
    ['Bramble', 'Ola'],
    ['Cinder', 'Pia'],
    ['Drift'],
  ])
  assert.equal(outline(await Author.find({ include: 'profile' }), 'name', 'profile', 'url'), [
    ['Ola', 'http://ola.example'],
    ['Pia'],
    ['Quinn'],
  ])
})

test('D-3.4b-1, D-11-2: one query per relation and level, whatever the number of rows', async () => {
  const { Author, calls, reset } = await library()
  await Author.find({ include: ['books', 'profile'] })
  assert.equal(calls, ['find Author', 'find Book', 'find Profile'])
  reset()
  await Author.find({ include: { books: { reviews: 'book' } } })
  assert.equal(calls, ['find Author', 'find Book', 'find Review', 'find Book'])
  reset()
  await Author.find({ where: { name: 'nobody' }, include: { books: 'reviews' } })
  assert.equal(calls, ['find Author'])
})

test('D-3.4-3: nested includes are linked on every level', async () => {
  const { Author } = await library()
  const [ola] = await Author.find({ where: { name: 'Ola' }, include: { books: 'reviews' } })
  assert.equal(outline(ola?.['books'] as Tree[], 'title', 'reviews', 'text'), [
    ['Anchor', ['solid', 'dull']],
    ['Bramble', []],
  ])
})

test('D-3.4b-3: long key lists are split and still linked in order', async () => {
  const { Author, calls } = await library(arrayConnector({ maxInValues: 2 }))
  const rows = await Author.find({ include: 'books' })
  assert.equal(outline(rows, 'name', 'books', 'title'), [
    ['Ola', ['Anchor', 'Bramble']],
    ['Pia', ['Cinder']],
    ['Quinn', []],
  ])
  assert.equal(calls, ['find Author', 'find Book', 'find Book'])
})

test('D-3.4b-2: limit and skip of an include count per parent, native or emulated', async () => {
  for (const connector of [memory(), arrayConnector()]) {
    const { Author, calls } = await library(connector)
    const include = (scope: object) => ({ include: { relation: 'books', scope } })
    const titles = async (scope: object) =>
      outline(await Author.find(include(scope)), 'name', 'books', 'title')
    assert.equal(await titles({ limit: 1 }), [
      ['Ola', ['Anchor']],
      ['Pia', ['Cinder']],
      ['Quinn', []],
    ])
    assert.equal(await titles({ order: 'price DESC', limit: 1 }), [
      ['Ola', ['Bramble']],
      ['Pia', ['Cinder']],
      ['Quinn', []],
    ])
    assert.equal(await titles({ skip: 1 }), [
      ['Ola', ['Bramble']],
      ['Pia', []],
      ['Quinn', []],
    ])
    assert.is(calls.length, 6)
  }
})

test('D-3.4b-2: a connector that can not limit per parent refuses', async () => {
  const { Author } = await library(arrayConnector({ includeLimit: false }))
  const work = Author.find({ include: { relation: 'books', scope: { limit: 1 } } })
  assert.is((await failureOf(work)).status, 400)
})

test('D-3.4-4, D-3.4b-4, D-4.1-11: scopes filter children only; the relation scope always holds', async () => {
  const { Author } = await library()
  const scope = { where: { title: { like: '%r%' } } }
  const rows = await Author.find({ include: { relation: 'books', scope } })
  assert.equal(outline(rows, 'name', 'books', 'title'), [
    ['Ola', ['Anchor', 'Bramble']],
    ['Pia', ['Cinder']],
    ['Quinn', []],
  ])
  const cheap = await Author.find({ include: 'cheapBooks' })
  assert.equal(outline(cheap, 'name', 'cheapBooks', 'title'), [
    ['Ola', ['Anchor']],
    ['Pia', ['Cinder']],
    ['Quinn', []],
  ])
})

test('D-3.1-11: keys that fields leave out are loaded for linking and stripped again', async () => {
  const { Author, Book } = await library()
  assert.equal(
    await Author.find({
      fields: ['name'],
      include: { relation: 'books', scope: { fields: ['title'] } },
      limit: 1,
    }),
    [{ name: 'Ola', books: [{ title: 'Anchor' }, { title: 'Bramble' }] }],
  )
  assert.equal(
    await Book.find({ fields: ['title'], include: 'author', where: { title: 'Cinder' } }),
    [{ title: 'Cinder', author: { name: 'Pia', secret: 's', internal: 'i', id: 2 } }],
  )
})

test('D-3.4b-8: a relation with disableInclude is skipped', async () => {
  const { Author, calls } = await library()
  assert.not((await Author.find({ include: 'quietBooks', limit: 1 }))[0]?.['quietBooks'])
  assert.equal(calls, ['find Author'])
})

test('D-3.4b-9, D-1.6-5: hidden properties can not be asked for inside an include from outside', async () => {
  const { Author } = await library()
  const filter = { include: { relation: 'books', scope: { where: { cost: 1 } } } }
  const failure = await failureOf(Author.find(filter, { prohibitHiddenPropertiesInQuery: true }))
  assert.is(failure.code, 'HIDDEN_PROPERTY_IN_QUERY')
})

test('D-3.4b-10: access and loaded of the target run for each include', async () => {
  const { layer, Author } = await library()
  const seen: unknown[] = []
  layer.observe('Book', 'access', (context) => {
    seen.push(context.query.where)
    context.query.where = { and: [context.query.where ?? {}, { price: { gt: 5 } }] }
  })
  layer.observe('Book', 'loaded', (context) => {
    context.data = { ...context.data, title: String(context.data['title']).toUpperCase() }
  })
  assert.equal(outline(await Author.find({ include: 'books' }), 'name', 'books', 'title'), [
    ['Ola', ['BRAMBLE']],
    ['Pia', ['CINDER']],
    ['Quinn', []],
  ])
  assert.equal(seen, [{ authorId: { inq: [1, 2, 3] } }])
})

test('D-3.4b-12: includes take part in the transaction and see the options of the caller', async () => {
  const { layer, Author, Book } = await library()
  const options = { note: 1 }
  let isSame = false
  layer.observe('Book', 'access', (context) => {
    isSame = context.options === options
  })
  await layer.transaction('db', async () => {
    await Book.create({ title: 'Inside', authorId: 3 })
    const [quinn] = await Author.find({ where: { name: 'Quinn' }, include: 'books' }, options)
    assert.is((quinn?.['books'] as unknown[] | undefined)?.length, 1)
  })
  assert.ok(isSame)
})

test('D-3.4b-13, D-2.3-12: an unknown relation is a 400', async () => {
  const { Author, calls } = await library()
  const failure = await failureOf(Author.find({ include: 'nope' }))
  assert.equal([failure.status, failure.code], [400, 'UNKNOWN_RELATION'])
  assert.equal(calls, [])
})

test('D-4.1-1: including a kind that can not be followed names the kind', async () => {
  const { Author } = await library()
  const failure = await failureOf(Author.find({ include: 'tags' }))
  assert.is(failure.status, 501)
  assert.match(failure.message, /Author\.tags.*hasAndBelongsToMany/)
})

test('D-2.1-18: relations are loaded into copies of rows that are there already', async () => {
  const { Author, calls, reset } = await library()
  const rows = await Author.find()
  reset()
  const loaded = await Author.include(rows, 'books')
  assert.equal(calls, ['find Book'])
  assert.is((loaded[0]?.['books'] as unknown[] | undefined)?.length, 2)
  assert.not('books' in (rows[0] ?? {}))
})

test('D-1.6-1, D-1.6-2: presented rows lose hidden properties, included ones protected ones too', async () => {
  const { layer, Book } = await library()
  const [row] = await Book.find({ include: 'author', limit: 1 })
  assert.equal(layer.runtime('Book').presenter.present(row ?? {}), {
    title: 'Anchor',
    price: 5,
    id: 1,
    authorId: 1,
    author: { name: 'Ola', id: 1 },
  })
})

test('D-3.8-1, D-3.8-2, D-3.8-3: conditions on related rows, one query per level', async () => {
  const { Author, Book, calls, reset } = await library()
  const names = async (where: object) => (await Author.find({ where })).map((row) => row['name'])
  const titles = async (where: object) => (await Book.find({ where })).map((row) => row['title'])
  assert.equal(await titles({ 'author.name': 'Ola' }), ['Anchor', 'Bramble'])
  assert.equal(calls, ['find Author', 'find Book'])
  assert.equal(await titles({ author: { name: 'Ola' } }), ['Anchor', 'Bramble'])
  assert.equal(await names({ books: { some: { price: { gt: 10 } } } }), ['Ola'])
  assert.equal(await names({ books: { price: 8 } }), ['Pia'])
  assert.equal(await names({ books: { none: { price: { gt: 10 } } } }), ['Pia', 'Quinn'])
  assert.equal(await names({ books: { every: { price: { lt: 10 } } } }), ['Pia', 'Quinn'])
  reset()
  assert.equal(
    await names({
      or: [{ books: { some: { reviews: { some: { stars: 5 } } } } }, { name: 'Quinn' }],
    }),
    ['Pia', 'Quinn'],
  )
  assert.equal(calls, ['find Review', 'find Book', 'find Author'])
  assert.is(await Author.count({ 'profile.url': { like: '%ola%' } }), 1)
  assert.equal(await Book.updateAll({ 'author.name': 'Ola' }, { price: 1 }), { count: 2 })
  assert.equal(await Book.destroyAll({ author: { name: 'Pia' } }), { count: 1 })
})

test('D-3.8-4: models of two data sources are joined by key lists', async () => {
  const other = countCalls(memory())
  const { models } = await openLayer(definitions, {
    others: { second: { connector: other.connector, models: ['Book'] } },
  })
  const { Author, Book } = models
  await Author!.create([{ name: 'a' }, { name: 'b' }])
  await Book!.create([{ title: 'x', authorId: 2 }])
  assert.equal(
    (await Author!.find({ where: { 'books.title': 'x' } })).map((row) => row['name']),
    ['b'],
  )
  assert.equal(outline(await Author!.find({ include: 'books' }), 'name', 'books', 'title'), [
    ['a', []],
    ['b', ['x']],
  ])
})

test('D-1.4-4, D-3.4b-11: composite keys are linked by all their parts', async () => {
  const { models } = await openLayer({
    Order: {
      properties: { number: { type: 'number', id: 1 }, region: { type: 'string', id: 2 } },
      relations: { lines: { hasMany: 'Line', foreignKey: ['orderNumber', 'orderRegion'] } },
    },
    Line: {
      properties: { sku: 'string', orderNumber: 'number', orderRegion: 'string' },
      relations: { order: { belongsTo: 'Order', foreignKey: ['orderNumber', 'orderRegion'] } },
    },
  })
  const { Order, Line } = models
  await Order!.create([
    { number: 1, region: 'EU' },
    { number: 1, region: 'US' },
  ])
  await Line!.create([
    { sku: 'a', orderNumber: 1, orderRegion: 'EU' },
    { sku: 'b', orderNumber: 1, orderRegion: 'US' },
  ])
  assert.equal(outline(await Order!.find({ include: 'lines' }), 'region', 'lines', 'sku'), [
    ['EU', ['a']],
    ['US', ['b']],
  ])
  assert.equal(outline(await Line!.find({ include: 'order' }), 'sku', 'order', 'region'), [
    ['a', 'EU'],
    ['b', 'US'],
  ])
  assert.equal(
    (await Line!.find({ where: { 'order.region': 'US' } })).map((row) => row['sku']),
    ['b'],
  )
})

test.run()
