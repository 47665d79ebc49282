import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defineModel, defineModelFromJson } from 'viaduct'
import { openLayer } from '../support/data-layer.ts'
import { inQuery, profiles, withApi } from './api.ts'

const json = {
  name: 'Author',
  properties: { name: 'string', country: 'string', active: 'boolean' },
  scopes: {
    active: { where: { active: true } },
    french: { where: { and: [{ country: 'FR' }, { active: true }] }, order: 'name DESC' },
  },
}
const models = { Author: defineModelFromJson(json) }

test('D-1.1-12, D-4.8-4, D-4.9-21: a scope is served as a list, a count, a creation and a deletion', async () => {
  for (const profile of profiles) {
    await withApi({ profile, models }, async ({ ask, rows }) => {
      await rows('Author').create({ name: 'Resting', country: 'FR', active: false })
      const ola = { name: 'Ola', country: 'FR', active: true, id: 2 }
      assert.equal(await ask('POST', '/Authors/french', { name: 'Ola' }), {
        status: 200,
        body: ola,
      })
      const pia = { name: 'Pia', country: 'FR', active: true, id: 3 }
      assert.equal((await ask('POST', '/Authors/french', [{ name: 'Pia' }])).body, [pia])
      assert.equal(await ask('GET', '/Authors/french'), { status: 200, body: [pia, ola] })
      const filter = inQuery('filter', { where: { name: 'Ola' }, fields: ['name'] })
      assert.equal((await ask('GET', `/Authors/french${filter}`)).body, [{ name: 'Ola' }])
      assert.equal(await ask('GET', '/Authors/french/count'), { status: 200, body: { count: 2 } })
      const where = inQuery('where', { name: { inq: ['Ola', 'Resting'] } })
      assert.equal((await ask('GET', `/Authors/french/count${where}`)).body, { count: 1 })
      assert.equal(await ask('DELETE', '/Authors/french'), { status: 204, body: undefined })
      assert.equal(
        (await rows('Author').find()).map((row) => row['name']),
        ['Resting'],
      )
    })
  }
})

test('D-4.8-2, D-4.8-3, D-4.5-8, D-4.3-5: build converts and fills in, and stores nothing', async () => {
  const { models } = await openLayer({
    Author: {
      properties: { name: 'string', active: { type: 'boolean', default: false } },
      scopes: { active: { where: { active: true } } },
      relations: { books: { hasMany: 'Book', scope: { where: { kind: 'novel' } } } },
    },
    Book: { properties: { title: 'string', kind: 'string', price: 'number' } },
  })
  const { Author, Book } = models
  await Author!.create({ name: 'Ola' })
  assert.equal(await Author!.scope('active').build({ name: 5 }), { name: '5', active: true })
  const books = Author!.related(1, 'books')
  assert.equal(await books.build({ price: '5', authorId: 9 }), {
    price: 5,
    kind: 'novel',
    authorId: 1,
  })
  assert.equal([await Author!.count(), await Book!.count()], [1, 0])
})

test('D-1.1-13: the default scope is part of every read; what is neither a filter nor a function is a definition error', async () => {
  const scope = { where: { active: true }, order: 'name DESC', limit: 2 }
  const Author = defineModel('Author', { ...json, scope })
  await withApi({ models: { Author } }, async ({ ask, rows }) => {
    await rows('Author').create([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
    const found = (await ask('GET', '/Authors')).body as readonly { name: string }[]
    assert.equal(
      found.map(({ name }) => name),
      ['c', 'b'],
    )
  })
  for (const settings of [
    { scope: 'active' },
    { scopes: { active: true } },
    { attributes: ['active'] },
    { relations: { friends: { hasMany: 'Author', scope: 5 } } },
  ]) {
    const message = await openLayer({ Author: { ...settings } as never }).then(
      () => 'accepted',
      (error: Error) => error.message,
    )
    assert.match(message, /^Author\.\S+ must be an object or a function, got \w+$/)
  }
})

test.run()
