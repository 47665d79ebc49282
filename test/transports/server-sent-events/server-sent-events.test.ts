import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rest } from '../../../transports/rest/index.ts'
import type { ServerSentEventsOptions } from '../../../transports/server-sent-events/index.ts'
import { exchange } from '../../support/http-exchange.ts'
import { connect } from './event-reader.ts'
import { eventually, settle, shown, startServer, stopAll, take } from './event-server.ts'

test.after.each(stopAll)

const json = { 'Content-Type': 'application/json' }
const ways = [
  { name: 'direct', others: () => [rest()] },
  {
    name: 'through Koa',
    others: () => [rest({ phases: { 'routes:before': (_context, next) => next() } })],
  },
]

for (const { name, others } of ways) {
  test(`${name}: each item has an id, the end is named, retry comes first`, async () => {
    const { open, sources } = await startServer({ others: others(), options: { retryMs: 250 } })
    const connection = await open('Events.count', { to: 3 })
    assert.is(connection.status, 200)
    assert.is(connection.contentType, 'text/event-stream')
    assert.is(connection.incoming.headers['cache-control'], 'no-cache, no-transform')
    const events = await take(connection, 9)
    assert.equal(shown(events), ['data 1', 'data 2', 'data 3', 'end null'])
    const [stream] = connection.lastId().split('.')
    assert.equal(
      events.map(({ id }) => id),
      [1, 2, 3, 4].map((n) => `${stream}.${n}`),
    )
    assert.is(connection.retryMs(), 250)
    assert.is(sources.ended, 1)
  })

  test(`${name}: REST shares the port, unknown methods are 404`, async () => {
    const { origin } = await startServer({ others: others() })
    assert.is((await exchange(origin, { method: 'GET', path: '/api/Events/value?a=5' })).text, '5')
    for (const path of ['/api/events/Events.nowhere', '/api/events/Nowhere.x', '/api/events/']) {
      assert.is((await exchange(origin, { method: 'GET', path })).status, 404, path)
    }
    const { text } = await exchange(origin, {
      method: 'GET',
      path: '/API/EVENTS/Events.value/?args={"a":1}',
    })
    assert.match(text, /event: data\ndata: 1\n/)
  })

  test(`${name}: POST takes the arguments as JSON body`, async () => {
    const { origin } = await startServer({ others: others() })
    const body = '{"to":2}'
    const connection = await connect(`${origin}/api/events/Events.count`, {
      method: 'POST',
      body,
      headers: json,
    })
    assert.equal(shown(await take(connection, 9)), ['data 1', 'data 2', 'end null'])
  })

  test(`${name}: ST-10: what fails ahead of the stream is an ordinary answer`, async () => {
    const { open, origin, sources } = await startServer({ others: others() })
    for (const [method, args, status] of [
      ['Events.count', { to: 'x' }, 400],
      ['Events.count', {}, 400],
      ['Events.count', [1], 400],
      ['Events.refuses', {}, 409],
      ['Events.file', {}, 501],
    ] as const) {
      const connection = await open(method, args)
      const { error } = JSON.parse(await connection.text()) as { error: { statusCode: number } }
      assert.equal([connection.status, error.statusCode], [status, status], method)
    }
    const path = '/api/events/Events.count'
    assert.is((await exchange(origin, { method: 'GET', path: `${path}?args={"to":` })).status, 400)
    assert.is((await exchange(origin, { method: 'GET', path: `${path}?args[to]=1` })).status, 400)
    assert.is(
      (await exchange(origin, { method: 'GET', path: `${path}?args={"__proto__":1}` })).status,
      400,
    )
    assert.is(sources.calls, 0)
  })

  test(`${name}: N-30: CORS as with REST`, async () => {
    const { origin } = await startServer({
      others: others(),
      remoting: { cors: { origin: 'http://a' } },
    })
    const path = '/api/events/Events.count'
    const headers = { Origin: 'http://a', 'Access-Control-Request-Method': 'GET' }
    const preflight = await exchange(origin, { method: 'OPTIONS', path, headers })
    assert.equal(
      [preflight.status, preflight.headers['access-control-allow-origin']],
      [204, 'http://a'],
    )
    const { headers: plain } = await exchange(origin, {
      method: 'GET',
      path: `${path}?args={"to":1}`,
      headers,
    })
    assert.is(plain['access-control-allow-origin'], 'http://a')
  })
}

test('a method with one value answers it as the only item; undefined is no item', async () => {
  const { open } = await startServer()
  assert.equal(shown(await take(await open('Events.value', { a: 5 }), 9)), ['data 5', 'end null'])
  assert.equal(shown(await take(await open('Events.value'), 9)), ['end null'])
})

test('a method that REST does not answer to a GET is not reached by a link', async () => {
  const { open, origin } = await startServer()
  const connection = await open('Events.written')
  assert.equal([connection.status, connection.incoming.headers.allow], [405, 'POST, DELETE'])
  for (const [headers, status] of [
    [json, 200],
    [{ 'Content-Type': 'text/plain' }, 415],
    [{}, 415],
  ] as const) {
    const path = '/api/events/Events.written'
    assert.is(
      (await exchange(origin, { method: 'POST', path, headers, body: '{}' })).status,
      status,
    )
  }
})

test('limits: a body beyond maxBytes is a 413, one beyond maxDepth a 400', async () => {
  const { origin } = await startServer({ options: { maxBytes: 100, maxDepth: 3 } })
  const post = (body: string) =>
    exchange(origin, { method: 'POST', path: '/api/events/Events.value', headers: json, body })
  assert.is((await post(`{"b":"${'x'.repeat(100)}"}`)).status, 413)
  assert.is((await post('{"b":[[[1]]]}')).status, 400)
  assert.is((await post('{"a":1}')).status, 200)
})

for (const profile of ['strict', 'loopback3'] as const) {
  test(`${profile}: ST-4, E-16: error events show 4xx, and of a 5xx nothing but its phrase`, async () => {
    const { open } = await startServer({ profile })
    const failure = async (name: string, args = {}) => {
      const events = await take(await open(name, args), 9)
      const last = events.at(-1)
      assert.is(last?.event, 'error')
      const { status: _status, ...members } = JSON.parse(last?.data ?? '') as Record<
        string,
        unknown
      >
      return members
    }
    assert.equal(await failure('Events.breaks', { status: 409 }), {
      statusCode: 409,
      name: 'Error',
      message: 'broken',
      code: 'CONFLICT',
      details: { n: 1 },
    })
    const hidden = { statusCode: 500, message: 'Internal Server Error' }
    assert.equal(await failure('Events.breaks', { status: 500 }), hidden)
    assert.equal(await failure('Events.cyclic'), hidden)
  })
}

test('an idle stream shows signs of life', async () => {
  const { open, sources } = await startServer({ options: { heartbeatMs: 10 } })
  const connection = await open('Events.gated', { to: 1 })
  const reading = take(connection, 9)
  await eventually(() => connection.comments() >= 3)
  sources.allow(1)
  assert.equal(shown(await reading), ['data 1', 'end null'])
})

test('a client that stops reading is disconnected after two heartbeats, and may come back', async () => {
  const { open, reopen, sources } = await startServer({
    options: { heartbeatMs: 20, resumeMs: 60 },
  })
  const connection = await open('Events.large', { to: 2000 })
  assert.is((await take(connection, 1)).length, 1)
  const lastId = connection.lastId()
  connection.incoming.pause()
  await eventually(() => sources.ended === 1)
  const late = await reopen('Events.large', lastId)
  assert.is((await take(late, 1))[0]?.event, 'gap')
  connection.kill()
})

test('I-13: a client that leaves ahead of the stream aborts the call', async () => {
  const { app, origin } = await startServer()
  let begun = false
  let aborted = false
  app.change((classOf) => {
    const definition = { isStatic: true, accepts: [], returns: { arg: 'r', root: true } }
    classOf('Slow').defineMethod(
      'wait',
      definition,
      (_args: never, context: { signal: AbortSignal }) => {
        begun = true
        context.signal.addEventListener('abort', () => {
          aborted = true
        })
        return new Promise(() => {})
      },
    )
  })
  const leaving = new AbortController()
  const answer = connect(`${origin}/api/events/Slow.wait`, { signal: leaving.signal }).catch(
    () => 'left',
  )
  await eventually(() => begun)
  leaving.abort()
  assert.is(await answer, 'left')
  await eventually(() => aborted)
})

test('when the application stops, streams close without an end and their sources are released', async () => {
  const { app, open, sources } = await startServer()
  const away = await open('Events.gated', { to: 9 })
  sources.allow(1)
  await take(away, 1)
  away.kill()
  await settle()
  const connection = await open('Events.gated', { to: 9 })
  const events = take(connection, 9)
  await app.stop()
  assert.equal(shown(await events), [])
  assert.is(sources.ended, 2)
})

test('unknown and wrong options stop the start, naming the key', async () => {
  for (const [options, text] of [
    [{ replay: 1 }, 'serverSentEvents.replay: unknown key'],
    [
      { replayItems: 0 },
      'serverSentEvents.replayItems: expected a whole number from 1, got number',
    ],
    [{ resumeMs: '1s' }, 'serverSentEvents.resumeMs: expected a whole number from 0, got string'],
    [{ path: '/a?b' }, 'serverSentEvents.path: "/a?b" is no path'],
  ] as const) {
    try {
      await startServer({ options: options as ServerSentEventsOptions }) // wrong on purpose
      assert.unreachable('the start must fail')
    } catch (error) {
      assert.is((error as Error).message, text)
    }
  }
})

test.run()
