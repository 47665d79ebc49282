import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { normalizePath, tidyPath } from '../../../core/method/http-path.ts'
import { comparePaths } from '../../../transports/rest/routes.ts'
import {
  call,
  request,
  type Setup,
  sendRaw,
  startServer,
  stopAll,
  type TestMethod,
  ways,
} from './rest-harness.ts'

test.after.each(stopAll)

function named(name: string, verb: string, path: string): TestMethod {
  return {
    http: { verb, path },
    returns: { arg: 'r', type: 'string', root: true },
    run: () => name,
  }
}

function echo(path: string, ...names: string[]): TestMethod {
  return {
    accepts: names.map((arg) => ({ arg, type: 'string', http: { source: 'path' } })),
    http: { verb: 'get', path },
    returns: { arg: 'r', type: 'object', root: true },
    run: (args: object) => args,
  }
}

const book: Setup['classes'][string] = {
  paths: ['/Books'],
  ctor: {
    accepts: { arg: 'id', type: 'any', http: { source: 'path' } },
    http: { path: '/:id' },
    run: ({ id }: { id: unknown }) => ({ id }),
  },
  methods: {
    create: named('create', 'post', '/'),
    find: named('find', 'get', '/'),
    findById: echo('/:id', 'id'),
    exists: echo('/:id/exists', 'id'),
    headExists: named('headExists', 'head', '/:id'),
    count: named('count', 'get', '/count'),
    replace: named('replace', 'put', '/:id'),
    remove: named('remove', 'del', '/:id'),
    any: { returns: { arg: 'r', type: 'string', root: true }, run: () => 'any' },
    instance: {
      isStatic: false,
      http: { verb: 'get', path: '/title' },
      returns: { arg: 'id', type: 'any' },
      run: (_: unknown, context: { instance?: { id?: unknown } }) => context.instance?.id,
    },
    mixed: echo('/files/:name.:extension', 'name', 'extension'),
    rest: echo('/tree/*', '0'),
  },
}

const setup = { classes: { Book: book }, remoting: { errorHandler: { log: false } } }

for (const way of ways) {
  const here = { ...setup, options: way.options }
  const suite = (
    name: string,
    run: (server: Awaited<ReturnType<typeof startServer>>) => Promise<void>,
  ) =>
    test(`${way.name}: ${name}`, async () => {
      const server = await startServer(here)
      try {
        await run(server)
      } finally {
        await server.stop()
      }
    })

  suite('U-1, U-2: class path and method path make the URL; without http every verb answers', async (server) => {
    assert.equal((await call(server, 'GET', '/api/Books')).body, 'find')
    assert.equal((await call(server, 'POST', '/api/Books')).body, 'create')
    for (const verb of ['POST', 'PATCH', 'SEARCH']) {
      assert.equal((await call(server, verb, '/api/Books/any')).body, 'any', verb)
    }
    assert.equal((await call(server, 'GET', '/api/Books/7/title')).body, { id: 7 })
  })

  suite('U-6: case and one trailing slash do not matter', async (server) => {
    for (const path of ['/api/books', '/API/BOOKS/', '/api/Books/']) {
      assert.equal((await call(server, 'GET', path)).body, 'find', path)
    }
    assert.equal((await call(server, 'GET', '/api/BOOKS/aB')).body, { id: 'aB' })
    assert.is((await call(server, 'GET', '/api/Books//')).status, 404)
    assert.is((await call(server, 'GET', '/api//Books')).status, 404)
    assert.is((await call(server, 'GET', '/apiBooks')).status, 404)
  })

  suite('U-7: literal before parameter; HEAD routes before the GET ones HEAD may use', async (server) => {
    assert.equal((await call(server, 'GET', '/api/Books/count')).body, 'count')
    assert.equal((await call(server, 'PUT', '/api/Books/count')).body, 'replace')
    const head = await request(server, 'HEAD', '/api/Books/count')
    assert.is(head.headers['content-length'], String('"headExists"'.length))
  })

  suite('U-9: parameters are decoded, one that can not be is a 400 named URIError', async (server) => {
    assert.equal((await call(server, 'GET', '/api/Books/a%2Fb')).body, { id: 'a/b' })
    assert.equal((await call(server, 'GET', '/api/Books/files/a.tar.gz')).body, {
      name: 'a',
      extension: 'tar.gz',
    })
    assert.equal((await call(server, 'GET', '/api/Books/tree/a/b%20c')).body, { 0: 'a/b c' })
    const { status, body } = await call(server, 'GET', '/api/Books/%E0%A4%A')
    assert.is(status, 400)
    assert.equal(body, {
      error: { statusCode: 400, name: 'URIError', message: "Failed to decode param '%E0%A4%A'" },
    })
  })

  suite('U-10: HEAD on a GET route', async (server) => {
    const answer = await request(server, 'HEAD', '/api/Books/7/exists')
    assert.is(answer.status, 200)
    assert.is(answer.body, '')
    assert.is(answer.headers['content-length'], '10')
  })

  suite('U-11: OPTIONS answers 204 with Allow where there is a route, else 404', async (server) => {
    const known = await request(server, 'OPTIONS', '/api/Books')
    assert.is(
      known.text,
      'HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, POST\r\nConnection: close\r\n\r\n',
    )
    assert.is((await request(server, 'OPTIONS', '/api/Nothing')).status, 404)
  })

  suite('U-12, U-14, U-16: a wrong verb is a 404 with Allow and without a code', async (server) => {
    const { status, body, answer } = await call(server, 'DELETE', '/api/Books?x=1')
    assert.is(status, 404)
    assert.is(answer.headers['allow'], 'GET, HEAD, POST')
    const message = 'Shared class "Book" has no method handling DELETE /?x=1'
    assert.equal(body, { error: { statusCode: 404, name: 'Error', message } })
    const below = (await call(server, 'GET', '/api/Books/1/nothing?a=b')).body
    assert.match(JSON.stringify(below), 'has no method handling GET /1/nothing?a=b')
  })

  suite('U-15, U-16: an unknown class is a 404 that names the URL below the mount', async (server) => {
    for (const [path, below] of [
      ['/api/Nothing/1?q', '/Nothing/1?q'],
      ['/api', '/'],
      ['/api/', '/'],
    ] as const) {
      const { body, answer } = await call(server, 'GET', path)
      const message = `There is no method to handle GET ${below}`
      assert.equal(body, { error: { statusCode: 404, name: 'Error', message } })
      assert.is(answer.headers['allow'], undefined)
    }
  })

  suite('F-1.26: outside the mount the host answers', async (server) => {
    const { status, body, answer } = await call(server, 'POST', '/other', {})
    assert.is(status, 404)
    assert.equal(body, { error: { statusCode: 404, name: 'Error', message: 'Cannot POST /other' } })
    assert.is(answer.headers['x-content-type-options'], 'nosniff')
    const long = (await call(server, 'GET', `/${'x'.repeat(2000)}`)).body
    assert.is(
      (long as { error: { message: string } }).error.message.length,
      'Cannot GET '.length + 512,
    )
  })

  suite('an absolute request URL is routed by its path', async (server) => {
    const raw = 'GET http://example.org/api/Books HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    assert.match(await sendRaw(server.port, raw), '"find"')
  })
}

test('U-12, U-14: loopback3 words OPTIONS as any other missing method, and 404s it', async () => {
  const server = await startServer({ ...setup, profile: 'loopback3' })
  const { status, body } = await call(server, 'OPTIONS', '/api/Books/1')
  assert.is(status, 404)
  assert.match(JSON.stringify(body), 'Shared class \\"Book\\" has no method handling OPTIONS /1')
  await server.stop()
})

test('U-3: class, loader and method paths multiply; an explicit path replaces the default one', async () => {
  const server = await startServer({
    classes: {
      Cat: {
        paths: ['/cats', '/felines'],
        ctor: { accepts: [], http: [{ path: '/:id' }, { path: '/by/:id' }], run: () => ({}) },
        methods: {
          meow: {
            isStatic: false,
            http: [
              { verb: 'get', path: '/meow' },
              { verb: 'get', path: '/say' },
            ],
            run: () => 1,
          },
        },
      },
    },
  })
  for (const root of ['/cats', '/felines']) {
    for (const middle of ['/1', '/by/1']) {
      for (const end of ['/meow', '/say']) {
        assert.is((await request(server, 'GET', `/api${root}${middle}${end}`)).status, 204)
      }
    }
  }
  assert.is(server.transport.allRoutes().length, 8)
  await server.stop()
})

test('U-2: a loader without paths of its own stands under /sharedCtor', async () => {
  const server = await startServer({
    classes: {
      A: {
        ctor: { run: () => ({}) },
        methods: { m: { isStatic: false, http: { verb: 'get', path: '/m' }, run: () => 1 } },
      },
    },
  })
  assert.is((await request(server, 'GET', '/api/A/sharedCtor/m')).status, 204)
  await server.stop()
})

test('U-5, C-3: paths are dasherised segment by segment, the class setting wins', async () => {
  assert.is(normalizePath('/MyModelABC'), '/my-model-a-b-c')
  assert.is(normalizePath('/XMLStuff'), '/x-m-l-stuff')
  assert.is(normalizePath('/someThing_else/:myId'), '/some-thing-else/:myId')
  const methods = { doIt: named('done', 'get', '/doIt') }
  const server = await startServer({
    options: { normalizeHttpPath: true },
    classes: { MyModel: { methods }, Other: { normalizeHttpPath: false, methods } },
  })
  assert.is((await request(server, 'GET', '/api/my-model/do-it')).status, 200)
  assert.is((await request(server, 'GET', '/api/Other/doIt')).status, 200)
  assert.is((await request(server, 'GET', '/api/Other/do-it')).status, 404)
  await server.stop()
})

test('U-7: parts are compared one by one, then the longer path comes first', () => {
  const sorted = ['/', '/:id', '/findOne', '/:id/docs', '/sum/1', '/sum'].sort(comparePaths)
  assert.equal(sorted, ['/findOne', '/sum/1', '/sum', '/:id/docs', '/:id', '/'])
})

test('U-7: within a class a verb of its own comes before all', async () => {
  const server = await startServer({
    classes: {
      A: {
        methods: {
          literal: named('literal', 'all', '/x'),
          parameter: named('parameter', 'get', '/:id'),
        },
      },
    },
  })
  assert.equal((await call(server, 'GET', '/api/A/x')).body, 'parameter')
  assert.equal((await call(server, 'POST', '/api/A/x')).body, 'literal')
  await server.stop()
})

test('U-8: joining never doubles a slash', () => {
  assert.is(tidyPath('/Books//:id//'), '/Books/:id')
  assert.is(tidyPath('//'), '/')
})

test('U-13: a class does not shadow one below its path, whatever the order', async () => {
  const outer = {
    paths: ['/a'],
    methods: { get: named('outer', 'get', '/:x/:y'), one: named('one', 'get', '/:x') },
  }
  const inner = {
    paths: ['/a/b'],
    methods: { get: named('inner', 'all', '/:y'), root: named('root', 'get', '/') },
  }
  for (const classes of [
    { outer, inner },
    { inner, outer },
  ]) {
    const server = await startServer({ classes })
    assert.equal((await call(server, 'GET', '/api/a/b/1')).body, 'inner')
    assert.equal((await call(server, 'GET', '/api/a/c/1')).body, 'outer')
    assert.equal((await call(server, 'GET', '/api/a/b')).body, 'root')
    await server.stop()
  }
})

test('U-18: allRoutes lists what tools need; empty lists are undefined', async () => {
  const server = await startServer(setup)
  const routes = server.transport.allRoutes()
  const find = routes.find((route) => route.method === 'Book.find')
  assert.is(find?.verb, 'get')
  assert.is(find?.path, '/Books')
  assert.is(find?.accepts, undefined)
  assert.equal(find?.returns, [{ arg: 'r', type: 'string', root: true }])
  assert.is(
    routes.find((route) => route.method === 'Book.prototype.instance')?.path,
    '/Books/:id/title',
  )
  await server.stop()
})

test('U-19: classes list methods with their endpoints; all is POST, del is DELETE', async () => {
  const server = await startServer(setup)
  const [only] = server.transport.classes()
  assert.is(only?.name, 'Book')
  assert.equal(only?.ctor, ['/:id'])
  const method = (name: string) => only?.methods.find((one) => one.name === name)
  assert.equal(method('any')?.getEndpoints(), [{ verb: 'POST', fullPath: '/api/Books/any' }])
  assert.equal(method('remove')?.getEndpoints(), [{ verb: 'DELETE', fullPath: '/api/Books/:id' }])
  assert.is(method('findById')?.getArgByName('id')?.type, 'string')
  assert.is(method('find')?.isReturningArray(), false)
  assert.is(method('find')?.acceptsSingleBodyArgument(), false)
  await server.stop()
})

test('M-9: routes follow the catalog', async () => {
  const server = await startServer(setup)
  server.swap({ Cat: { methods: { meow: named('meow', 'get', '/meow') } } })
  assert.is((await request(server, 'GET', '/api/Books')).status, 404)
  assert.equal((await call(server, 'GET', '/api/Cat/meow')).body, 'meow')
  await server.stop()
})

test('CF-26: the mount may be the root or any path', async () => {
  for (const path of ['/', '', '/v1/api/', 'v1']) {
    const server = await startServer({ ...setup, options: { path } })
    const prefix = path === '/' || path === '' ? '' : path.replace(/^\/*/, '/').replace(/\/$/, '')
    assert.equal((await call(server, 'GET', `${prefix}/Books`)).body, 'find', path)
    await server.stop()
  }
})

test.run()
