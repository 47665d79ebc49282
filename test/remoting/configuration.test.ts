import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defineModel, RemoteError } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { call, request } from '../transports/rest/rest-harness.ts'
import { method, openApp, startFailure, stopAll, type TestOptions } from './open-app.ts'

test.after.each(stopAll)

const http = { verb: 'get' }
const root = { arg: 'r', root: true }
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const methods = {
  MyClass: {
    sayHello: method({ http, returns: root }, () => ({ hello: 'you' })),
    echo: method(
      { accepts: [{ arg: 'a', http: { source: 'body' } }], returns: root, http: { verb: 'post' } },
      ({ a }) => a,
    ),
    list: method(
      { accepts: [{ arg: 'a', type: ['any'], http: { source: 'query' } }], returns: root, http },
      ({ a }) => a,
    ),
    auto: method(
      { accepts: [{ arg: 'host' }], returns: { arg: 'host' }, http },
      ({ host }) => host,
    ),
    fail: method({ http }, () => {
      throw Object.assign(new Error('taken'), { statusCode: 409, hint: 'try again', secret: 's' })
    }),
    crash: method({ http }, () => {
      throw Object.assign(new Error('inside'), { hint: 'later' })
    }),
  },
}

/** LoopBack's `remoting` section. */
type Settings = NonNullable<TestOptions['remoting']>

/** An application with one section of settings; errors are not logged unless the section says so. */
const open = (remoting: Settings, more: TestOptions = {}) =>
  openApp({ methods, ...more, remoting: { errorHandler: { log: false }, ...remoting } })

const errorOf = (body: unknown) => (body as { error: Readonly<Record<string, unknown>> }).error

test('CF-1: the profile is strict unless told otherwise', async () => {
  assert.is((await open({})).app.profile.name, 'strict')
  assert.is((await open({}, { profile: 'loopback3' })).app.profile.name, 'loopback3')
  const failure = await startFailure({ profile: 'loopback4' as never })
  assert.match(failure.message, 'loopback4')
})

test('CF-2, CF-24, C-3: normalizeHttpPath is off by default; a class or model decides for itself', async () => {
  const status = async ({ port }: { port: number }, path: string) =>
    (await call({ port }, 'GET', `/api/${path}`)).status
  const plain = await open({})
  assert.is(await status(plain, 'MyClass/sayHello'), 200)
  assert.is(await status(plain, 'my-class/say-hello'), 404)
  const normal = await open({ rest: { normalizeHttpPath: true } })
  assert.is(await status(normal, 'my-class/say-hello'), 200)
  const kept = await open(
    { rest: { normalizeHttpPath: true } },
    { classes: { MyClass: { normalizeHttpPath: false } } },
  )
  assert.is(await status(kept, 'MyClass/sayHello'), 200)
  assert.is(await status(kept, 'my-class/say-hello'), 404)
  const MyModel = defineModel('MyModel', {
    properties: { a: 'string' },
    remoting: { normalizeHttpPath: true },
  })
  const model = await open({}, { models: { MyModel }, dataSources: { db: memory() } })
  assert.is(await status(model, 'my-models/count'), 200)
  assert.is(await status(model, 'MyModels/count'), 404)
  assert.is(await status(model, 'MyClass/sayHello'), 200)
})

test('CF-3, CF-4: supportedTypes replaces the list and leaves rest.xml without meaning; xml adds the XML types', async () => {
  const typeOf = async (remoting: Settings, accept: string) => {
    const { port } = await open(remoting)
    const headers = { Accept: accept }
    const { status, headers: got } = await request({ port }, 'GET', '/api/MyClass/sayHello', {
      headers,
    })
    return status === 200 ? got['content-type'] : status
  }
  assert.is(await typeOf({}, 'application/xml'), 406)
  const xml = { rest: { xml: true } }
  assert.is(await typeOf(xml, 'application/xml'), 'application/xml; charset=utf-8')
  const own = { rest: { supportedTypes: ['application/vnd.api+json'], xml: true } }
  assert.is(await typeOf(own, 'application/xml'), 406)
  assert.is(await typeOf(own, 'application/json'), 406)
  const api = 'application/vnd.api+json'
  assert.is(await typeOf(own, api), `${api}; charset=utf-8`)
})

/** The API inside an application of Koa that answers what is passed on. */
async function openInKoa(remoting: Settings) {
  const { rest } = await openApp({ methods, remoting }, undefined, { listen: false })
  const host = new Koa()
  host.use(async (context, next) => {
    try {
      await next()
    } catch (error) {
      context.status = 599
      context.body = `host: ${(error as Error).message}`
    }
  })
  host.use(rest.koa())
  host.use((context) => {
    context.body = `host: ${context.path}`
  })
  const server = createServer(host.callback()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo // listens on TCP
  return { port, close: () => new Promise((resolve) => server.close(resolve)) }
}

test('CF-5, CF-6: errors and unknown paths are answered here, unless they are left to the host application', async () => {
  const here = await openInKoa({ errorHandler: { log: false } })
  assert.is((await call(here, 'GET', '/api/MyClass/fail')).status, 409)
  assert.is((await call(here, 'GET', '/api/nowhere')).status, 404)
  await here.close()
  const errors = await openInKoa({ rest: { handleErrors: false } })
  const failed = await request(errors, 'GET', '/api/MyClass/fail')
  assert.equal([failed.status, failed.body], [599, 'host: taken'])
  await errors.close()
  const paths = await openInKoa({ rest: { handleUnknownPaths: false } })
  for (const path of ['/api/nowhere', '/api/MyClass/nowhere']) {
    assert.is((await request(paths, 'GET', path)).body, `host: ${path}`)
  }
  await paths.close()
})

test('CF-7: array delimiters are taken from the settings, which stay as they were', async () => {
  const delimiters = Object.freeze([',', '|'])
  const { port } = await open({ rest: { arrayItemDelimiters: delimiters } })
  assert.equal((await call({ port }, 'GET', '/api/MyClass/list?a=1,2|x')).body, [1, 2, 'x'])
  assert.equal((await call({ port }, 'GET', '/api/MyClass/list?a=["1,2"]')).body, ['1,2'])
  assert.equal(delimiters, [',', '|'])
})

test('CF-8, A-12: arguments may come from the header of their name unless implicitHeaders is off', async () => {
  const on = await open({})
  assert.equal((await call(on, 'GET', '/api/MyClass/auto')).body, { host: 'test' })
  const off = await open({ rest: { implicitHeaders: false } })
  assert.equal((await call(off, 'GET', '/api/MyClass/auto')).body, {})
})

test('CF-8, R-12: results are taken as they are, unless validateReturns is on', async () => {
  const wrong = method({ http, returns: { ...root, type: 'number' } }, () => 'text')
  const right = method({ http, returns: { ...root, type: 'number' } }, () => 5)
  const statuses = async (rest: object) => {
    const { port } = await open({ rest: { ...rest } }, { methods: { C: { wrong, right } } })
    const status = async (name: string) => (await call({ port }, 'GET', `/api/C/${name}`)).status
    return [await status('wrong'), await status('right')]
  }
  assert.equal(await statuses({}), [200, 200])
  assert.equal(await statuses({ validateReturns: false }), [200, 200])
  assert.equal(await statuses({ validateReturns: true }), [500, 200])
})

test('CF-8, UP-1: upload limits are read from the settings', async () => {
  const upload = method(
    {
      accepts: [{ arg: 'file', type: 'file' }],
      returns: { arg: 'r', root: true },
      http: { verb: 'post' },
    },
    async ({ file }) => {
      let size = 0
      for await (const chunk of (file as { stream: AsyncIterable<Buffer> }).stream) {
        size += chunk.length
      }
      return size
    },
  )
  const { port } = await openApp({
    methods: { U: { upload } },
    remoting: { errorHandler: { log: false }, rest: { upload: { maxFileSize: 10 } } },
  })
  const send = (content: string) =>
    call(
      { port },
      'POST',
      '/api/U/upload',
      `--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${content}\r\n--b--\r\n`,
      { 'Content-Type': 'multipart/form-data; boundary=b' },
    )
  assert.is((await send('0123456789')).body, 10)
  assert.is((await send('0123456789+')).status, 413)
})

test('CF-10, Q-2: json options are merged over the defaults', async () => {
  const plain = await open({})
  assert.is((await call(plain, 'POST', '/api/MyClass/echo', '5')).body, 5)
  const limited = await open({ json: { limit: '1kb' } })
  assert.is((await call(limited, 'POST', '/api/MyClass/echo', '5')).body, 5)
  assert.is((await call(limited, 'POST', '/api/MyClass/echo', `"${'x'.repeat(1100)}"`)).status, 413)
  const strict = await open({ json: { strict: true } })
  assert.is((await call(strict, 'POST', '/api/MyClass/echo', '5')).status, 400)
  assert.equal((await call(strict, 'POST', '/api/MyClass/echo', '[5]')).body, [5])
})

test('CF-11, Q-3: urlencoded options are merged: extended stays on when it is left out', async () => {
  const echo = async (urlencoded: Settings['urlencoded'], body: string) => {
    const { port } = await open(urlencoded === undefined ? {} : { urlencoded })
    return call({ port }, 'POST', '/api/MyClass/echo', body, form)
  }
  assert.equal((await echo(undefined, 'a[b]=1')).body, { a: { b: '1' } })
  assert.equal((await echo({ limit: '1kb' }, 'a[b]=1')).body, { a: { b: '1' } })
  assert.equal((await echo({ extended: false }, 'a[b]=1')).body, { 'a[b]': '1' })
  assert.is((await echo({ limit: '1kb' }, `a=${'x'.repeat(1100)}`)).status, 413)
})

test('CF-12, CF-14, CF-15: debug shows everything, safeFields more, rootProperty names the wrapper', async () => {
  const plain = await open({})
  assert.equal((await call(plain, 'GET', '/api/MyClass/fail')).body, {
    error: { statusCode: 409, name: 'Error', message: 'taken' },
  })
  const debug = await open({ errorHandler: { log: false, debug: true } })
  const shown = errorOf((await call(debug, 'GET', '/api/MyClass/crash')).body)
  assert.is(shown['message'], 'inside')
  assert.is(shown['hint'], 'later')
  assert.match(String(shown['stack']), 'configuration.test')
  const safe = await open({ errorHandler: { log: false, safeFields: ['hint'] } })
  assert.is(errorOf((await call(safe, 'GET', '/api/MyClass/fail')).body)['hint'], 'try again')
  assert.equal((await call(safe, 'GET', '/api/MyClass/crash')).body, {
    error: { statusCode: 500, message: 'Internal Server Error', hint: 'later' },
  })
  const named = await open({ errorHandler: { log: false, rootProperty: 'fault' } })
  const bare = await open({ errorHandler: { log: false, rootProperty: false } })
  const body = { statusCode: 409, name: 'Error', message: 'taken' }
  assert.equal((await call(named, 'GET', '/api/MyClass/fail')).body, { fault: body })
  assert.equal((await call(bare, 'GET', '/api/MyClass/fail')).body, body)
})

test('CF-13: every error is logged with the request, unless log is false', async () => {
  const loud = await openApp({ methods })
  await call(loud, 'GET', '/api/MyClass/fail?a=1')
  assert.equal(
    loud.lines.filter((line) => line.startsWith('error')),
    ['error: GET /api/MyClass/fail?a=1 failed'],
  )
  const silent = await open({})
  await call(silent, 'GET', '/api/MyClass/fail')
  assert.not(silent.lines.some((line) => line.startsWith('error')))
})

test('CF-16: defaultType answers who prefers nothing; without negotiation it answers everybody', async () => {
  const typeOf = async (errorHandler: object, accept?: string) => {
    const { port } = await open({ errorHandler: { log: false, ...errorHandler } })
    const headers: Record<string, string> = accept === undefined ? {} : { Accept: accept }
    return (await request({ port }, 'GET', '/api/MyClass/fail', { headers })).headers[
      'content-type'
    ]
  }
  const html = 'text/html; charset=utf-8'
  const json = 'application/json; charset=utf-8'
  assert.is(await typeOf({}), json)
  assert.is(await typeOf({ defaultType: 'html' }), html)
  assert.is(await typeOf({ defaultType: 'html' }, 'application/json'), json)
  const fixed = { defaultType: 'html', negotiateContentType: false }
  assert.is(await typeOf(fixed, 'application/json'), html)
})

test('CF-17: the handler sees every error first and may answer or replace it', async () => {
  const handler = async (
    error: unknown,
    { response }: { response: { send(text: string): void } },
  ) => {
    if ((error as Error).message === 'inside') return response.send('handled')
    return new RemoteError('replaced', { statusCode: 410 })
  }
  const { port } = await open({ errorHandler: { log: false, handler } })
  assert.is((await request({ port }, 'GET', '/api/MyClass/crash')).body, 'handled')
  const replaced = await call({ port }, 'GET', '/api/MyClass/fail')
  assert.equal([replaced.status, errorOf(replaced.body)['message']], [410, 'replaced'])
})

test('CF-20, X-10: the old context setting may be off, anything else stops the start', async () => {
  for (const context of [undefined, false, { enableHttpContext: false }]) await open({ context })
  for (const context of [true, {}, { enableHttpContext: true }]) {
    const failure = await startFailure({ remoting: { context } })
    assert.match(failure.message, /currentContext\(\)/)
  }
})

test('CF-21, TY-3, TY-4: warnings about unknown and replaced types can be silenced', async () => {
  const unknown = {
    C: { m: method({ accepts: [{ arg: 'a', type: 'Nowhere' }] }, () => undefined) },
  }
  const warningsOf = async (remoting: Settings) => {
    const { lines } = await openApp({ methods: unknown, remoting }, (app) =>
      app.defineType('Boolean', (data) => data),
    )
    return lines.filter((line) => /unknown type "Nowhere"|replaces an existing type/.test(line))
      .length
  }
  assert.is(await warningsOf({}), 2)
  assert.is(await warningsOf({ types: { warnOnUnknownType: false } }), 1)
  assert.is(await warningsOf({ types: { warnWhenOverridingType: false } }), 1)
})

test('CF-23, M-2: exports are the first classes, with nothing else given', async () => {
  const hello = Object.assign(() => 'hi', { shared: true, returns: root, http })
  const { port } = await openApp({ remoting: { exports: { Greeter: { hello } } } })
  assert.is((await call({ port }, 'GET', '/api/Greeter/hello')).body, 'hi')
})

test('M-8, CF-30: unknown keys under every section stop a strict start and are named', async () => {
  for (const section of ['rest', 'errorHandler', 'streams']) {
    const failure = await startFailure({ remoting: { [section]: { nonsense: 1 } } })
    assert.match(failure.message, `${section}.nonsense`)
  }
  const failure = await startFailure({ compat: { nonsense: true } as never })
  assert.match(failure.message, 'compat.nonsense')
})

test.run()
