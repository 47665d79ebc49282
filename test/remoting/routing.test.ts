import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { call, request } from '../transports/rest/rest-harness.ts'
import { method, openApp, stopAll } from './open-app.ts'

test.after.each(stopAll)

const quiet = { errorHandler: { log: false } }
const answer = (text: string, http?: object) =>
  method({ returns: { arg: 'r', root: true }, ...(http === undefined ? {} : { http }) }, () => text)

test('C-2, U-3, U-4: every path of a class is served, its verb does not matter, an empty list means the default', async () => {
  const routes = [
    { path: '/one', verb: 'get' },
    { path: 'two', verb: 'post' },
  ]
  const { port } = await openApp({
    remoting: quiet,
    classes: {
      Many: { http: routes, methods: { m: answer('many') } },
      Single: { http: { path: '/single', verb: 'put' } as never, methods: { m: answer('single') } },
      Bare: { http: [], methods: { m: answer('bare') } },
    },
  })
  for (const verb of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
    assert.is((await call({ port }, verb, '/api/one/m')).body, 'many', verb)
    assert.is((await call({ port }, verb, '/api/two/m')).body, 'many', verb)
    assert.is((await call({ port }, verb, '/api/single/m')).body, 'single', verb)
    assert.is((await call({ port }, verb, '/api/Bare/m')).body, 'bare', verb)
  }
  assert.is((await call({ port }, 'GET', '/api/Many/m')).status, 404)
})

test('U-2, U-3: class, loader and method paths multiply for instance methods', async () => {
  const { port } = await openApp({
    remoting: quiet,
    classes: {
      C: {
        http: [{ path: '/a' }, { path: '/b' }],
        sharedCtor: {
          definition: {
            accepts: [{ arg: 'id' }],
            http: [{ path: '/:id' }, { path: '/by/:id' }],
          },
          handler: ({ id }: { id: unknown }) => ({ id }),
        },
        methods: {
          own: method(
            {
              isStatic: false,
              returns: { arg: 'r', root: true },
              http: [{ path: '/x' }, { path: '/y' }],
            },
            (_args, { instance }) => instance,
          ),
        },
      },
    },
  })
  for (const classPath of ['a', 'b']) {
    for (const ctorPath of ['7', 'by/7']) {
      for (const path of ['x', 'y']) {
        const { body } = await call({ port }, 'GET', `/api/${classPath}/${ctorPath}/${path}`)
        assert.equal(body, { id: 7 }, `${classPath}/${ctorPath}/${path}`)
      }
    }
  }
  assert.is((await call({ port }, 'GET', '/api/a/7/own')).status, 404)
})

test('U-7: the order of the routes of a class, as it is tried', async () => {
  const names: readonly (readonly [string, string])[] = [
    ['all', '/any'],
    ['del', '/:id'],
    ['get', '/'],
    ['get', '/:id'],
    ['get', '/:id/docs'],
    ['get', '/findOne'],
    ['get', '/sum'],
    ['get', '/sum/1'],
    ['head', '/:id'],
    ['patch', '/:id'],
    ['post', '/'],
    ['put', '/:id'],
  ]
  const { rest } = await openApp({
    methods: {
      C: Object.fromEntries(
        names.map(([verb, path], n) => [`m${n}`, answer(path, { verb, path })]),
      ),
    },
  })
  assert.equal(
    rest.allRoutes().map(({ verb, path }) => `${verb} ${path}`),
    [
      'put /C/:id',
      'post /C',
      'patch /C/:id',
      'head /C/:id',
      'get /C/findOne',
      'get /C/sum/1',
      'get /C/sum',
      'get /C/:id/docs',
      'get /C/:id',
      'get /C',
      'delete /C/:id',
      'all /C/any',
    ],
  )
})

test('U-12: Allow names the verbs of a path, HEAD beside GET', async () => {
  const { port } = await openApp({
    remoting: quiet,
    methods: {
      C: {
        read: answer('r', { verb: 'get', path: '/x' }),
        write: answer('w', { verb: 'put', path: '/x' }),
        del: answer('d', { verb: 'del', path: '/x' }),
      },
    },
  })
  const { status, answer: raw } = await call({ port }, 'POST', '/api/C/x')
  assert.is(status, 404)
  const allowed = (raw.headers['allow'] ?? '').split(/, */).sort()
  assert.equal(allowed, ['DELETE', 'GET', 'HEAD', 'PUT'])
})

test('U-14, U-15, U-16: what a 404 says of the URL', async () => {
  const { port } = await openApp({ remoting: quiet, methods: { Some: { m: answer('x') } } })
  const messageOf = async (verb: string, path: string) => {
    const { status, body } = await call({ port }, verb, path)
    assert.is(status, 404)
    const { error } = body as { error: Readonly<Record<string, unknown>> }
    assert.equal(Object.keys(error), ['statusCode', 'name', 'message'])
    assert.is(error['name'], 'Error')
    return error['message']
  }
  assert.is(
    await messageOf('POST', '/api/Some/no/where?a=1'),
    'Shared class "Some" has no method handling POST /no/where?a=1',
  )
  assert.is(
    await messageOf('GET', '/api/nobody/x?a=1'),
    'There is no method to handle GET /nobody/x?a=1',
  )
})

test('U-6, U-9, U-10: case, a trailing slash, percent escapes and HEAD', async () => {
  const { port } = await openApp({
    remoting: quiet,
    methods: {
      Some: {
        m: method(
          {
            accepts: [{ arg: 'name', type: 'string', http: { source: 'path' } }],
            returns: { arg: 'r', root: true },
            http: { verb: 'get', path: '/of/:name' },
          },
          ({ name }) => name,
        ),
      },
    },
  })
  assert.is((await call({ port }, 'GET', '/api/sOME/OF/a%2Fb/')).body, 'a/b')
  const bad = await call({ port }, 'GET', '/api/Some/of/%E0%A4%A')
  assert.is(bad.status, 400)
  assert.is((bad.body as { error: { name: string } }).error.name, 'URIError')
  const get = await request({ port }, 'GET', '/api/Some/of/x')
  const head = await request({ port }, 'HEAD', '/api/Some/of/x')
  assert.equal(head.lines, get.lines)
  assert.is(head.body, '')
})

test.run()
