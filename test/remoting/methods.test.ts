import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from 'viaduct'
import { call, request } from '../transports/rest/rest-harness.ts'
import { marked, method, openApp, owner, stopAll } from './open-app.ts'

test.after.each(stopAll)

const quiet = { errorHandler: { log: false } }

test('S-1: accepts, returns and errors are an object or a list, from the definition or from the function', async () => {
  const argument = { arg: 'a', type: 'number' }
  const result = { arg: 'r', type: 'number' }
  const http = { verb: 'get' }
  const { port, rest } = await openApp({
    classes: {
      C: {
        methods: {
          one: method(
            { accepts: argument, returns: result, errors: { code: 1 }, http },
            ({ a }) => a,
          ),
          many: method(
            { accepts: [argument], returns: [result], errors: [{ code: 1 }], http },
            ({ a }) => a,
          ),
        },
        from: owner({
          onFunction: marked((a: unknown) => a, {
            accepts: argument,
            returns: result,
            errors: { code: 1 },
            http,
          }),
        }),
      },
    },
  })
  const routes = rest.allRoutes()
  assert.is(routes.length, 3)
  for (const { method: name, accepts, returns, errors } of routes) {
    assert.equal(
      { accepts, returns, errors },
      { accepts: [argument], returns: [result], errors: [{ code: 1 }] },
      name,
    )
  }
  for (const name of ['one', 'many', 'onFunction']) {
    assert.equal((await call({ port }, 'GET', `/api/C/${name}?a=5`)).body, { r: 5 }, name)
  }
})

test('S-2: type array means a list of any, and the descriptors given stay as they were', async () => {
  const accepts = Object.freeze([Object.freeze({ arg: 'a', type: 'array' })])
  const returns = Object.freeze({ arg: 'r', type: 'array' })
  const { port, app } = await openApp({
    remoting: quiet,
    methods: { C: { list: method({ accepts, returns, http: { verb: 'post' } }, ({ a }) => a) } },
  })
  const compiled = app.catalog.methods.get('C.list')
  assert.is(compiled?.parameters[0]?.type.name, '[any]')
  assert.is(compiled?.returns[0]?.type.name, '[any]')
  const mixed = { a: [1, 'x', null] }
  assert.equal((await call({ port }, 'POST', '/api/C/list', mixed)).body, { r: [1, 'x', null] })
  assert.equal((await call({ port }, 'POST', '/api/C/list?a=5')).body, { r: [5] })
  assert.is((await call({ port }, 'POST', '/api/C/list', { a: 5 })).status, 400)
  assert.equal(accepts, [{ arg: 'a', type: 'array' }])
})

test('S-3: name stands for arg; when both are given arg is read and written, with a warning', async () => {
  const { port, lines } = await openApp({
    methods: {
      C: {
        named: method(
          {
            accepts: [{ name: 'a', type: 'number' }],
            returns: { name: 'r' },
            http: { verb: 'get' },
          },
          ({ a }) => a,
        ),
        both: method(
          {
            accepts: [{ arg: 'a', name: 'b', type: 'number' }],
            returns: { arg: 'r', name: 's' },
            http: { verb: 'get' },
          },
          (args) => ({ ...args }),
        ),
        same: method(
          { accepts: [{ arg: 'a', name: 'a' }], http: { verb: 'get' } },
          () => undefined,
        ),
      },
    },
  })
  assert.equal((await call({ port }, 'GET', '/api/C/named?a=5')).body, { r: 5 })
  assert.equal((await call({ port }, 'GET', '/api/C/both?a=5&b=6')).body, { r: { a: 5 } })
  const warnings = lines.filter((line) => line.includes('arg is used'))
  assert.is(warnings.length, 2)
  for (const line of warnings) assert.match(line, /^warning: C\.both: /)
})

test('S-4: http is one route or several, each with its verb, path, status and errorStatus', async () => {
  const run = ({ fail }: Readonly<Record<string, unknown>>) => {
    if (fail === true) throw new Error('failed')
    return 'done'
  }
  const accepts = [{ arg: 'fail', type: 'boolean' }]
  const returns = { arg: 'r', root: true }
  const { port } = await openApp({
    remoting: quiet,
    methods: {
      C: {
        one: method({ accepts, returns, http: { verb: 'put', path: '/put', status: 202 } }, run),
        two: method(
          {
            accepts,
            returns,
            http: [
              { verb: 'GET', path: '/read' },
              { verb: 'post', path: '/write', status: 201, errorStatus: 409 },
              { verb: 'del', path: '/write' },
            ],
          },
          run,
        ),
      },
    },
  })
  const status = async (verb: string, path: string) =>
    (await call({ port }, verb, `/api/C/${path}`)).status
  assert.is(await status('PUT', 'put'), 202)
  assert.is(await status('GET', 'read'), 200)
  assert.is(await status('POST', 'write'), 201)
  assert.is(await status('DELETE', 'write'), 200)
  assert.is(await status('GET', 'write'), 404)
  assert.is(await status('GET', 'two'), 404)
  assert.is(await status('GET', 'read?fail=true'), 500)
  assert.is(await status('POST', 'write?fail=true'), 409)
})

test('S-5, S-6, S-7, S-8: aliases get no route; texts and unknown keys reach documents; documented hides nothing from callers', async () => {
  let definition: Readonly<Record<string, unknown>> = {}
  const { port, rest, app } = await openApp({
    methods: {
      C: {
        told: method(
          {
            aliases: ['spoken'],
            description: ['Says', 'it.'],
            notes: 'Once.',
            accessType: 'READ',
            audience: ['all'],
            fullName: 'ignored',
            http: { verb: 'get' },
          },
          (_args, context) => {
            definition = context.method.definition
          },
        ),
        quiet: method({ documented: false, http: { verb: 'get' } }, () => undefined),
      },
    },
  })
  const told = rest.allRoutes().find((route) => route.method === 'C.told')
  assert.is(told?.description, 'Says\nit.')
  assert.is(told?.notes, 'Once.')
  assert.is(told?.documented, true)
  assert.is(rest.allRoutes().find((route) => route.method === 'C.quiet')?.documented, false)
  const [shared] = JSON.parse(JSON.stringify(app.describe().classes))
  const [first, second] = shared.methods
  assert.is(first.documented, false)
  assert.equal(
    [second.description, second.notes, second.accessType],
    ['Says\nit.', 'Once.', 'READ'],
  )
  assert.is((await call({ port }, 'GET', '/api/C/told')).status, 204)
  assert.equal(definition['audience'], ['all'])
  assert.is(app.catalog.methods.get('C.told')?.fullName, 'C.told')
  assert.is((await call({ port }, 'GET', '/api/C/quiet')).status, 204)
  assert.is((await call({ port }, 'GET', '/api/C/spoken')).status, 404)
})

test('S-9: shared: false hides a method, also when only the function says so', async () => {
  const { port, app } = await openApp({
    remoting: quiet,
    classes: {
      C: {
        methods: { hidden: method({ shared: false, http: { verb: 'get' } }, () => 1) },
        from: owner({ unmarked: Object.assign(() => 1, { shared: false, http: { verb: 'get' } }) }),
      },
    },
  })
  assert.is(app.catalog.methods.size, 0)
  assert.is((await call({ port }, 'GET', '/api/C/hidden')).status, 404)
  assert.is((await call({ port }, 'GET', '/api/C/unmarked')).status, 404)
})

test('S-10: rest.before and rest.after may be async, see the scope, and run for REST alone', async () => {
  const trace: string[] = []
  const tell = (place: string) => async (context: { scope: unknown }) => {
    await Promise.resolve()
    trace.push(`${place} ${(context.scope as { name: string }).name}`)
  }
  const rest = { before: tell('before'), after: tell('after') }
  const http = { verb: 'get' }
  const { port, local } = await openApp({
    classes: {
      Thing: {
        methods: { own: method({ isStatic: false, http, rest }, () => void trace.push('own')) },
        sharedCtor: { definition: {}, handler: () => ({ name: 'seven' }) },
      },
      Old: {
        from: owner({
          marked: marked(() => void trace.push('marked'), {
            http,
            rest: { before: () => trace.push('rest') },
          }),
        }),
      },
    },
  })
  await call({ port }, 'GET', '/api/Thing/sharedCtor/own')
  assert.equal(trace.splice(0), ['before seven', 'own', 'after seven'])
  await local.invoke('Thing.prototype.own')
  assert.equal(trace.splice(0), ['own'])
  await call({ port }, 'GET', '/api/Old/marked')
  assert.equal(trace, ['rest', 'marked'])
})

test('S-10, H-8: a failing rest.before or rest.after is the answer, without afterError', async () => {
  const trace: string[] = []
  const fail = () => {
    throw new RemoteError('teapot', { statusCode: 418 })
  }
  const http = { verb: 'get' }
  const { port } = await openApp(
    {
      remoting: quiet,
      methods: {
        C: {
          before: method({ http, rest: { before: fail } }, () => void trace.push('invoked')),
          after: method({ http, rest: { after: fail } }, () => void trace.push('invoked')),
        },
      },
    },
    (app) => app.afterError('**', () => trace.push('afterError')),
  )
  assert.is((await call({ port }, 'GET', '/api/C/before')).status, 418)
  assert.equal(trace, [])
  assert.is((await call({ port }, 'GET', '/api/C/after')).status, 418)
  assert.equal(trace, ['invoked'])
})

test('S-12: a method streams when its first return is a ReadableStream, and only then', async () => {
  const stream = { arg: 's', type: 'ReadableStream', json: true }
  const { app } = await openApp({
    methods: {
      C: {
        first: method({ returns: [stream, { arg: 'n', type: 'number' }] }, () => undefined),
        second: method({ returns: [{ arg: 'n', type: 'number' }, stream] }, () => undefined),
        none: method({ returns: { arg: 'n', type: 'number' } }, () => undefined),
      },
    },
  })
  const streams = (name: string) => app.catalog.methods.get(`C.${name}`)?.streams
  assert.equal([streams('first'), streams('second'), streams('none')], [true, false, false])
})

test('S-14: every key of a descriptor is taken; root means nothing in accepts; documents get them unchanged', async () => {
  const argument = {
    arg: 'a',
    type: { n: 'number' },
    required: true,
    http: { source: 'body' },
    allowArray: true,
    nullable: false,
    coerce: true,
    description: 'told',
    documented: false,
    default: { n: 1 },
    root: true,
    xml: { wrapperElement: 'a' },
    validateMembers: true,
  }
  const { port, rest, lines } = await openApp({
    remoting: quiet,
    methods: {
      C: {
        all: method(
          { accepts: [argument], returns: { arg: 'r', root: true }, http: { verb: 'post' } },
          (args) => args,
        ),
      },
    },
  })
  assert.equal(
    lines.filter((line) => line.startsWith('warning')),
    [],
  )
  assert.equal(rest.allRoutes()[0]?.accepts, [argument])
  const send = (body: unknown) => call({ port }, 'POST', '/api/C/all', body)
  assert.equal((await send({ n: 1 })).body, { a: { n: 1 } })
  assert.equal((await send([{ n: 1 }])).body, { a: [{ n: 1 }] })
  assert.is((await send({ n: 'x' })).status, 400)
  assert.is((await send('null')).status, 400)
})

test('S-15: the default of a descriptor is documentation alone', async () => {
  const { port } = await openApp({
    methods: {
      C: {
        given: method(
          {
            accepts: [{ arg: 'a', type: 'number', default: 5 }],
            returns: { arg: 'has', type: 'boolean' },
            http: { verb: 'get' },
          },
          ({ a }) => a !== undefined,
        ),
      },
    },
  })
  assert.equal((await call({ port }, 'GET', '/api/C/given')).body, { has: false })
})

test('PI-1: the old pipe option means nothing: the result is answered as any other', async () => {
  const http = { verb: 'get', pipe: { dest: 'res' } }
  const { port } = await openApp({
    methods: {
      C: { piped: method({ returns: { arg: 'r', root: true }, http }, () => ({ a: 1 })) },
    },
  })
  const answer = await request({ port }, 'GET', '/api/C/piped')
  assert.is(answer.headers['content-type'], 'application/json; charset=utf-8')
  assert.is(answer.body, '{"a":1}')
})

test.run()
