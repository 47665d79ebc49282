import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type CallContext, defineModel } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { currentContext } from 'viaduct/context'
import { call } from '../transports/rest/rest-harness.ts'
import { method, openApp, rejectionOf, stopAll } from './open-app.ts'

test.after.each(stopAll)

const Book = defineModel('Book', {
  properties: { title: 'string', pages: 'number' },
  relations: { author: { belongsTo: 'Author' } },
})
const Author = defineModel('Author', {
  properties: { name: 'string' },
  relations: { books: { hasMany: 'Book' } },
})

test('K-1: a hook sees the method, converted arguments, the empty result before the call and the real one after it', async () => {
  const seen: unknown[] = []
  const { port } = await openApp(
    {
      methods: {
        C: {
          m: method(
            {
              accepts: [{ arg: 'n', type: 'number' }],
              returns: { arg: 'r', type: 'number' },
              http: { verb: 'get' },
            },
            ({ n }) => n,
          ),
        },
      },
    },
    (app) =>
      app
        .before('C.m', (context) => {
          seen.push(context.methodString, context.method.name, context.transport)
          seen.push({ ...context.args }, context.result, context.accessToken, context.error)
          seen.push(context.getArgByName('n'), context.signal.aborted)
          context.state['mine'] = 1
        })
        .after('C.m', (context) => seen.push(context.result, context.state['mine'])),
  )
  await call({ port }, 'GET', '/api/C/m?n=5')
  assert.equal(seen, ['C.m', 'm', 'rest', { n: 5 }, {}, null, undefined, '5', false, { r: 5 }, 1])
})

test('K-3: in process there is no request and no response, and every method of a model works', async () => {
  const seen = new Set<unknown>()
  const { local } = await openApp(
    { models: { Book, Author }, dataSources: { db: memory() } },
    (app) =>
      app.before('**', (context) => {
        seen.add(context.request).add(context.response)
        seen.add('request' in context.options)
      }),
  )
  const invoke = local.invoke.bind(local)
  const row = { ctorArgs: { id: 1 } }
  await invoke('Author.create', { data: { name: 'A' } })
  await invoke('Book.create', { data: [{ title: 'a' }, { title: 'b', pages: 5 }] })
  await invoke('Book.patchOrCreate', { data: { id: 1, pages: 3 } })
  await invoke('Book.replaceById', { id: 2, data: { title: 'c' } })
  await invoke('Book.prototype.patchAttributes', { data: { pages: 4 } }, row)
  await invoke('Author.prototype.__create__books', { data: { title: 'own' } }, row)
  assert.is(((await invoke('Author.prototype.__get__books', {}, row)) as unknown[]).length, 1)
  assert.equal(await invoke('Book.findById', { id: 1 }), { title: 'a', pages: 4, id: 1 })
  assert.equal(await invoke('Book.exists', { id: 9 }), { exists: false })
  assert.equal(await invoke('Book.updateAll', { where: { id: 1 }, data: { pages: 9 } }), {
    count: 1,
  })
  assert.equal(await invoke('Book.deleteById', { id: 2 }), { count: 1 })
  assert.equal(await invoke('Book.count'), { count: 2 })
  const found = await invoke('Book.find', { filter: { where: { pages: 9 }, fields: ['title'] } })
  assert.equal(found, [{ title: 'a' }])
  assert.equal([...seen], [undefined, false])
})

test('K-3: arguments from request and response are undefined in process, the context is there', async () => {
  const { local } = await openApp({
    methods: {
      C: {
        m: method(
          {
            accepts: [
              { arg: 'req', http: { source: 'req' } },
              { arg: 'res', http: { source: 'res' } },
              { arg: 'ctx', http: { source: 'context' } },
            ],
            returns: { arg: 'r', root: true },
          },
          ({ req, res, ctx }) => [req, res, (ctx as CallContext).methodString],
        ),
      },
    },
  })
  assert.equal(await local.invoke('C.m', { req: 1, res: 2 }), [undefined, undefined, 'C.m'])
})

test('K-4: app.handle runs all phases of a call and settles when they are done', async () => {
  const trace: string[] = []
  const later = (text: string) => async () => {
    await new Promise((resolve) => setTimeout(resolve, 2))
    trace.push(text)
  }
  const { app } = await openApp(
    {
      methods: {
        C: {
          m: method(
            { accepts: [{ arg: 'a', type: 'number' }], returns: { arg: 'r' } },
            ({ a }) => a,
          ),
        },
      },
    },
    (one) => {
      one.phases.add('audit')
      one.authorize(later('auth')).before('**', later('before')).after('**', later('after'))
      one.phase('audit', '**', later('audit'))
    },
  )
  const found = app.catalog.methods.get('C.m')
  assert.ok(found)
  const base = {
    method: found,
    transport: 'test',
    metadata: {},
    signal: new AbortController().signal,
  }
  const reply = await app.handle({ ...base, input: { values: ['5'], typed: false } })
  assert.equal(trace, ['auth', 'before', 'after', 'audit'])
  assert.is(reply.kind === 'value' ? JSON.stringify(reply.value) : reply.kind, '{"r":5}')
  const failure = await rejectionOf(app.handle({ ...base, input: { values: ['x'], typed: false } }))
  assert.is(failure['statusCode'], 400)
})

test('X-10, K-2: the context is found again below awaits, timers and hooks, over HTTP and in process', async () => {
  const seen: unknown[] = []
  const note = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    await Promise.resolve()
    const context = currentContext()
    seen.push(context?.methodString, context?.request?.remotingContext === context)
  }
  const { port, local } = await openApp(
    { methods: { C: { m: method({ http: { verb: 'get' } }, note) } } },
    (app) => app.before('C.m', note).after('C.m', note),
  )
  await call({ port }, 'GET', '/api/C/m')
  assert.equal(seen.splice(0), ['C.m', true, 'C.m', true, 'C.m', true])
  await local.invoke('C.m')
  assert.equal(seen, ['C.m', false, 'C.m', false, 'C.m', false])
  assert.is(currentContext(), undefined)
})

test('X-10: calls side by side keep their own context', async () => {
  const { local } = await openApp({
    methods: {
      C: {
        m: method({ accepts: [{ arg: 'n' }], returns: { arg: 'r', root: true } }, async ({ n }) => {
          await new Promise((resolve) => setTimeout(resolve, Number(n) % 3))
          return [n, currentContext()?.args['n']]
        }),
      },
    },
  })
  const calls = Array.from({ length: 30 }, (_, n) => local.invoke('C.m', { n }))
  assert.equal(
    await Promise.all(calls),
    Array.from({ length: 30 }, (_, n) => [n, n]),
  )
})

test.run()
