import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { createApp, type Logger, sharedMethods, silentLogger } from '../../core/index.ts'
import { inProcess } from '../../transports/in-process/index.ts'

const method = sharedMethods()

function collecting(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  return {
    lines,
    info: (text) => void lines.push(text),
    warn: (text) => void lines.push(`warning: ${text}`),
    error: (text) => void lines.push(`error: ${text}`),
  }
}

const greet = method(
  {
    accepts: { name: z.string() },
    returns: z.string(),
    aliases: ['hello'],
    description: ['Says', 'hello'],
  },
  ({ name }) => `Hello, ${name}!`,
)

test('a method defined once is called in process', async () => {
  const transport = inProcess()
  const app = await createApp({ logger: silentLogger, methods: { Greeter: { greet } } })
    .install(transport)
    .start()
  assert.is(await transport.invoke('Greeter.greet', { name: 'Ada' }), 'Hello, Ada!')
  await app.stop()
})

test('M-4, S-5: methods are found by full name, never by alias; S-11 names them', async () => {
  const app = await createApp({ logger: silentLogger, methods: { Greeter: { greet } } }).start()
  assert.is(app.catalog.methods.get('Greeter.greet')?.fullName, 'Greeter.greet')
  assert.equal(app.catalog.methods.get('Greeter.greet')?.aliases, ['hello'])
  assert.is(app.catalog.methods.get('Greeter.hello'), undefined)
  await app.stop()
})

test('M-5: the manifest lists http, accepts and returns of every method, byte-stable', async () => {
  const add = method(
    { accepts: { a: z.int(), b: z.int().default(1) }, returns: z.int() },
    ({ a, b }) => a + b,
  )
  const forward = await createApp({
    logger: silentLogger,
    methods: { A: { greet, add }, B: { add } },
  }).start()
  const backward = await createApp({
    logger: silentLogger,
    methods: { B: { add }, A: { add, greet } },
  }).start()
  const text = JSON.stringify(forward.describe())
  assert.is(text, JSON.stringify(backward.describe()))
  const [A] = JSON.parse(text).classes
  assert.equal(
    A.methods.map((m: { name: string }) => m.name),
    ['A.add', 'A.greet'],
  )
  assert.equal(A.methods[1].http, [{ verb: 'all', path: '/greet' }])
  assert.is(A.methods[1].description, 'Says\nhello')
  assert.is(A.methods[0].accepts[1].required, undefined)
  assert.is(A.methods[0].accepts[0].required, true)
  await Promise.all([forward.stop(), backward.stop()])
})

test('M-2, C-2: classes of remoting.exports are published under their key', async () => {
  const transport = inProcess()
  const math = {
    http: [{ path: '/calc' }, { path: 'math' }],
    sum: Object.assign((a: number, b: number) => a + b, {
      shared: true,
      accepts: [
        { arg: 'a', type: 'number' },
        { arg: 'b', type: 'number' },
      ],
      returns: { arg: 'sum', type: 'number' },
    }),
  }
  const app = await createApp({ logger: silentLogger, remoting: { exports: { math } } })
    .install(transport)
    .start()
  assert.equal(await transport.invoke('math.sum', { a: 1, b: 2 }), { sum: 3 })
  assert.equal(app.catalog.classes[0]?.paths, ['/calc', '/math'])
  await app.stop()
})

test('M-6, M-9: removing a class removes its own hooks and keeps wildcard ones', async () => {
  const ran: string[] = []
  const transport = inProcess()
  const app = await createApp({ logger: silentLogger, methods: { Greeter: { greet } } })
    .install(transport)
    .before('Greeter.*', () => ran.push('own'))
    .before('**', () => ran.push('wild'))
    .start()
  app.removeClass('Greeter')
  app.change((classOf) =>
    classOf('Greeter').defineMethod(
      'hi',
      { isStatic: true, returns: { arg: 'r', root: true } },
      () => 1,
    ),
  )
  assert.is(await transport.invoke('Greeter.hi'), 1)
  assert.equal(ran, ['wild'])
  await app.stop()
})

test('M-7, M-11, TY-8: types are defined and deleted by name, case-insensitively', async () => {
  const transport = inProcess()
  const logger = collecting()
  const app = createApp({
    logger,
    methods: {
      C: {
        m: method(
          { accepts: [{ arg: 'p', type: 'Point' }], returns: { arg: 'r', root: true } },
          ({ p }) => p,
        ),
      },
    },
  }).install(transport)
  app.defineType('point', (data) => ({ ...data, made: true }))
  await app.start()
  assert.equal(await transport.invoke('C.m', { p: { x: 1 } }), { x: 1, made: true })
  app.deleteTypeByName('POINT')
  assert.equal(await transport.invoke('C.m', { p: { x: 1 } }), { x: 1 })
  assert.ok(logger.lines.some((line) => /unknown type "Point"/.test(line)))
  await app.stop()
})

test('M-8: what is neither transport nor component is refused', () => {
  assert.throws(() => createApp().install({} as never), /^Invalid adapter class/)
})

test('X-10: the old implicit context can not be switched on', () => {
  for (const context of [true, { enableHttpContext: true }, {}]) {
    assert.throws(
      () => createApp({ remoting: { context } }),
      /currentContext\(\) of viaduct\/context/,
    )
  }
  for (const context of [undefined, false, { enableHttpContext: false }])
    createApp({ remoting: { context } })
})

test('CF-30: unknown keys are an error in strict and a warning in loopback3', async () => {
  await createApp({ logger: silentLogger, remoting: { nonsense: 1 } })
    .start()
    .then(
      () => assert.unreachable(),
      (error) => assert.match(error.message, 'nonsense'),
    )
  const logger = collecting()
  const app = await createApp({ logger, profile: 'loopback3', remoting: { nonsense: 1 } }).start()
  assert.ok(logger.lines.some((line) => /warning: remoting: unknown key nonsense/.test(line)))
  await app.stop()
})

test('X-12: without access control the start-up line says that every method is open', async () => {
  const open = collecting()
  const app = await createApp({ logger: open, methods: { Greeter: { greet } } }).start()
  assert.match(open.lines.at(-1) ?? '', /every method is open/)
  await app.stop()
  const closed = collecting()
  const guarded = await createApp({ logger: closed, methods: { Greeter: { greet } } })
    .authorize(() => {})
    .start()
  assert.not.match(closed.lines.at(-1) ?? '', /every method is open/)
  await guarded.stop()
})

test('unknown options and compat rules are refused by name', () => {
  assert.throws(() => createApp({ modles: {} } as never), /unknown option "modles"/)
  assert.throws(() => createApp({ compat: { 'Z-1': true } as never }), /compat.Z-1: no such rule/)
  assert.throws(() => createApp({ profile: 'loopback4' as never }), /unknown profile/)
})

test('two applications never meet', async () => {
  const first = inProcess()
  const second = inProcess()
  const a = await createApp({ logger: silentLogger, methods: { Greeter: { greet } } })
    .install(first)
    .start()
  const b = await createApp({ logger: silentLogger }).install(second).start()
  assert.is(await first.invoke('Greeter.greet', { name: 'x' }), 'Hello, x!')
  await second.invoke('Greeter.greet', { name: 'x' }).then(
    () => assert.unreachable(),
    (error) => assert.is(error.statusCode, 404),
  )
  await Promise.all([a.stop(), b.stop()])
})

test('a start that fails closes what it opened', async () => {
  const logger = collecting()
  const events: string[] = []
  const app = createApp({ logger }).install(
    {
      kind: 'transport',
      name: 'first',
      supports: {
        sloppyInput: false,
        richValues: true,
        streams: false,
        files: false,
        cancellation: false,
      },
      listen: async () => ({ addresses: [], close: async () => void events.push('closed') }),
    },
    {
      kind: 'transport',
      name: 'second',
      supports: {
        sloppyInput: false,
        richValues: true,
        streams: false,
        files: false,
        cancellation: false,
      },
      listen: () => Promise.reject(new Error('port taken')),
    },
  )
  await app.start().then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, 'port taken'),
  )
  assert.equal(events, ['closed'])
})

test('components install before the catalog, start before transports, stop after them', async () => {
  const events: string[] = []
  const app = createApp({ logger: silentLogger, methods: { Greeter: { greet } } })
  app.install({
    kind: 'component',
    name: 'probe',
    install: (scope) => {
      events.push('install')
      scope.before('**', () => events.push('before'))
    },
    start: async () => void events.push('start'),
    stop: async () => void events.push('stop'),
  })
  const transport = inProcess()
  await app.install(transport).start()
  await transport.invoke('Greeter.greet', { name: 'x' })
  await app.stop()
  assert.equal(events, ['install', 'start', 'before', 'stop'])
})

test.run()
