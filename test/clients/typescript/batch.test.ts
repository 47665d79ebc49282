import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type ClientMiddleware, is } from 'viaduct/client'
import { type LibraryClient, rejection, withLibrary } from './open-library.ts'

const author = { name: 'Ursula' }
const batching = ['websocket', 'websocket with MessagePack', 'message port', 'rest'] as const

/** An author with one book that has one review. */
async function fill({ Author, Book, Review }: LibraryClient) {
  const { id: authorId } = await Author.create(author)
  const { id: bookId } = await Book.create({ title: 'Earthsea', authorId })
  return { authorId, review: await Review.create({ stars: 5, bookId }) }
}

for (const dialer of batching) {
  test(`over ${dialer}: each of three calls takes a part of the result before it`, () =>
    withLibrary(dialer, async ({ client }) => {
      const { authorId, review } = await fill(client)
      const found = await client.$batch((batch) => {
        const first = batch.Review.findById(review.id)
        const book = batch.Book.findById(first['bookId'] as number)
        return { book, writers: [batch.Author.findById(book['authorId'] as number)] }
      })
      assert.is(found.book?.title, 'Earthsea')
      assert.equal(found.writers, [{ ...author, id: authorId }])
    }))

  test(`over ${dialer}: lists are reached by position, and what the client unwraps refers rightly`, () =>
    withLibrary(dialer, async ({ client }) => {
      await fill(client)
      const [count, name, echoed] = await client.$batch((batch) => {
        const all = batch.Author.find()
        const many = batch.Book.count()
        const written = echoOf(batch)({ value: { many, names: [all[0]?.name] } })
        return [many, all[0]?.name, written] as const
      })
      assert.is(count, 1)
      assert.is(name, 'Ursula')
      assert.equal(echoed, { value: { many: 1, names: ['Ursula'] } })
    }))

  test(`over ${dialer}: an error fails the calls that refer to it with the same error`, async () => {
    const seen: unknown[] = []
    const witness: ClientMiddleware = (next) => (call) =>
      next(call).catch((error: unknown) => {
        seen.push([call.method, is(error) && error.statusCode, (error as Error).message])
        throw error
      })
    await withLibrary(
      dialer,
      async ({ client }) => {
        const error = await rejection(
          client.$batch((batch) => {
            const missing = batch.Book.replace(404, { title: 'none' })
            const second = echoOf(batch)({ value: missing.title })
            return [batch.Author.count(), echoOf(batch)({ value: second.value })]
          }),
        )
        const { message } = error as Error
        assert.match(message, /404 does not exist/)
        const methods = ['Book.replaceById', 'Tools.echo', 'Tools.echo']
        assert.equal(
          seen,
          methods.map((method) => [method, 404, message]),
        )
        assert.equal(await client.Tools.echo({ value: 1 }), { value: 1 })
      },
      { use: [witness] },
    )
  })

  test(`over ${dialer}: a reference that is too deep is refused, and those that are too many`, () =>
    withLibrary(dialer, async ({ client }) => {
      const deep = await rejection(
        client.$batch((batch) => {
          const found = echoOf(batch)({ value: {} }) as unknown as Nested
          return echoOf(batch)({ value: found.a.a.a.a.a.a.a.a.a })
        }),
      )
      assert.ok(is(deep), String(deep))
      assert.match(String(deep), /deeper than 8/)
      const many = await rejection(
        client.$batch((batch) => {
          const found = echoOf(batch)({ value: 1 })
          return echoOf(batch)({ value: Array.from({ length: 65 }, () => found) })
        }),
      )
      assert.match(String(many), /more than 64 references/)
    }))
}

interface Echoed {
  readonly value: unknown
}

/** What the method gives is declared as anything. */
function echoOf(batch: object): (args: Echoed) => Echoed {
  return Reflect.get(Reflect.get(batch, 'Tools'), 'echo')
}

interface Nested {
  readonly a: Nested
}

test('a hundred calls fit into a batch, one more is refused and none is sent', () =>
  withLibrary('websocket', async ({ client }) => {
    const chain = (length: number) =>
      client.$batch((batch) => {
        let last: Echoed = { value: 7 }
        for (let step = 0; step < length; step++) last = echoOf(batch)({ value: last.value })
        return last
      })
    assert.equal(await chain(60), { value: 7 })
    assert.instance(await rejection(chain(101)), RangeError)
    const creating = client.$batch((batch) =>
      Array.from({ length: 101 }, () => batch.Author.create(author)),
    )
    assert.instance(await rejection(creating), RangeError)
    assert.is(await client.Author.count(), 0)
    await client.$batch((batch) => Array.from({ length: 100 }, () => batch.Author.create(author)))
    assert.is(await client.Author.count(), 100)
  }))

test('a batch stays one message while many other calls are under way', () =>
  withLibrary('websocket', async ({ client }) => {
    await client.Tools.nothing({})
    const others = Array.from({ length: 40 }, (_, value) => client.Tools.echo({ value }))
    const batches = Array.from({ length: 5 }, (_, value) =>
      client.$batch((batch) => echoOf(batch)({ value: echoOf(batch)({ value }).value })),
    )
    assert.equal(
      await Promise.all(batches),
      [0, 1, 2, 3, 4].map((value) => ({ value })),
    )
    assert.is((await Promise.all(others)).length, 40)
  }))

test('the middleware sees every call of a batch, and one it refuses fails those that refer to it', async () => {
  const seen: string[] = []
  const slow: ClientMiddleware = (next) => async (call) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    seen.push(call.method)
    if (call.method === 'Tools.now') throw new Error('not now')
    return next(call)
  }
  await withLibrary(
    'websocket',
    async ({ client }) => {
      const sent = await client.$batch((batch) =>
        echoOf(batch)({ value: echoOf(batch)({ value: 1 }).value }),
      )
      assert.equal(sent, { value: 1 })
      assert.equal(seen, ['Tools.echo', 'Tools.echo'])
      const error = await rejection(
        client.$batch((batch) => echoOf(batch)({ value: batch.Tools.now({}) })),
      )
      assert.is((error as Error).message, 'not now')
    },
    { use: [slow] },
  )
})

for (const dialer of batching) {
  test(`over ${dialer}: a result, or a part of one, is the key of a row`, () =>
    withLibrary(dialer, async ({ client }) => {
      const [changed, books, title] = await client.$batch((batch) => {
        const writer = batch.Author.create(author)
        const made = batch.Book.create({ title: 'Tehanu', authorId: writer.id })
        const changed = batch.Book.update(made.id, { title: 'Atuan' })
        const books = batch.Author.related(changed['authorId'] as number, 'books').count()
        return [changed, books, batch.Book.rename(made.id, { to: 'Lavinia' })] as const
      })
      assert.is(changed.title, 'Atuan')
      assert.is(books, 1)
      assert.is(title, 'Lavinia')
      const lost = client.$batch((batch) => {
        const missing = batch.Book.replace(404, { title: 'none' })
        return batch.Book.update(missing.id, { title: 'none' })
      })
      assert.is(await codeOf(lost), 'NOT_FOUND')
    }))

  test(`over ${dialer}: a key that is nothing, or leads through no object, is the 4xx of its call`, () =>
    withLibrary(dialer, async ({ client }) => {
      const made = await client.Book.create({ title: 'Tehanu' })
      for (const path of [['nothing'], ['title', 'length']]) {
        const error = await rejection(
          client.$batch((batch) => {
            let place: unknown = batch.Book.findById(made.id)
            for (const name of path) place = Reflect.get(place as object, name)
            return batch.Book.update(place as number, { title: 'none' })
          }),
        )
        assert.ok(is(error) && error.statusCode >= 400 && error.statusCode < 500, String(error))
      }
      assert.is((await client.Book.findById(made.id))?.title, 'Tehanu')
    }))
}

async function codeOf(batch: Promise<unknown>): Promise<string | undefined> {
  const error = await rejection(batch)
  return is(error) ? error.code : undefined
}

test('a stream is refused by name', () =>
  withLibrary('websocket', async ({ client }) => {
    const streams = client.$batch((batch) => (batch.Author as never as Watching).watch())
    assert.match(String(await rejection(streams)), /can not give a stream/)
  }))

interface Watching {
  watch(): unknown
}

test('an empty batch resolves to what the function gave', () =>
  withLibrary('websocket', async ({ client }) => {
    assert.equal(await client.$batch(() => ({ a: [1] })), { a: [1] })
  }))

test('in process there are no batches', () =>
  withLibrary('in-process', async ({ client }) => {
    const error = await rejection(client.$batch((batch) => batch.Author.count()))
    assert.instance(error, TypeError)
    assert.match(String(error), /no batches/)
  }))

test.run()
