import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ManyRelation } from '../../../core/data/related-many.ts'
import type { OneRelation } from '../../../core/data/related-one.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

const definitions = {
  Author: {
    properties: { name: 'string', country: 'string', active: { type: 'boolean', default: true } },
    relations: {
      books: { hasMany: 'Book' },
      cheapBooks: { hasMany: 'Book', scope: { where: { price: { lt: 10 }, inStock: true } } },
      stamped: { hasMany: 'Book', properties: { country: 'origin' } },
      profile: { hasOne: 'Profile' },
    },
    scopes: {
      active: { where: { active: true } },
      french: { where: { and: [{ country: 'FR' }] }, order: 'name DESC' },
    },
  },
  Book: {
    properties: {
      title: { type: 'string', required: true },
      price: 'number',
      inStock: 'boolean',
      origin: 'string',
    },
    relations: { author: { belongsTo: 'Author' } },
  },
  Profile: { properties: { url: 'string' }, relations: { author: { belongsTo: 'Author' } } },
} as const

async function library(profile: 'strict' | 'loopback3' = 'strict') {
  const { layer, models } = await openLayer(definitions, { profile })
  const { Author, Book, Profile } = models
  await Author!.create([
    { name: 'Ola', country: 'FR' },
    { name: 'Pia', country: 'PT' },
  ])
  await Book!.create([
    { title: 'Anchor', price: 5, authorId: 1 },
    { title: 'Bramble', price: 15, authorId: 1 },
    { title: 'Cinder', price: 8, authorId: 2 },
    { title: 'Drift' },
  ])
  const many = (id: unknown, name: string) => Author!.related(id, name) as ManyRelation
  const one = (id: unknown, name: string) => Author!.related(id, name) as OneRelation
  const author = (idOrRow: unknown) => Book!.related(idOrRow, 'author') as OneRelation
  return { layer, models, Author: Author!, Book: Book!, Profile: Profile!, many, one, author }
}

test('D-4.5-2, D-4.5-11: the rows of a hasMany, found, counted, changed and deleted within the owner', async () => {
  const { many, Book } = await library()
  const books = many(1, 'books')
  assert.equal(
    (await books.find()).map((row) => row['title']),
    ['Anchor', 'Bramble'],
  )
  assert.equal(await books.find({ where: { price: { gt: 9 } }, fields: ['title'] }), [
    { title: 'Bramble' },
  ])
  assert.is((await books.findOne({ order: 'price DESC' }))?.['title'], 'Bramble')
  assert.is(await books.count(), 2)
  assert.is(await books.count({ price: 5 }), 1)
  assert.equal(await books.updateAll({}, { price: 1 }), { count: 2 })
  assert.equal(await books.destroyAll({ title: 'Anchor' }), { count: 1 })
  assert.equal(
    (await Book.find()).map((row) => row['price'] ?? null),
    [1, 8, null],
  )
})

test('D-4.5-3, D-4.5-4, D-4.5-5, D-4.5-6: one row of a hasMany must belong to the owner', async () => {
  const { many, Book } = await library()
  const books = many({ id: 1 }, 'books')
  assert.is((await books.findById(1))['title'], 'Anchor')
  assert.equal([await books.exists(1), await books.exists(3)], [true, false])
  for (const work of [
    books.findById(3),
    books.updateById(3, { price: 1 }),
    books.destroy(3),
    books.findById(99),
  ]) {
    const failure = await failureOf(work)
    assert.is(failure.status, 404)
    assert.match(failure.message, /^No instance with id (3|99) found for Book$/)
  }
  assert.is((await books.updateById(1, { price: 6, authorId: 1 }))['price'], 6)
  assert.is((await failureOf(books.updateById(1, { authorId: 2 }))).status, 400)
  assert.is((await failureOf(books.updateAll({}, { authorId: 2 }))).status, 400)
  assert.equal(await books.destroy(1), { count: 1 })
  assert.is(await Book.count(), 3)
})

test('D-4.5-7, D-4.1-12, D-4.8-3: rows created through a relation get its keys, scope values and properties', async () => {
  const { many } = await library()
  const books = many(1, 'books')
  assert.is((await books.create({ title: 'New', authorId: 2 }))['authorId'], 1)
  assert.equal(
    (await books.create([{ title: 'x' }, { title: 'y' }])).map((row) => row['authorId']),
    [1, 1],
  )
  assert.is((await failureOf(books.create({}))).status, 422)
  assert.is((await many(2, 'cheapBooks').create({ title: 'z', inStock: false }))['inStock'], true)
  assert.is((await many(2, 'stamped').create({ title: 'w' }))['origin'], 'PT')
})

test('D-4.1-11: the scope of a relation limits every operation on it', async () => {
  const { many, Book } = await library()
  await Book.updateAll({ title: 'Anchor' }, { inStock: true })
  const cheap = many(1, 'cheapBooks')
  assert.equal(
    (await cheap.find()).map((row) => row['title']),
    ['Anchor'],
  )
  assert.is(await cheap.count(), 1)
  assert.is((await failureOf(cheap.findById(2))).status, 404)
})

test('D-4.3-3: belongsTo get answers the row, undefined without key, null without target', async () => {
  const { author, Book } = await library()
  assert.is((await author(1).get())?.['name'], 'Ola')
  assert.equal(await author(1).get({ fields: ['name'] }), { name: 'Ola' })
  assert.is(await author({ id: 4, title: 'Drift' }).get(), undefined)
  await Book.update(4, { authorId: 99 })
  assert.is(await author(4).get(), null)
})

test('D-4.3-4, D-4.3-7: belongsTo create points the owner at the new row, destroy lets it go', async () => {
  const { author, Author, Book } = await library()
  const created = await author(4).create({ name: 'Quinn' })
  assert.is((await Book.findById(4))?.['authorId'], created['id'])
  assert.equal(await author(4).destroy(), { count: 1 })
  assert.is((await Book.findById(4))?.['authorId'], null)
  assert.is(await Author.count(), 3)
  assert.equal(await author(4).destroy(), { count: 0 })
})

test('D-4.3-5, D-4.4-1: build converts without storing', async () => {
  const { author, one, Author, Profile } = await library()
  assert.equal(
    await author(1)
      .build({ name: 5 as never })
      .catch(() => 'refused'),
    { name: '5', active: true },
  )
  assert.equal(await one(1, 'profile').build({ url: 'x' }), { url: 'x', authorId: 1 })
  assert.equal([await Author.count(), await Profile.count()], [2, 0])
})

test('D-4.3-6: belongsTo update patches the target, refuses its key and an empty relation', async () => {
  const { author } = await library()
  assert.is((await author(1).update({ name: 'Olga' }))['name'], 'Olga')
  assert.is((await failureOf(author(1).update({ id: 2 }))).status, 400)
  assert.is((await failureOf(author(4).update({ name: 'x' }))).status, 404)
})

test('D-4.4-1, D-4.4-2, D-4.4-3: hasOne in all its operations', async () => {
  const { one, Profile } = await library()
  const profile = one(1, 'profile')
  assert.is(await profile.get(), null)
  assert.is((await failureOf(profile.update({ url: 'x' }))).status, 404)
  assert.equal(await profile.create({ url: 'a', authorId: 2 }), { url: 'a', id: 1, authorId: 1 })
  const failure = await failureOf(profile.create({ url: 'b' }))
  assert.equal([failure.status, failure.code], [409, 'RELATION_EXISTS'])
  assert.match(failure.message, /cannot create more than one/)
  assert.is((await profile.update({ url: 'c' }))['url'], 'c')
  assert.is((await failureOf(profile.update({ authorId: 2 }))).status, 400)
  assert.equal(await profile.destroy(), { count: 1 })
  assert.is(await Profile.count(), 0)
})

test('D-4.4-2, D-2.6-1: of parallel hasOne creates one wins', async () => {
  const { one, Profile } = await library()
  const work = Array.from({ length: 20 }, () => one(1, 'profile').create({ url: 'x' }))
  const results = await Promise.allSettled(work)
  assert.is(results.filter((result) => result.status === 'fulfilled').length, 1)
  assert.is(await Profile.count(), 1)
})

test('D-3.4b-13: an unknown relation and an unknown scope are refused', async () => {
  const { Author } = await library()
  assert.throws(() => Author.related(1, 'nope'), /nope/)
  assert.throws(() => Author.scope('nope'), /nope/)
})

test('D-4.8-1, D-4.8-2, D-4.8-3: named scopes read, fill in, change, and chain', async () => {
  const { Author } = await library()
  const french = Author.scope('french')
  assert.equal(
    (await french.find()).map((row) => row['name']),
    ['Ola'],
  )
  await french.create({ name: 'Zoe' })
  await french.create([{ name: 'Abel' }, { name: 'Elsewhere', country: 'IE' }])
  assert.equal(
    (await french.find()).map((row) => row['name']),
    ['Zoe', 'Ola', 'Abel'],
  )
  assert.is((await french.findOne())?.['name'], 'Zoe')
  assert.is(await french.count(), 3)
  assert.equal(await french.updateAll({ name: 'Abel' }, { active: false }), { count: 1 })
  assert.equal(
    (await french.scope('active').find()).map((row) => row['name']),
    ['Zoe', 'Ola'],
  )
  assert.is((await french.findById(1))['name'], 'Ola')
  assert.is((await failureOf(french.findById(2))).status, 404)
  assert.equal(await french.destroyAll(), { count: 3 })
  assert.is(await Author.count(), 2)
})

test.run()
