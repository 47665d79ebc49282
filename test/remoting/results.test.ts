import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { absent, type CallContext } from 'viaduct'
import { call, request } from '../transports/rest/rest-harness.ts'
import { method, openApp, rejectionOf, startFailure, stopAll } from './open-app.ts'

test.after.each(stopAll)

const quiet = { errorHandler: { log: false } }
const http = { verb: 'get' }
const root = { arg: 'r', root: true }

test('R-1, R-2, R-3, R-4, I-6: what no return, one, several and absent ones make of an answer', async () => {
  const { port, local } = await openApp({
    methods: {
      C: {
        none: method({ http }, () => 'dropped'),
        named: method({ http, returns: { arg: 'v' } }, () => [1, 2]),
        root: method({ http, returns: root }, () => [1, 2]),
        listed: method({ http, returns: [{ arg: 'a' }, { arg: 'b' }] }, () => [1, 2]),
        keyed: method({ http, returns: [{ arg: 'a' }, { arg: 'b' }] }, () => ({
          b: 2,
          a: 1,
          c: 3,
        })),
        fewer: method({ http, returns: [{ arg: 'a' }, { arg: 'b' }] }, () => [1]),
        absent: method({ http, returns: root }, () => absent),
        undefined: method({ http, returns: root }, () => undefined),
      },
    },
  })
  const answers = {
    none: [204, ''],
    named: [200, { v: [1, 2] }],
    root: [200, [1, 2]],
    listed: [200, { a: 1, b: 2 }],
    keyed: [200, { a: 1, b: 2 }],
    fewer: [200, { a: 1 }],
    absent: [200, {}],
    undefined: [204, ''],
  }
  for (const [name, expected] of Object.entries(answers)) {
    const { status, body } = await call({ port }, 'GET', `/api/C/${name}`)
    assert.equal([status, body], expected, name)
    const result = await local.invoke(`C.${name}`)
    assert.equal(result, expected[0] === 204 ? undefined : expected[1], name)
  }
})

test('R-5, R-6, R-7: status and headers leave the body, wherever they stand among the returns', async () => {
  const { port } = await openApp({
    methods: {
      C: {
        m: method(
          {
            http,
            returns: [
              { arg: 'code', type: 'number', http: { target: 'status' } },
              { arg: 'a', type: 'string' },
              { arg: 'X-List', http: { target: 'header' } },
              { arg: 'count', http: { target: 'header', header: 'X-Count' } },
              { arg: 'none', http: { target: 'header', header: 'X-None' } },
              { arg: 'b', type: 'string' },
            ],
          },
          () => [201, 'one', ['x', 'y'], 5, undefined, 'two'],
        ),
      },
    },
  })
  const { status, body, answer } = await call({ port }, 'GET', '/api/C/m')
  assert.is(status, 201)
  assert.equal(body, { a: 'one', b: 'two' })
  assert.is(answer.headers['x-list'], 'x, y')
  assert.is(answer.headers['x-count'], '5')
  assert.not('x-none' in answer.headers)
})

test('R-8: named values are merged onto a copy of the root, in either order; other roots are refused', async () => {
  const own = Object.freeze({ a: 1, b: 1 })
  const named = { arg: 'b', type: 'number' }
  const object = { arg: 'r', type: 'object', root: true }
  const { port } = await openApp({
    remoting: quiet,
    methods: {
      C: {
        first: method({ http, returns: [object, named] }, () => [own, 2]),
        last: method({ http, returns: [named, object] }, () => [2, own]),
        wrong: method({ http, returns: [object, named] }, () => ['text', 2]),
      },
    },
  })
  assert.equal((await call({ port }, 'GET', '/api/C/first')).body, { a: 1, b: 2 })
  assert.equal((await call({ port }, 'GET', '/api/C/last')).body, { a: 1, b: 2 })
  assert.is((await call({ port }, 'GET', '/api/C/wrong')).status, 500)
  for (const type of ['string', ['object']]) {
    const returns = [{ ...object, type }, named]
    const failure = await startFailure({ methods: { C: { m: method({ returns }, () => 1) } } })
    assert.match(failure.message, /C\.m: a root of type/)
  }
})

test('R-9: dates and buffers are envelopes at the top, ordinary JSON below; in process they stay themselves', async () => {
  const { port, local } = await openApp({
    methods: {
      C: {
        date: method({ http, returns: { arg: 'v' } }, () => new Date(0)),
        invalid: method({ http, returns: root }, () => new Date(Number.NaN)),
        buffer: method({ http, returns: root }, () => Buffer.from('hi')),
        nested: method({ http, returns: root }, () => ({ d: new Date(0), b: Buffer.from('hi') })),
        list: method({ http, returns: root }, () => [new Date(0)]),
      },
    },
  })
  const iso = '1970-01-01T00:00:00.000Z'
  const body = async (name: string) => (await call({ port }, 'GET', `/api/C/${name}`)).body
  assert.equal(await body('date'), { v: { $type: 'date', $data: iso } })
  assert.equal(await body('invalid'), { $type: 'date', $data: null })
  assert.equal(await body('buffer'), { $type: 'base64', $data: 'aGk=' })
  assert.equal(await body('nested'), { d: iso, b: { type: 'Buffer', data: [104, 105] } })
  assert.equal(await body('list'), [iso])
  assert.equal(await local.invoke('C.date'), { v: new Date(0) })
  assert.equal(await local.invoke('C.buffer'), Buffer.from('hi'))
})

test('R-10: integer results must be safe integers, alone, in a list, and when missing', async () => {
  const list = { arg: 'r', type: ['integer'], root: true }
  const one = { arg: 'r', type: 'integer', root: true }
  const results: Readonly<Record<string, readonly [typeof list | typeof one, unknown, number]>> = {
    safe: [one, 5, 200],
    fraction: [one, 1.5, 500],
    large: [one, 2 ** 53, 500],
    null: [one, null, 500],
    missing: [one, undefined, 500],
    list: [list, [1, 2], 200],
    mixed: [list, [1, 1.5], 500],
  }
  const { port } = await openApp({
    remoting: quiet,
    methods: {
      C: Object.fromEntries(
        Object.entries(results).map(([name, [returns, value]]) => [
          name,
          method({ http, returns }, () => value),
        ]),
      ),
    },
  })
  for (const [name, [, , status]] of Object.entries(results)) {
    assert.is((await call({ port }, 'GET', `/api/C/${name}`)).status, status, name)
  }
})

test('EB-3: a plain object is an error like any other: a 4xx without a name, a 5xx without anything', async () => {
  const client = {
    statusCode: 409,
    message: 'taken',
    code: 'TAKEN',
    details: { a: 1 },
    secret: 's',
  }
  const server = { statusCode: 503, message: 'hidden', secret: 's' }
  const methods = {
    C: {
      client: method({ http }, () => Promise.reject(client)),
      server: method({ http }, () => Promise.reject(server)),
    },
  }
  const production = await openApp({ remoting: quiet, methods })
  const { secret: _, ...shown } = client
  assert.equal((await call(production, 'GET', '/api/C/client')).body, { error: shown })
  assert.equal((await call(production, 'GET', '/api/C/server')).body, {
    error: { statusCode: 503, message: 'Service Unavailable' },
  })
  const debug = await openApp({ remoting: { errorHandler: { log: false, debug: true } }, methods })
  assert.equal((await call(debug, 'GET', '/api/C/server')).body, { error: server })
  assert.is(await rejectionOf(production.local.invoke('C.client')), client)
})

test('FI-1, FI-2: a file is its bytes over HTTP; its type comes from a header target', async () => {
  const returns = [
    { arg: 'file', type: 'file', root: true },
    { arg: 'type', type: 'string', http: { target: 'header', header: 'Content-Type' } },
  ] as const
  const { port } = await openApp({
    remoting: quiet,
    methods: {
      C: {
        text: method({ http, returns }, () => ['hello', 'text/plain']),
        bytes: method({ http, returns: returns[0] }, () => Buffer.from([104, 105])),
        wrong: method({ http, returns: returns[0] }, () => 5),
      },
    },
  })
  const text = await request({ port }, 'GET', '/api/C/text')
  assert.equal([text.headers['content-type'], text.body], ['text/plain', 'hello'])
  const bytes = await request({ port }, 'GET', '/api/C/bytes')
  assert.equal([bytes.headers['content-type'], bytes.body], ['application/octet-stream', 'hi'])
  assert.is((await call({ port }, 'GET', '/api/C/wrong')).status, 500)
})

test('B-9: toJSON of results is honoured, also inside lists', async () => {
  const money = { toJSON: () => '5 EUR' }
  const { port } = await openApp({
    methods: {
      C: {
        one: method({ http, returns: root }, () => money),
        many: method({ http, returns: root }, () => [money, { money }]),
      },
    },
  })
  assert.is((await call({ port }, 'GET', '/api/C/one')).body, '5 EUR')
  assert.equal((await call({ port }, 'GET', '/api/C/many')).body, ['5 EUR', { money: '5 EUR' }])
})

test('B-11: a method that ends the response itself is left alone, whatever it yields', async () => {
  const { port, lines } = await openApp({
    methods: {
      C: {
        m: method({ http, returns: root }, async (_args, context: CallContext) => {
          context.response?.status(418).send('mine')
          await Promise.resolve()
          return { dropped: true }
        }),
      },
    },
  })
  const { status, body } = await call({ port }, 'GET', '/api/C/m')
  assert.equal([status, body], [418, 'mine'])
  assert.not(lines.some((line) => line.startsWith('error')))
})

test.run()
