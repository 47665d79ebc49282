import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { is, RemoteError } from 'viaduct/client'
import { dialers, rejection, until, withLibrary } from './open-library.ts'

for (const dialer of dialers) {
  const over = `over ${dialer}`

  test(`${over} rows are created, read, changed and deleted`, () =>
    withLibrary(dialer, async ({ client: { Book } }) => {
      const book = await Book.create({ title: 'Middlemarch', pages: 880 })
      assert.is(book.title, 'Middlemarch')
      const [second] = await Book.create([{ title: 'Emma' }])
      assert.is(second?.title, 'Emma')
      assert.is(await Book.count(), 2)
      assert.is(await Book.count({ pages: { gt: 300 } }), 1)
      assert.is(await Book.exists(book.id), true)
      assert.is(await Book.exists(99), false)
      assert.equal(await Book.find({ where: { title: 'Emma' }, fields: ['title'] }), [
        { title: 'Emma' },
      ])
      assert.is((await Book.findOne({ order: 'id DESC' }))?.title, 'Emma')
      assert.is((await Book.findById(book.id, { fields: ['pages'] }))?.pages, 880)
      assert.is((await Book.update(book.id, { pages: 881 })).pages, 881)
      assert.equal(await Book.updateAll({ title: 'Emma' }, { pages: 400 }), { count: 1 })
      const replaced = await Book.replace(book.id, { title: 'M' })
      assert.is(replaced.pages ?? undefined, undefined)
      assert.is((await Book.upsert({ id: book.id, pages: 3 })).title, 'M')
      assert.is((await Book.upsertWithWhere({ title: 'M' }, { pages: 4 })).pages, 4)
      assert.is((await Book.replaceOrCreate({ id: book.id, title: 'N' })).title, 'N')
      assert.equal(await Book.delete(book.id), { count: 1 })
    }))

  test(`${over} a row that is not there is null when read, and an error when written`, () =>
    withLibrary(dialer, async ({ client: { Book } }) => {
      assert.is(await Book.findById(99), null)
      assert.is(await Book.findOne({ where: { title: 'none' } }), null)
      const error = await rejection(Book.update(99, { pages: 1 }))
      assert.ok(is(error, 'MODEL_NOT_FOUND'))
      assert.is(is(error, 'CONFLICT'), false)
      assert.ok(error instanceof RemoteError)
      assert.is(error.statusCode, 404)
    }))

  test(`${over} dates are dates, in rows, in included rows and in results of methods`, () =>
    withLibrary(dialer, async ({ client: { Author, Book, Tools } }) => {
      const born = new Date('1929-10-21')
      const published = new Date('1968-01-01')
      const author = await Author.create({ name: 'Ursula', born })
      await Book.create({ title: 'Earthsea', published, authorId: author.id })
      assert.equal(author.born, born)
      const [book] = await Book.find({
        include: 'author',
        where: { published: { lte: published } },
      })
      assert.equal(book?.published, published)
      assert.equal(book?.author?.born, born)
      const [deep] = await Author.find({ include: { books: { include: 'author' } } })
      assert.equal(deep?.books[0]?.author?.born, born)
      assert.equal((await Book.longest({ limit: 1 }))[0]?.published, published)
      assert.equal(await Tools.now(), new Date(0))
    }))

  test(`${over} methods of a class, of a row and without a result`, () =>
    withLibrary(dialer, async ({ client: { Book, Tools } }) => {
      const { id } = await Book.create({ title: 'Old' })
      assert.is(await Book.rename(id, { to: 'New' }), 'New')
      assert.is((await Book.findById(id))?.title, 'New')
      assert.is(await Tools.nothing({}), undefined)
      assert.is(await Tools.greet({ name: 'Ada / Grace?' }), 'hello, Ada / Grace?')
      assert.equal(await Tools.echo({ value: { deep: [1, 'x', null] } }), {
        value: { deep: [1, 'x', null] },
      })
    }))

  test(`${over} relations and scopes`, () =>
    withLibrary(dialer, async ({ client: { Author, Book } }) => {
      const { id } = await Author.create({ name: 'Ursula' })
      const books = Author.related(id, 'books')
      const made = await books.create({ title: 'Earthsea' })
      assert.is(made.authorId, id)
      assert.is(await books.count(), 1)
      assert.is((await books.updateById(made.id, { pages: 200 })).pages, 200)
      assert.equal(await books.find({ fields: ['title'] }), [{ title: 'Earthsea' }])
      assert.is((await books.findById(made.id)).title, 'Earthsea')
      assert.is((await Book.related(made.id, 'author').get())?.name, 'Ursula')
      const orphan = await Book.create({ title: 'Orphan' })
      assert.is(await Book.related(orphan.id, 'author').get(), null)
      await books.deleteById(made.id)
      await books.deleteAll()
      assert.is(await books.count(), 0)
      assert.is(await Author.scope('named').count(), 1)
      assert.is((await Author.scope('named').find())[0]?.name, 'Ursula')
    }))

  test(`${over} a stream is iterated, left early, and fails with the error of its source`, () =>
    withLibrary(dialer, async ({ client: { Tools }, witness }) => {
      const all: number[] = []
      const stream = Tools.countdown({ from: 3 })
      for await (const { left } of stream) all.push(left)
      assert.equal(all, [3, 2, 1])
      for await (const { left } of Tools.countdown({ from: 1_000_000 })) if (left < 999_998) break
      await until(() => witness.left === 2)
      const seen: number[] = []
      const error = await rejection(
        (async () => {
          for await (const item of Tools.failing({ after: 2 })) seen.push(item)
        })(),
      )
      assert.equal(seen, [0, 1])
      assert.ok(is(error, 'CONFLICT'))
      assert.equal(error.details, { after: 2 })
    }))

  test(`${over} changes are watched until the iteration is left`, () =>
    withLibrary(dialer, async ({ client: { Book } }) => {
      const changes = Book.watch({ where: { pages: { gt: 100 } } })[Symbol.asyncIterator]()
      let hasChange = false
      const first = changes.next().finally(() => {
        hasChange = true
      })
      // When the stream has begun nobody tells: rows are made until one is seen.
      for (let n = 0; n < 200 && !hasChange; n++) {
        await Book.create({ title: `t${n}`, pages: 50 + n * 100, published: new Date(0) })
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      const { value } = await first
      assert.is(value?.type, 'create')
      assert.ok(Number(value?.data?.pages) > 100)
      assert.equal(value?.data?.published, new Date(0))
      const waiting = changes.next()
      await changes.return?.()
      assert.is((await waiting).done, true)
    }))

  test(`${over} errors carry status, name, code, message and details`, () =>
    withLibrary(dialer, async ({ client: { Book, $call } }) => {
      const error = await rejection(Book.create({ title: '' }))
      assert.ok(error instanceof RemoteError)
      assert.is(error.statusCode, 422)
      assert.is(error.name, 'ValidationError')
      assert.is(error.code, undefined)
      assert.ok(Object.hasOwn((error.details as { codes: object }).codes, 'title'))
      assert.ok(is(await rejection($call('Book.noSuch')), 'METHOD_NOT_FOUND'))
      assert.ok(is(await rejection($call('noSuch')), 'METHOD_NOT_FOUND'))
    }))

  test(`${over} a call is cancelled by its signal, and rejects with its reason`, () =>
    withLibrary(dialer, async ({ client: { Tools }, witness }) => {
      const reason = new Error('enough')
      const controller = new AbortController()
      const waiting = rejection(Tools.wait({}, { signal: controller.signal }))
      await new Promise((resolve) => setTimeout(resolve, 30))
      controller.abort(reason)
      assert.is(await waiting, reason)
      await until(() => witness.aborted === 1)
      const late = await rejection(Tools.wait({}, { signal: AbortSignal.abort(reason) }))
      assert.is(late, reason)
    }))

  test(`${over} a call ends at its deadline`, () =>
    withLibrary(dialer, async ({ client: { Tools }, witness }) => {
      const error = await rejection(Tools.wait({}, { timeoutMs: 20 }))
      assert.ok(is(error, 'DEADLINE_EXCEEDED'))
      assert.is(error.statusCode, 504)
      await until(() => witness.aborted === 1)
    }))

  test(`${over} $call reaches a method by its full name`, () =>
    withLibrary(dialer, async ({ client }) => {
      const { id } = await client.Book.create({ title: 'x' })
      assert.equal(await client.$call('Book.count', { where: { title: 'x' } }), { count: 1 })
      const ctorArgs = { id }
      assert.is(await client.$call('Book.prototype.rename', { to: 'y' }, { ctorArgs }), 'y')
      const items = (await client.$call('Tools.countdown', { from: 2 })) as AsyncIterable<unknown>
      const seen: unknown[] = []
      for await (const item of items) seen.push(item)
      assert.equal(seen, [{ left: 2 }, { left: 1 }])
    }))

  test(`${over} CL-3: what the caller passes is not changed`, () =>
    withLibrary(dialer, async ({ client: { Book } }) => {
      const filter = Object.freeze({ where: Object.freeze({ title: 'x' }), limit: 1 })
      const data = Object.freeze({ title: 'x', published: new Date(0) })
      await Book.create(data)
      assert.is((await Book.find(filter)).length, 1)
    }))
}

test('nothing is sent for what promises, JSON and consoles look for', () =>
  withLibrary('rest', async ({ client }) => {
    assert.is(Reflect.get(client, 'then'), undefined)
    assert.is(Reflect.get(client.Book, 'then'), undefined)
    assert.is(JSON.stringify(client), '{}')
    assert.is(Reflect.get(client.Book, Symbol.iterator), undefined)
    assert.is(await Promise.resolve(client.Book), client.Book)
    assert.is(client.Book.find, client.Book.find)
  }))

test('unknown options are refused by name', () =>
  withLibrary('rest', async ({ client: { Book } }) => {
    const error = await rejection(Book.find({}, { timeout: 5 } as never))
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /unknown option "timeout"/)
  }))

test('a closed client rejects calls and tells so', () =>
  withLibrary('rest', async ({ client }) => {
    const states: string[] = []
    client.$state(({ kind }) => states.push(kind))
    await client.Book.count()
    await client.$close()
    assert.ok(is(await rejection(client.Book.count()), 'CLOSED'))
    assert.equal(states, ['open', 'closed'])
  }))

test.run()
