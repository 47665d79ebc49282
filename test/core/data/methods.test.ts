import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { methodsOfModel, sharedCtorOfModel } from '../../../core/data/persisted-methods.ts'
import type { MethodSource } from '../../../core/method/compile-method.ts'
import type { HttpRoute } from '../../../core/method/shared-method.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

const definitions = {
  Author: {
    properties: { name: 'string', secret: 'string', internal: 'string', active: 'boolean' },
    hidden: ['secret'],
    protected: ['internal'],
    relations: {
      books: { hasMany: 'Book', options: { nestRemoting: true } },
      profile: { hasOne: 'Profile', options: { http: { path: 'vita' } } },
      tags: { hasAndBelongsToMany: 'Tag' },
    },
    scopes: { active: { where: { active: true } } },
  },
  Book: {
    properties: { title: { type: 'string', required: true }, cost: 'number' },
    hidden: ['cost'],
    relations: { author: { belongsTo: 'Author' }, reviews: { hasMany: 'Review' } },
  },
  Review: { properties: { text: 'string' }, relations: { book: { belongsTo: 'Book' } } },
  Profile: { properties: { url: 'string' }, relations: { author: { belongsTo: 'Author' } } },
  Tag: { properties: { label: 'string' } },
} as const

type Arguments = Record<string, unknown>

async function classes(profile: 'strict' | 'loopback3' = 'strict', overrides: object = {}) {
  const { layer, models } = await openLayer({ ...definitions, ...overrides }, { profile })
  const methods = (name: string) => methodsOfModel(layer.runtime(name).model, layer)
  const call = async (model: string, name: string, args: Arguments = {}, context: object = {}) => {
    const found = methods(model).find((method) => method.name === name)
    assert.ok(found, `${model} has no method ${name}`)
    return (found.handler as (args: Arguments, context: object) => unknown)(
      { options: { prohibitHiddenPropertiesInQuery: true }, ...args },
      context,
    )
  }
  const load = (model: string, id: unknown) => {
    const ctor = sharedCtorOfModel(layer.runtime(model).model, layer)
    assert.ok(ctor)
    return (ctor.handler as (args: Arguments, context: object) => Promise<unknown>)({ id }, {})
  }
  const on = async (model: string, id: unknown, name: string, args: Arguments = {}) =>
    call(model, name, args, { instance: await load(model, id) })
  return { layer, models, methods, call, load, on }
}

/** `POST /update updateAll WRITE`, in order. */
function describe(methods: readonly MethodSource[]): string[] {
  return methods.flatMap(({ name, definition }) => {
    const given = definition.http ?? []
    const routes: readonly HttpRoute[] = Array.isArray(given) ? given : [given]
    const prefix = definition.isStatic === false ? '/:id' : ''
    return routes.map(
      (route) =>
        `${route.verb?.toUpperCase()} ${prefix}${route.path === '/' && prefix !== '' ? '' : route.path} ${name} ${definition.accessType}`,
    )
  })
}

test('D-2.4-1 … D-2.4-12, F-2.3 … F-2.17: the routes of a model without relations', async () => {
  const { methods } = await classes()
  assert.equal(describe(methods('Tag')), [
    'POST / create WRITE',
    'PATCH / patchOrCreate WRITE',
    'POST /replaceOrCreate replaceOrCreate WRITE',
    'PUT / replaceOrCreate WRITE',
    'POST /upsertWithWhere upsertWithWhere WRITE',
    'POST /:id/replace replaceById WRITE',
    'PUT /:id replaceById WRITE',
    'GET /:id/exists exists READ',
    'HEAD /:id exists READ',
    'GET /:id findById READ',
    'GET / find READ',
    'GET /findOne findOne READ',
    'DELETE / destroyAll WRITE',
    'POST /update updateAll WRITE',
    'DELETE /:id deleteById WRITE',
    'GET /count count READ',
    'POST /change-stream createChangeStream READ',
    'GET /change-stream createChangeStream READ',
    'PATCH /:id patchAttributes WRITE',
  ])
  const aliases = methods('Tag').flatMap(({ definition }) => definition.aliases ?? [])
  assert.equal(aliases, [
    'upsert',
    'updateOrCreate',
    'patchOrCreateWithWhere',
    'remove',
    'deleteAll',
    'update',
    'destroyById',
    'removeById',
    'updateAttributes',
  ])
  const hidden = methods('Tag').filter(({ definition }) => definition.shared === false)
  assert.equal(
    hidden.map(({ name }) => name),
    ['destroyAll'],
  )
})

test('D-1.1-22, D-2.4-2, D-2.4-8: with replaceOnPUT false PUT patches', async () => {
  const { methods } = await classes('strict', {
    Tag: { properties: { label: 'string' }, replaceOnPUT: false },
  })
  assert.equal(
    describe(methods('Tag')).filter((route) => route.startsWith('PUT')),
    ['PUT / patchOrCreate WRITE', 'PUT /:id patchAttributes WRITE'],
  )
})

test('D-4.9-1 … D-4.9-9, D-4.9-20, D-4.9-21, F-2.66 … F-2.71, F-2.73: the routes of relations and scopes', async () => {
  const { methods } = await classes()
  const routes = describe(methods('Author')).filter(
    (route) => / __/.test(route) && !/__books__/.test(route),
  )
  assert.equal(routes, [
    'GET /active __get__active READ',
    'POST /active __create__active WRITE',
    'DELETE /active __delete__active WRITE',
    'GET /active/count __count__active READ',
    'GET /:id/books/:fk __findById__books READ',
    'DELETE /:id/books/:fk __destroyById__books WRITE',
    'PUT /:id/books/:fk __updateById__books WRITE',
    'GET /:id/books __get__books READ',
    'POST /:id/books __create__books WRITE',
    'DELETE /:id/books __delete__books WRITE',
    'GET /:id/books/count __count__books READ',
    'GET /:id/vita __get__profile READ',
    'POST /:id/vita __create__profile WRITE',
    'PUT /:id/vita __update__profile WRITE',
    'DELETE /:id/vita __destroy__profile WRITE',
  ])
  assert.equal(
    describe(methods('Book')).filter((route) => /author/.test(route)),
    ['GET /:id/author __get__author READ'],
  )
})

test('D-4.9-22, F-2.72: nested remoting reaches the relations of related rows', async () => {
  const { methods, models, on } = await classes()
  const routes = describe(methods('Author')).filter((route) => /__books__/.test(route))
  assert.ok(routes.includes('GET /:id/books/:nk/reviews __get__books__reviews READ'))
  assert.ok(routes.includes('GET /:id/books/:nk/reviews/:fk __findById__books__reviews READ'))
  assert.ok(routes.includes('GET /:id/books/:nk/author __get__books__author READ'))
  await models.Author!.create([{ name: 'a' }, { name: 'b' }])
  await models.Book!.create({ title: 't', authorId: 1 })
  const data = { text: 'good' }
  assert.equal(await on('Author', 1, '__create__books__reviews', { nk: 1, data }), {
    text: 'good',
    id: 1,
    bookId: 1,
  })
  assert.equal(await on('Author', 1, '__count__books__reviews', { nk: 1 }), 1)
  const work = on('Author', 2, '__get__books__reviews', { nk: 1 })
  assert.is((await failureOf(work)).message, 'No instance with id 1 found for Book')
})

test('F-2.61, X-7: every method takes the computed options last, undocumented', async () => {
  const { methods, layer } = await classes()
  const ctor = sharedCtorOfModel(layer.runtime('Author').model, layer)
  for (const { name, definition } of [...methods('Author'), ...(ctor ? [ctor] : [])]) {
    const accepts = definition.accepts as readonly {
      arg: string
      http?: unknown
      documented?: boolean
    }[]
    const last = accepts.at(-1)
    if (name === 'createChangeStream') continue
    assert.equal(
      [last?.arg, last?.http, last?.documented],
      ['options', 'optionsFromRequest', false],
      name,
    )
  }
})

test('F-2.40, F-2.41, F-2.42, D-2.3-16, D-2.4-15: what is not there', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const { call, load } = await classes(profile)
    const seen = async (work: Promise<unknown>) => {
      const { status, code, message } = await failureOf(work)
      assert.equal([status, code], [404, 'MODEL_NOT_FOUND'])
      return message
    }
    assert.is(await seen(call('Book', 'findById', { id: 7 })), 'Unknown "Book" id "7".')
    assert.is(await seen(load('Book', 7)), 'could not find a model with id 7')
    assert.is(
      await seen(call('Book', 'findOne', {})),
      profile === 'strict'
        ? 'No "Book" instance matches the filter.'
        : 'Unknown "Book" id "undefined".',
    )
    assert.is(
      await seen(call('Book', 'exists', { id: 7 }, { request: { method: 'HEAD' } })),
      'Unknown "Book" id "7".',
    )
    assert.is(await call('Book', 'exists', { id: 7 }, { request: { method: 'GET' } }), false)
  }
})

test('F-2.49: bulk writes without where are refused and write nothing; an explicit empty one is accepted', async () => {
  const { call, models } = await classes()
  await models.Book!.create({ title: 'a' })
  for (const name of ['updateAll', 'upsertWithWhere']) {
    const failure = await failureOf(call('Book', name, { data: { title: 'b' } }))
    assert.equal([failure.status, failure.code], [400, 'WHERE_REQUIRED'])
  }
  assert.is((await models.Book!.findById(1))?.['title'], 'a')
  assert.equal(await call('Book', 'updateAll', { where: {}, data: { title: 'b' } }), { count: 1 })
})

test('F-2.60: a hidden property in the where of a write is refused', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const { call, models } = await classes(profile)
    await models.Book!.create({ title: 'a', cost: 1 })
    const work = call('Book', 'updateAll', { where: { cost: 1 }, data: { title: 'b' } })
    assert.is((await failureOf(work)).code, 'HIDDEN_PROPERTY_IN_QUERY')
  }
})

test('F-2.78, D-1.6-1, D-1.6-2: answers hide hidden properties, included ones protected too', async () => {
  const { call, on } = await classes()
  const data = { name: 'a', secret: 's', internal: 'i' }
  assert.equal(await call('Author', 'create', { data }), { name: 'a', internal: 'i', id: 1 })
  assert.equal(await on('Author', 1, 'patchAttributes', { data: { secret: 't' } }), {
    name: 'a',
    internal: 'i',
    id: 1,
  })
  await on('Author', 1, '__create__books', { data: { title: 'x', cost: 5 } })
  assert.equal(await call('Book', 'find', { filter: { include: 'author' } }), [
    { title: 'x', id: 1, authorId: 1, author: { name: 'a', id: 1 } },
  ])
  assert.equal(await on('Book', 1, '__get__author'), { name: 'a', internal: 'i', id: 1 })
})

test('D-4.9-23, F-2.66: an empty belongsTo is a 404 in strict, {} or null in loopback3', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const { on, models } = await classes(profile)
    await models.Book!.create([{ title: 'a' }, { title: 'b', authorId: 99 }])
    if (profile === 'strict') {
      assert.is((await failureOf(on('Book', 1, '__get__author'))).code, 'MODEL_NOT_FOUND')
      assert.is((await failureOf(on('Book', 2, '__get__author'))).code, 'MODEL_NOT_FOUND')
    } else {
      assert.equal(await on('Book', 1, '__get__author'), {})
      assert.is(await on('Book', 2, '__get__author'), null)
    }
  }
})

test('F-2.67: an empty hasOne is a 404 in both profiles', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const { on, models } = await classes(profile)
    await models.Author!.create({ name: 'a' })
    const failure = await failureOf(on('Author', 1, '__get__profile'))
    assert.equal(
      [failure.code, failure.message],
      ['MODEL_NOT_FOUND', 'No "Profile" instance(s) found'],
    )
    assert.equal(await on('Author', 1, '__create__profile', { data: { url: 'u' } }), {
      url: 'u',
      id: 1,
      authorId: 1,
    })
  }
})

test('EB-5, D-2.1-1: loopback3 answers a failed bulk create with one error per item', async () => {
  const { call, on, models } = await classes('loopback3')
  await models.Author!.create({ name: 'a' })
  const data = [{ title: 'a' }, {}]
  for (const work of [
    call('Book', 'create', { data }),
    on('Author', 1, '__create__books', { data }),
  ]) {
    const thrown = await work.catch((error: unknown) => error)
    assert.ok(Array.isArray(thrown))
    assert.equal(
      thrown.map((each) => each?.statusCode ?? null),
      [null, 422],
    )
  }
})

test('F-2.19: count in the filter adds the total of the same where', async () => {
  const { call, models } = await classes()
  await models.Book!.create([{ title: 'a' }, { title: 'b' }, { title: 'b' }])
  const headers: string[] = []
  const response = { set: (name: string, value: string) => void headers.push(`${name}: ${value}`) }
  const filter = { where: { title: 'b' }, limit: 1, count: true }
  const rows = await call('Book', 'find', { filter }, { response })
  assert.is((rows as unknown[]).length, 1)
  assert.equal(headers, ['X-Total-Count: 2'])
})

test('D-1.4-3: composite ids in a path are parts joined by commas', async () => {
  const { call, load, models } = await classes('strict', {
    Order: { properties: { number: { type: 'number', id: 1 }, region: { type: 'string', id: 2 } } },
  })
  await models.Order!.create({ number: 7, region: 'EU' })
  assert.equal(await call('Order', 'findById', { id: '7,EU' }), { number: 7, region: 'EU' })
  assert.equal(await load('Order', '7,EU'), { number: 7, region: 'EU' })
  assert.is((await failureOf(call('Order', 'findById', { id: '7' }))).status, 400)
})

test('D-3.8-5: over the wire a relation closed to filters is refused', async () => {
  const { call } = await classes('strict', {
    Book: {
      ...definitions.Book,
      relations: { author: { belongsTo: 'Author', options: { disableFilter: true } } },
    },
  })
  const work = call('Book', 'find', { filter: { where: { 'author.name': 'a' } } })
  assert.is((await failureOf(work)).status, 400)
})

test('F-2.71: the methods of a named scope', async () => {
  const { call, models } = await classes()
  await call('Author', '__create__active', { data: { name: 'a' } })
  await models.Author!.create({ name: 'b', active: false })
  assert.equal(await call('Author', '__get__active'), [{ name: 'a', active: true, id: 1 }])
  assert.is(await call('Author', '__count__active'), 1)
  await call('Author', '__delete__active')
  assert.is(await models.Author!.count(), 1)
})

test.run()
