import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type App, RemoteError } from 'viaduct'
import type { CompatRule } from 'viaduct/spi'
import { call, openSocket, request } from '../transports/rest/rest-harness.ts'
import {
  eventually,
  method,
  type OpenApp,
  openApp,
  rejectionOf,
  stopAll,
  type TestOptions,
} from './open-app.ts'

test.after.each(stopAll)

const http = { verb: 'get' }
const root = { arg: 'r', root: true }
const remoting = {
  errorHandler: { log: false },
  streams: { closeAfterEnd: 5, lingerAfterEnd: 60_000 },
}

const methods = {
  C: {
    ping: method({ http, returns: root }, () => ({ a: 1, none: undefined })),
    empty: method({ http }, () => undefined),
    write: method({ http: { verb: 'post' }, returns: root }, () => 1),
    fail: method({ http }, () => Promise.reject(new RemoteError('no', { statusCode: 409 }))),
    gone: method({ http, returns: root }, () =>
      Promise.reject(new RemoteError('gone', { statusCode: 404 })),
    ),
    body: method(
      {
        accepts: [{ arg: 'a', type: 'any', http: { source: 'body' } }],
        returns: { arg: 'r', root: true },
        http: { verb: 'post' },
      },
      ({ a }) => Object.keys(a as object),
    ),
    number: method(
      { accepts: [{ arg: 'a', type: 'number' }], returns: root, http: { verb: 'all' } },
      ({ a }) => a,
    ),
    date: method({ accepts: [{ arg: 'a', type: 'date' }], http }, () => undefined),
    stream: method(
      { http, returns: { arg: 's', type: 'ReadableStream', json: true } },
      async function* () {
        yield 1
      },
    ),
    file: method({ http, returns: { arg: 'f', type: 'file', root: true } }, () => 'text'),
  },
}

/** One rule in which the profiles differ: what can be seen of it, and what must be seen on each side. */
interface Switch {
  readonly see: (app: OpenApp) => Promise<unknown>
  readonly strict: unknown
  readonly loopback3: unknown
  readonly options?: TestOptions
  readonly customise?: (app: App, trace: string[]) => void
}

const refuse = () => {
  throw new RemoteError('Authorization Required', { reason: 'AUTHORIZATION_REQUIRED' })
}
const statusOf = async (app: OpenApp, verb: string, path: string, headers = {}) =>
  (await call(app, verb, path, undefined, headers)).status
const typeOf = async (app: OpenApp, path: string, headers = {}) =>
  (await request(app, 'GET', path, { headers })).headers['content-type']
const errorOf = (body: unknown) => (body as { error: Readonly<Record<string, unknown>> }).error

/** Whether the response ends soon after the last frame. */
async function endsByItself({ port }: OpenApp): Promise<boolean> {
  const socket = await openSocket(port)
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.write('GET /api/C/stream HTTP/1.1\r\nHost: x\r\n\r\n')
  await eventually(() => text.includes('event: end'), 'the stream ends')
  await new Promise((resolve) => setTimeout(resolve, 40))
  socket.destroy()
  return text.includes('\r\n0\r\n')
}

const switches: Readonly<Partial<Record<CompatRule, Switch>>> = {
  'C-14': {
    options: { remoting: { ...remoting, sharedMethods: { 'in*': false } } },
    see: async ({ app, lines }) => [
      app.catalog.methods.has('C.ping'),
      lines.some((line) => line.includes('not anchored')),
    ],
    strict: [true, false],
    loopback3: [false, true],
  },
  'A-10': {
    see: async (app) => {
      const headers = { 'Content-Type': 'Application/JSON' }
      const { status } = await request(app, 'POST', '/api/C/number', { headers, body: '{"a":"5"}' })
      return status
    },
    strict: 400,
    loopback3: 200,
  },
  'I-7': {
    customise: (app, trace) =>
      app.before('C.ping', ({ deadline }) => {
        trace.push(
          deadline === undefined ? 'none' : String(Math.ceil((deadline - Date.now()) / 10_000)),
        )
      }),
    see: async (app) => statusOf(app, 'GET', '/api/C/ping'),
    strict: { trace: ['12'], seen: 200 },
    loopback3: { trace: ['none'], seen: 200 },
  },
  'N-6': {
    see: (app) => statusOf(app, 'GET', '/api/C/ping?_format=xml'),
    strict: 406,
    loopback3: 200,
  },
  'E-1': {
    see: async (app) => errorOf((await call(app, 'GET', '/api/C/fail')).body)['status'],
    strict: undefined,
    loopback3: 409,
  },
  'E-5': {
    see: (app) => typeOf(app, '/api/C/fail', { Accept: 'text/xml, application/json;q=0.5' }),
    strict: 'application/json; charset=utf-8',
    loopback3: 'text/xml; charset=utf-8',
  },
  'CX-1': {
    see: async (app) => [
      await statusOf(app, 'GET', '/api/C/date?a=May+19,+2016'),
      await statusOf(app, 'GET', '/api/C/date?a=2016-05-19'),
      await app.local.invoke('C.date', { a: '1.2' }).then(
        () => 204,
        (error) => (error as RemoteError).statusCode,
      ),
    ],
    strict: [400, 204, 400],
    loopback3: [204, 204, 204],
  },
  'H-3': {
    customise: (app) => app.authorize(refuse),
    see: async (app) => [
      await statusOf(app, 'GET', '/api/C/number?a=x'),
      (await rejectionOf(app.local.invoke('C.number', { a: 'x' })))['statusCode'],
    ],
    strict: [401, 401],
    loopback3: [400, 400],
  },
  'ST-5': { see: endsByItself, strict: true, loopback3: false },
  'FI-2': {
    see: (app) => typeOf(app, '/api/C/file'),
    strict: 'application/octet-stream',
    loopback3: 'application/json; charset=utf-8',
  },
  'E-14': {
    see: async (app) => {
      const error = errorOf((await call(app, 'GET', '/api/C/number?a=x')).body)
      return Object.keys(error).filter((key) => key !== 'status')
    },
    strict: ['statusCode', 'name', 'message', 'code', 'details'],
    loopback3: ['statusCode', 'name', 'message'],
  },
  'Q-11': {
    see: async (app) => (await call(app, 'POST', '/api/C/body', { constructor: 1 })).status,
    strict: 400,
    loopback3: 200,
  },
  'U-11': {
    see: (app) => statusOf(app, 'OPTIONS', '/api/C/ping'),
    strict: 204,
    loopback3: 404,
  },
  'N-4': {
    see: async (app) => [
      await statusOf(app, 'GET', '/api/C/gone', { Accept: 'image/png' }),
      await statusOf(app, 'POST', '/api/C/write', { Accept: 'image/png' }),
    ],
    strict: [406, 406],
    loopback3: [404, 406],
  },
  'B-4': {
    see: (app) => typeOf(app, '/api/C/empty'),
    strict: 'application/json',
    loopback3: 'application/json; charset=utf-8',
  },
  'N-20': {
    options: { remoting: { ...remoting, rest: { xml: true } } },
    see: async (app) =>
      (await request(app, 'GET', '/api/C/ping', { headers: { Accept: 'text/xml' } })).body.includes(
        'undefined',
      ),
    strict: false,
    loopback3: true,
  },
}

for (const [rule, one] of Object.entries(switches) as [CompatRule, Switch][]) {
  const see = async (options: TestOptions): Promise<unknown> => {
    const trace: string[] = []
    const opened = await openApp({ methods, remoting, ...one.options, ...options }, (app) =>
      one.customise?.(app, trace),
    )
    const seen = await one.see(opened)
    await opened.stop()
    const traces = typeof one.strict === 'object' && one.strict !== null && 'trace' in one.strict
    return traces ? { trace, seen } : seen
  }

  test(`T-4, ${rule}: strict, the default`, async () => {
    assert.equal(await see({}), one.strict)
    assert.equal(await see({ profile: 'strict' }), one.strict)
  })

  test(`T-4, ${rule}: loopback3`, async () => {
    assert.equal(await see({ profile: 'loopback3' }), one.loopback3)
  })

  test(`T-4, ${rule}: the single option, both ways`, async () => {
    assert.equal(await see({ compat: { [rule]: true } }), one.loopback3)
    const compat = { [rule]: false }
    assert.equal(await see({ profile: 'loopback3', compat }), one.strict)
  })
}

test('T-4, CF-30: an unknown key stops the start in strict and warns in loopback3; the single option, both ways', async () => {
  const unknown = { methods, remoting: { ...remoting, rest: { nonsense: 1 } } }
  for (const options of [{}, { profile: 'loopback3', compat: { 'CF-30': false } }] as const) {
    const failure = await rejectionOf(openApp({ ...unknown, ...options }))
    assert.match(String(failure['message']), 'rest.nonsense')
  }
  for (const options of [{ profile: 'loopback3' }, { compat: { 'CF-30': true } }] as const) {
    const { lines } = await openApp({ ...unknown, ...options })
    assert.ok(lines.includes('warning: rest.nonsense: unknown key'))
  }
})

test('T-4, I-7: invocationTimeout beats both profiles', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const tens: number[] = []
    const opened = await openApp({ profile, methods, remoting, invocationTimeout: 50_000 }, (app) =>
      app.before('C.ping', ({ deadline }) =>
        tens.push(Math.ceil(((deadline ?? 0) - Date.now()) / 10_000)),
      ),
    )
    await call(opened, 'GET', '/api/C/ping')
    assert.equal(tens, [5])
  }
})

test('T-4, H-8: conversion errors reach afterError in strict, in loopback3 by either single option alone', async () => {
  for (const [options, expected] of [
    [{}, 1],
    [{ profile: 'loopback3' }, 0],
    [{ profile: 'loopback3', compat: { 'H-8': false } }, 1],
    [{ profile: 'loopback3', errorsOnArguments: true }, 1],
    [{ profile: 'loopback3', errorsOnArguments: false, compat: { 'H-8': false } }, 0],
  ] as const) {
    let count = 0
    const opened = await openApp({ methods, remoting, ...options }, (app) =>
      app.afterError('C.number', () => ++count),
    )
    assert.is(await statusOf(opened, 'GET', '/api/C/number?a=x'), 400)
    assert.is(count, expected, JSON.stringify(options))
  }
})

test.run()
