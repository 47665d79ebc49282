import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defineModel } from 'viaduct'
import type { ManyRelation } from '../../core/data/related-many.ts'
import { inQuery, profiles, withApi } from './api.ts'

const cheap = Object.assign(
  (books: ManyRelation, most: number) => books.find({ where: { price: { lte: most } } }),
  {
    shared: true,
    accepts: [{ arg: 'most', type: 'number', required: true }],
    returns: { arg: 'books', type: ['Book'], root: true },
    http: { verb: 'get', path: '/books/cheap' },
  },
)
const kept = async (books: ManyRelation) => books.count()

const Author = defineModel('Author', {
  properties: { name: 'string', genre: 'string' },
  relations: {
    books: { hasMany: 'Book', scopeMethods: { cheap, kept } },
    liked: { hasMany: 'Book', scope: (author) => ({ where: { genre: author['genre'] } }) },
  },
  scopes: { crime: () => ({ where: { genre: 'crime' } }) },
})
const Book = defineModel('Book', {
  properties: { title: 'string', genre: 'string', price: 'number' },
  scope: () => ({ where: { price: { gt: 0 } } }),
})

for (const profile of profiles) {
  test(`D-4.1-13: a shared method of a relation has a route (${profile})`, () =>
    withApi({ profile, models: { Author, Book } }, async ({ ask, rows }) => {
      await rows('Author').create({ name: 'Ola', genre: 'crime' })
      await rows('Book').create([
        { title: 'A', price: 5, authorId: 1 },
        { title: 'B', price: 50, authorId: 1 },
        { title: 'C', price: 5, authorId: 2 },
      ])
      assert.equal(await ask('GET', '/Authors/1/books/cheap?most=9'), {
        status: 200,
        body: [{ title: 'A', price: 5, id: 1, authorId: 1 }],
      })
      assert.is((await ask('GET', '/Authors/1/books/cheap')).status, 400)
      assert.is((await ask('GET', '/Authors/9/books/cheap?most=9')).status, 404)
      assert.is((await ask('GET', '/Authors/1/books/kept')).status >= 400, true)
      assert.is((await ask('GET', '/Authors/1/books/2')).status, 200)
    }))

  test(`D-1.1-13, D-4.1-11, D-4.8-1: computed scopes hold over REST (${profile})`, () =>
    withApi({ profile, models: { Author, Book } }, async ({ ask, rows }) => {
      await rows('Author').create([{ genre: 'crime' }, { genre: 'poem' }])
      await rows('Book').create([
        { title: 'A', genre: 'crime', price: 5, authorId: 1 },
        { title: 'B', genre: 'poem', price: 5, authorId: 1 },
        { title: 'C', genre: 'crime', price: 0, authorId: 1 },
      ])
      const titles = ({ body }: { readonly body: unknown }) =>
        (body as readonly { readonly title: string }[]).map(({ title }) => title)
      assert.equal(titles(await ask('GET', '/Books')), ['A', 'B'])
      assert.equal(titles(await ask('GET', '/Authors/1/liked')), ['A'])
      assert.equal((await ask('GET', '/Authors/crime/count')).body, { count: 1 })
      const filter = inQuery('filter', { include: 'liked', where: { id: 1 } })
      const { body } = await ask('GET', `/Authors${filter}`)
      const [author] = body as readonly { readonly liked: readonly { readonly title: string }[] }[]
      assert.equal(
        author?.liked.map(({ title }) => title),
        ['A'],
      )
      const liked = inQuery('where', { liked: { some: { price: 5 } } })
      assert.is((await ask('GET', `/Authors/count${liked}`)).status, 400)
    }))
}

test('D-2.4-13: without trackChanges there is no route of the replication set', () =>
  withApi({ models: { Author, Book } }, async ({ ask, rows }) => {
    await rows('Author').create({ name: 'Ola' })
    for (const [verb, path] of [
      ['POST', '/diff'],
      ['GET', '/changes'],
      ['POST', '/checkpoint'],
      ['POST', '/create-updates'],
      ['POST', '/bulk-update'],
      ['GET', '/1/changes/last'],
    ] as const) {
      // `GET /changes` is then the row of an id that is no number
      assert.is((await ask(verb, `/Authors${path}`)).status, path === '/changes' ? 400 : 404, path)
    }
  }))

test.run()
