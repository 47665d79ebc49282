import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import { arrayConnector } from '../../support/data-array-connector.ts'
import { openBooks } from '../../support/data-books.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

test('D-0-3, D-2.3-18: wrong argument types reject with 400, never throw at once', async () => {
  const { Book } = await openBooks()
  const calls: (() => Promise<unknown>)[] = [
    () => Book.create('text'),
    () => Book.updateOrCreate([{ title: 'a' }]),
    () => Book.update(1, null),
    () => Book.update(1, []),
    () => Book.find([]),
    () => Book.find({}, 'options' as never),
    () => Book.findById(1, 'filter'),
    () => Book.findByIds('1' as never),
    () => Book.count('x'),
    () => Book.updateAll({}, 'data'),
    () => Book.replaceById(1, 5),
    () => Book.destroy(5),
    () => Book.increment({}, null),
    () => Book.aggregate(7),
    () => Book.createAll([]),
  ]
  for (const call of calls) assert.is((await failureOf(call())).status, 400, String(call))
})

test('D-2.7-1, D-2.7-2, D-2.7-4: increments add exactly, on numbers only', async () => {
  for (const connector of [memory(), arrayConnector({ transactions: true })]) {
    const { Book } = await openBooks({ connector })
    await Book.create({ title: 'a' })
    const parallel = connector.name === 'memory' ? 1000 : 1
    await Promise.all(
      Array.from({ length: parallel }, () => Book.increment({ id: 1 }, { price: 1 })),
    )
    assert.is((await Book.findById(1))?.price, parallel)
    assert.equal(await Book.increment({ id: 1 }, { price: -0.5 }), { count: 1 })
    for (const deltas of [{ title: 1 }, { id: 1 }, { price: Number.NaN }, { nope: 1 }, {}]) {
      assert.is((await failureOf(Book.increment({}, deltas))).status, 400)
    }
  }
})

test('D-2.8-1, D-2.8-2: aggregation groups, computes, filters and orders alike on every connector', async () => {
  for (const connector of [memory(), arrayConnector()]) {
    const { Book } = await openBooks({ connector })
    for (const [title, price] of [
      ['a', 1],
      ['a', 3],
      ['b', 5],
      ['b', null],
      ['c', 10],
    ] as const) {
      await Book.create({ title, price })
    }
    const rows = await Book.aggregate({
      where: { title: { neq: 'c' } },
      groupBy: ['title'],
      count: 'n',
      sum: { total: 'price' },
      avg: { mean: 'price' },
      min: { low: 'price' },
      max: { high: 'price' },
      having: { total: { gt: 3 } },
      order: 'total DESC',
    })
    assert.equal(rows, [
      { title: 'b', n: 2, total: 5, mean: 5, low: 5, high: 5 },
      { title: 'a', n: 2, total: 4, mean: 2, low: 1, high: 3 },
    ])
    assert.equal(await Book.aggregate({ count: 'n', countDistinct: { titles: 'title' } }), [
      { n: 5, titles: 3 },
    ])
    assert.is((await failureOf(Book.aggregate({ sum: { x: 'nope' } }))).status, 400)
    assert.is((await failureOf(Book.aggregate({ bogus: 1 }))).status, 400)
  }
})

test('D-0-8: an aborted signal rejects with AbortError and writes nothing', async () => {
  const { Book } = await openBooks()
  const options = { signal: AbortSignal.abort() }
  for (const work of [
    Book.create({ title: 'a' }, options),
    Book.find({}, options),
    Book.destroyAll({}, options),
  ]) {
    assert.is(await work.catch((error: Error) => error.name), 'AbortError')
  }
  assert.is(await Book.count(), 0)
})

test('D-12-12: findStream yields the rows of find one by one', async () => {
  const { Book } = await openBooks()
  await Book.create(
    Array.from({ length: 250 }, (_, index) => ({ title: `t${index}`, price: index % 7 })),
  )
  const filter = { where: { price: 3 }, order: 'title', fields: ['title'] }
  const streamed = []
  for await (const row of Book.findStream(filter)) streamed.push(row)
  assert.equal(streamed, await Book.find(filter))
})

test('D-2.2-7: isValid answers without storing', async () => {
  const { Book } = await openBooks()
  assert.is(await Book.isValid({ title: 'a' }), true)
  assert.is(await Book.isValid({}), false)
  assert.is(await Book.count(), 0)
})

test('D-6-25: uniqueness asks for other rows, in the transaction of the call', async () => {
  const { layer, models } = await openLayer({
    User: {
      properties: { name: 'string' },
      validations: [{ property: 'name', kind: 'uniqueness', ignoreCase: true }],
    },
  })
  const { User } = models
  const row = await User!.create({ name: 'a.b' })
  assert.is((await failureOf(User!.create({ name: 'A.B' }))).status, 422)
  assert.is((await User!.create({ name: 'aXb' })).name, 'aXb')
  assert.is((await User!.update(row, { name: 'A.B' })).name, 'A.B')
  await layer.transaction('db', async () => {
    await User!.create({ name: 'inside' })
    assert.is((await failureOf(User!.create({ name: 'inside' }))).status, 422)
  })
})

test.run()
