import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defineModel } from 'viaduct'
import { type Api, inQuery, profiles, refusal, withApi } from './api.ts'

const Author = defineModel('Author', {
  properties: { name: 'string' },
  relations: {
    books: { hasMany: 'Book', options: { nestRemoting: true } },
    profile: { hasOne: 'Profile' },
  },
})
const Book = defineModel('Book', {
  properties: { title: { type: 'string', required: true }, price: 'number' },
  relations: { author: { belongsTo: 'Author' }, reviews: { hasMany: 'Review' } },
})
const Review = defineModel('Review', { properties: { text: 'string' } })
const Profile = defineModel('Profile', { properties: { url: 'string' } })
const models = { Author, Book, Review, Profile }

const anchor = { title: 'Anchor', price: 5, id: 1, authorId: 1 }
const bramble = { title: 'Bramble', price: 15, id: 2, authorId: 1 }
const cinder = { title: 'Cinder', price: 8, id: 3, authorId: 2 }

/** Runs a test in both profiles: author 1 wrote books 1 and 2, author 2 wrote book 3. */
function inBoth(name: string, run: (api: Api, isStrict: boolean) => Promise<void>): void {
  test(name, async () => {
    for (const profile of profiles) {
      await withApi({ profile, models }, async (api) => {
        await api.rows('Author').create([{ name: 'Ola' }, { name: 'Pia' }])
        for (const { id: _id, ...book } of [anchor, bramble, cinder]) {
          await api.rows('Book').create(book)
        }
        await run(api, profile === 'strict')
      })
    }
  })
}

/** Answers to a row that is there but belongs to another parent, and to one that is not there. */
async function refusesOthers(api: Api, isStrict: boolean, verb: string, body?: object) {
  for (const id of [3, 99]) {
    const answer = await api.ask(verb, `/Authors/1/books/${id}`, body)
    assert.equal(refusal(answer), [404, isStrict ? 'NOT_FOUND' : undefined])
    assert.match(JSON.stringify(answer.body), `No instance with id ${id} found for Book`)
  }
  assert.equal(await api.rows('Book').findById(3), cinder)
}

inBoth(
  'D-4.9-1, D-4.5-2: GET /rel answers the rows of a hasMany, through a filter',
  async ({ ask }) => {
    assert.equal(await ask('GET', '/Authors/1/books'), { status: 200, body: [anchor, bramble] })
    const filter = { where: { price: { gt: 1 } }, order: 'price DESC', limit: 1 }
    assert.equal((await ask('GET', `/Authors/1/books${inQuery('filter', filter)}`)).body, [bramble])
    const foreign = { where: { authorId: 2 } }
    assert.equal((await ask('GET', `/Authors/1/books${inQuery('filter', foreign)}`)).body, [])
    assert.equal(refusal(await ask('GET', '/Authors/99/books')), [404, 'MODEL_NOT_FOUND'])
  },
)

inBoth(
  'D-4.9-2, D-4.5-7: POST /rel creates a row or a list with the foreign key of the parent',
  async ({ ask, rows }) => {
    assert.equal(await ask('POST', '/Authors/2/books', { title: 'Drift', authorId: 1 }), {
      status: 200,
      body: { title: 'Drift', id: 4, authorId: 2 },
    })
    const list = await ask('POST', '/Authors/2/books', [{ title: 'Elm' }, { title: 'Fern' }])
    assert.equal(list, {
      status: 200,
      body: [
        { title: 'Elm', id: 5, authorId: 2 },
        { title: 'Fern', id: 6, authorId: 2 },
      ],
    })
    assert.is((await ask('POST', '/Authors/2/books', { price: 1 })).status, 422)
    assert.equal(refusal(await ask('POST', '/Authors/99/books', { title: 'x' })), [
      404,
      'MODEL_NOT_FOUND',
    ])
    assert.is(await rows('Book').count(), 6)
  },
)

inBoth(
  'D-4.9-1, D-4.9-2, D-4.4-2: a hasOne is created once; a second time is a 409',
  async ({ ask, rows }) => {
    assert.equal(refusal(await ask('GET', '/Authors/1/profile')), [404, 'MODEL_NOT_FOUND'])
    const profile = { url: 'a', id: 1, authorId: 1 }
    assert.equal(await ask('POST', '/Authors/1/profile', { url: 'a' }), {
      status: 200,
      body: profile,
    })
    assert.equal(refusal(await ask('POST', '/Authors/1/profile', { url: 'b' })), [
      409,
      'RELATION_EXISTS',
    ])
    assert.equal(await ask('GET', '/Authors/1/profile'), { status: 200, body: profile })
    assert.equal(await rows('Profile').find(), [profile])
  },
)

inBoth(
  'D-4.9-3, D-4.4-1: PUT /rel patches the row of a hasOne; its key stays, an empty one is a 404',
  async ({ ask, rows }) => {
    assert.is((await ask('PUT', '/Authors/1/profile', { url: 'b' })).status, 404)
    await rows('Profile').create({ url: 'a', authorId: 1 })
    assert.equal(await ask('PUT', '/Authors/1/profile', { url: 'b' }), {
      status: 200,
      body: { url: 'b', id: 1, authorId: 1 },
    })
    assert.is((await ask('PUT', '/Authors/1/profile', { authorId: 2 })).status, 400)
    assert.equal(await rows('Profile').find(), [{ url: 'b', id: 1, authorId: 1 }])
  },
)

inBoth(
  'D-4.9-4, D-4.4-1: DELETE /rel deletes the row of a hasOne and nothing else',
  async ({ ask, rows }) => {
    await rows('Profile').create([{ authorId: 1 }, { authorId: 2 }])
    assert.equal(await ask('DELETE', '/Authors/1/profile'), { status: 204, body: undefined })
    assert.equal(await rows('Profile').find(), [{ id: 2, authorId: 2 }])
    assert.is((await ask('DELETE', '/Authors/1/profile')).status, 404)
  },
)

inBoth(
  'D-4.9-5: DELETE /rel deletes the rows of a hasMany and nothing else',
  async ({ ask, rows }) => {
    assert.equal(await ask('DELETE', '/Authors/1/books'), { status: 204, body: undefined })
    assert.equal(await rows('Book').find(), [cinder])
  },
)

inBoth('D-4.9-6: GET /rel/count counts within the parent', async ({ ask }) => {
  assert.equal(await ask('GET', '/Authors/1/books/count'), { status: 200, body: { count: 2 } })
  const where = { price: { gt: 7 } }
  assert.equal((await ask('GET', `/Authors/1/books/count${inQuery('where', where)}`)).body, {
    count: 1,
  })
})

inBoth('D-4.9-7, D-4.5-3: GET /rel/:fk answers a row of this parent', async (api, isStrict) => {
  assert.equal(await api.ask('GET', '/Authors/1/books/2'), { status: 200, body: bramble })
  await refusesOthers(api, isStrict, 'GET')
})

inBoth(
  'D-4.9-8, D-4.5-5: PUT /rel/:fk patches a row of this parent and keeps its key',
  async (api, isStrict) => {
    assert.equal(await api.ask('PUT', '/Authors/1/books/2', { price: 9 }), {
      status: 200,
      body: { ...bramble, price: 9 },
    })
    assert.is((await api.ask('PUT', '/Authors/1/books/2', { authorId: 2 })).status, 400)
    assert.equal(await api.rows('Book').findById(2), { ...bramble, price: 9 })
    await refusesOthers(api, isStrict, 'PUT', { price: 9 })
  },
)

inBoth('D-4.9-9, D-4.5-6: DELETE /rel/:fk deletes a row of this parent', async (api, isStrict) => {
  assert.equal(await api.ask('DELETE', '/Authors/1/books/2'), { status: 204, body: undefined })
  await refusesOthers(api, isStrict, 'DELETE')
  assert.equal(await api.rows('Book').find(), [anchor, cinder])
})

inBoth(
  'D-4.9-12, D-4.9-13, D-4.9-20: exists and findOne of a hasMany are local; no route leads there',
  async ({ ask, rows }) => {
    assert.is((await ask('HEAD', '/Authors/1/books/rel/1')).status, 404)
    assert.is((await ask('PUT', '/Authors/1/books/rel/3')).status, 404)
    assert.is((await ask('DELETE', '/Authors/1/books/rel/1')).status, 404)
    assert.not.equal((await ask('GET', '/Authors/1/books/findOne')).status, 200)
    const books = rows('Author').related(1, 'books')
    assert.ok(books.many)
    assert.equal([await books.exists(1), await books.exists(3)], [true, false])
    assert.equal(await books.findOne({ order: 'price DESC' }), bramble)
    assert.equal(await rows('Book').findById(3), cinder)
  },
)

inBoth(
  'D-4.9-1, D-4.9-23: GET /rel of a belongsTo answers its row; the empty one differs by profile',
  async ({ ask, rows }, isStrict) => {
    assert.equal(await ask('GET', '/Books/1/author'), {
      status: 200,
      body: { name: 'Ola', id: 1 },
    })
    await rows('Book').create([{ title: 'Orphan' }, { title: 'Dangling', authorId: 99 }])
    const [orphan, dangling] = [
      await ask('GET', '/Books/4/author'),
      await ask('GET', '/Books/5/author'),
    ]
    if (isStrict) {
      assert.equal(refusal(orphan), [404, 'MODEL_NOT_FOUND'])
      assert.equal(refusal(dangling), [404, 'MODEL_NOT_FOUND'])
    } else {
      assert.equal([orphan.status, orphan.body], [200, {}])
      assert.equal([dangling.status, dangling.body ?? null], [200, null])
    }
    for (const verb of ['POST', 'PUT', 'DELETE']) {
      assert.is((await ask(verb, '/Books/1/author', { name: 'x' })).status, 404)
    }
    assert.is((await rows('Author').findById(1))?.['name'], 'Ola')
  },
)

inBoth(
  'D-4.1-14, D-4.9-22: with nestRemoting the relations of related rows are reached through them',
  async ({ ask, rows }) => {
    assert.equal(await ask('POST', '/Authors/1/books/2/reviews', { text: 'dull' }), {
      status: 200,
      body: { text: 'dull', id: 1, bookId: 2 },
    })
    await rows('Review').create({ text: 'fine', bookId: 1 })
    assert.equal((await ask('GET', '/Authors/1/books/2/reviews/count')).body, { count: 1 })
    assert.is((await ask('GET', '/Authors/2/books/2/reviews')).status, 404)
    assert.is((await ask('GET', '/Authors/1/books/2/reviews/2')).status, 404)
    assert.is((await ask('DELETE', '/Authors/1/books/2/reviews/1')).status, 204)
    assert.equal(await rows('Review').find(), [{ text: 'fine', id: 2, bookId: 1 }])
  },
)

inBoth(
  'D-3.4b-5, D-3.4b-7: included rows stand under the name of the relation',
  async ({ ask, rows }) => {
    await rows('Book').create({ title: 'Orphan' })
    const include = inQuery('filter', { include: 'books', order: 'id' })
    assert.equal((await ask('GET', `/Authors${include}`)).body, [
      { name: 'Ola', id: 1, books: [anchor, bramble] },
      { name: 'Pia', id: 2, books: [cinder] },
    ])
    const parents = await ask('GET', `/Books${inQuery('filter', { include: ['author'], skip: 2 })}`)
    assert.equal(parents.body, [
      { ...cinder, author: { name: 'Pia', id: 2 } },
      { title: 'Orphan', id: 4 },
    ])
  },
)

test.run()
