import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProfileName } from 'viaduct'
import { sendRaw } from '../transports/rest/rest-harness.ts'
import { codeOf, startTarget, type Target } from './target.ts'

const hiddenConditions: readonly object[] = [
  { password: { like: 'SECRET%' } },
  { and: [{ password: { exists: true } }] },
  { or: [{ name: 'nobody' }, { password: { regexp: 'S' } }] },
  { nor: [{ password: 'x' }] },
  { 'password.length': 7 },
  { 'info.password': 'x' },
  { info: { inq: [{ password: 'x' }] } },
  { 'profile.token': { like: 'S%' } },
  { profile: { token: 'x' } },
  { books: { none: { secret: 'x' } } },
  { books: { some: { author: { salary: 1 } } } },
]

const inQuery = (name: string, value: unknown): string =>
  `?${name}=${encodeURIComponent(JSON.stringify(value))}`

async function startFilled(profile: ProfileName): Promise<Target> {
  const target = await startTarget(profile)
  for (const name of ['a', 'b']) {
    await target.call('POST', '/Authors', { name, password: 'SECRET1', salary: 7001 })
  }
  await target.call('POST', '/Authors/1/profile', { bio: 'x', token: 'SECRET2' })
  await target.call('POST', '/Authors/1/books', { title: 'x', secret: 'SECRET3' })
  await target.call('POST', '/Authors/2/books', { title: 'y', secret: 'SECRET3' })
  return target
}

for (const profile of ['strict', 'loopback3'] as const) {
  const test = suite<{ target: Target }>(`disclosure, ${profile}`)
  test.before(async (context) => {
    context.target = await startFilled(profile)
  })
  test.after(({ target }) => target.stop())

  test('D-1.6-1, D-1.6-2: no route, format or include shows a hidden value', async ({ target }) => {
    for (const path of [
      '/Authors',
      '/Authors/1',
      '/Authors/findOne',
      '/Authors?_format=xml',
      '/Authors?_format=text/javascript&callback=x',
      `/Authors${inQuery('filter', { fields: ['password'] })}`,
      `/Authors${inQuery('filter', { include: ['profile', { books: 'author' }] })}`,
      `/Books${inQuery('filter', { include: { relation: 'author', scope: { fields: ['password', 'salary'] } } })}`,
      '/Authors/1/books',
      '/Authors/1/profile',
      '/Books/1/author',
    ]) {
      const answer = await target.call('GET', path)
      assert.is(answer.status, 200, path)
      assert.not.match(answer.answer.body, /SECRET/, path)
    }
    const included = await target.find('/Books', { include: 'author' })
    assert.not.match(included.answer.body, /7001/)
  })

  test('D-1.6-1, D-6-28: no answer to a write shows a hidden value, errors neither', async ({
    target,
  }) => {
    for (const [verb, path, data] of [
      ['POST', '/Authors', { name: 'n', password: 'SECRET4' }],
      ['PATCH', '/Authors/1', { password: 'SECRET1' }],
      ['PUT', '/Authors/2', { name: 'b', password: 'SECRET1', salary: 7001 }],
      ['POST', '/Books', { title: 't', secret: { a: 'SECRET5' } }],
      ['PUT', '/Authors/1/profile', { token: 'SECRET2' }],
    ] as const) {
      const answer = await target.call(verb, path, data)
      assert.not.match(answer.answer.body, /SECRET/, `${verb} ${path}`)
    }
  })

  test('D-1.6-5, F-2.60: a write whose condition names a hidden property is refused whole', async ({
    target,
  }) => {
    for (const where of hiddenConditions) {
      for (const path of ['/Authors/update', '/Authors/upsertWithWhere']) {
        const answer = await target.call('POST', path + inQuery('where', where), { name: 'z' })
        assert.is(codeOf(answer), 'HIDDEN_PROPERTY_IN_QUERY', `${path} ${JSON.stringify(where)}`)
      }
    }
  })

  test('D-2.4-12, D-3.8-5: a change stream refuses conditions on related models before it begins', async ({
    target,
  }) => {
    const options = inQuery('options', { where: { profile: { bio: 'x' } } })
    const text = await sendRaw(
      target.port,
      `GET /api/Authors/change-stream${options} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    assert.match(text, /^HTTP\/1.1 400 /)
    assert.match(text, /"message":"a change stream has no conditions on related models"/)
  })

  test('D-4.5-3, D-4.5-5, D-4.4-1: rows are not moved or reached through the relation of another', async ({
    target,
  }) => {
    for (const authorId of [2, '2', null, { toString: 1 }]) {
      const answer = await target.call('PUT', '/Authors/1/books/1', { authorId })
      assert.is(answer.status, 400, JSON.stringify(authorId))
    }
    assert.is((await target.call('GET', '/Authors/1/books/2')).status, 404)
    assert.is((await target.call('PUT', '/Authors/1/books/2', { title: 'mine' })).status, 404)
    assert.is((await target.call('DELETE', '/Authors/1/books/2')).status, 404)
    const wide = { where: { or: [{ authorId: 2 }, { id: { gt: 0 } }] }, fields: ['id'] }
    assert.equal((await target.find('/Authors/1/books', wide)).body, [{ id: 1 }])
    const created = await target.call('POST', '/Authors/2/books', { title: 'z', authorId: 1 })
    assert.is((created.body as { authorId: unknown }).authorId, 2)
  })

  test('D-1.4-5, D-1.4-8, D-2.1-16: ids are neither chosen nor changed by the caller', async ({
    target,
  }) => {
    for (const [verb, path, data, status] of [
      ['POST', '/Authors', { id: 999 }, 422],
      ['PATCH', '/Authors', { id: 999 }, 404],
      ['PUT', '/Authors', { id: 999 }, 404],
      ['PUT', '/Authors/999', { id: 999 }, 404],
      ['PATCH', '/Authors/1', { id: 2 }, 400],
      ['PATCH', '/Authors/1', { id: { toString: 1 } }, 400],
      ['PUT', '/Authors/1', { id: 2 }, 400],
      ['POST', '/Authors/1/books', { id: 2, title: 'x' }, 422],
    ] as const) {
      const answer = await target.call(verb, path, data)
      assert.is(answer.status, status, `${verb} ${path} ${JSON.stringify(data)}`)
    }
  })

  test('F-2.19: a count that is no boolean asks for no total', async ({ target }) => {
    const answer = await target.find('/Authors', { count: { toString: 1 } })
    assert.is(answer.status, profile === 'strict' ? 400 : 200)
    assert.is(answer.answer.headers['x-total-count'], undefined)
  })

  test.run()
}

const strict = suite<{ target: Target }>('hidden properties in reads, strict')
strict.before(async (context) => {
  context.target = await startFilled('strict')
})
strict.after(({ target }) => target.stop())

strict('D-1.6-5, D-1.6-6: no read can be used to guess a hidden value', async ({ target }) => {
  for (const where of hiddenConditions) {
    for (const path of [
      `/Authors${inQuery('filter', { where })}`,
      `/Authors/findOne${inQuery('filter', { where })}`,
      `/Authors/count${inQuery('where', where)}`,
      `/Books${inQuery('filter', { include: { relation: 'author', scope: { where } } })}`,
      `/Authors/change-stream${inQuery('options', { where })}`,
    ]) {
      const answer = await target.call('GET', path)
      assert.is(codeOf(answer), 'HIDDEN_PROPERTY_IN_QUERY', decodeURIComponent(path))
    }
  }
  for (const order of ['password', ['name', 'password DESC'], 'info.password']) {
    assert.is(codeOf(await target.find('/Authors', { order })), 'HIDDEN_PROPERTY_IN_QUERY')
  }
  const scope = { order: 'salary' }
  const included = await target.find('/Books', { include: { relation: 'author', scope } })
  assert.is(codeOf(included), 'HIDDEN_PROPERTY_IN_QUERY')
})

strict.run()
