import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import type { ManyRelation } from '../../../core/data/related-many.ts'
import type { OneRelation } from '../../../core/data/related-one.ts'
import type { ModelRepository } from '../../../core/data/repository.ts'
import { countCalls } from '../../support/data-counting-connector.ts'
import { failureOf } from '../../support/data-errors.ts'
import { type Definitions, openLayer } from '../../support/data-layer.ts'

type Data = Readonly<Record<string, unknown>>

async function notes(forceId: boolean | 'auto' = 'auto') {
  const state = { tenant: 'a' }
  const seen: Data[] = []
  const { models } = await openLayer({
    Note: {
      forceId,
      properties: { text: 'string', tenant: 'string', size: 'number' },
      scope: (target: Data) => {
        seen.push(target)
        return { where: { tenant: state.tenant }, order: 'id DESC' }
      },
    },
  })
  return { state, seen, Note: models['Note'] as ModelRepository }
}

test('D-1.1-13, D-3.6-7: a computed default scope is part of reads and its equalities of writes', async () => {
  const { state, Note } = await notes()
  await Note.create([{ text: 'a1' }, { text: 'a2', tenant: 'b' }])
  state.tenant = 'b'
  const made = await Note.create({ text: 'b1' })
  assert.equal(made, { id: 3, text: 'b1', tenant: 'b' })
  assert.is(await Note.count(), 1)
  state.tenant = 'a'
  assert.equal(
    (await Note.find()).map((row) => row['text']),
    ['a2', 'a1'],
  )
  assert.is(await Note.findById(3), null)
  assert.is((await Note.findOne())?.['text'], 'a2')
  assert.equal(await Note.findByIds([1, 3]), [await Note.findById(1)])
  assert.not(await Note.exists(3))
  assert.equal(await Note.aggregate({ count: 'n' }), [{ n: 2 }])
  assert.equal((await Note.findOrCreate({ where: { text: 'b1' } }, { text: 'b1' }))[1], true)
})

test('D-3.6-8, D-2.6-4: rows outside a computed default scope are not written', async () => {
  for (const forceId of [true, false]) {
    const { state, Note } = await notes(forceId)
    await Note.create({ text: 'a1' })
    state.tenant = 'b'
    assert.equal(await Note.updateAll({}, { size: 1 }), { count: 0 })
    assert.equal(await Note.increment({}, { size: 1 }), { count: 0 })
    assert.equal(await Note.deleteById(1), { count: 0 })
    assert.equal(await Note.destroyAll(), { count: 0 })
    assert.is((await failureOf(Note.replaceById(1, { text: 'x' }))).status, 404)
    assert.is((await failureOf(Note.updateOrCreate({ id: 1, text: 'x' }))).status, 404)
    assert.is((await failureOf(Note.replaceOrCreate({ id: 1, text: 'x' }))).status, 404)
    state.tenant = 'a'
    assert.equal(await Note.find(), [{ id: 1, text: 'a1', tenant: 'a' }])
  }
})

test("D-1.1-13, D-0-7: a default scope sees the caller's filter, or the data of a write, and changes neither", async () => {
  const { seen, Note } = await notes()
  await Note.create({ text: 'x' })
  assert.equal(seen.at(-1), { text: 'x' })
  await Note.find({ where: { text: 'x' }, limit: 3 })
  assert.equal(seen.at(-1), { where: { text: 'x' }, limit: 3 })
  await Note.count({ text: 'x' })
  assert.equal(seen.at(-1), { where: { text: 'x' } })
  const { models } = await openLayer({
    Note: {
      properties: { text: 'string' },
      scope: (target: Data) => {
        Object.assign(target, { where: { text: 'nothing' } })
        return {}
      },
    },
  })
  await models['Note']?.create({ text: 'x' })
  const filter = { where: { text: 'x' } }
  assert.is((await models['Note']?.find(filter))?.length, 1)
  assert.equal(filter, { where: { text: 'x' } })
})

test('D-1.1-13: a scope that returns no filter fails instead of selecting every row', async () => {
  for (const result of [undefined, null, [], 'all', Promise.resolve({})]) {
    const { models } = await openLayer({ Note: { scope: () => result as never } })
    const failure = await models['Note']?.find().then(
      () => 'found',
      (error: Error) => error.message,
    )
    assert.match(failure ?? '', /^Note\.scope must return an object, got \w+$/)
  }
})

test('D-1.1-14: attributes may be computed from the data of a write', async () => {
  const { models } = await openLayer({
    Note: {
      properties: { text: 'string', slug: 'string' },
      attributes: (data: Data) => ({ slug: String(data['text']).toLowerCase() }),
    },
  })
  const Note = models['Note'] as ModelRepository
  assert.is((await Note.create({ text: 'ABC', slug: 'mine' }))['slug'], 'abc')
  assert.is((await Note.replaceById(1, { text: 'DEF' }))['slug'], 'def')
})

test('D-4.8-1: a named scope may be computed each time it is used', async () => {
  let limit = 10
  const { models } = await openLayer({
    Note: {
      properties: { size: 'number', kind: 'string' },
      scopes: {
        big: () => ({ where: { size: { gt: limit } } }),
        minutes: () => ({ where: { kind: 'minutes' } }),
      },
    },
  })
  const Note = models['Note'] as ModelRepository
  await Note.create([{ size: 5 }, { size: 15, kind: 'minutes' }])
  assert.is(await Note.scope('big').count(), 1)
  limit = 1
  assert.is(await Note.scope('big').count(), 2)
  assert.is(await Note.scope('big').scope('minutes').count(), 1)
  assert.is((await Note.scope('minutes').create({ size: 1 }))['kind'], 'minutes')
})

const library: Definitions = {
  Author: {
    properties: { name: 'string', genre: 'string', country: 'string' },
    relations: {
      favourites: {
        hasMany: 'Book',
        scope: (author: Data) => ({ where: { genre: author['genre'] } }),
      },
      cheap: { hasMany: 'Book', scope: () => ({ where: { price: { lt: 10 } } }) },
      stamped: {
        hasMany: 'Book',
        properties: (author: Data, book: Data) => ({
          title: `${String(author['name'])}: ${String(book['title'])}`,
        }),
      },
      listed: { hasMany: 'Book', properties: ['genre'] },
      best: { hasOne: 'Book', scope: (author: Data) => ({ where: { genre: author['genre'] } }) },
      letter: { hasOne: 'Letter', properties: { name: 'to' } },
    },
  },
  Book: {
    properties: { title: 'string', genre: 'string', price: 'number', country: 'string' },
    relations: {
      author: { belongsTo: 'Author', properties: { country: 'country' } },
      teller: {
        belongsTo: 'Author',
        properties: { country: 'country' },
        options: { invertProperties: true },
      },
      namesake: {
        belongsTo: 'Author',
        foreignKey: 'authorId',
        scope: (book: Data) => ({ where: { genre: book['genre'] } }),
      },
    },
  },
  Letter: { properties: { to: 'string' } },
}

async function openLibrary() {
  const counting = countCalls(memory())
  const { models } = await openLayer(library, { connector: counting.connector })
  const { Author, Book } = models as Record<string, ModelRepository>
  if (Author === undefined || Book === undefined) throw new Error('no models')
  await Author.create([
    { name: 'Ola', genre: 'crime', country: 'FR' },
    { name: 'Pia', genre: 'poem' },
    { name: 'Quin', genre: 'crime' },
  ])
  await Book.create([
    { title: 'A', genre: 'crime', price: 5, authorId: 1 },
    { title: 'B', genre: 'poem', price: 15, authorId: 1 },
    { title: 'C', genre: 'poem', price: 5, authorId: 2 },
  ])
  counting.reset()
  const many = (id: unknown, name: string) => Author.related(id, name) as ManyRelation
  const one = (of: ModelRepository, id: unknown, name: string) =>
    of.related(id, name) as OneRelation
  return { Author, Book, many, one, counting }
}

test("D-4.1-11: a relation's scope may be computed from the row it starts from", async () => {
  const { Author, Book, many, one } = await openLibrary()
  const favourites = many(1, 'favourites')
  assert.equal(
    (await favourites.find()).map((row) => row['title']),
    ['A'],
  )
  assert.is(await favourites.count(), 1)
  assert.is(await favourites.exists(2), false)
  assert.equal(await favourites.updateAll({}, { price: 6 }), { count: 1 })
  assert.is((await favourites.create({ title: 'D' }))['genre'], 'crime')
  assert.is(
    (await many({ id: 2, genre: 'poem' }, 'favourites').build({ title: 'E' }))['genre'],
    'poem',
  )
  assert.is((await one(Author, 2, 'best').get())?.['title'], 'C')
  assert.is(await one(Book, 2, 'namesake').get(), null)
  assert.is((await one(Book, 1, 'namesake').get())?.['name'], 'Ola')
  assert.equal(await favourites.destroyAll(), { count: 2 })
  assert.is(await Book.count(), 2)
})

test('D-4.1-11, D-3.4b-1: includes follow computed scopes, one query per scope that differs', async () => {
  const { Author, counting } = await openLibrary()
  const titles = (rows: readonly Data[], name: string) =>
    rows.map((row) => (row[name] as readonly Data[]).map((book) => book['title']))
  const rows = await Author.find({ include: 'favourites', fields: ['name'] })
  assert.equal(titles(rows, 'favourites'), [['A'], ['C'], []])
  assert.equal(Object.keys(rows[0] ?? {}).sort(), ['favourites', 'name'])
  assert.equal(counting.calls, ['find Author', 'find Book', 'find Book'])
  counting.reset()
  assert.equal(titles(await Author.find({ include: 'cheap' }), 'cheap'), [['A'], ['C'], []])
  assert.equal(counting.calls, ['find Author', 'find Book'])
})

test('D-4.1-11: a condition on a relation whose scope is computed is refused', async () => {
  const { Author } = await openLibrary()
  const failure = await failureOf(Author.find({ where: { favourites: { some: { price: 5 } } } }))
  assert.is(failure.status, 400)
  assert.is(failure.code, 'OPERATOR_NOT_SUPPORTED')
  assert.match(failure.message, 'Author.favourites')
})

test('D-4.1-12: properties are copied as a list, a map or a function says', async () => {
  const { Author, Book, many, one } = await openLibrary()
  assert.is((await many(1, 'stamped').create({ title: 'x' }))['title'], 'Ola: x')
  assert.equal(
    (await many(1, 'stamped').create([{ title: 'y' }, { title: 'z' }])).map((row) => row['title']),
    ['Ola: y', 'Ola: z'],
  )
  assert.is((await many(2, 'listed').create({ title: 'x', genre: 'mine' }))['genre'], 'poem')
  assert.is((await one(Author, 1, 'letter').create({}))['to'], 'Ola')
  const book = await Book.create({ title: 'new', country: 'PT' })
  assert.is((await one(Book, book, 'author').build({ name: 'Rita' }))['country'], 'PT')
  assert.is((await one(Book, book, 'author').create({ name: 'Rita' }))['country'], 'PT')
})

test('D-4.1-16: with invertProperties a belongsTo copies from its target into the owner', async () => {
  const { Book, one } = await openLibrary()
  const book = await Book.create({ title: 'new' })
  const teller = await one(Book, book, 'teller').create({ name: 'Sol', country: 'ES' })
  assert.equal(await Book.findById(book['id']), {
    title: 'new',
    id: book['id'],
    country: 'ES',
    tellerId: teller['id'],
  })
})

test('D-4.1-13: a relation has its own methods, which get its operations first', async () => {
  const { models } = await openLayer({
    Author: {
      properties: { name: 'string' },
      relations: {
        books: {
          hasMany: 'Book',
          scopeMethods: {
            titled: (books: ManyRelation, text: string) => books.find({ where: { title: text } }),
            failing: () => {
              throw new Error('as written')
            },
          },
        },
        first: {
          hasOne: 'Book',
          methods: { title: async (book: OneRelation) => (await book.get())?.['title'] },
        },
      },
    },
    Book: { properties: { title: 'string' } },
  } as never)
  const { Author, Book } = models as Record<string, ModelRepository>
  await Author?.create({ name: 'Ola' })
  await Book?.create([
    { title: 'A', authorId: 1 },
    { title: 'B', authorId: 1 },
  ])
  const books = Author?.related(1, 'books') as ManyRelation & {
    titled(text: string): Promise<readonly Data[]>
    failing(): Promise<unknown>
  }
  assert.equal(await books.titled('B'), [{ title: 'B', id: 2, authorId: 1 }])
  assert.is(await books.count(), 2)
  assert.is((await books.failing().catch((error: Error) => error.message)) as string, 'as written')
  const first = Author?.related(1, 'first') as OneRelation & { title(): Promise<unknown> }
  assert.is(await first.title(), 'A')
})

test('D-4.1-12, D-4.1-13: what is no method and no property name is a definition error', async () => {
  const run = () => 1
  for (const [relation, text] of [
    [{ hasMany: 'Author', methods: { run } }, 'a to-many relation takes scopeMethods'],
    [{ belongsTo: 'Author', scopeMethods: { run } }, 'a to-one relation takes methods'],
    [{ hasMany: 'Author', scopeMethods: { find: run } }, 'the relation has find already'],
    [{ hasOne: 'Author', methods: { get: run } }, 'the relation has get already'],
    [{ hasMany: 'Author', scopeMethods: { run: 'x' } }, 'must be a function, got string'],
    [{ hasMany: 'Author', scopeMethods: [] }, 'must be an object of functions'],
    [{ hasMany: 'Author', properties: 'name' }, 'must be a list, an object or a function'],
    [{ hasMany: 'Author', properties: ['__proto__'] }, 'must name properties'],
  ] as const) {
    const message = await openLayer({ Author: { relations: { r: relation } } as never }).then(
      () => 'accepted',
      (error: Error) => error.message,
    )
    assert.match(message, /^Author\.relations\.r\./)
    assert.match(message, text)
  }
})

test.run()
