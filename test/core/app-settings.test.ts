import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from '../../connectors/memory/index.ts'
import { createApp, defineModel, sharedMethods, silentLogger } from '../../core/index.ts'
import { inProcess } from '../../transports/in-process/index.ts'
import { rest } from '../../transports/rest/index.ts'

const method = sharedMethods()
const echo = (type: string | [string]) =>
  method(
    { accepts: [{ arg: 'a', type }], returns: { arg: 'a', type: 'any' }, http: { verb: 'get' } },
    ({ a }) => a,
  )

test('CF-1, CF-28: the remoting section may name profile, compat, timeout and hook settings', async () => {
  const app = createApp({
    logger: silentLogger,
    remoting: {
      profile: 'loopback3',
      compat: { 'E-1': false },
      invocationTimeout: 20,
      hooks: { errorsOnArguments: true },
    },
    methods: { C: { never: method({}, () => new Promise(() => {})), number: echo('number') } },
  })
  assert.is(app.profile.name, 'loopback3')
  assert.is(app.profile.compat['E-1'], false)
  let seen = 0
  const transport = inProcess()
  await app
    .install(transport)
    .afterError('C.number', () => seen++)
    .start()
  await transport.invoke('C.never').then(
    () => assert.unreachable(),
    (error) => assert.is(error.statusCode, 503),
  )
  await transport.invoke('C.number', { a: 'x' }).catch(() => undefined)
  assert.is(seen, 1)
  await app.stop()
})

test('H-8: strict with errorsOnArguments off does not run afterError for conversion errors', async () => {
  let seen = 0
  const transport = inProcess()
  const app = createApp({
    logger: silentLogger,
    errorsOnArguments: false,
    methods: { C: { n: echo('number') } },
  })
  await app
    .install(transport)
    .afterError('**', () => seen++)
    .start()
  await transport.invoke('C.n', { a: 'x' }).then(
    () => assert.unreachable('it must reject'),
    (error) => assert.is(error.statusCode, 400),
  )
  assert.is(seen, 0)
  await app.stop()
})

test('HO-1, HO-2: the arguments are built before the instance is loaded', async () => {
  const order: string[] = []
  const computed = (name: string) => ({
    arg: name,
    type: 'any',
    http: () => {
      order.push(name)
      return 1
    },
  })
  const transport = inProcess()
  const app = createApp({
    logger: silentLogger,
    classes: {
      T: {
        methods: {
          m: { definition: { isStatic: false, accepts: [computed('args')] }, handler: () => 1 },
        },
        sharedCtor: { definition: { accepts: [computed('ctor')] }, handler: () => ({}) },
      },
    },
  }).install(transport)
  await app.start()
  await transport.invoke('T.prototype.m')
  assert.equal(order, ['args', 'ctor'])
  await app.stop()
})

test('I-13: an abort ends the call at once, however long the method goes on', async () => {
  const transport = inProcess()
  const app = createApp({
    logger: silentLogger,
    methods: { C: { never: method({}, () => new Promise(() => {})) } },
  })
  await app.install(transport).start()
  const signal = AbortSignal.timeout(5)
  await transport.invoke('C.never', {}, { signal }).then(
    () => assert.unreachable('it must reject'),
    (error) => assert.is(error, signal.reason),
  )
  await app.stop()
})

test('M-8, CF-7: settings given to rest() replace the section for the core, too', async () => {
  const app = createApp({
    logger: silentLogger,
    remoting: { rest: { arrayItemDelimiters: '|' } },
    methods: { C: { list: echo(['number']) } },
  }).install(rest({ arrayItemDelimiters: ',' }))
  await app.start({ port: 0 })
  const response = await fetch(`${app.addresses[0]}/C/list?a=1,2`)
  assert.equal(await response.json(), { a: [1, 2] })
  await app.stop()
})

test('M-3: what is no description of a class is refused by name', () => {
  assert.throws(() => createApp({ classes: { W: 5 as never } }), /classes\.W/)
})

test('X-5: a derived model computes options as its base does, unless it has its own way', async () => {
  const Base = defineModel('Base', { properties: {} })
  const Derived = defineModel('Derived', { base: Base, properties: {} })
  const Other = defineModel('Other', { base: Base, properties: {} })
  const who = method(
    {
      accepts: [{ arg: 'options', type: 'object', http: 'optionsFromRequest' }],
      returns: { arg: 'who' },
    },
    ({ options }) => (options as { readonly who?: string }).who,
  )
  const transport = inProcess()
  const app = createApp({
    logger: silentLogger,
    models: { Base, Derived, Other },
    dataSources: { db: memory() },
    methods: { Derived: { who }, Other: { who } },
    modelConfig: {
      Base: { createOptions: () => ({ who: 'base' }) },
      Other: { createOptions: async () => ({ who: 'other' }) },
    },
  }).install(transport)
  await app.start()
  assert.equal(await transport.invoke('Derived.who'), { who: 'base' })
  assert.equal(await transport.invoke('Other.who'), { who: 'other' })
  await app.stop()
})

test('CX-1: compat.legacyDateParsing is another name of the switch', () => {
  assert.is(createApp({ compat: { legacyDateParsing: true } }).profile.compat['CX-1'], true)
})

test('H-4: the scope is the repository, the marked class, or the name of the class', async () => {
  const scopes: unknown[] = []
  const owner = { m: Object.assign(() => 1, { shared: true }) }
  const Book = defineModel('Book', { properties: {} })
  const transport = inProcess()
  const app = createApp({
    logger: silentLogger,
    models: { Book },
    dataSources: { db: memory() },
    methods: { Plain: { m: method({}, () => 1) } },
    classes: { Marked: { from: owner } },
  }).install(transport)
  await app.before('**', ({ scope }) => scopes.push(scope)).start()
  for (const name of ['Book.count', 'Marked.m', 'Plain.m']) await transport.invoke(name)
  assert.is(scopes[0], app.models.Book)
  assert.is(scopes[1], owner)
  assert.is(scopes[2], 'Plain')
  await app.stop()
})

test.run()
