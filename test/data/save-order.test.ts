import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { arrayConnector } from '../support/data-array-connector.ts'
import { openBooks } from '../support/data-books.ts'
import { failureOf } from '../support/data-errors.ts'

type Context = { instance?: Record<string, unknown>; data?: Record<string, unknown> }

/** Every write of one row, each with a title that may be invalid. */
const writes = [
  'create',
  'update',
  'save',
  'replaceById',
  'updateAll',
  'updateOrCreate',
  'replaceOrCreate',
  'upsertWithWhere',
  'findOrCreate',
] as const

type Books = Awaited<ReturnType<typeof openBooks>>['Book']

function write(Book: Books, name: (typeof writes)[number], title: string): Promise<unknown> {
  switch (name) {
    case 'create':
      return Book.create({ title })
    case 'update':
      return Book.update(1, { title })
    case 'save':
      return Book.save({ id: 1, title })
    case 'replaceById':
      return Book.replaceById(1, { title })
    case 'updateAll':
      return Book.updateAll({ id: 1 }, { title })
    case 'updateOrCreate':
      return Book.updateOrCreate({ id: 1, title })
    case 'replaceOrCreate':
      return Book.replaceOrCreate({ id: 1, title })
    case 'upsertWithWhere':
      return Book.upsertWithWhere({ id: 1 }, { title })
    case 'findOrCreate':
      return Book.findOrCreate({ where: { title: 'none' } }, { title })
  }
}

for (const name of writes) {
  test(`D-5.4-10: ${name} validates after before save and before persist`, async () => {
    let fills = false
    const seen: string[] = []
    const hooks = {
      'before save': (context: Context) => {
        seen.push('before save')
        const row = context.instance ?? context.data
        if (fills && row !== undefined) row['title'] = 'filled'
      },
      persist: () => void seen.push('persist'),
    }
    const { Book, layer } = await openBooks({}, { forceId: false })
    await Book.create({ title: 'first' })
    for (const [hook, run] of Object.entries(hooks))
      layer.observe('Book', hook as never, run as never)
    assert.is((await failureOf(write(Book, name, ''))).status, 422)
    assert.equal(seen, ['before save'])
    assert.equal(
      (await Book.find()).map((row) => row['title']),
      ['first'],
    )
    fills = true
    seen.length = 0
    await write(Book, name, '')
    assert.equal(seen, ['before save', 'persist'])
    assert.is(await Book.count({ title: 'filled' }), 1)
  })
}

test('D-5.3-11, D-2.6-3: without atomic upsert isNewInstance says whether the row is new', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const connector = arrayConnector({ transactions: true })
    const { Book, layer } = await openBooks({ profile, connector }, { forceId: false })
    const seen: unknown[] = []
    layer.observe('Book', 'loaded', (context) => void seen.push(context.isNewInstance))
    layer.observe('Book', 'after save', (context) => {
      if ('isNewInstance' in context) seen.push(context.isNewInstance)
    })
    for (const work of [
      () => Book.updateOrCreate({ id: 1, title: 'a' }),
      () => Book.replaceOrCreate({ id: 2, title: 'b' }),
      () => Book.upsertWithWhere({ title: 'c' }, { title: 'c' }),
      () => Book.findOrCreate(null, { title: 'd' }),
    ]) {
      await work()
      assert.equal(seen.splice(0), [true, true])
    }
    for (const work of [
      () => Book.updateOrCreate({ id: 1, title: 'e' }),
      () => Book.replaceOrCreate({ id: 2, title: 'b' }),
      () => Book.upsertWithWhere({ title: 'c' }, { title: 'c' }),
    ]) {
      await work()
      assert.equal(seen.splice(0), [false, false])
    }
    await Book.findOrCreate(null, { title: 'd' })
    assert.equal(seen.splice(0), [false])
  }
})

test.run()
