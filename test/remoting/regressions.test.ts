import { Readable } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, RemoteError } from 'viaduct'
import { call, request } from '../transports/rest/rest-harness.ts'
import { method, openApp, rejectionOf, startFailure, stopAll } from './open-app.ts'

test.after.each(stopAll)

/*
 * What went wrong in servers of this kind before, one test each, named by its rule.
 */

const remoting = { errorHandler: { log: false } }
const http = { verb: 'get' }
const post = { verb: 'post' }
const root = { arg: 'r', root: true }
const ping = method({ http, returns: root }, () => 'pong')

test('T-5, B-8: a result that can not be serialised is a 500, and the process stays up', async () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const { port } = await openApp({
    remoting,
    methods: {
      C: {
        ping,
        cycle: method({ http, returns: root }, () => cycle),
        bigint: method({ http, returns: root }, () => ({ n: 1n })),
        getter: method({ http, returns: root }, () => ({
          get broken() {
            throw new Error('getter')
          },
        })),
      },
    },
  })
  for (const name of ['cycle', 'bigint', 'getter']) {
    assert.is((await call({ port }, 'GET', `/api/C/${name}`)).status, 500, name)
  }
  assert.is((await call({ port }, 'GET', '/api/C/ping')).body, 'pong')
})

test('T-5, U-11: OPTIONS invokes nothing: 204 with Allow on a route, 404 elsewhere, no CORS header', async () => {
  let calls = 0
  const count = () => ++calls
  const { port } = await openApp(
    { remoting, methods: { C: { any: method({ returns: root }, count) } } },
    (app) => app.before('**', count).authorize(count),
  )
  const { status, answer } = await call({ port }, 'OPTIONS', '/api/C/any')
  assert.is(status, 204)
  assert.ok(answer.headers['allow'])
  assert.not(answer.text.toLowerCase().includes('access-control'))
  assert.is((await call({ port }, 'OPTIONS', '/api/C/nowhere')).status, 404)
  assert.is((await call({ port }, 'OPTIONS', '/api/nowhere')).status, 404)
  assert.is(calls, 0)
})

test('T-5, N-4: 406 has no side effect: no authorization, no hook, no method', async () => {
  let calls = 0
  const count = () => ++calls
  const { port } = await openApp(
    { remoting, methods: { C: { m: method({ returns: root }, count) } } },
    (app) => app.before('**', count).authorize(count).afterError('**', count),
  )
  for (const verb of ['GET', 'POST', 'PUT', 'DELETE']) {
    const { status, body, answer } = await call({ port }, verb, '/api/C/m', undefined, {
      Accept: 'image/png',
    })
    assert.equal([status, body], [406, 'Not Acceptable'], verb)
    assert.match(answer.headers['content-type'] ?? '', 'text/plain')
  }
  assert.is(calls, 0)
})

test('T-5, R-7: a status target ahead of the body values does not shift them', async () => {
  const { port } = await openApp({
    methods: {
      C: {
        m: method(
          {
            http,
            returns: [
              { arg: 'a' },
              { arg: 'status', http: { target: 'status' } },
              { arg: 'h', http: { target: 'header', header: 'X-H' } },
              { arg: 'b' },
            ],
          },
          () => ['A', 202, 'H', 'B'],
        ),
      },
    },
  })
  const { status, body, answer } = await call({ port }, 'GET', '/api/C/m')
  assert.equal([status, body, answer.headers['x-h']], [202, { a: 'A', b: 'B' }, 'H'])
})

test('T-5, R-8: named values are merged with a root object, which stays as it was', async () => {
  const shared = { kept: 1, both: 'root' }
  const object = { arg: 'r', type: 'object', root: true }
  const { port } = await openApp({
    methods: {
      C: { m: method({ http, returns: [object, { arg: 'both' }] }, () => [shared, 'named']) },
    },
  })
  assert.equal((await call({ port }, 'GET', '/api/C/m')).body, { kept: 1, both: 'named' })
  assert.equal(shared, { kept: 1, both: 'root' })
})

test('T-5, S-3: an argument with name and arg arrives under arg', async () => {
  const { port, lines } = await openApp({
    methods: {
      C: {
        m: method(
          { accepts: [{ arg: 'given', name: 'other', type: 'number' }], http, returns: root },
          (args) => args,
        ),
      },
    },
  })
  assert.equal((await call({ port }, 'GET', '/api/C/m?given=1&other=2')).body, { given: 1 })
  assert.is(lines.filter((line) => line.startsWith('warning: C.m')).length, 1)
})

test('T-5, Q-9: a null body is null as a whole and no fields otherwise', async () => {
  const echo = (source?: string) =>
    method(
      {
        accepts: [
          { arg: 'a', type: 'object', ...(source === undefined ? {} : { http: { source } }) },
        ],
        http: post,
        returns: root,
      },
      ({ a }) => [a === null, a === undefined],
    )
  const { port } = await openApp({
    remoting,
    methods: { C: { body: echo('body'), form: echo('form'), auto: echo() } },
  })
  const send = async (name: string) => (await call({ port }, 'POST', `/api/C/${name}`, 'null')).body
  assert.equal(await send('body'), [true, false])
  assert.equal(await send('form'), [false, true])
  assert.equal(await send('auto'), [false, true])
})

test('T-5, I-11: a rejection without a reason is an error', async () => {
  const { port, local } = await openApp({
    remoting,
    methods: { C: { m: method({ http, returns: root }, () => Promise.reject()) } },
  })
  assert.is((await call({ port }, 'GET', '/api/C/m')).status, 500)
  const settled = await Promise.allSettled([local.invoke('C.m')])
  assert.is(settled[0]?.status, 'rejected')
})

test('T-5, I-12: an integer promised late and broken is a 500 that afterError sees', async () => {
  let seen = 0
  const { port } = await openApp(
    {
      remoting,
      methods: {
        C: {
          m: method({ http, returns: { arg: 'n', type: 'integer' } }, async () => {
            await new Promise((resolve) => setTimeout(resolve, 1))
            return 1.5
          }),
        },
      },
    },
    (app) => app.afterError('**', () => ++seen),
  )
  assert.is((await call({ port }, 'GET', '/api/C/m')).status, 500)
  assert.is(seen, 1)
})

test('T-5, M-11: a converter defined for a type converts what both kinds of input carry', async () => {
  const { port } = await openApp(
    {
      remoting,
      methods: {
        C: {
          m: method(
            { accepts: [{ arg: 'a', type: 'Upper' }], returns: root, http: { verb: 'all' } },
            ({ a }) => a,
          ),
        },
      },
    },
    (app) =>
      app.defineType('upper', {
        fromTypedValue: (_context, value) => ({ value: `typed ${String(value).toUpperCase()}` }),
        fromSloppyValue: (_context, value) =>
          value === 'bad'
            ? { error: new Error('not this one') }
            : { value: `sloppy ${String(value).toUpperCase()}` },
        validate: () => undefined,
      }),
  )
  assert.is((await call({ port }, 'POST', '/api/C/m', { a: 'x' })).body, 'typed X')
  assert.is((await call({ port }, 'GET', '/api/C/m?a=x')).body, 'sloppy X')
  const refused = await call({ port }, 'GET', '/api/C/m?a=bad')
  assert.is(refused.status, 400)
  assert.match(refused.answer.body, 'not this one')
})

test('T-5, PH-1: phase handlers match every form of pattern', async () => {
  const ran: string[] = []
  const matching = {
    static: ['Thing.st', 'Thing.*', '*.st', '*.*', '**.st', '**', 'Thing.**', '*.**'],
    prototype: ['Thing.prototype.pr', '*.prototype.*', 'Thing.*.pr', '**.pr', 'Thing.prototype.*'],
  }
  const { local } = await openApp(
    {
      classes: {
        Thing: {
          methods: {
            st: method({}, () => undefined),
            pr: method({ isStatic: false }, () => undefined),
          },
          sharedCtor: { definition: {}, handler: () => ({ id: 1 }) },
        },
      },
    },
    (app) => {
      for (const pattern of [...matching.static, ...matching.prototype, '*', 'Thing', 'thing.st']) {
        app.phase('invoke:before', pattern, () => ran.push(pattern))
      }
    },
  )
  await local.invoke('Thing.st')
  assert.equal(ran.splice(0), matching.static)
  await local.invoke('Thing.prototype.pr')
  assert.equal(ran, ['**', 'Thing.**', '*.**', ...matching.prototype])
  assert.throws(() => createApp().phase('nowhere', '**', () => undefined), /Unknown phase/)
})

test('T-5, ST-11: a stream method that yields null answers a 500 envelope', async () => {
  const { port } = await openApp({
    remoting,
    methods: {
      C: {
        m: method({ http, returns: { arg: 's', type: 'ReadableStream', json: true } }, () => null),
      },
    },
  })
  for (const accept of ['text/event-stream', 'application/json']) {
    const { status, body } = await call({ port }, 'GET', '/api/C/m', undefined, { Accept: accept })
    assert.is(status, 500)
    assert.equal(body, { error: { statusCode: 500, message: 'Internal Server Error' } })
  }
})

test('T-5, FI-3: a file stream that fails is an envelope before its first byte, a broken connection after it', async () => {
  const returns = { arg: 'f', type: 'file', root: true }
  const failing = (bytes: readonly string[]) =>
    Readable.from(
      (async function* () {
        yield* bytes
        throw new RemoteError('broken', { statusCode: 409 })
      })(),
    )
  const { port } = await openApp({
    remoting,
    methods: {
      C: {
        ping,
        early: method({ http, returns }, () => failing([])),
        late: method({ http, returns }, () => failing(['first '])),
      },
    },
  })
  const early = await call({ port }, 'GET', '/api/C/early')
  assert.is(early.status, 409)
  assert.match(early.answer.body, '"message":"broken"')
  const late = await request({ port }, 'GET', '/api/C/late')
  assert.is(late.status, 200)
  assert.not.match(late.text, '\r\n0\r\n\r\n')
  assert.is((await call({ port }, 'GET', '/api/C/ping')).body, 'pong')
})

test('T-5, Q-2: setting one json option keeps the other defaults', async () => {
  const echo = method(
    { accepts: [{ arg: 'a', http: { source: 'body' } }], http: post, returns: root },
    ({ a }) => a,
  )
  const { port } = await openApp({
    remoting: { ...remoting, json: { limit: '1kb' } },
    methods: { C: { echo } },
  })
  assert.is((await call({ port }, 'POST', '/api/C/echo', '5')).body, 5)
  assert.is((await call({ port }, 'POST', '/api/C/echo', `"${'x'.repeat(2000)}"`)).status, 413)
})

test('T-5, H-6: authorization and phase handlers may refuse late, and never let a call hang', async () => {
  const late = async () => {
    await new Promise((resolve) => setTimeout(resolve, 2))
    throw new RemoteError('Authorization Required', { reason: 'AUTHORIZATION_REQUIRED' })
  }
  for (const place of ['authorize', 'auth:before', 'auth', 'auth:after', 'invoke:after']) {
    const { port, local } = await openApp({ remoting, methods: { C: { ping } } }, (app) =>
      place === 'authorize' ? app.authorize(late) : app.phase(place, '**', late),
    )
    const { status, body } = await call({ port }, 'GET', '/api/C/ping')
    assert.is(status, 401, place)
    assert.is((body as { error: { code: string } }).error.code, 'AUTHORIZATION_REQUIRED')
    assert.is((await rejectionOf(local.invoke('C.ping')))['statusCode'], 401)
    await stopAll()
  }
})

test('T-5, TY-7: constructors stand for their types; what is no type is told when the method is defined', async () => {
  const accepts = [
    { arg: 'n', type: Number },
    { arg: 's', type: String },
    { arg: 'b', type: Boolean },
    { arg: 'd', type: Date },
    { arg: 'o', type: Object },
    { arg: 'l', type: Array },
    { arg: 'any' },
  ]
  const { port } = await openApp({
    remoting,
    methods: {
      C: {
        m: method({ accepts, http, returns: root }, ({ n, s, b, d, o, l, any }) => [
          n,
          s,
          b,
          d instanceof Date,
          o,
          l,
          any,
        ]),
      },
    },
  })
  const query = 'n=5&s=5&b=1&d=0&o={"a":1}&l=5&any=5'
  const { body } = await call({ port }, 'GET', `/api/C/m?${encodeURI(query)}`)
  assert.equal(body, [5, '5', true, true, { a: 1 }, [5], 5])
  const failure = await startFailure({
    methods: { C: { m: method({ accepts: [{ arg: 'a', type: 5 as never }] }, () => undefined) } },
  })
  assert.match(failure.message, 'not a type')
})

test('T-5, U-13: a class at /a does not shadow a class at /a/b, in either order', async () => {
  const outer = {
    http: { path: '/a' },
    methods: {
      any: method({ http: { verb: 'get', path: '/:x/:y' }, returns: root }, () => 'outer'),
    },
  }
  const inner = { http: { path: '/a/b' }, methods: { ping } }
  for (const classes of [
    { Outer: outer, Inner: inner },
    { Inner: inner, Outer: outer },
  ]) {
    const { port } = await openApp({ remoting, classes })
    assert.is((await call({ port }, 'GET', '/api/a/b/ping')).body, 'pong')
    assert.is((await call({ port }, 'GET', '/api/a/c/ping')).body, 'outer')
    await stopAll()
  }
})

test.run()
