import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, defineModel } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { call } from '../transports/rest/rest-harness.ts'
import { method, openApp, owner, startFailure, stopAll } from './open-app.ts'

test.after.each(stopAll)

const quiet = { errorHandler: { log: false } }
const ping = method(
  { returns: { arg: 'answer', type: 'string' }, http: { verb: 'get' } },
  () => 'pong',
)

test('M-1: one options object sets profile, types, rest, json, urlencoded, errorHandler, cors and exports', async () => {
  const accepts = [{ arg: 'a', type: 'Nowhere', http: { source: 'body' } }]
  const echo = method(
    { accepts, returns: { arg: 'a', root: true }, http: { verb: 'post' } },
    ({ a }) => a,
  )
  const exported = Object.assign(() => 'here', {
    shared: true,
    returns: { arg: 'r', root: true },
    http: { verb: 'get' },
  })
  const { port, lines, app } = await openApp({
    profile: 'loopback3',
    methods: { MyClass: { echo } },
    remoting: {
      types: { warnOnUnknownType: false },
      rest: { normalizeHttpPath: true },
      json: { limit: '1kb' },
      urlencoded: { extended: false },
      errorHandler: { log: false, rootProperty: 'fault' },
      cors: { origin: 'https://one.example' },
      exports: { Exported: { exported } },
    },
  })
  assert.is(app.profile.name, 'loopback3')
  assert.not(lines.some((line) => line.includes('unknown type')))
  const small = await call(
    { port },
    'POST',
    '/api/my-class/echo',
    { b: 1 },
    { Origin: 'https://one.example' },
  )
  assert.equal(small.body, { b: 1 })
  assert.is(small.answer.headers['access-control-allow-origin'], 'https://one.example')
  const large = await call({ port }, 'POST', '/api/my-class/echo', 'x'.repeat(2000))
  assert.is(large.status, 413)
  assert.ok('fault' in (large.body as object))
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const flat = await call({ port }, 'POST', '/api/my-class/echo', 'a[b]=1', headers)
  assert.equal(flat.body, { 'a[b]': '1' })
  assert.is((await call({ port }, 'GET', '/api/exported/exported')).body, 'here')
})

test('a method is recognised by its shape, not by who made it; anything else is refused by name', async () => {
  const foreign = JSON.parse(
    '{"definition":{"http":{"verb":"get"},"returns":{"arg":"r","root":true}}}',
  )
  foreign.handler = () => 'foreign'
  const { port } = await openApp({ classes: { F: { methods: { hello: foreign } } } })
  assert.is((await call({ port }, 'GET', '/api/F/hello')).body, 'foreign')
  for (const wrong of [null, 5, () => 'bare', { definition: {} }, { handler: () => 1 }]) {
    const failure = await startFailure({ methods: { Wrong: { bare: wrong as never } } })
    assert.match(failure.message, /Wrong\.bare/, String(wrong))
  }
})

test('M-10: the removed global converters do not exist', () => {
  const app = createApp()
  assert.not('convert' in app)
  assert.not('defineType' in createApp)
  assert.is(app.defineType.length, 2)
})

test('C-9: native code states isStatic; nothing is inferred from a name', async () => {
  const { app } = await openApp({
    classes: {
      C: {
        methods: {
          one: ping,
          two: method({ isStatic: false }, () => undefined),
        },
        resolve: (define) => define('three', { isStatic: true }, () => undefined),
      },
    },
  })
  assert.equal([...app.catalog.methods.keys()], ['C.one', 'C.prototype.two', 'C.three'])
  const failure = await startFailure({ methods: { C: { 'prototype.four': ping } } })
  assert.match(failure.message, /must not begin with "prototype\."/)
})

test('C-12: a method is found by its name; the old two-argument forms do not exist', async () => {
  const { app } = await openApp({
    classes: { C: { methods: { one: ping, two: method({ isStatic: false }, () => undefined) } } },
  })
  assert.is(app.catalog.methods.get('C.one')?.name, 'one')
  assert.is(app.catalog.methods.get('C.prototype.two')?.isStatic, false)
  assert.is(app.catalog.methods.get('C.two'), undefined)
  app.change((classOf) => {
    for (const old of ['disableMethod', 'find']) assert.not(old in classOf('C'), old)
  })
})

test('C-14, CF-22: sharedMethods of the application decides by exact name before glob; the model wins', async () => {
  const Book = defineModel('Book', {
    properties: { title: 'string' },
    remoting: { sharedMethods: { count: false } },
  })
  const { app } = await openApp({
    models: { Book },
    dataSources: { db: memory() },
    remoting: { ...quiet, sharedMethods: { '*': false, find: true, count: true } },
  })
  assert.equal([...app.catalog.methods.keys()], ['Book.find'])
  const failure = await startFailure({
    methods: { C: { ping } },
    remoting: { sharedMethods: { ping: 'yes' } },
  })
  assert.instance(failure, TypeError)
})

test('C-15, CF-22: expose is an allow-list over HTTP, that sharedMethods can narrow', async () => {
  const { port } = await openApp({
    remoting: quiet,
    classes: {
      C: {
        methods: { ping, pong: ping, other: ping },
        expose: ['p*'],
        sharedMethods: { pong: false },
      },
    },
  })
  assert.is((await call({ port }, 'GET', '/api/C/ping')).status, 200)
  assert.is((await call({ port }, 'GET', '/api/C/pong')).status, 404)
  assert.is((await call({ port }, 'GET', '/api/C/other')).status, 404)
})

test('M-2, CF-23: exports come first, then the other classes; a class with the name of an exported one replaces it', async () => {
  const marked = (text: string) =>
    Object.assign(() => text, {
      shared: true,
      returns: { arg: 'r', root: true },
      http: { verb: 'get' },
    })
  const { app, port } = await openApp({
    remoting: {
      exports: { B: { hello: marked('exported B') }, A: { hello: marked('exported A') } },
    },
    classes: {
      Z: { methods: { ping } },
      A: { from: owner({ hello: marked('added A') }) },
    },
  })
  assert.equal(
    app.catalog.classes.map(({ name }) => name),
    ['B', 'A', 'Z'],
  )
  assert.is((await call({ port }, 'GET', '/api/B/hello')).body, 'exported B')
  assert.is((await call({ port }, 'GET', '/api/A/hello')).body, 'added A')
})

test('M-9, U-13: a class added or removed at run time is served or gone on the next request', async () => {
  const { app, port } = await openApp({ remoting: quiet, methods: { A: { ping } } })
  assert.is((await call({ port }, 'GET', '/api/Late/ping')).status, 404)
  app.change((classOf) => {
    classOf('Late').defineMethod('ping', { ...ping.definition, isStatic: true }, () => 'late')
  })
  assert.equal((await call({ port }, 'GET', '/api/Late/ping')).body, { answer: 'late' })
  app.removeClass('Late')
  assert.is((await call({ port }, 'GET', '/api/Late/ping')).status, 404)
  assert.is((await call({ port }, 'GET', '/api/A/ping')).status, 200)
})

test('M-5: the manifest names errors, as a list, beside http, accepts and returns', async () => {
  const { app } = await openApp({
    methods: {
      C: {
        one: method({ errors: { code: 404 }, http: { verb: 'get' } }, () => undefined),
        two: method({ errors: [{ code: 1 }, { code: 2 }] }, () => undefined),
        none: method({}, () => undefined),
      },
    },
  })
  const [shared] = JSON.parse(JSON.stringify(app.describe().classes))
  assert.equal(
    shared.methods.map(({ name, errors }: { name: string; errors?: unknown }) => [name, errors]),
    [
      ['C.none', undefined],
      ['C.one', [{ code: 404 }]],
      ['C.two', [{ code: 1 }, { code: 2 }]],
    ],
  )
})

test.run()
