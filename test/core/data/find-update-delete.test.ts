import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { arrayConnector } from '../../support/data-array-connector.ts'
import { openBooks } from '../../support/data-books.ts'
import { countCalls } from '../../support/data-counting-connector.ts'
import { failureOf } from '../../support/data-errors.ts'

test('D-2.1-9: findByIds keeps the order of the ids, leaves out missing ones, and obeys order, fields and limit', async () => {
  const { Book } = await openBooks()
  await Book.create([{ title: 'c' }, { title: 'b' }, { title: 'a' }])
  const titles = async (ids: number[], filter?: object) =>
    (await Book.findByIds(ids, filter)).map((row) => row.title)
  assert.equal(await titles([3, 9, 1]), ['a', 'c'])
  assert.equal(await titles([1, 3], { order: 'title' }), ['a', 'c'])
  assert.equal(await titles([3, 2, 1], { limit: 1, skip: 1 }), ['b'])
  assert.equal(await Book.findByIds([]), [])
  assert.equal(await Book.findByIds([2], { fields: ['title'] }), [{ title: 'b' }])
})

test('D-3.4b-3: ids above the connector limit are asked for in several queries', async () => {
  const { connector, calls, reset } = countCalls(arrayConnector({ maxInValues: 2 }))
  const { Book } = await openBooks({ connector }, { forceId: false })
  for (let id = 1; id <= 5; id++) await Book.create({ id, title: `t${id}` })
  reset()
  assert.equal(
    (await Book.findByIds([5, 4, 3, 2, 1])).map((row) => row.id),
    [5, 4, 3, 2, 1],
  )
  assert.equal(calls, ['find Book', 'find Book', 'find Book'])
})

test('D-2.1-7, D-2.1-8: a blank id is a 400', async () => {
  const { Book } = await openBooks()
  for (const id of [null, undefined, '']) {
    assert.is((await failureOf(Book.exists(id))).status, 400)
    assert.is((await failureOf(Book.findById(id))).status, 400)
  }
})

test('D-3.3-3: an id no row can have is a 400 in strict and simply not there in loopback3', async () => {
  const strict = await openBooks()
  assert.is((await failureOf(strict.Book.findById('abc'))).status, 400)
  const legacy = await openBooks({ profile: 'loopback3' })
  assert.is(await legacy.Book.findById('abc'), null)
  assert.is(await legacy.Book.exists('abc'), false)
  assert.equal(await legacy.Book.deleteById('abc'), { count: 0 })
})

test('D-2.2-2: update writes the patch only, validates the whole row, and answers the merged row', async () => {
  const { Book } = await openBooks()
  const row = await Book.create({ title: 'a', price: 1 })
  const local = { ...row, title: 'changed but not saved' }
  assert.equal(await Book.update(local, { price: '2' }), { ...local, price: 2 })
  assert.equal(await Book.findById(1), { ...row, price: 2 })
  assert.is((await failureOf(Book.update(1, { title: null }))).status, 422)
  assert.equal(await Book.update(1, {}), { ...row, price: 2 })
})

test('F-2.43, D-2.3-2: patching a missing row is a 404', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const { Book } = await openBooks({ profile })
    const expected = {
      status: 404,
      code: profile === 'strict' ? 'NOT_FOUND' : undefined,
      message: 'Could not update attributes. Object with id 98765 does not exist!',
    }
    for (const work of [
      Book.update(98765, { price: 1 }),
      Book.update({ id: 98765, title: 'x' }, { price: 1 }),
      Book.updateOrCreate({ id: 98765, title: 'x' }),
    ]) {
      const { status, code, message } = await failureOf(work)
      assert.equal({ status, code, message }, expected)
    }
  }
})

test('F-2.45: a patch may repeat the id, loosely, but not change it', async () => {
  const { Book } = await openBooks()
  await Book.create({ title: 'a' })
  assert.is((await Book.update(1, { id: '1', title: 'b' })).title, 'b')
  const failure = await failureOf(Book.update(1, { id: 98765 }))
  assert.is(failure.status, 400)
  assert.is(failure.message, 'id cannot be updated from 1 to 98765 when forceId is set to true')
  const free = await openBooks({}, { forceId: false })
  await free.Book.create({ title: 'a' })
  assert.is(
    (await failureOf(free.Book.update(1, { id: 2 }))).message,
    'id property (id) cannot be updated from 1 to 2',
  )
})

test('D-2.1-16, F-2.44, F-2.46: replaceById removes what the data leaves out', async () => {
  const { Book } = await openBooks()
  await Book.create({ title: 'a', price: 1, extra: true })
  assert.equal(await Book.replaceById(1, { title: 'b' }), { title: 'b', inStock: true, id: 1 })
  assert.equal(await Book.findById(1), { title: 'b', inStock: true, id: 1 })
  const other = await failureOf(Book.replaceById(1, { id: 98765, title: 'c' }))
  assert.equal(
    [other.status, other.message],
    [400, 'id property (id) cannot be updated from 1 to 98765'],
  )
  assert.is((await failureOf(Book.replaceById(1, { id: '1', title: 'c' }))).status, 400)
  const missing = await failureOf(Book.replaceById(98765, { title: 'c' }))
  assert.equal(
    [missing.status, missing.message],
    [404, 'Could not replace. Object with id 98765 does not exist!'],
  )
  assert.is((await failureOf(Book.replaceById(1, { price: 3 }))).status, 422)
})

test('D-2.2-1: saving a vanished row is a 404 in strict and writes it again in loopback3', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const { Book } = await openBooks({ profile })
    const row = await Book.create({ title: 'a' })
    assert.equal(await Book.save({ ...row, title: 'b' }), { ...row, title: 'b' })
    await Book.destroyAll()
    if (profile === 'strict') assert.is((await failureOf(Book.save(row))).status, 404)
    else assert.equal(await Book.save(row), row)
    assert.is(await Book.count(), profile === 'strict' ? 0 : 1)
  }
})

test('D-2.2-1: saving a row without id creates it', async () => {
  const { Book } = await openBooks()
  assert.is((await Book.save({ title: 'new' })).id, 1)
})

test('D-2.1-15, D-2.2-5, D-1.7-5, F-2.51: deleting twice', async () => {
  const { Book } = await openBooks()
  const row = await Book.create({ title: 'a' })
  assert.equal(await Book.destroy(row), { count: 1 })
  assert.equal(await Book.destroy(row), { count: 0 })
  assert.equal(await Book.deleteById(1), { count: 0 })
  const strict = await openBooks({}, { strictDelete: true })
  const failure = await failureOf(strict.Book.deleteById(7))
  assert.equal(
    [failure.status, failure.code, failure.message],
    [404, 'NOT_FOUND', 'No instance with id 7 found for Book'],
  )
})

test('D-2.1-13: updateAll counts matches and refuses to change ids', async () => {
  const { Book } = await openBooks()
  await Book.create([{ title: 'a' }, { title: 'b' }])
  assert.equal(await Book.updateAll({}, { price: 3 }), { count: 2 })
  assert.equal(await Book.updateAll({}, {}), { count: 2 })
  assert.equal(await Book.updateAll({ id: 2 }, { id: 2, price: 4 }), { count: 1 })
  assert.is((await failureOf(Book.updateAll({}, { id: 2, price: 4 }))).status, 400)
  assert.equal(
    (await Book.find()).map((row) => row.price),
    [3, 4],
  )
})

test('D-1.7-3: updateAll validates supplied values in strict, nothing in loopback3, unless told otherwise', async () => {
  const strict = await openBooks()
  await strict.Book.create({ title: 'a' })
  assert.is((await failureOf(strict.Book.updateAll({}, { title: '' }))).status, 422)
  assert.equal(await strict.Book.updateAll({}, { price: 2 }), { count: 1 })
  assert.equal(await strict.Book.updateAll({}, { title: '' }, { validate: false }), { count: 1 })
  const legacy = await openBooks({ profile: 'loopback3' })
  await legacy.Book.create({ title: 'a' })
  assert.equal(await legacy.Book.updateAll({}, { title: null }), { count: 1 })
  assert.is(
    (await failureOf(legacy.Book.updateAll({}, { title: null }, { validate: true }))).status,
    422,
  )
})

test('D-2.5-1, D-2.1-14: a where that loses all its keys deletes nothing', async () => {
  const { Book } = await openBooks()
  await Book.create([{ title: 'a' }, { title: 'b' }])
  assert.is((await failureOf(Book.destroyAll({ title: undefined }))).status, 400)
  assert.is((await failureOf(Book.updateAll({ title: undefined }, { price: 1 }))).status, 400)
  assert.equal(await Book.destroyAll({}), { count: 2 })
})

test('D-2.1-16, D-2.2-2: any patch and any replacement read back as they were answered', async () => {
  const { Book } = await openBooks()
  await Book.create({ title: 'start' })
  const patch = fc.record(
    { title: fc.string({ minLength: 1 }), price: fc.option(fc.integer()), inStock: fc.boolean() },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(patch, async (data) => {
      assert.equal(await Book.update(1, data), await Book.findById(1))
    }),
    { numRuns: 50 },
  )
  await fc.assert(
    fc.asyncProperty(patch, async (data) => {
      assert.equal(await Book.replaceById(1, { title: 'x', ...data }), await Book.findById(1))
    }),
    { numRuns: 50 },
  )
})

test.run()
