import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defineModel } from 'viaduct'
import { type Api, inQuery, profiles, refusal, withApi } from './api.ts'

const properties = { title: { type: 'string', required: true }, price: 'number' } as const
const Book = defineModel('Book', { properties })
const Leaflet = defineModel('Leaflet', { properties, replaceOnPUT: false })
const models = { Book, Leaflet }

/** Runs a test in both profiles over three books: Anchor 5, Bramble 15, Cinder 8. */
function inBoth(name: string, run: (api: Api, isStrict: boolean) => Promise<void>): void {
  test(name, async () => {
    for (const profile of profiles) {
      await withApi({ profile, models }, async (api) => {
        await api.rows('Book').create([
          { title: 'Anchor', price: 5 },
          { title: 'Bramble', price: 15 },
          { title: 'Cinder', price: 8 },
        ])
        await run(api, profile === 'strict')
      })
    }
  })
}

inBoth('D-2.4-1: POST / creates one row or a list', async ({ ask, rows }) => {
  assert.equal(await ask('POST', '/Books', { title: 'Drift' }), {
    status: 200,
    body: { title: 'Drift', id: 4 },
  })
  const list = [{ title: 'Elm' }, { title: 'Fern' }]
  assert.equal(await ask('POST', '/Books', list), {
    status: 200,
    body: [
      { title: 'Elm', id: 5 },
      { title: 'Fern', id: 6 },
    ],
  })
  assert.is(await rows('Book').count(), 6)
})

inBoth(
  'D-2.4-2: PATCH / patches the row of the id in the data, or creates one',
  async ({ ask, rows }) => {
    assert.equal((await ask('PATCH', '/Books', { id: 1, price: 6 })).body, {
      title: 'Anchor',
      price: 6,
      id: 1,
    })
    assert.equal(await ask('PATCH', '/Books', { title: 'Drift' }), {
      status: 200,
      body: { title: 'Drift', id: 4 },
    })
    assert.is((await rows('Book').findById(1))?.['price'], 6)
  },
)

inBoth(
  'D-2.4-3, D-2.3-3: POST /replaceOrCreate and PUT / replace the row of the id, or create one',
  async ({ ask, rows }, isStrict) => {
    for (const [verb, path] of [
      ['POST', '/Books/replaceOrCreate'],
      ['PUT', '/Books'],
    ] as const) {
      const before = await rows('Book').count()
      await rows('Book').update(1, { price: 5 })
      assert.equal(await ask(verb, path, { id: 1, title: 'Again' }), {
        status: 200,
        body: { title: 'Again', id: 1 },
      })
      assert.equal(await rows('Book').findById(1), { title: 'Again', id: 1 })
      const created = await ask(verb, path, { title: 'New' })
      assert.equal([created.status, await rows('Book').count()], [200, before + 1])
      const missing = await ask(verb, path, { id: 99, title: 'Nobody' })
      assert.equal(refusal(missing), [404, isStrict ? 'NOT_FOUND' : undefined])
      assert.match(JSON.stringify(missing.body), '"message":"Could not replace. ')
      assert.is(await rows('Book').count(), before + 1)
    }
  },
)

inBoth(
  'D-2.4-4, D-2.1-4: POST /upsertWithWhere patches the only match, creates without one, refuses several',
  async ({ ask, rows }) => {
    const upsert = (where: object, data: object) =>
      ask('POST', `/Books/upsertWithWhere${inQuery('where', where)}`, data)
    assert.equal(await upsert({ title: 'Bramble' }, { price: 16 }), {
      status: 200,
      body: { title: 'Bramble', price: 16, id: 2 },
    })
    assert.equal(await upsert({ title: 'Drift' }, { title: 'Drift', price: 1 }), {
      status: 200,
      body: { title: 'Drift', price: 1, id: 4 },
    })
    assert.is((await upsert({ price: { gt: 1 } }, { title: 'Many' })).status, 400)
    assert.is((await upsert({ title: 'Bramble' }, {})).status, 400)
    assert.is(await rows('Book').count({ title: 'Many' }), 0)
    assert.equal(await rows('Book').findById(2), { title: 'Bramble', price: 16, id: 2 })
  },
)

inBoth(
  'D-2.4-5, D-2.1-10, D-2.1-11: GET / finds rows, /findOne the first, /count their number',
  async ({ ask }) => {
    const cheap = { where: { price: { lt: 10 } }, order: 'price DESC' }
    assert.equal(await ask('GET', `/Books${inQuery('filter', cheap)}`), {
      status: 200,
      body: [
        { title: 'Cinder', price: 8, id: 3 },
        { title: 'Anchor', price: 5, id: 1 },
      ],
    })
    assert.equal(await ask('GET', `/Books/findOne${inQuery('filter', cheap)}`), {
      status: 200,
      body: { title: 'Cinder', price: 8, id: 3 },
    })
    const none = { where: { price: 0 } }
    assert.equal(await ask('GET', `/Books${inQuery('filter', none)}`), { status: 200, body: [] })
    assert.equal(refusal(await ask('GET', `/Books/findOne${inQuery('filter', none)}`)), [
      404,
      'MODEL_NOT_FOUND',
    ])
    assert.equal(await ask('GET', '/Books/count'), { status: 200, body: { count: 3 } })
    assert.equal(await ask('GET', `/Books/count${inQuery('where', cheap.where)}`), {
      status: 200,
      body: { count: 2 },
    })
  },
)

inBoth(
  'D-2.4-6, D-2.3-16: GET /:id answers a row, /:id/exists a boolean, HEAD /:id a status',
  async ({ ask }) => {
    assert.equal(await ask('GET', '/Books/1'), {
      status: 200,
      body: { title: 'Anchor', price: 5, id: 1 },
    })
    assert.equal(refusal(await ask('GET', '/Books/99')), [404, 'MODEL_NOT_FOUND'])
    assert.equal(await ask('GET', '/Books/1/exists'), { status: 200, body: { exists: true } })
    assert.equal(await ask('GET', '/Books/99/exists'), { status: 200, body: { exists: false } })
    assert.equal(await ask('HEAD', '/Books/1'), { status: 200, body: undefined })
    assert.equal(await ask('HEAD', '/Books/99'), { status: 404, body: undefined })
  },
)

inBoth(
  'D-2.4-7, D-2.1-16, D-2.3-3: PUT /:id and POST /:id/replace replace the whole row',
  async ({ ask, rows }, isStrict) => {
    for (const [verb, tail] of [
      ['PUT', ''],
      ['POST', '/replace'],
    ] as const) {
      await rows('Book').update(1, { price: 5 })
      assert.equal(await ask(verb, `/Books/1${tail}`, { title: 'Whole' }), {
        status: 200,
        body: { title: 'Whole', id: 1 },
      })
      assert.equal(await rows('Book').findById(1), { title: 'Whole', id: 1 })
      assert.is((await ask(verb, `/Books/1${tail}`, { id: 2, title: 'Other' })).status, 400)
      const missing = await ask(verb, `/Books/99${tail}`, { title: 'Nobody' })
      assert.equal(refusal(missing), [404, isStrict ? 'NOT_FOUND' : undefined])
      assert.match(JSON.stringify(missing.body), '"message":"Could not replace. ')
    }
    assert.is((await rows('Book').findById(2))?.['title'], 'Bramble')
  },
)

inBoth(
  'D-2.4-8, D-2.4-15: PATCH /:id patches the loaded row, or is a 404',
  async ({ ask, rows }) => {
    assert.equal(await ask('PATCH', '/Books/1', { price: 6 }), {
      status: 200,
      body: { title: 'Anchor', price: 6, id: 1 },
    })
    assert.is((await rows('Book').findById(1))?.['price'], 6)
    assert.equal(refusal(await ask('PATCH', '/Books/99', { price: 6 })), [404, 'MODEL_NOT_FOUND'])
  },
)

inBoth(
  'D-1.1-22, D-2.4-2, D-2.4-3, D-2.4-7, D-2.4-8: without replaceOnPUT a PUT patches',
  async ({ ask }) => {
    await ask('POST', '/Leaflets', { title: 'Anchor', price: 5 })
    const patched = { title: 'Else', price: 5, id: 1 }
    assert.equal((await ask('PUT', '/Leaflets', { id: 1, title: 'Else' })).body, patched)
    assert.equal((await ask('PUT', '/Leaflets/1', { price: 5 })).body, patched)
    assert.equal((await ask('POST', '/Leaflets/1/replace', { title: 'Whole' })).body, {
      title: 'Whole',
      id: 1,
    })
  },
)

inBoth('D-2.4-9, D-2.1-15: DELETE /:id answers how many rows it deleted', async ({ ask, rows }) => {
  assert.equal(await ask('DELETE', '/Books/1'), { status: 200, body: { count: 1 } })
  assert.equal(await ask('DELETE', '/Books/1'), { status: 200, body: { count: 0 } })
  assert.is(await rows('Book').count(), 2)
})

inBoth(
  'D-2.4-10, D-2.1-13: POST /update patches every match and counts them',
  async ({ ask, rows }) => {
    const where = { price: { lt: 10 } }
    assert.equal(await ask('POST', `/Books/update${inQuery('where', where)}`, { price: 1 }), {
      status: 200,
      body: { count: 2 },
    })
    assert.equal(
      (await rows('Book').find()).map((row) => row['price']),
      [1, 15, 1],
    )
    assert.equal(refusal(await ask('POST', '/Books/update', { price: 2 })), [400, 'WHERE_REQUIRED'])
    assert.is(await rows('Book').count({ price: 2 }), 0)
  },
)

test('D-2.4-11: DELETE / is served only where destroyAll is shared', async () => {
  const shared = { modelConfig: { Book: { remoting: { sharedMethods: { destroyAll: true } } } } }
  for (const profile of profiles) {
    for (const [options, status, left] of [
      [{}, 404, 2],
      [shared, 200, 1],
    ] as const) {
      await withApi({ profile, models, options }, async ({ ask, rows }) => {
        await rows('Book').create([{ title: 'a' }, { title: 'b' }])
        const answer = await ask('DELETE', `/Books${inQuery('where', { title: 'a' })}`)
        assert.is(answer.status, status)
        if (status === 200) assert.equal(answer.body, { count: 1 })
        assert.is(await rows('Book').count(), left)
      })
    }
  }
})

test('D-2.4-14, D-2.4-15: a method that declares no result answers 204, whatever it returns', async () => {
  const seen: unknown[] = []
  const quiet = {
    definition: { http: { verb: 'post', path: '/quiet' } },
    handler: () => ({ never: 'seen' }),
  }
  const own = {
    definition: { isStatic: false, http: { verb: 'post', path: '/own' } },
    handler: (_: object, context: { readonly instance?: unknown }) =>
      void seen.push(context.instance),
  }
  const options = { methods: { Book: { quiet, own } } }
  for (const profile of profiles) {
    await withApi({ profile, models, options }, async ({ ask }) => {
      await ask('POST', '/Books', { title: 'Anchor' })
      assert.equal(await ask('POST', '/Books/quiet'), { status: 204, body: undefined })
      seen.length = 0
      assert.equal(await ask('POST', '/Books/1/own'), { status: 204, body: undefined })
      assert.equal(seen, [{ title: 'Anchor', id: 1 }])
      assert.equal(refusal(await ask('POST', '/Books/99/own')), [404, 'MODEL_NOT_FOUND'])
      assert.is(seen.length, 1)
    })
  }
})

inBoth('D-3.1-6, D-2.3-12: including an unknown relation is a 400', async ({ ask }) => {
  const answer = await ask('GET', `/Books${inQuery('filter', { include: 'nope' })}`)
  assert.equal(refusal(answer), [400, 'UNKNOWN_RELATION'])
})

test.run()
