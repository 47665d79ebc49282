import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import { arrayConnector } from '../../support/data-array-connector.ts'
import { openBooks } from '../../support/data-books.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

const scoped = {
  properties: { name: 'string', kind: 'string' },
  scope: { where: { kind: 'x' }, order: 'name DESC' },
} as const

test('D-1.7-2: validateUpsert decides; unset means 422 in strict and a warning in loopback3', async () => {
  const warnings: string[] = []
  const outcome = async (profile: 'strict' | 'loopback3', settings: object) => {
    const { Book } = await openBooks({ profile, warnings }, { forceId: false, ...settings })
    return Book.updateOrCreate({ id: 1, price: 1 }).then(
      () => 'stored',
      () => 'refused',
    )
  }
  assert.is(await outcome('strict', {}), 'refused')
  assert.is(await outcome('strict', { validateUpsert: false }), 'stored')
  assert.is(await outcome('loopback3', { validateUpsert: true }), 'refused')
  assert.equal(warnings, [])
  assert.is(await outcome('loopback3', {}), 'stored')
  assert.match(warnings.join(), /`title` can't be blank/)
})

test('D-1.4-9: under forceId updateOrCreate validates in strict, not in loopback3', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const { Book } = await openBooks({ profile })
    await Book.create({ title: 'a' })
    const work = Book.updateOrCreate({ id: 1, title: '' })
    if (profile === 'strict') assert.is((await failureOf(work)).status, 422)
    else assert.is((await work).title, '')
  }
})

test('D-2.1-3: updateOrCreate patches, keeping what it does not name', async () => {
  const { Book } = await openBooks({}, { forceId: false })
  assert.equal(await Book.updateOrCreate({ id: 5, title: 'a', price: 2 }), {
    title: 'a',
    price: 2,
    inStock: true,
    id: 5,
  })
  assert.equal(await Book.updateOrCreate({ id: 5, title: 'b' }), {
    title: 'b',
    price: 2,
    inStock: true,
    id: 5,
  })
})

test('D-2.1-5: replaceOrCreate replaces; under forceId a missing row is a 404', async () => {
  const { Book } = await openBooks({}, { forceId: false })
  await Book.replaceOrCreate({ id: 5, title: 'a', price: 2 })
  assert.equal(await Book.replaceOrCreate({ id: 5, title: 'b' }), {
    title: 'b',
    inStock: true,
    id: 5,
  })
  const forced = await openBooks()
  const failure = await failureOf(forced.Book.replaceOrCreate({ id: 5, title: 'b' }))
  assert.equal(
    [failure.status, failure.message],
    [404, 'Could not replace. Object with id 5 does not exist!'],
  )
})

test('D-2.1-4, F-2.48: upsertWithWhere creates for none, patches one, refuses several', async () => {
  for (const connector of [memory(), arrayConnector({ transactions: true })]) {
    const { Book } = await openBooks({ connector })
    assert.is((await Book.upsertWithWhere({ title: 'a' }, { title: 'a', price: 1 })).id, 1)
    assert.equal(await Book.upsertWithWhere({ title: 'a' }, { title: 'a', price: 2 }), {
      title: 'a',
      price: 2,
      inStock: true,
      id: 1,
    })
    await Book.create({ title: 'b' })
    const failure = await failureOf(Book.upsertWithWhere({ inStock: true }, { title: 'x' }))
    assert.equal(
      [failure.status, failure.message],
      [400, 'There are multiple instances found.Upsert Operation will not be performed!'],
    )
    assert.is((await failureOf(Book.upsertWithWhere({ title: 'a' }, {}))).status, 400)
    assert.equal(
      (await Book.find({ order: 'id' })).map((row) => row.title),
      ['a', 'b'],
    )
  }
})

test('D-2.6-1: without atomic upsert and transactions upserts are refused with 501 and no effect', async () => {
  const { Book } = await openBooks({ connector: arrayConnector() }, { forceId: false })
  for (const work of [
    Book.updateOrCreate({ id: 1, title: 'a' }),
    Book.replaceOrCreate({ id: 1, title: 'a' }),
    Book.upsertWithWhere({ title: 'a' }, { title: 'a' }),
    Book.findOrCreate({ where: { title: 'a' } }, { title: 'a' }),
    Book.increment({}, { price: 1 }),
  ]) {
    const failure = await failureOf(work)
    assert.equal([failure.status, failure.code], [501, 'NOT_IMPLEMENTED'])
  }
  assert.is(await Book.count(), 0)
})

test('D-2.6-2: 100 parallel findOrCreate make one row and one created', async () => {
  const { Book } = await openBooks()
  const work = Array.from({ length: 100 }, () =>
    Book.findOrCreate({ where: { title: 'a' } }, { title: 'a' }),
  )
  const results = await Promise.all(work)
  assert.is(results.filter(([, created]) => created).length, 1)
  assert.is(new Set(results.map(([row]) => row.id)).size, 1)
  assert.is(await Book.count(), 1)
})

test('D-2.1-6, D-0-2: findOrCreate searches for the data, takes the first in order', async () => {
  const { Book } = await openBooks()
  assert.equal((await Book.findOrCreate(null, { title: 'a', price: 1 }))[1], true)
  assert.equal((await Book.findOrCreate(null, { title: 'a', price: 1 }))[1], false)
  await Book.create([
    { title: 'b', price: 1 },
    { title: 'c', price: 1 },
  ])
  const [row, created] = await Book.findOrCreate(
    { where: { price: 1 }, order: 'title DESC' },
    { title: 'z' },
  )
  assert.equal([row.title, created], ['c', false])
})

test('D-2.6-4: upserts never touch a row outside the default scope', async () => {
  for (const forceId of [true, false]) {
    for (const connector of [memory(), arrayConnector({ transactions: true })]) {
      const { layer, models } = await openLayer({ Item: { ...scoped, forceId } }, { connector })
      const { Item } = models
      await Item!.create({ name: 'a' })
      const { source, model, identity } = layer.runtime('Item')
      await source.connector.update(model, identity.where(1), { kind: 'y' }, { options: {} })
      for (const work of [
        Item!.updateOrCreate({ id: 1, name: 'b' }),
        Item!.replaceOrCreate({ id: 1, name: 'b' }),
      ]) {
        const failure = await failureOf(work)
        assert.equal([failure.status, failure.code], [404, 'MODEL_NOT_FOUND'])
      }
    }
  }
})

test.run()
