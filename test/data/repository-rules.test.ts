import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import type { Connector } from '../../core/data/connector.ts'
import type { ModelRepository } from '../../core/data/repository.ts'
import type { OperationOptions } from '../../core/data/repository-types.ts'
import type { Query } from '../../core/query/query.ts'
import { arrayConnector } from '../support/data-array-connector.ts'
import { openBooks } from '../support/data-books.ts'
import { countCalls } from '../support/data-counting-connector.ts'
import { failureOf } from '../support/data-errors.ts'
import { openLayer } from '../support/data-layer.ts'

type Call = (Book: ModelRepository, wrong: never, options?: OperationOptions) => Promise<unknown>

/** Every operation with one argument of a wrong type; `undefined` as the wrong value makes it a right call. */
const calls: Readonly<Record<string, Call>> = {
  find: (Book, wrong, options) => Book.find(wrong, options),
  findOne: (Book, wrong, options) => Book.findOne(wrong, options),
  findById: (Book, wrong, options) => Book.findById(1, wrong, options),
  findByIds: (Book, wrong, options) => Book.findByIds([1], wrong, options),
  count: (Book, wrong, options) => Book.count(wrong, options),
  createAll: (Book, wrong, options) => Book.createAll([wrong ?? { title: 'b' }], options),
  update: (Book, wrong, options) => Book.update(1, wrong ?? {}, options),
  updateAll: (Book, wrong, options) => Book.updateAll({}, wrong ?? {}, options),
  updateOrCreate: (Book, wrong, options) => Book.updateOrCreate(wrong ?? { id: 1 }, options),
  upsertWithWhere: (Book, wrong, options) =>
    Book.upsertWithWhere({ id: 1 }, wrong ?? { title: 'a' }, options),
  replaceById: (Book, wrong, options) => Book.replaceById(1, wrong ?? { title: 'a' }, options),
  replaceOrCreate: (Book, wrong, options) =>
    Book.replaceOrCreate(wrong ?? { id: 1, title: 'a' }, options),
  findOrCreate: (Book, wrong, options) => Book.findOrCreate(null, wrong ?? { title: 'a' }, options),
  save: (Book, wrong, options) => Book.save(wrong ?? { id: 1, title: 'a' }, options),
  reload: (Book, wrong, options) => Book.reload(wrong ?? { id: 1 }, options),
  isValid: (Book, wrong, options) => Book.isValid(wrong ?? { title: 'a' }, options),
  increment: (Book, wrong, options) => Book.increment({}, wrong ?? { price: 1 }, options),
  aggregate: (Book, wrong, options) => Book.aggregate(wrong ?? { count: 'n' }, options),
  destroy: (Book, wrong, options) => Book.destroy(wrong ?? { id: 99 }, options),
  destroyAll: (Book, wrong, options) => Book.destroyAll(wrong ?? { id: 99 }, options),
}

for (const [name, call] of Object.entries(calls)) {
  test(`D-0-1, D-0-3: ${name} takes its arguments by position and rejects wrong types with a 400`, async () => {
    const { Book } = await openBooks()
    await Book.create({ title: 'a', price: 1 })
    await call(Book, undefined as never)
    await call(Book, undefined as never, {})
    for (const wrong of [['x'], 'x', 5] as never[]) {
      assert.is((await failureOf(call(Book, wrong))).status, 400, `${name} ${String(wrong)}`)
    }
    for (const options of [['x'], 'x', 5] as never[]) {
      const failure = await failureOf(call(Book, undefined as never, options))
      assert.equal([failure.status, failure.code], [400, 'INVALID_ARGUMENT'])
    }
  })
}

test('D-2.1-10, D-2.1-11: find answers a list, findOne its first row or null', async () => {
  const { Book } = await openBooks()
  assert.equal(await Book.find(), [])
  assert.is(await Book.findOne(), null)
  await Book.create([{ title: 'a' }, { title: 'b' }])
  const newest = { order: 'id DESC', fields: ['title'] }
  assert.equal(await Book.find(newest), [{ title: 'b' }, { title: 'a' }])
  assert.equal(await Book.findOne({ ...newest, limit: 5 }), { title: 'b' })
})

test('D-2.1-19: beginTransaction gives a transaction that the options of other calls join', async () => {
  const { Book } = await openBooks()
  const transaction = await Book.beginTransaction()
  await Book.create({ title: 'a' }, { transaction })
  assert.equal([await Book.count(), await Book.count({}, { transaction })], [0, 1])
  await transaction.rollback()
  assert.is(await Book.count(), 0)
})

test('D-2.2-3, D-2.2-4: one property is patched; a replacement answers a new row', async () => {
  const { Book } = await openBooks()
  const row = await Book.create({ title: 'a', price: 1 })
  assert.equal(await Book.update(row, { price: 2 }), { ...row, price: 2 })
  const replaced = await Book.replaceById(1, { title: 'b' })
  assert.equal(replaced, { title: 'b', inStock: true, id: 1 })
  assert.equal(row, { title: 'a', price: 1, inStock: true, id: 1 })
})

test('D-2.2-8: increment adds to one row; reload reads what became of it', async () => {
  const { Book } = await openBooks()
  const row = await Book.create({ title: 'a', price: 1 })
  await Book.create({ title: 'b', price: 1 })
  assert.equal(await Book.increment({ id: 1 }, { price: -3 }), { count: 1 })
  assert.equal(await Book.reload(row), { ...row, price: -2 })
  assert.is((await Book.findById(2))?.['price'], 1)
})

test('D-2.3-3, D-2.3-4: replacing and, under strictDelete, deleting a missing row are 404', async () => {
  const { Book } = await openBooks({}, { strictDelete: true })
  const replaced = await failureOf(Book.replaceById(7, { title: 'a' }))
  assert.equal([replaced.status, replaced.code], [404, 'NOT_FOUND'])
  assert.match(replaced.message, /^Could not replace/)
  const deleted = await failureOf(Book.deleteById(7))
  assert.equal([deleted.status, deleted.code, deleted.name], [404, 'NOT_FOUND', 'Error'])
})

test('D-2.3-17: what a connector can do neither itself nor in a transaction is a 501', async () => {
  const counting = countCalls(arrayConnector())
  const { Book } = await openBooks({ connector: counting.connector }, { forceId: false })
  await Book.create({ title: 'a', price: 1 })
  counting.reset()
  for (const work of [
    Book.increment({}, { price: 1 }),
    Book.findOrCreate(null, { title: 'b' }),
    Book.updateOrCreate({ id: 1, title: 'b' }),
    Book.upsertWithWhere({ title: 'a' }, { title: 'b' }),
  ]) {
    const failure = await failureOf(work)
    assert.equal([failure.status, failure.code], [501, 'NOT_IMPLEMENTED'])
  }
  assert.equal(counting.calls, [])
})

test('D-3.7-4: near reaches the connector as a condition; one that can not answer it is not asked', async () => {
  const queries: Query[] = []
  const open = async (inner: Connector) => {
    const find: Connector['find'] = (model, query, options) => {
      queries.push(query)
      return inner.find(model, query, options)
    }
    const connector: Connector = Object.assign(countCalls(inner).connector, { find })
    const definition = { properties: { at: 'geopoint' } } as const
    const { models } = await openLayer({ Place: definition }, { connector })
    return models.Place!
  }
  const filter = { where: { at: { near: '52,13', maxDistance: 5 } }, limit: 2 }
  await (await open(memory())).find(filter)
  assert.equal(
    queries.map(({ where, limit }) => [where.kind, limit]),
    [['near', 2]],
  )
  const Place = await open(arrayConnector({ near: false }))
  assert.is((await failureOf(Place.find(filter))).code, 'OPERATOR_NOT_SUPPORTED')
  assert.is(queries.length, 1)
})

test('D-4.5-5, D-4.5-11: a patch through a hasMany may repeat the foreign key, not change it', async () => {
  const { models } = await openLayer({
    Author: { properties: {}, relations: { books: { hasMany: 'Book' } } },
    Book: { properties: { price: 'number' } },
  })
  await models.Author!.create([{}, {}])
  await models.Book!.create([{ authorId: 1 }, { authorId: 2 }])
  const books = models.Author!.related(1, 'books')
  assert.ok(books.many)
  assert.equal(await books.updateAll({}, { authorId: 1, price: 4 }), { count: 1 })
  assert.is((await books.updateById(1, { authorId: 1, price: 5 }))['price'], 5)
  for (const work of [
    books.updateAll({}, { authorId: 2, price: 6 }),
    books.updateById(1, { authorId: 2, price: 6 }),
  ]) {
    const { status, message } = await failureOf(work)
    assert.is(status, 400)
    assert.match(message, 'Cannot override foreign key Book.authorId from 1 to 2')
  }
  assert.equal(await models.Book!.find(), [
    { price: 5, id: 1, authorId: 1 },
    { id: 2, authorId: 2 },
  ])
})

const authored = {
  Author: { properties: { name: 'string' } },
  Book: {
    properties: { title: 'string', price: 'number' },
    relations: { author: { belongsTo: 'Author' } },
    scope: { where: { 'author.name': 'Ola' } },
  },
} as const

for (const forceId of ['auto', false] as const) {
  for (const connector of [() => memory(), () => arrayConnector({ transactions: true })]) {
    const title = `D-3.8-3, D-3.6-8, D-2.6-4: a default scope over a relation holds for writes by id (forceId ${forceId}, ${connector().name})`
    test(title, async () => {
      const { Author, Book: base } = authored
      const { models } = await openLayer(
        { Author, Book: { ...base, forceId } },
        { connector: connector() },
      )
      const Book = models.Book!
      await models.Author!.create([{ name: 'Ola' }, { name: 'Pia' }])
      await Book.create([
        { title: 'mine', authorId: 1 },
        { title: 'other', authorId: 2 },
      ])
      assert.is((await Book.updateOrCreate({ id: 1, price: 1 }))['title'], 'mine')
      const whole = { id: 1, title: 'still', authorId: 1 }
      assert.equal(await Book.replaceOrCreate(whole), whole)
      assert.equal(await Book.replaceById(1, whole), whole)
      for (const work of [
        Book.updateOrCreate({ id: 2, price: 1 }),
        Book.replaceOrCreate({ id: 2, title: 'taken' }),
        Book.replaceById(2, { title: 'taken' }),
      ]) {
        assert.is((await failureOf(work)).status, 404)
      }
      assert.equal(await Book.deleteById(2), { count: 0 })
      const streamed: unknown[] = []
      for await (const row of Book.findStream()) streamed.push(row)
      assert.equal(streamed, [whole])
      assert.equal((await Book.reload({ id: 2 })) ?? null, null)
      assert.equal(await models.Author!.count({}), 2)
    })
  }
}

test.run()
