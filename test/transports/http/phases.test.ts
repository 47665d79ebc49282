import type { Middleware } from 'koa'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { httpPhases, MiddlewarePhases } from '../../../transports/http/phases.ts'
import { compilePaths } from '../../../transports/http/scoped-middleware.ts'
import type { RestOptions } from '../../../transports/rest/index.ts'
import { request, type Setup, startServer, stopAll, ways } from '../rest/rest-harness.ts'

test.after.each(stopAll)

const classes: Setup['classes'] = {
  H: {
    methods: {
      hello: {
        http: { verb: 'get', path: '/hello' },
        returns: { arg: 'r', type: 'any', root: true },
        run: (_args, { request }) => request.originalUrl,
      },
    },
  },
}
const quiet = { errorHandler: { log: false } }

const trace =
  (name: string): Middleware =>
  async (context, next) => {
    context.append('X-Trace', `${name}=${context.mountPath ?? ''}|${context.url}`)
    await next()
    if (!context.headerSent)
      context.append('X-Back', `${name}=${context.mountPath ?? ''}|${context.url}`)
  }

async function traces(options: RestOptions, path: string): Promise<readonly string[]> {
  const server = await startServer({ classes, options, remoting: quiet })
  const { text } = await request(server, 'GET', path)
  await server.stop()
  return (text.match(/X-(?:Trace|Back): [^\r]*/g) ?? []).map((line) => line.slice(2))
}

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return String(error)
  }
  return ''
}

for (const way of ways) {
  const at = (paths: string | RegExp | readonly (string | RegExp)[], path: string) =>
    traces({ ...way.options, phases: { auth: { paths, use: trace('a') } } }, path)

  test(`F-1.19: ${way.name}: middleware with a path runs below it only and sees the rest of the URL`, async () => {
    const seen = ['Trace: a=/api/H|/hello?x=1', 'Back: a=/api/H|/hello?x=1']
    assert.equal(await at('/api/H', '/api/H/hello?x=1'), seen)
    assert.equal(await at('/api/H/', '/api/H/hello?x=1'), seen)
    assert.equal(await at(/^\/API\/\w/i, '/api/H/hello?x=1'), seen)
    assert.equal(await at(['/nowhere', /^\/api\/H/], '/api/H/hello?x=1'), seen)
    assert.equal(await at('/api/:name', '/api/H/hello?x=1'), seen)
    assert.equal(await at('/api/hello', '/api/H/hello'), [])
    assert.equal(await at('/api/H/hell', '/api/H/hello'), [])
    assert.equal(await at(/H/, '/api/H/hello'), [])
    assert.equal(await at([], '/api/H/hello'), [])
  })

  test(`F-1.19: ${way.name}: the whole path leaves a slash, and the default path changes nothing`, async () => {
    const whole = ['Trace: a=/api/H/hello|/', 'Back: a=/api/H/hello|/']
    assert.equal(await at('/api/H/hello', '/api/H/hello'), whole)
    assert.equal(await at('/', '/api/H/hello'), ['Trace: a=|/api/H/hello', 'Back: a=|/api/H/hello'])
    const phases = { initial: { use: [trace('a'), trace('b')] } }
    assert.is((await traces({ ...way.options, phases }, '/api/H/hello')).length, 4)
  })

  test(`F-1.19: ${way.name}: what stands below sees the URL as it was, also beneath several paths`, async () => {
    const phases = {
      initial: { paths: '/api', use: trace('a') },
      session: trace('b'),
      auth: { paths: '/api/h', use: trace('c') },
    }
    assert.equal(await traces({ ...way.options, phases }, '/api/H/hello'), [
      'Trace: a=/api|/H/hello',
      'Trace: b=|/api/H/hello',
      'Trace: c=/api/H|/hello',
      'Back: c=/api/H|/hello',
      'Back: b=|/api/H/hello',
      'Back: a=/api|/H/hello',
    ])
    const server = await startServer({ classes, options: { ...way.options, phases } })
    assert.is((await request(server, 'GET', '/api/H/hello')).body, '"/api/H/hello"')
  })
}

test('F-1.19: a path is found however it is spelled: case, escapes, doubled slashes', () => {
  const match = compilePaths('/admin/Users')
  assert.is(match('/admin/users'), 12)
  assert.is(match('/ADMIN/users/7'), 12)
  assert.is(match('/%61dmin/users'), 14)
  assert.is(match('//admin//users/7'), 14)
  for (const other of [
    '/admin',
    '/admin/user',
    '/admin/users7',
    '/%zz/users',
    '',
    '*',
    'admin/users',
  ])
    assert.is(match(other), -1, other)
  const sticky = compilePaths(/\/a/g)
  assert.equal([sticky('/a'), sticky('/a'), sticky('/ab'), sticky('/a/b')], [2, 2, -1, 2])
})

test('F-1.19: an answer, a rewritten URL and an error of middleware with a path count', async () => {
  const phases = {
    initial: [
      {
        paths: '/own',
        use: (context: { body: unknown; path: string }) => {
          context.body = `own ${context.path}`
        },
      },
      {
        paths: '/v1',
        use: ((context, next) => {
          context.path = `/H${context.path}`
          return next()
        }) satisfies Middleware,
      },
      {
        paths: '/broken',
        use: () => {
          throw Object.assign(new Error('broken'), { status: 418 })
        },
      },
    ],
  }
  const server = await startServer({ classes, options: { phases }, remoting: quiet })
  assert.is((await request(server, 'GET', '/own/x')).body, 'own /x')
  const rewritten = await startServer({
    classes,
    options: { path: '/v1', phases },
    remoting: quiet,
  })
  assert.is((await request(rewritten, 'GET', '/v1/hello')).status, 200)
  assert.is((await request(server, 'GET', '/broken')).status, 418)
})

test('F-1.19: requests outside of every path are answered directly', async () => {
  let inKoa = 0
  const phases = {
    initial: {
      paths: '/admin',
      use: ((_context, next) => {
        inKoa++
        return next()
      }) satisfies Middleware,
    },
  }
  const server = await startServer({ classes, options: { phases }, remoting: quiet })
  assert.is((await request(server, 'GET', '/api/H/hello')).status, 200)
  assert.is((await request(server, 'GET', '/admin')).status, 404)
  assert.is((await request(server, 'GET', 'http://test/admin')).status, 404)
  assert.is(inKoa, 2)
})

const order = (phases: MiddlewarePhases): string =>
  phases.names.filter((name) => !name.includes(':')).join(' ')

test('F-1.22: one phase by name stands ahead of routes, in loopback3 ahead of parse; later ones behind it', () => {
  const strict = new MiddlewarePhases('strict')
  strict.define('one')
  strict.define('two')
  assert.is(order(strict), 'initial session auth parse one two routes files final')
  const loopback3 = new MiddlewarePhases('loopback3')
  loopback3.define('one')
  loopback3.define('two')
  assert.is(order(loopback3), 'initial session auth one two parse routes files final')
  assert.match(
    refusal(() => strict.define('auth')),
    'Phase "auth" already exists.',
  )
})

test('F-1.23: a list of phases is merged into the order; an unknown first name stands at the front', () => {
  const phases = new MiddlewarePhases('strict')
  phases.define(['initial', 'postinit', 'preauth', 'routes', 'subapps'])
  assert.is(order(phases), 'initial postinit preauth session auth parse routes subapps files final')
  phases.define(['first', 'initial'])
  assert.is(order(phases).split(' ')[0], 'first')
  assert.match(
    refusal(() => phases.define(['routes', 'auth'])),
    'Ordering conflict: cannot add "auth" after "routes", because the opposite order was  already specified',
  )
})

test('F-1.22: names of phases are texts without a colon', () => {
  for (const name of ['', 'a:before', 5, [''], [{}], ['x:y']])
    assert.match(
      refusal(() => new MiddlewarePhases('strict').define(name as never)),
      'phase',
      String(name),
    )
})

test('F-1.18: the phases there are', () => {
  assert.is(order(new MiddlewarePhases('strict')), httpPhases.join(' '))
})

for (const profile of ['strict', 'loopback3'] as const) {
  test(`F-1.22, F-1.23: ${profile}: middleware in phases of one's own`, async () => {
    const options: RestOptions = {
      customPhases: ['session', 'tenant', 'auth'],
      phases: {
        auth: trace('auth'),
        'tenant:after': trace('after'),
        tenant: trace('tenant'),
        session: trace('session'),
      },
    }
    const server = await startServer({ classes, options, profile, remoting: quiet })
    const { text } = await request(server, 'GET', '/api/H/hello')
    assert.equal(
      text.match(/X-Trace: \w+/g)?.map((line) => line.slice(9)),
      ['session', 'tenant', 'after', 'auth'],
    )
    const single = await startServer({
      classes,
      profile,
      options: {
        customPhases: 'audit',
        phases: { parse: trace('parse'), audit: trace('audit'), 'routes:before': trace('routes') },
      },
      remoting: quiet,
    })
    const answer = await request(single, 'GET', '/api/H/hello')
    assert.equal(
      answer.text.match(/X-Trace: \w+/g)?.map((line) => line.slice(9)),
      profile === 'strict' ? ['parse', 'audit', 'routes'] : ['audit', 'parse', 'routes'],
    )
  })
}

test('F-1.19: what is no middleware, no path or no phase stops the start', async () => {
  const refused: readonly (readonly [unknown, string])[] = [
    [{ middle: trace('x') }, 'Unknown middleware phase middle'],
    [{ 'auth:during': trace('x') }, 'Unknown middleware phase auth:during'],
    [{ auth: 5 }, 'phase auth'],
    [{ auth: [undefined] }, 'phase auth'],
    [{ auth: { paths: '/x' } }, 'phase auth'],
    [{ auth: { paths: 5, use: trace('x') } }, 'phase auth'],
    [{ auth: { paths: 'x', use: trace('x') } }, 'phase auth'],
    [{ auth: { path: '/x', use: trace('x') } }, 'phase auth'],
  ]
  for (const [phases, text] of refused) {
    try {
      await startServer({ classes, options: { phases: phases as never } })
      assert.unreachable()
    } catch (error) {
      assert.match(String(error), text)
    }
  }
})

test.run()
