import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defineModel, defineModelFromJson } from 'viaduct'
import { inQuery, profiles, refusal, withApi } from './api.ts'

const Author = defineModel('Author', {
  properties: { name: 'string', secret: 'object', internal: 'string', meta: 'object' },
  hidden: ['secret'],
  protected: ['internal'],
  relations: { books: { hasMany: 'Book' } },
})
const Book = defineModel('Book', {
  properties: { title: 'string' },
  relations: { author: { belongsTo: 'Author' } },
})
const models = { Author, Book }
const ola = { name: 'Ola', secret: { pin: 1 }, internal: 'note', meta: { secret: 1, size: 2 } }

test('D-1.6-1, D-1.6-2, D-1.6-3: rows in process keep everything; answers lose hidden properties, nested ones protected too', async () => {
  for (const profile of profiles) {
    await withApi({ profile, models }, async ({ ask, rows }) => {
      await rows('Author').create(ola)
      await rows('Book').create({ title: 'Anchor', authorId: 1 })
      assert.equal(await rows('Author').findById(1), { ...ola, id: 1 })
      const [book] = await rows('Book').find({ include: 'author' })
      assert.equal(book?.['author'], { ...ola, id: 1 })
      const { secret: _secret, ...shown } = ola
      assert.equal((await ask('GET', '/Authors/1')).body, { ...shown, id: 1 })
      const { internal: _internal, ...nested } = shown
      const included = await ask('GET', `/Books${inQuery('filter', { include: 'author' })}`)
      assert.equal(included.body, [
        { title: 'Anchor', id: 1, authorId: 1, author: { ...nested, id: 1 } },
      ])
    })
  }
})

test('D-1.6-4, D-1.6-5: a hidden name is recognised as a whole key and as any segment of a path', async () => {
  await withApi({ models }, async ({ ask, rows }) => {
    await rows('Author').create(ola)
    for (const where of [
      { secret: 1 },
      { 'secret.pin': 1 },
      { 'meta.secret': 1 },
      { and: [{ 'meta.secret': 1 }] },
    ]) {
      for (const path of ['/Authors/count', '/Authors/update']) {
        const verb = path === '/Authors/count' ? 'GET' : 'POST'
        const body = verb === 'GET' ? undefined : { name: 'x' }
        const answer = await ask(verb, `${path}${inQuery('where', where)}`, body)
        assert.equal(refusal(answer), [400, 'HIDDEN_PROPERTY_IN_QUERY'], JSON.stringify(where))
      }
    }
    assert.equal((await ask('GET', `/Authors/count${inQuery('where', { 'meta.size': 2 })}`)).body, {
      count: 1,
    })
    assert.is((await rows('Author').findById(1))?.['name'], 'Ola')
  })
})

test('D-2.3-8, D-3.5-1: keys that begin with $ are refused in filters and data, with the operators named', async () => {
  for (const profile of profiles) {
    await withApi({ profile, models }, async ({ ask, rows }) => {
      await rows('Author').create(ola)
      const where = { name: { $ne: 'x' } }
      for (const answer of [
        await ask('GET', `/Authors${inQuery('filter', { where })}`),
        await ask('GET', `/Authors/count${inQuery('where', where)}`),
        await ask('PATCH', '/Authors/1', { meta: { $ne: 'x' } }),
        await ask('POST', '/Authors', { name: 'b', $ne: 'x' }),
      ]) {
        assert.equal(refusal(answer), [400, 'OPERATOR_NOT_ALLOWED_IN_QUERY'])
        const { error } = answer.body as { readonly error: { readonly details: object } }
        assert.equal((error.details as { readonly operators?: unknown }).operators, ['$ne'])
      }
      const refused = await ask('GET', `/Authors/count${inQuery('where', where)}`)
      const { error } = refused.body as { readonly error: { readonly details: unknown } }
      assert.equal(error.details, { operators: ['$ne'], where })
      assert.equal(await rows('Author').find(), [{ ...ola, id: 1 }])
    })
  }
})

test('D-2.3-4, D-1.7-5: under strictDelete deleting a missing row answers 404 NOT_FOUND', async () => {
  const Strict = defineModel('Strict', { properties: {}, strictDelete: true })
  for (const profile of profiles) {
    await withApi({ profile, models: { Strict } }, async ({ ask, rows }) => {
      await rows('Strict').create({})
      assert.equal(await ask('DELETE', '/Stricts/1'), { status: 200, body: { count: 1 } })
      assert.equal(refusal(await ask('DELETE', '/Stricts/1')), [404, 'NOT_FOUND'])
    })
  }
})

test('D-1.1-17, D-1.2-16: acls, methods and further settings of a definition are carried unchanged', async () => {
  const acls = [{ principalType: 'ROLE', principalId: '$everyone', permission: 'ALLOW' }]
  const carried = { acls, methods: { greet: { isStatic: true } }, keepMe: { deep: [1] } }
  const Note = defineModelFromJson({ name: 'Note', properties: { text: 'string' }, ...carried })
  await withApi({ models: { Note } }, async ({ rows }) => {
    const { settings } = rows('Note').model
    for (const [key, value] of Object.entries(carried)) assert.equal(settings[key], value)
  })
})

test.run()
