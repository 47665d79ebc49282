import { request as httpRequest } from 'node:http'
import type { Context } from 'koa'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProfileName } from '../../../core/spi.ts'
import type { RestOptions } from '../../../transports/rest/index.ts'
import { call, echo, ref, start, stopAll } from './batch-server.ts'
import { request } from './rest-harness.ts'

test.after.each(stopAll)

for (const [way, options] of [
  ['direct', {}],
  ['koa', { koa: true }],
] as const) {
  test(`${way}: replies stand in the order of the calls, whichever is ready first`, async () => {
    const { ask } = await start({ options })
    const replies = await ask([call(1, 'Tools.late', { value: 'a' }), echo(2, 'b'), echo(7, null)])
    assert.equal(replies, [
      [3, 1, 'a'],
      [3, 2, 'b'],
      [3, 7, null],
    ])
  })

  test(`${way}: arguments refer to results two and three calls back, to paths in them, and to the key of a row`, async () => {
    const { ask } = await start({ options })
    const replies = await ask([
      call(1, 'Author.create', { data: { name: 'Ursula' } }),
      call(2, 'Book.create', { data: { title: 'Tehanu', authorId: ref(1, 'id') } }),
      call(3, 'Author.findById', { id: ref(2, 'authorId') }),
      call(
        4,
        'Book.prototype.patchAttributes',
        { data: { title: ref(3, 'name') } },
        { ctor: { id: ref(2, 'id') } },
      ),
      call(5, 'Book.prototype.patchAttributes', { data: { title: 'whole' } }, { ctor: ref(2) }),
    ])
    assert.equal(replies.slice(2), [
      [3, 3, { name: 'Ursula', id: 1 }],
      [3, 4, { title: 'Ursula', authorId: 1, id: 1 }],
      [3, 5, { title: 'whole', authorId: 1, id: 1 }],
    ])
  })

  test(`${way}: E-16: a call that fails fails those that refer to it, and no other`, async () => {
    const { ask, seen } = await start({ options })
    const [first, second, third, fourth, fifth] = await ask([
      call(1, 'Author.findById', { id: 404 }),
      echo(2, ref(1, 'id')),
      echo(3, { deep: [ref(2)] }),
      call(4, 'Tools.fail'),
      echo(5, 'fine'),
    ])
    const [kind, , problem] = first as [number, number, Record<string, unknown>]
    assert.is(kind, 4)
    assert.is(problem['statusCode'], 404)
    assert.is(problem['code'], 'MODEL_NOT_FOUND')
    assert.equal(
      [second, third],
      [
        [4, 2, problem],
        [4, 3, problem],
      ],
    )
    assert.equal(fourth, [4, 4, { statusCode: 500, message: 'Internal Server Error' }])
    assert.equal(fifth, [3, 5, 'fine'])
    assert.equal(seen, ['fine'])
  })

  test(`${way}: metadata, access token and request are those of the HTTP request`, async () => {
    const identify = async (context: Context, next: () => Promise<unknown>) => {
      Object.assign(context.req, { accessToken: { id: 'token' } })
      await next()
    }
    const { ask } = await start({ options: { ...options, use: [identify] } })
    const [reply] = await ask([call(1, 'Tools.who')], { 'X-Name': 'ada' })
    const token = { id: 'token' }
    assert.equal(reply, [3, 1, { header: 'ada', token, path: '/api/$batch', transport: 'rest' }])
  })

  test(`${way}: N-30, U-11, U-12: CORS, preflight and Allow as for other routes`, async () => {
    const cors = { origin: 'http://a' }
    const server = await start({ options, remoting: { cors } })
    const headers = { Origin: 'http://a', 'Access-Control-Request-Method': 'POST' }
    const asked = await request(server, 'OPTIONS', '/api/$batch', { headers })
    assert.is(asked.status, 204)
    assert.is(asked.headers['allow'], 'POST')
    assert.is(asked.headers['access-control-allow-origin'], 'http://a')
    const answer = await server.send([echo(1, 1)], headers)
    assert.is(answer.headers['access-control-allow-origin'], 'http://a')
    assert.is(answer.headers['content-type'], 'application/json; charset=utf-8')
    const read = await request(server, 'GET', '/api/$batch')
    assert.is(read.status, 404)
    assert.is(read.headers['allow'], 'POST')
  })
}

test('H-1, X-1: hooks and authorization run for every call, those of notices as well', async () => {
  const hooked: string[] = []
  const { ask, seen } = await start({
    prepare(app) {
      app.authorize(({ methodString }) => {
        if (methodString !== 'Tools.late') return
        throw Object.assign(new Error('no'), { statusCode: 401, code: 'AUTHORIZATION_REQUIRED' })
      })
      app.before('**', ({ methodString }) => void hooked.push(methodString))
    },
  })
  const replies = await ask([
    echo(1, 1),
    call(2, 'Tools.late', { value: 2 }),
    [10, 'Tools.echo', { value: 'noted' }],
    [10, 'Tools.late', { value: 3 }],
    echo(3, ref(1)),
  ])
  assert.equal(replies[0], [3, 1, 1])
  assert.is((replies[1] as [number, number, { statusCode: number }])[2].statusCode, 401)
  assert.equal(replies[2], [3, 3, 1])
  assert.equal([...seen].sort(), [1, 1, 'noted'])
  assert.equal(hooked, ['Tools.echo', 'Tools.echo', 'Tools.echo'])
})

test('A-2: values of a wrong type are the 400 of their call; rich values keep their types', async () => {
  const { ask } = await start()
  const at = { $: ['date', 86_400_000] }
  const [wrong, made, echoed] = await ask([
    call(1, 'Book.create', { data: 7 }),
    call(2, 'Book.create', { data: { title: 't', at } }),
    echo(3, { at, big: { $: ['bigint', '12'] } }),
  ])
  assert.is((wrong as [number, number, { statusCode: number }])[2].statusCode, 400)
  assert.equal((made as [number, number, { at: unknown }])[2].at, at)
  assert.equal(echoed, [3, 3, { at, big: { $: ['bigint', '12'] } }])
})

test('streams and files, as results or arguments, are a 501 of their call ahead of any effect', async () => {
  const { ask, seen } = await start()
  const replies = await ask([
    call(1, 'Tools.items'),
    call(2, 'Tools.file'),
    echo(3, { $: ['stream', 9] }),
    call(4, 'Tools.function'),
    echo(5, 'fine'),
  ])
  const problems = replies.slice(0, 4).map((reply) => {
    const [kind, id, { statusCode, code }] = reply as [number, number, Record<string, unknown>]
    return [kind, id, statusCode, code]
  })
  assert.equal(problems, [
    [4, 1, 501, undefined],
    [4, 2, 501, undefined],
    [4, 3, 501, undefined],
    [4, 4, 500, undefined],
  ])
  assert.equal(replies[4], [3, 5, 'fine'])
  assert.equal(seen, ['fine'])
})

test('I-7: a call ends at its own timeout', async () => {
  const { ask, seen } = await start()
  const [late, fine] = await ask([call(1, 'Tools.wait', {}, { timeout: 20 }), echo(2, 1)])
  assert.is((late as [number, number, { statusCode: number }])[2].statusCode, 504)
  assert.equal(fine, [3, 2, 1])
  assert.equal(seen, ['begins', 1, 'aborted'])
})

test('I-13: a client that leaves aborts its calls, and those that wait never begin', async () => {
  const { port, seen } = await start()
  const outgoing = httpRequest({
    port,
    method: 'POST',
    path: '/api/$batch',
    headers: { 'content-type': 'application/json' },
  })
  outgoing.on('error', () => {})
  outgoing.end(JSON.stringify([call(1, 'Tools.wait'), echo(2, ref(1)), call(3, 'Tools.wait')]))
  await until(() => seen.length === 2)
  outgoing.destroy()
  await until(() => seen.length === 4)
  assert.equal(seen, ['begins', 'begins', 'aborted', 'aborted'])
})

async function until(holds: () => boolean): Promise<void> {
  const latest = Date.now() + 2000
  while (!holds()) {
    if (Date.now() > latest) throw new Error('it did not become true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('strict has batches, loopback3 has none; the option says otherwise', async () => {
  const statusOf = async (profile: ProfileName, batch?: RestOptions['batch']) => {
    const options = batch === undefined ? {} : { batch }
    const { send } = await start({ profile, options })
    return (await send([echo(1, 1)])).status
  }
  assert.is(await statusOf('strict'), 200)
  assert.is(await statusOf('strict', false), 404)
  assert.is(await statusOf('loopback3'), 404)
  assert.is(await statusOf('loopback3', true), 200)
  assert.is(await statusOf('loopback3', { maxCalls: 1 }), 200)
})

test('CF-30: unknown keys and numbers that are none stop the start', async () => {
  for (const batch of [{ calls: 1 }, { maxCalls: 0 }, { maxCalls: 1.5 }, { maxCalls: '9' }]) {
    try {
      await start({ options: { batch: batch as never } })
      assert.unreachable()
    } catch (error) {
      assert.match(String(error), /rest\.batch/)
    }
  }
})

test('U-6: the path matches whatever its case and with a slash behind it; longer ones are unknown', async () => {
  const server = await start()
  const statusOf = async (path: string) => {
    const options = { headers: { 'Content-Type': 'application/json' }, body: '[]' }
    return (await request(server, 'POST', path, options)).status
  }
  assert.is(await statusOf('/API/$BATCH'), 200)
  assert.is(await statusOf('/api/%24batch/?x=1'), 200)
  assert.is(await statusOf('/api/$batch/x'), 404)
  assert.is(await statusOf('/api/Books/$batch'), 404)
})

test.run()
