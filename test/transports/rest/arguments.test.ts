import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  any,
  call,
  number,
  post,
  request,
  type Setup,
  startServer,
  stopAll,
  ways,
} from './rest-harness.ts'

test.after.each(stopAll)

const classes: Setup['classes'] = {
  In: {
    methods: {
      body: post('/body', any('data', 'body')),
      number: post('/number', number('a')),
      typed: post('/typed/:p', [
        number('p', 'path'),
        number('q', 'query'),
        number('h', 'header'),
        number('f', 'form'),
        number('auto'),
      ]),
      path: { ...post('/at/:a', number('a')), http: { verb: 'post', path: '/at/:a' } },
      get: { ...post('/get', number('a')), http: { verb: 'get', path: '/get' } },
      none: post('/none', { arg: 'a', type: 'any', http: { source: 'nowhere' } }, (args) => ({
        has: args.a !== undefined,
      })),
      special: post(
        '/special',
        [any('req', 'req'), any('res', 'res'), any('context', 'context')],
        (args, context) => ({
          req: args.req === context.request,
          res: args.res === context.response,
          context: args.context === context,
          params: args.req.originalUrl,
        }),
      ),
      computed: post('/computed', {
        arg: 'n',
        type: 'number',
        http: (context) => (context.request?.query['n'] === 'number' ? 5 : '5'),
      }),
      reads: post('/reads', undefined, (_args, context) => context.getArgByName('a')),
      request: post('/request/:id', any('req', 'req'), ({ req }) => ({
        get: req.get('X-One'),
        is: req.is('json', 'html'),
        accepts: req.accepts('html', 'json'),
        query: req.query,
        params: req.params,
        body: req.body,
        url: req.originalUrl,
        ip: req.ip,
        method: req.method,
        context: req.remotingContext?.methodString,
      })),
    },
  },
}

const quiet = { errorHandler: { log: false } }

for (const way of ways) {
  const setup = { classes, remoting: quiet, options: way.options }
  const suite = (
    name: string,
    run: (server: Awaited<ReturnType<typeof startServer>>) => Promise<void>,
    more: object = {},
  ) =>
    test(`${way.name}: ${name}`, async () => {
      const server = await startServer({ ...setup, ...more })
      await run(server)
      await server.stop()
    })

  suite('A-1, CM-1 … CM-7: path, then body, then query, then header; JSON values keep their types', async (server) => {
    const number = async (path: string, body?: unknown, headers?: Record<string, string>) =>
      await call(server, 'POST', path, body, headers)
    assert.equal((await number('/api/In/number', { a: 5 })).body, { a: 5 })
    assert.is((await number('/api/In/number', { a: '5' })).status, 400)
    assert.is((await number('/api/In/number', { a: null })).status, 400)
    assert.equal((await number('/api/In/number?a=5', {})).body, { a: 5 })
    assert.equal((await number('/api/In/number?a=5', { a: 6 })).body, { a: 6 })
    assert.equal((await number('/api/In/number', undefined, { a: '9' })).body, { a: 9 })
    assert.equal((await number('/api/In/at/3?a=5', { a: 6 })).body, { a: 3 })
  })

  suite('A-2 … A-6: each source is read where it says, in its own mode', async (server) => {
    const { body } = await call(
      server,
      'POST',
      '/api/In/typed/1?q=2',
      { p: 9, q: 9, h: 9, f: 4, auto: 5 },
      { h: '3' },
    )
    assert.equal(body, { p: 1, q: 2, h: 3, f: 4, auto: 5 })
    assert.is((await call(server, 'POST', '/api/In/typed/1?q=2', { f: '4' })).status, 400)
  })

  suite('A-7, A-8, A-9, K-1: computed sources', async (server) => {
    assert.equal((await call(server, 'POST', '/api/In/special?x=1')).body, {
      req: true,
      res: true,
      context: true,
      params: '/api/In/special?x=1',
    })
    assert.equal((await call(server, 'POST', '/api/In/computed?n=number')).body, { n: 5 })
    assert.is((await call(server, 'POST', '/api/In/computed?n=text')).status, 400)
    assert.equal((await call(server, 'POST', '/api/In/none', { a: 1 })).body, { has: false })
    assert.equal((await call(server, 'POST', '/api/In/reads?a=q', { a: 'body' })).body, 'body')
    assert.equal((await call(server, 'POST', '/api/In/reads?a=q')).body, 'q')
  })

  suite('A-10: the JSON content type ignores case in strict', async (server) => {
    const headers = { 'Content-Type': 'Application/JSON; charset=utf-8' }
    assert.is(
      (await request(server, 'POST', '/api/In/number', { headers, body: '{"a":"5"}' })).status,
      400,
    )
  })

  suite(
    'A-10: in loopback3 another case is parsed but converted as text',
    async (server) => {
      const headers = { 'Content-Type': 'Application/JSON' }
      assert.is(
        (await request(server, 'POST', '/api/In/number', { headers, body: '{"a":"5"}' })).body,
        '{"a":5}',
      )
    },
    { profile: 'loopback3' },
  )

  suite(
    'A-11: further JSON types only when they are listed',
    async (server) => {
      const headers = { 'Content-Type': 'application/vnd.api+json' }
      assert.is(
        (await request(server, 'POST', '/api/In/body', { headers, body: '{"a":1}' })).body,
        '{"data":{"a":1}}',
      )
      const other = { 'Content-Type': 'application/hal+json' }
      assert.is(
        (await request(server, 'POST', '/api/In/body', { headers: other, body: '{"a":1}' })).body,
        '{"data":{}}',
      )
    },
    { remoting: { ...quiet, json: { types: ['application/vnd.api+json'] } } },
  )

  suite(
    'A-12: implicit headers can be switched off',
    async (server) => {
      assert.is((await request(server, 'GET', '/api/In/get', { headers: { a: '5' } })).body, '{}')
    },
    { remoting: { ...quiet, rest: { implicitHeaders: false } } },
  )

  suite('K-2: what hooks and methods can ask of a request', async (server) => {
    const { body } = await call(
      server,
      'POST',
      '/api/In/request/7?a[b]=1',
      { c: 1 },
      { 'X-One': '1', Accept: 'application/json' },
    )
    assert.equal(body, {
      get: '1',
      is: 'json',
      accepts: 'json',
      query: { a: { b: '1' } },
      params: { id: '7' },
      body: { c: 1 },
      url: '/api/In/request/7?a[b]=1',
      ip: '127.0.0.1',
      method: 'POST',
      context: 'In.request',
    })
  })
}

test.run()
