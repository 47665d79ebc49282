import { createServer } from 'node:http'
import Router from '@koa/router'
import Koa, { type Middleware } from 'koa'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, silentLogger } from '../../../core/index.ts'
import { rest } from '../../../transports/rest/index.ts'
import {
  call,
  openSocket,
  request,
  type Setup,
  sendRaw,
  startServer,
  stopAll,
  type TestMethod,
  ways,
} from './rest-harness.ts'

test.after.each(stopAll)

const get = (path: string, run: TestMethod['run']): TestMethod => ({
  http: { verb: 'get', path },
  returns: { arg: 'r', type: 'any', root: true },
  run,
})

let finished = 0
const classes: Setup['classes'] = {
  H: {
    methods: {
      hello: get('/hello', () => 'hello'),
      nothing: get('/nothing', () => undefined),
      fails: get('/fails', () =>
        Promise.reject(Object.assign(new Error('bad'), { statusCode: 418 })),
      ),
      slow: get('/slow', async () => {
        await new Promise((resolve) => setTimeout(resolve, 40))
        finished++
        return 'slow'
      }),
      signal: get(
        '/signal',
        (_args, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              finished++
              resolve('aborted')
            })
          }),
      ),
      user: get('/user', (_args, context) => context.accessToken),
      echo: {
        accepts: { arg: 'data', type: 'object', http: { source: 'body' } },
        http: { verb: 'post', path: '/echo' },
        returns: { arg: 'r', type: 'object', root: true },
        run: ({ data }: { data: unknown }) => data,
      },
    },
  },
}

const quiet = { errorHandler: { log: false } }
const trace =
  (name: string): Middleware =>
  async (context, next) => {
    context.append('X-Trace', name)
    await next()
    if (!context.headerSent) context.append('X-Back', name)
  }

test('§5.1: every kind of answer is the same bytes on both ways', async () => {
  const [direct, koa] = await Promise.all(
    ways.map(({ options }) => startServer({ classes, options, remoting: quiet })),
  )
  const sent: readonly (readonly [string, string, Record<string, string>])[] = [
    ['GET', '/api/H/hello', {}],
    ['HEAD', '/api/H/hello', {}],
    ['GET', '/api/H/hello', { 'If-None-Match': '*' }],
    ['GET', '/api/H/hello', { Accept: 'image/png' }],
    ['GET', '/api/H/nothing', {}],
    ['GET', '/api/H/fails', {}],
    ['HEAD', '/api/H/fails', {}],
    ['GET', '/api/H/fails', { Accept: 'text/html' }],
    ['GET', '/api/Nothing', {}],
    ['DELETE', '/api/H/hello', {}],
    ['OPTIONS', '/api/H/hello', {}],
    ['GET', '/other', {}],
    ['GET', '/api/H/%FF', {}],
  ]
  for (const [method, path, headers] of sent) {
    const one = await request(direct!, method, path, { headers })
    const two = await request(koa!, method, path, { headers })
    assert.is(one.text, two.text, `${method} ${path}`)
  }
})

test('F-1.18, F-1.19: middleware runs in the order of its phases; an unknown phase stops the start', async () => {
  const phases = {
    final: trace('final'),
    'routes:before': [trace('before')],
    initial: trace('initial'),
    'auth:after': trace('auth'),
  }
  const server = await startServer({ classes, options: { phases }, remoting: quiet })
  const answer = await request(server, 'GET', '/api/H/hello')
  assert.equal(answer.text.match(/X-Trace: \w+/g), [
    'X-Trace: initial',
    'X-Trace: auth',
    'X-Trace: before',
  ])
  assert.equal(answer.text.match(/X-Back: \w+/g), [
    'X-Back: before',
    'X-Back: auth',
    'X-Back: initial',
  ])
  assert.is(answer.body, '"hello"')
  const other = await request(server, 'GET', '/other')
  assert.match(other.text, 'X-Trace: final')
  assert.is(other.status, 404)
  const nothing = await request(server, 'GET', '/api/H/nothing')
  assert.is(nothing.status, 204)
  assert.match(nothing.text, 'X-Back: initial')
  try {
    await startServer({ classes, options: { phases: { middle: trace('x') } as never } })
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), 'Unknown middleware phase middle')
  }
})

test('use: middleware below the mount only; it may answer, fail, and leave a token', async () => {
  const guard: Middleware = async (context, next) => {
    if (context.path === '/api/H/own') context.body = 'own'
    else if (context.path === '/api/H/broken')
      throw Object.assign(new Error('guard'), { status: 403 })
    else {
      ;(context.req as unknown as { accessToken: unknown }).accessToken = { id: 't' }
      await next()
    }
  }
  const server = await startServer({
    classes,
    options: { use: [trace('one'), guard] },
    remoting: quiet,
  })
  assert.is((await request(server, 'GET', '/api/H/own')).body, 'own')
  assert.equal((await call(server, 'GET', '/api/H/broken')).body, {
    error: { statusCode: 403, name: 'Error', message: 'guard' },
  })
  assert.equal((await call(server, 'GET', '/api/H/user')).body, { id: 't' })
  assert.not.match((await request(server, 'GET', '/other')).text, 'X-Trace')
})

test('a Koa body parser ahead of the methods is believed', async () => {
  const parser: Middleware = async (context, next) => {
    let text = ''
    for await (const chunk of context.req) text += chunk
    ;(context.request as unknown as { body: unknown }).body = { parsed: text }
    await next()
  }
  const server = await startServer({ classes, options: { use: [parser] }, remoting: quiet })
  assert.equal((await call(server, 'POST', '/api/H/echo', { a: 1 })).body, { parsed: '{"a":1}' })
})

test('@koa/router routes are asked when no shared method matches, anywhere on the host', async () => {
  const router = new Router()
  router.get('/health', (context) => {
    context.body = { up: true }
  })
  router.get('/api/H/extra', (context) => {
    context.body = 'extra'
  })
  router.get('/api/H/hello', (context) => {
    context.body = 'shadowed'
  })
  const server = await startServer({ classes, options: { routers: [router] }, remoting: quiet })
  assert.equal((await call(server, 'GET', '/health')).body, { up: true })
  assert.is((await request(server, 'GET', '/api/H/extra')).body, 'extra')
  assert.equal((await call(server, 'GET', '/api/H/hello')).body, 'hello')
  assert.match(
    JSON.stringify((await call(server, 'GET', '/api/H/missing')).body),
    'has no method handling',
  )
  assert.match(JSON.stringify((await call(server, 'GET', '/missing')).body), 'Cannot GET /missing')
})

test('the API inside a bigger Koa application', async () => {
  const server = await startServer({ classes, options: { listen: false }, remoting: quiet })
  const koa = new Koa()
  koa.use(async (context, next) => {
    context.set('X-Outer', '1')
    await next()
  })
  koa.use(server.transport.koa())
  koa.use((context) => {
    context.body = `rest: ${context.path}`
  })
  const outer = koa.listen(0, '127.0.0.1')
  await new Promise((resolve) => outer.once('listening', resolve))
  const { port } = outer.address() as { port: number }
  const hello = await request({ port }, 'GET', '/api/H/hello')
  assert.is(hello.body, '"hello"')
  assert.is(hello.headers['x-outer'], '1')
  assert.is((await request({ port }, 'GET', '/api/H/nothing')).status, 204)
  assert.is((await request({ port }, 'GET', '/other')).body, 'rest: /other')
  assert.is((await call({ port }, 'GET', '/api/H/fails')).status, 418)
  assert.equal((await call({ port }, 'POST', '/api/H/echo', { a: 1 })).body, { a: 1 })
  outer.close()
})

test('listener(): the whole host on a server of the application', async () => {
  const server = await startServer({ classes, options: { listen: false }, remoting: quiet })
  assert.is(server.origin, '')
  const outer = createServer(server.transport.listener())
  await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve))
  const { port } = outer.address() as { port: number }
  assert.is((await request({ port }, 'GET', '/api/H/hello')).body, '"hello"')
  assert.is((await request({ port }, 'GET', '/other')).status, 404)
  outer.close()
})

test('bytes that are no HTTP are a 400, too large heads a 431, and the server goes on', async () => {
  const server = await startServer({ classes, remoting: quiet })
  const bad = [
    'nonsense\r\n\r\n',
    'GET /api/H/hello HTTP/1.1\r\nHost x\r\n\r\n',
    'POST /api/H/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'POST /api/H/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'GET /api/H/hello HTTP/9.9\r\nHost: x\r\n\r\n',
  ]
  for (const text of bad)
    assert.match(await sendRaw(server.port, text), /^HTTP\/1\.1 400 Bad Request\r\n/, text)
  const huge = `GET /api/H/hello?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`
  assert.match(await sendRaw(server.port, huge), /^HTTP\/1\.1 431 /)
  assert.is((await request(server, 'GET', '/api/H/hello')).status, 200)
})

test('a slow head or body is a 408 and the socket is closed', async () => {
  const limits = { headersTimeoutMs: 30, requestTimeoutMs: 30, timeoutCheckMs: 10 }
  const server = await startServer({ classes, options: { server: limits }, remoting: quiet })
  const body =
    'POST /api/H/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"a"'
  assert.match(await sendRaw(server.port, body), /^HTTP\/1\.1 408 /)
  assert.match(await sendRaw(server.port, 'GET /api/H/hello HTTP/1.1\r\nHost:'), /^HTTP\/1\.1 408 /)
})

test('close lets calls under way finish, refuses new ones, and closes idle connections', async () => {
  const server = await startServer({ classes, remoting: quiet })
  const idle = await openSocket(server.port)
  const before = finished
  const under = request(server, 'GET', '/api/H/slow')
  await new Promise((resolve) => setTimeout(resolve, 10))
  const closed = server.stop()
  assert.is((await under).body, '"slow"')
  await closed
  assert.is(finished, before + 1)
  idle.destroy()
  try {
    await openSocket(server.port)
    assert.unreachable()
  } catch (error) {
    assert.is((error as { code?: string }).code, 'ECONNREFUSED')
  }
})

test('I-13: close with an aborted signal destroys calls under way, whose signal aborts', async () => {
  const server = await startServer({ classes, remoting: quiet })
  const before = finished
  const under = request(server, 'GET', '/api/H/signal').catch((error: unknown) => error)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await server.stop(AbortSignal.abort())
  await under
  while (finished === before) await new Promise((resolve) => setTimeout(resolve, 5))
})

test('I-13: the signal of a call aborts when its client leaves', async () => {
  const server = await startServer({ classes, remoting: quiet })
  const before = finished
  const socket = await openSocket(server.port)
  socket.write('GET /api/H/signal HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 20))
  socket.destroy()
  while (finished === before) await new Promise((resolve) => setTimeout(resolve, 5))
})

test('CF-30: an unknown key stops the start in strict and is a warning in loopback3', async () => {
  const cases = [
    { options: { unknown: 1 } as never },
    { remoting: { rest: { unknown: 1 } } },
    { remoting: { errorHandler: { unknown: 1 } } },
    { remoting: { streams: { unknown: 1 } } },
    { options: { server: { unknown: 1 } as never }, strictOnly: true },
  ]
  for (const { strictOnly, ...setup } of cases as ({ strictOnly?: boolean } & object)[]) {
    try {
      await startServer({ classes, ...setup })
      assert.unreachable()
    } catch (error) {
      assert.match(String(error), 'unknown: unknown key')
    }
    if (strictOnly === true) continue
    const server = await startServer({ classes, profile: 'loopback3', ...setup })
    assert.ok(server.warnings.some((text) => text.endsWith('unknown: unknown key')))
  }
})

test('M-8: options given to the transport replace the configured section as a whole', async () => {
  const remoting = { ...quiet, rest: { xml: true } }
  const configured = await startServer({ classes, remoting })
  assert.is((await request(configured, 'GET', '/api/H/hello?_format=xml')).status, 200)
  const replaced = await startServer({ classes, remoting, options: { implicitHeaders: true } })
  assert.is((await request(replaced, 'GET', '/api/H/hello?_format=xml')).status, 406)
})

test('the manifest is answered when it is switched on, and follows the catalog', async () => {
  for (const koa of [false, true]) {
    const app = createApp({ logger: silentLogger, classes: { A: { methods: {} } } })
    await app.install(rest({ manifest: true, koa })).start({ port: 0 })
    const url = `${app.addresses[0]}/manifest.json`
    const first = await fetch(url)
    assert.is(first.status, 200)
    assert.equal(await first.json(), JSON.parse(JSON.stringify(app.describe())))
    assert.ok(first.headers.get('etag'))
    assert.is((await fetch(url)).headers.get('etag'), first.headers.get('etag'))
    app.removeClass('A')
    const changed = (await (await fetch(url)).json()) as { readonly classes: readonly unknown[] }
    assert.equal(changed.classes, [])
    assert.is((await fetch(url, { method: 'POST' })).status, 404)
    await app.stop(AbortSignal.abort())
  }
  const closed = createApp({ logger: silentLogger }).install(rest())
  await closed.start({ port: 0 })
  assert.is((await fetch(`${closed.addresses[0]}/manifest.json`)).status, 404)
  await closed.stop(AbortSignal.abort())
})

test('the host refuses limits that are no whole numbers', async () => {
  const app = createApp({ logger: silentLogger }).install(
    rest({ server: { headersTimeoutMs: -1 } }),
  )
  const error = await app.start({ port: 0 }).catch((reason: unknown) => reason)
  assert.match(String(error), /server.headersTimeoutMs/)
})

test.run()
