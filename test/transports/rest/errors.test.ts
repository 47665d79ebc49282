import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError, validationError } from '../../../core/error/remote-error.ts'
import {
  call,
  request,
  type Setup,
  startServer,
  stopAll,
  type TestMethod,
  ways,
} from './rest-harness.ts'

test.after.each(stopAll)

const thrown = new Map<string, unknown>([
  [
    'client',
    Object.assign(new Error('bad'), {
      statusCode: 418,
      code: 'TEAPOT',
      details: { a: 1 },
      extra: 'x',
    }),
  ],
  ['server', Object.assign(new Error('secret'), { statusCode: 503, code: 'DOWN', extra: 'x' })],
  ['bare', new Error('secret')],
  ['unknown', Object.assign(new Error('secret'), { status: 600 })],
  ['text status', Object.assign(new Error('bad'), { status: '409' })],
  ['ok status', Object.assign(new Error('secret'), { statusCode: 200 })],
  ['not modified', Object.assign(new Error('secret'), { status: 304 })],
  ['object', { statusCode: 400, message: 'plain', extra: 'x' }],
  ['string', 'secret'],
  ['number', 5],
  ['null', null],
  ['undefined', undefined],
  ['list', [null, Object.assign(new Error('one'), { statusCode: 422 }), new Error('secret')]],
  [
    'not found',
    new RemoteError('Unknown "Book" id "7".', { reason: 'MODEL_NOT_FOUND', statusCode: 404 }),
  ],
  [
    'invalid',
    validationError('not valid', {
      context: 'Book',
      codes: { a: ['presence'] },
      messages: { a: ["can't be blank"] },
    }),
  ],
  ['hostile', Object.assign(new Error('<script>alert(1)</script>'), { statusCode: 400 })],
  ['bigint', Object.assign(new Error('bad'), { statusCode: 400, details: { n: 1n } })],
])

const fail: TestMethod = {
  accepts: { arg: 'kind', type: 'string', http: { source: 'query' } },
  http: { verb: 'get', path: '/fail' },
  run: ({ kind }: { kind: string }) => Promise.reject(thrown.get(kind)),
}

const classes: Setup['classes'] = {
  E: {
    methods: {
      fail,
      teapot: {
        http: { verb: 'get', path: '/teapot', errorStatus: 418 },
        run: () => Promise.reject(new Error('x')),
      },
      given: {
        http: { verb: 'get', path: '/given', errorStatus: 418 },
        run: fail.run,
        ...(fail.accepts === undefined ? {} : { accepts: fail.accepts }),
      },
      convert: {
        accepts: { arg: 'n', type: 'number', required: true, http: { source: 'query' } },
        http: { verb: 'get', path: '/convert', errorStatus: 418 },
        run: () => 1,
      },
      already: {
        http: { verb: 'get', path: '/already' },
        run: (_: unknown, context) => {
          context.response?.status(451)
          throw new Error('law')
        },
      },
    },
  },
}

const quiet = { errorHandler: { log: false } }
const path = (kind: string) => `/api/E/fail?kind=${encodeURIComponent(kind)}`

for (const way of ways) {
  const setup = { classes, remoting: quiet, options: way.options }

  test(`${way.name}: EB-1 … EB-5, E-0, E-2, E-13: what callers see in production`, async () => {
    const server = await startServer(setup)
    const phrase = (statusCode: number, message: string) => ({ error: { statusCode, message } })
    const table: readonly (readonly [string, number, unknown])[] = [
      [
        'client',
        418,
        {
          error: {
            statusCode: 418,
            name: 'Error',
            message: 'bad',
            code: 'TEAPOT',
            details: { a: 1 },
          },
        },
      ],
      ['server', 503, phrase(503, 'Service Unavailable')],
      ['bare', 500, phrase(500, 'Internal Server Error')],
      ['unknown', 600, phrase(600, 'Unknown Error')],
      ['text status', 409, { error: { statusCode: 409, name: 'Error', message: 'bad' } }],
      ['ok status', 500, phrase(500, 'Internal Server Error')],
      ['not modified', 500, phrase(500, 'Internal Server Error')],
      ['object', 400, { error: { statusCode: 400, message: 'plain' } }],
      ['string', 500, phrase(500, 'Internal Server Error')],
      ['number', 500, phrase(500, 'Internal Server Error')],
      ['null', 500, phrase(500, 'Internal Server Error')],
      ['undefined', 500, phrase(500, 'Internal Server Error')],
      [
        'not found',
        404,
        {
          error: {
            statusCode: 404,
            name: 'Error',
            message: 'Unknown "Book" id "7".',
            code: 'MODEL_NOT_FOUND',
          },
        },
      ],
      ['bigint', 400, { error: { statusCode: 400, name: 'Error', message: 'bad' } }],
    ]
    for (const [kind, status, body] of table) {
      const answer = await call(server, 'GET', path(kind))
      assert.is(answer.status, status, kind)
      assert.equal(answer.body, body, kind)
      assert.is(answer.answer.headers['content-type'], 'application/json; charset=utf-8')
      assert.is(answer.answer.headers['x-content-type-options'], 'nosniff')
      assert.is(answer.answer.headers['etag'], undefined)
    }
    const list = (await call(server, 'GET', path('list'))).body
    assert.equal(list, {
      error: {
        statusCode: 500,
        message: 'Failed with multiple errors, see `details` for more information.',
        details: [
          null,
          { statusCode: 422, name: 'Error', message: 'one' },
          { statusCode: 500, message: 'Internal Server Error' },
        ],
      },
    })
    const invalid = (await call(server, 'GET', path('invalid'))).body as {
      error: Record<string, unknown>
    }
    assert.is(invalid.error['name'], 'ValidationError')
    assert.equal(invalid.error['details'], {
      context: 'Book',
      codes: { a: ['presence'] },
      messages: { a: ["can't be blank"] },
    })
    assert.not('code' in invalid.error)
    await server.stop()
  })

  test(`${way.name}: EB-1 … EB-4, E-12: debug shows every property and the stack`, async () => {
    const server = await startServer({
      ...setup,
      remoting: { errorHandler: { log: false, debug: true } },
    })
    const error = async (kind: string) =>
      ((await call(server, 'GET', path(kind))).body as { error: Record<string, unknown> }).error
    const client = await error('client')
    assert.is(client['extra'], 'x')
    assert.match(String(client['stack']), 'Error: bad')
    assert.is((await error('server'))['message'], 'secret')
    assert.is((await error('string'))['message'], 'secret')
    assert.is((await error('number'))['message'], '5')
    assert.is((await error('object'))['extra'], 'x')
    const known = await error('not found')
    assert.is(known['code'], 'MODEL_NOT_FOUND')
    assert.not('reason' in known)
    await server.stop()
  })

  test(`${way.name}: E-0: a status the response already had is used when the error names none`, async () => {
    const server = await startServer(setup)
    assert.equal((await call(server, 'GET', '/api/E/already')).body, {
      error: { statusCode: 451, name: 'Error', message: 'law' },
    })
    await server.stop()
  })

  test(`${way.name}: E-3: errorStatus is for failures of the method that name no status`, async () => {
    const server = await startServer(setup)
    assert.is((await call(server, 'GET', '/api/E/teapot')).status, 418)
    assert.is((await call(server, 'GET', '/api/E/given?kind=text%20status')).status, 409)
    assert.is((await call(server, 'GET', '/api/E/convert?n=x')).status, 400)
    await server.stop()
  })

  test(`${way.name}: E-1: loopback3 sends status beside statusCode, unless the host writes the error`, async () => {
    const one = await startServer({ ...setup, profile: 'loopback3' })
    const { body } = await call(one, 'GET', path('client'))
    assert.is((body as { error: Record<string, unknown> }).error['status'], 418)
    await one.stop()
    const two = await startServer({
      ...setup,
      profile: 'loopback3',
      options: { ...way.options, handleErrors: false },
    })
    for (const url of [path('client'), '/api/Nothing']) {
      const other = (await call(two, 'GET', url)).body as { error: Record<string, unknown> }
      assert.not('status' in other.error)
    }
    await two.stop()
  })

  test(`${way.name}: E-4: Accept and _format choose the type, HTML is escaped`, async () => {
    const server = await startServer(setup)
    const html = await request(server, 'GET', path('hostile'), {
      headers: { Accept: 'text/html,application/json' },
    })
    assert.is(html.headers['content-type'], 'text/html; charset=utf-8')
    assert.match(html.body, '&lt;script&gt;')
    assert.not.match(html.body, '<script>')
    const json = await request(server, 'GET', path('client'), {
      headers: { Accept: 'application/json,text/html' },
    })
    assert.match(json.headers['content-type'] ?? '', 'json')
    const asked = await request(server, 'GET', '/api/Nothing?_format=html', {
      headers: { Accept: 'application/json' },
    })
    assert.match(asked.headers['content-type'] ?? '', 'text/html')
    const odd = await request(server, 'GET', '/api/Nothing?_format=odd')
    assert.is(
      odd.headers['x-warning'],
      'Response _format "odd" is not supportedused "json" instead"',
    )
    await server.stop()
  })

  test(`${way.name}: E-4: defaultType, and negotiation switched off`, async () => {
    const byDefault = await startServer({
      ...setup,
      remoting: { errorHandler: { log: false, defaultType: 'html' } },
    })
    assert.match(
      (await request(byDefault, 'GET', path('client'))).headers['content-type'] ?? '',
      'text/html',
    )
    await byDefault.stop()
    const fixed = await startServer({
      ...setup,
      remoting: { errorHandler: { log: false, negotiateContentType: false } },
    })
    const answer = await request(fixed, 'GET', '/api/Nothing', { headers: { Accept: 'text/html' } })
    assert.match(answer.headers['content-type'] ?? '', 'json')
    await fixed.stop()
  })

  test(`${way.name}: E-5: strict answers XML only with rest.xml, missing members left out`, async () => {
    const headers = { Accept: 'application/xml' }
    const without = await startServer(setup)
    assert.match(
      (await request(without, 'GET', '/api/Nothing', { headers })).headers['content-type'] ?? '',
      'json',
    )
    await without.stop()
    const server = await startServer({ ...setup, options: { ...way.options, xml: true } })
    const answer = await request(server, 'GET', '/api/Nothing', { headers })
    assert.is(
      answer.body,
      '<?xml version="1.0" encoding="UTF-8"?>\n<error>\n  <statusCode>404</statusCode>\n  <name>Error</name>\n' +
        '  <message>There is no method to handle GET /Nothing</message>\n</error>',
    )
    await server.stop()
  })

  test(`${way.name}: E-2, E-6: safeFields and rootProperty`, async () => {
    const errorHandler = { log: false, safeFields: ['extra', '__proto__'], rootProperty: 'problem' }
    const server = await startServer({ ...setup, remoting: { errorHandler } })
    assert.equal((await call(server, 'GET', path('server'))).body, {
      problem: { statusCode: 503, message: 'Service Unavailable', extra: 'x' },
    })
    await server.stop()
    const bare = await startServer({
      ...setup,
      remoting: { errorHandler: { log: false, rootProperty: false } },
    })
    assert.equal((await call(bare, 'GET', path('bare'))).body, {
      statusCode: 500,
      message: 'Internal Server Error',
    })
    await bare.stop()
  })

  test(`${way.name}: E-7: the handler may answer, replace the error by value or by throwing, or do nothing`, async () => {
    const handler = async (
      error: unknown,
      { response }: { response: { status(n: number): { json(v: unknown): void } } },
    ) => {
      const { message } = error as Error
      if (message === 'law') response.status(200).json({ own: true })
      if (message === 'bad') return Object.assign(new Error('replaced'), { statusCode: 400 })
      if (message === 'x') throw Object.assign(new Error('thrown'), { statusCode: 402 })
      return undefined
    }
    const server = await startServer({
      ...setup,
      remoting: { errorHandler: { log: false, handler } },
    })
    assert.equal((await call(server, 'GET', '/api/E/already')).body, { own: true })
    assert.match(JSON.stringify((await call(server, 'GET', path('client'))).body), 'replaced')
    assert.is((await call(server, 'GET', '/api/E/teapot')).status, 402)
    assert.is((await call(server, 'GET', path('bare'))).status, 500)
    await server.stop()
  })

  test(`${way.name}: E-8: every error is logged unless log is false`, async () => {
    const server = await startServer({ ...setup, remoting: {} })
    await call(server, 'GET', path('bare'))
    await call(server, 'GET', '/api/Nothing')
    assert.is(server.logged.length, 2)
    assert.is(server.logged[0], thrown.get('bare'))
    await server.stop()
  })

  test(`${way.name}: U-17, E-10: unknown paths and errors are passed on to the host`, async () => {
    const server = await startServer({
      ...setup,
      options: { ...way.options, handleUnknownPaths: false },
    })
    assert.match(
      JSON.stringify((await call(server, 'GET', '/api/Nothing')).body),
      'Cannot GET /api/Nothing',
    )
    assert.match(
      JSON.stringify((await call(server, 'GET', '/api/E/nothing')).body),
      'Cannot GET /api/E/nothing',
    )
    await server.stop()
    const errors = await startServer({ ...setup, options: { ...way.options, handleErrors: false } })
    assert.is((await call(errors, 'GET', path('client'))).status, 418)
    assert.is((await call(errors, 'GET', '/api/E/teapot')).status, 418)
    await errors.stop()
  })

  test(`${way.name}: E-14: conversion errors carry code and details in strict, neither in loopback3`, async () => {
    const strict = await startServer(setup)
    const one = (await call(strict, 'GET', '/api/E/convert?n=x')).body as {
      error: Record<string, unknown>
    }
    assert.is(one.error['code'], 'INVALID_ARGUMENT')
    assert.equal(one.error['details'], { arg: 'n', source: 'query', expected: 'number' })
    await strict.stop()
    const other = await startServer({ ...setup, compat: { 'E-14': true } })
    const two = (await call(other, 'GET', '/api/E/convert?n=x')).body
    assert.equal(two, {
      error: { statusCode: 400, name: 'Error', message: 'Value is not a number.' },
    })
    await other.stop()
  })
}

test('E-9, E-15, CF-18: what the start warns about', async () => {
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  const server = await startServer({
    classes,
    remoting: { errorHandler: { debug: true, disableStackTrace: true } },
  })
  if (before === undefined) delete process.env['NODE_ENV']
  else process.env['NODE_ENV'] = before
  assert.ok(server.warnings.some((text) => text.includes('disableStackTrace')))
  assert.ok(server.warnings.some((text) => text.includes('in production')))
  await server.stop()
})

test.run()
