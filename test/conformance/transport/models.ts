import assert from 'node:assert/strict'
import { failureOf } from './expect.ts'
import { type Check, checkModels, libraryOptions, type Row, titlesOf } from './model-stage.ts'
import { relationCases } from './relations.ts'
import type { Suite } from './suite.ts'

/** The methods every model has, through the memory connector. Source: framework section 2, data sections 2 to 4. */
export function modelCases(suite: Suite): void {
  const check = checkModels(suite)
  readingCases(check)
  writingCases(check)
  bulkCases(check)
  refusalCases(check, suite)
  hostileDataCases(check, suite)
  relationCases(check)
  publishedCase(suite)
  concurrentWrites(check)
}

function readingCases(check: Check): void {
  const finds: readonly (readonly [name: string, filter: unknown, titles: readonly string[]])[] = [
    ['without a filter', undefined, ['Emma', 'Ulysses', 'Middlemarch']],
    ['with where', { where: { title: 'Emma' } }, ['Emma']],
    ['with operators', { where: { pages: { gt: 100, lt: 300 } } }, ['Ulysses']],
    [
      'with or',
      { where: { or: [{ title: 'Emma' }, { pages: 300 }] }, order: 'id' },
      ['Emma', 'Middlemarch'],
    ],
    ['with inq and an empty list', { where: { title: { inq: [] } } }, []],
    ['with order', { order: ['pages DESC'] }, ['Middlemarch', 'Ulysses', 'Emma']],
    ['with limit and skip', { order: 'id', limit: 1, skip: 1 }, ['Ulysses']],
  ]
  for (const [name, filter, titles] of finds) {
    check(`find ${name}`, async ({ client }) => {
      const rows = await client.call('Book.find', filter === undefined ? {} : { filter })
      assert.deepEqual(titlesOf(rows), titles)
    })
  }

  check('find with fields leaves the others out', async ({ client }) => {
    const filter = { fields: ['title', 'pages'], where: { title: 'Emma' } }
    assert.deepEqual(await client.call('Book.find', { filter }), [{ title: 'Emma', pages: 100 }])
  })

  check('findById, findOne, exists and count', async ({ client }) => {
    const emma = { title: 'Emma', pages: 100, tags: ['a'], id: 1 }
    assert.deepEqual(await client.call('Book.findById', { id: 1 }), emma)
    assert.deepEqual(await client.call('Book.findOne', { filter: { where: { pages: 100 } } }), emma)
    assert.deepEqual(await client.call('Book.exists', { id: 1 }), { exists: true })
    assert.deepEqual(await client.call('Book.exists', { id: 9 }), { exists: false })
    assert.deepEqual(await client.call('Book.count', {}), { count: 3 })
    assert.deepEqual(await client.call('Book.count', { where: { pages: { gte: 200 } } }), {
      count: 2,
    })
  })
}

function writingCases(check: Check): void {
  check('create answers the row with id and defaults', async ({ client }) => {
    const row = await client.call('Book.create', { data: { title: 'Middlemarch 2' } })
    assert.deepEqual(row, { title: 'Middlemarch 2', pages: 0, id: 4 })
  })

  check('create takes a list and answers in its order', async ({ client }) => {
    const rows = await client.call('Book.create', { data: [{ title: 'x' }, { title: 'y' }] })
    assert.deepEqual(titlesOf(rows), ['x', 'y'])
    assert.deepEqual(await client.call('Book.count', {}), { count: 5 })
  })

  check('unicode and odd members are stored as they are', async ({ client }) => {
    const data = { title: '𝒳 "é" \u2028 \u0000', note: { 'a.b': [null, { '': '🎈' }] } }
    const { id } = (await client.call('Book.create', { data })) as Row
    const { title, note } = (await client.call('Book.findById', { id })) as Row
    assert.deepEqual({ title, note }, data)
  })

  check('patchAttributes changes what is given', async ({ client }) => {
    const patched = await client.call(
      'Book.prototype.patchAttributes',
      { data: { pages: 5 } },
      { ctorArgs: { id: 1 } },
    )
    assert.deepEqual(patched, { title: 'Emma', pages: 5, tags: ['a'], id: 1 })
  })

  check('replaceById removes what is not given', async ({ client }) => {
    const replaced = await client.call('Book.replaceById', { id: 1, data: { title: 'Emma 2' } })
    assert.deepEqual(replaced, { title: 'Emma 2', pages: 0, id: 1 })
  })

  check('patchOrCreate and replaceOrCreate by id', async ({ client }) => {
    const patched = await client.call('Book.patchOrCreate', { data: { id: 1, pages: 6 } })
    assert.deepEqual(patched, { title: 'Emma', pages: 6, tags: ['a'], id: 1 })
    const replaced = await client.call('Book.replaceOrCreate', { data: { id: 1, title: 'new' } })
    assert.deepEqual(replaced, { title: 'new', pages: 0, id: 1 })
  })
}

function bulkCases(check: Check): void {
  check('upsertWithWhere and updateAll', async ({ client }) => {
    const where = { title: 'Ulysses' }
    const { pages } = (await client.call('Book.upsertWithWhere', {
      where,
      data: { pages: 1 },
    })) as Row
    assert.equal(pages, 1)
    const info = await client.call('Book.updateAll', {
      where: { pages: { lt: 200 } },
      data: { pages: 7 },
    })
    assert.deepEqual(info, { count: 2 })
    assert.deepEqual(await client.call('Book.count', { where: { pages: 7 } }), { count: 2 })
  })

  check('deleteById deletes once', async ({ client }) => {
    assert.deepEqual(await client.call('Book.deleteById', { id: 1 }), { count: 1 })
    assert.equal((await failureOf(client.call('Book.findById', { id: 1 }))).statusCode, 404)
    assert.deepEqual(await client.call('Book.count', {}), { count: 2 })
  })
}

function refusalCases(check: Check, suite: Suite): void {
  check('a missing row is a 404 MODEL_NOT_FOUND', async ({ client }) => {
    const patch = () =>
      client.call('Book.prototype.patchAttributes', { data: {} }, { ctorArgs: { id: 99 } })
    for (const call of [() => client.call('Book.findById', { id: 99 }), patch]) {
      const failure = await failureOf(call())
      assert.equal(failure.statusCode, 404)
      assert.equal(failure.code, 'MODEL_NOT_FOUND')
    }
  })

  check(
    'D-2.3-3: replacing a missing row is a 404, with code NOT_FOUND in strict',
    async ({ client }) => {
      const call = client.call('Book.replaceById', { id: 99, data: { title: 'x' } })
      const failure = await failureOf(call)
      assert.equal(failure.statusCode, 404)
      assert.equal(failure.code, suite.profile === 'strict' ? 'NOT_FOUND' : undefined)
    },
  )

  check(
    'E-13: an invalid row is a 422 with details.codes, and nothing is stored',
    async ({ client }) => {
      const failure = await failureOf(client.call('Book.create', { data: { pages: 1 } }))
      assert.equal(failure.statusCode, 422)
      assert.equal(failure.name, 'ValidationError')
      assert.equal(failure.code, undefined)
      const { context, codes, messages } = failure.details as Row
      assert.deepEqual({ context, codes }, { context: 'Book', codes: { title: ['presence'] } })
      assert.deepEqual(messages, { title: ["can't be blank"] })
      assert.deepEqual(await client.call('Book.count', {}), { count: 3 })
    },
  )

  check('a patch that makes the row invalid changes nothing', async ({ client }) => {
    const patch = client.call(
      'Book.prototype.patchAttributes',
      { data: { title: null } },
      { ctorArgs: { id: 1 } },
    )
    assert.equal((await failureOf(patch)).statusCode, 422)
    assert.equal(((await client.call('Book.findById', { id: 1 })) as Row)['title'], 'Emma')
  })

  check('an unreadable filter is a 400', async ({ client }) => {
    for (const filter of [
      { where: 5 },
      { where: { and: 5 } },
      { limit: -1 },
      { include: 'nobody' },
    ]) {
      const failure = await failureOf(client.call('Book.find', { filter }))
      assert.equal(failure.statusCode, 400, JSON.stringify(filter))
    }
  })
}

function hostileDataCases(check: Check, suite: Suite): void {
  check('reserved keys in data and filters are refused or left out', async ({ client }) => {
    const data = JSON.parse('{"title":"x","__proto__":{"isAdmin":true}}')
    const row = (await client.call('Book.create', { data }).catch(() => ({}))) as Row
    assert.equal(row['isAdmin'], undefined)
    assert.equal('isAdmin' in {}, false)
    const filter = JSON.parse('{"where":{"__proto__":{"title":"Emma"}}}')
    await client
      .call('Book.find', { filter })
      .catch(({ statusCode }) => assert.equal(statusCode, 400))
  })

  check('a list where an object belongs is refused', async ({ client }) => {
    for (const data of [[[]], 'text', 5, [5]]) {
      const { statusCode } = await failureOf(client.call('Book.create', { data }))
      assert.ok(statusCode >= 400 && statusCode < 500, JSON.stringify(data))
    }
  })

  check('hidden properties never leave', async ({ client }) => {
    const data = { name: 'Ada', secret: 'open sesame' }
    const created = await client.call('Author.create', { data })
    const found = await client.call('Author.find', {})
    const asked = await client
      .call('Author.find', { filter: { fields: ['name', 'secret'] } })
      .catch(() => [])
    assert.equal(JSON.stringify([created, found, asked]).includes('sesame'), false)
    const where = { secret: 'open sesame' }
    const failure = await client.call('Author.find', { filter: { where } }).then(
      () => undefined,
      (reason) => reason,
    )
    if (suite.profile === 'strict') assert.equal(failure?.statusCode, 400)
  })
}

function publishedCase(suite: Suite): void {
  suite.check(
    'models: methods of a model obey sharedMethods and public',
    {
      ...libraryOptions(),
      modelConfig: {
        Book: { remoting: { sharedMethods: { '*': false, find: true } } },
        Author: { public: false },
      },
    },
    async ({ client }) => {
      assert.deepEqual(await client.call('Book.find', {}), [])
      assert.equal((await failureOf(client.call('Book.create', { data: {} }))).statusCode, 404)
      assert.equal((await failureOf(client.call('Author.find', {}))).statusCode, 404)
    },
  )
}

function concurrentWrites(check: Check): void {
  check('fifty creates at once get fifty ids', async ({ client }) => {
    const rows = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        client.call('Book.create', { data: { title: `t${n}` } }),
      ),
    )
    assert.equal(new Set((rows as readonly Row[]).map(({ id }) => id)).size, 50)
    assert.deepEqual(
      titlesOf(rows),
      Array.from({ length: 50 }, (_, n) => `t${n}`),
    )
  })

  check(
    'of ten equal unique values at once, one is stored and nine are refused',
    async ({ client }) => {
      const data = { name: 'Ada', email: 'ada@example.org' }
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, () => client.call('Author.create', { data })),
      )
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
      assert.deepEqual(await client.call('Author.count', {}), { count: 1 })
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.ok([409, 422].includes(outcome.reason.statusCode))
      }
    },
  )

  check('upserts of one row at once end in one row', async ({ client }) => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        client.call('Book.upsertWithWhere', {
          where: { title: 'once' },
          data: { title: 'once', pages: n },
        }),
      ),
    )
    assert.deepEqual(await client.call('Book.count', { where: { title: 'once' } }), { count: 1 })
  })
}
