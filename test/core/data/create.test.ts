import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import { arrayConnector } from '../../support/data-array-connector.ts'
import { openBooks } from '../../support/data-books.ts'
import { failureOf } from '../../support/data-errors.ts'

test('D-2.1-1, D-2.1-8, D-2.2-6: create fills in defaults and id; findById and reload answer the row or null', async () => {
  const { Book } = await openBooks()
  const data = { title: 'a', price: 5 }
  const row = await Book.create(data)
  assert.equal(row, { title: 'a', price: 5, inStock: true, id: 1 })
  assert.equal(data, { title: 'a', price: 5 })
  assert.equal(await Book.findById(1), row)
  assert.equal(await Book.reload(row), row)
  assert.is(await Book.findById(2), null)
})

test('F-2.28, D-2.3-1: an invalid row is refused with 422 and nothing is stored', async () => {
  const { Book } = await openBooks()
  const failure = await failureOf(Book.create({ price: 1 }))
  assert.is(failure.status, 422)
  assert.is(failure.name, 'ValidationError')
  assert.equal(failure.details, {
    context: 'Book',
    codes: { title: ['presence'] },
    messages: { title: ["can't be blank"] },
  })
  assert.is(await Book.count(), 0)
})

test('F-2.29, D-1.4-5: under forceId creating with an id is refused', async () => {
  const { Book } = await openBooks()
  const failure = await failureOf(Book.create({ title: 'a', id: 7 }))
  assert.equal((failure.details as { codes: object }).codes, { id: ['absence'] })
})

test('D-2.3-5, F-2.32: a taken id is a 409', async () => {
  const { Book } = await openBooks({}, { forceId: false })
  await Book.create({ id: 7, title: 'a' })
  const failure = await failureOf(Book.create({ id: 7, title: 'b' }))
  assert.equal([failure.status, failure.code], [409, 'DUPLICATE_KEY'])
  assert.match(failure.message, /^Duplicate entry for Book\.id/)
})

test('D-1.2-18, D-3.5-1: reserved keys and $ keys in data are refused', async () => {
  const { Book } = await openBooks()
  const hostile = JSON.parse('{"title":"a","__proto__":{"x":1}}')
  assert.is((await failureOf(Book.create(hostile))).code, 'RESERVED_KEY')
  assert.is((await failureOf(Book.create({ title: 'a', constructor: 1 }))).code, 'RESERVED_KEY')
  const nested = JSON.parse('{"title":"a","meta":{"deep":{"__proto__":{"x":1}}}}')
  assert.is((await failureOf(Book.updateOrCreate(nested))).code, 'RESERVED_KEY')
  const dollar = { title: 'a', meta: [{ $inc: 1 }] }
  assert.is((await failureOf(Book.create(dollar))).code, 'OPERATOR_NOT_ALLOWED_IN_QUERY')
  assert.is(({} as Record<string, unknown>)['x'], undefined)
})

test('D-2.1-1, F-2.30: strict refuses the whole list when one item is invalid', async () => {
  const { Book } = await openBooks()
  const failure = await failureOf(Book.create([{ title: 'a' }, { price: 1 }]))
  assert.equal([failure.status, failure.code], [422, 'BULK_CREATE_ROLLED_BACK'])
  const [first, second] = failure.details as (null | { statusCode: number; name: string })[]
  assert.is(first, null)
  assert.is(second?.statusCode, 422)
  assert.is(second?.name, 'ValidationError')
  assert.is(await Book.count(), 0)
})

test('D-2.1-1: loopback3 stores the valid items and lists the failures by index', async () => {
  const { Book } = await openBooks({ profile: 'loopback3' })
  const error = await Book.create([{ title: 'a' }, { price: 1 }, { title: 'c' }]).catch(
    (thrown) => thrown,
  )
  assert.equal(
    error.errors.map((each: Error | null) => each?.name ?? null),
    [null, 'ValidationError', null],
  )
  assert.equal(
    error.results.map((row: { title: string } | null) => row?.title ?? null),
    ['a', null, 'c'],
  )
  assert.is(await Book.count(), 2)
})

test('F-2.30: an error while writing leaves nothing with transactions, the other items without', async () => {
  const list = [
    { id: 1, title: 'a' },
    { id: 1, title: 'b' },
    { id: 2, title: 'c' },
  ]
  const outcomes: unknown[] = []
  for (const connector of [memory(), arrayConnector()]) {
    const { Book } = await openBooks({ connector }, { forceId: false })
    const failure = await failureOf(Book.create(list))
    outcomes.push([
      failure.code,
      (failure.details as unknown[]).map((each) => each !== null),
      await Book.count(),
    ])
  }
  assert.equal(outcomes, [
    ['BULK_CREATE_ROLLED_BACK', [false, true, false], 0],
    ['BULK_CREATE_PARTIAL', [false, true, false], 2],
  ])
})

test('F-2.31: an empty list creates nothing', async () => {
  const { Book } = await openBooks()
  assert.equal(await Book.create([]), [])
})

test('D-6-29, D-6-26: the invalid row travels with the error, and not as a member others see', async () => {
  const { Book } = await openBooks()
  const error = await Book.create({ price: '5' }).catch((thrown: Error) => thrown)
  assert.equal((error as unknown as { instance: object }).instance, { price: 5, inStock: true })
  assert.not(Object.keys(error).includes('instance'))
  assert.not(JSON.stringify(error).includes('inStock'))
})

test('D-2.1-2: createAll validates everything first, and is refused where it can not be atomic', async () => {
  const { Book } = await openBooks()
  assert.is((await failureOf(Book.createAll([{ title: 'a' }, {}]))).status, 422)
  assert.is(await Book.count(), 0)
  assert.equal(
    (await Book.createAll([{ title: 'a' }, { title: 'b' }])).map((row) => row.id),
    [1, 2],
  )
  const plain = await openBooks({ connector: arrayConnector() })
  assert.is((await failureOf(plain.Book.createAll([{ title: 'a' }]))).status, 501)
  const transactional = await openBooks({ connector: arrayConnector({ transactions: true }) })
  assert.is((await transactional.Book.createAll([{ title: 'a' }])).length, 1)
})

test('D-1.7-1: automaticValidation false validates only when asked', async () => {
  const { Book } = await openBooks({}, { automaticValidation: false })
  assert.is((await Book.create({})).id, 1)
  assert.is((await failureOf(Book.create({}, { validate: true }))).status, 422)
})

test.run()
