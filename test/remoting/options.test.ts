import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type CallContext, type CallOptions, defineModel } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { call } from '../transports/rest/rest-harness.ts'
import { method, openApp, stopAll } from './open-app.ts'

test.after.each(stopAll)

const optionsArgument = { arg: 'options', type: 'object', http: 'optionsFromRequest' } as const

/** Answers the enumerable members of its computed options. */
const tell = method(
  {
    accepts: [optionsArgument],
    returns: { arg: 'r', root: true },
    http: { verb: 'get', path: '/tell' },
  },
  ({ options }) => ({ ...(options as object) }),
)

/** Koa middleware that finds a token, as a token component does. */
const withToken = async (
  context: { req: object },
  next: () => Promise<unknown>,
): Promise<unknown> => {
  Object.assign(context.req, { accessToken: { id: 't', userId: 7 } })
  return next()
}

const defaults = { prohibitHiddenPropertiesInQuery: true, maxDepthOfQuery: 12, maxDepthOfData: 32 }

test('X-1, X-2, X-3: the runtime fills options for any class; without a token accessToken is null', async () => {
  const Book = defineModel('Book', { properties: { title: 'string' } })
  const { port, local } = await openApp({
    models: { Book },
    dataSources: { db: memory() },
    methods: { Plain: { tell }, Book: { tell } },
  })
  const expected = { ...defaults, accessToken: null }
  assert.equal((await call({ port }, 'GET', '/api/Plain/tell')).body, expected)
  assert.equal((await call({ port }, 'GET', '/api/Books/tell')).body, expected)
  assert.equal({ ...((await local.invoke('Plain.tell')) as object) }, expected)
})

test('X-1, X-6: what a client sends as options never arrives, from any place', async () => {
  const { port, local } = await openApp({ methods: { Plain: { tell } } })
  const forged = { accessToken: 'forged', admin: true }
  const text = encodeURIComponent(JSON.stringify(forged))
  const expected = { ...defaults, accessToken: null }
  for (const [path, headers] of [
    [`?options=${text}`, {}],
    ['?options[accessToken]=forged', {}],
    ['', { options: JSON.stringify(forged) }],
  ] as const) {
    const answer = await call({ port }, 'GET', `/api/Plain/tell${path}`, undefined, headers)
    assert.equal(answer.body, expected, path)
  }
  assert.equal({ ...((await local.invoke('Plain.tell', { options: forged })) as object) }, expected)
})

test('X-2: settings of a model change the defaults, its own options lie above them', async () => {
  const Book = defineModel('Book', {
    properties: { title: 'string' },
    maxDepthOfQuery: 3,
    prohibitHiddenPropertiesInQuery: false,
  })
  const { port } = await openApp({
    models: { Book },
    dataSources: { db: memory() },
    modelConfig: { Book: { createOptions: () => ({ maxDepthOfData: 5, tenant: 'a' }) } },
    methods: { Book: { tell } },
  })
  assert.equal((await call({ port }, 'GET', '/api/Books/tell')).body, {
    prohibitHiddenPropertiesInQuery: false,
    maxDepthOfQuery: 3,
    maxDepthOfData: 5,
    accessToken: null,
    tenant: 'a',
  })
})

test('X-3, X-11: a token found ahead of the call is in the context, on the request, in options and in operation hooks', async () => {
  const seen: Record<string, unknown> = {}
  const Book = defineModel('Book', {
    properties: { title: 'string' },
    hooks: {
      access: ({ options }) => {
        seen['operation'] = options['accessToken']
      },
    },
  })
  const { port, local } = await openApp(
    { models: { Book }, dataSources: { db: memory() } },
    (app) =>
      app.before('Book.find', (context) => {
        seen['context'] = context.accessToken
        seen['request'] = context.request?.accessToken
        seen['options'] = context.options.accessToken
      }),
    { use: [withToken as never] },
  )
  const token = { id: 't', userId: 7 }
  assert.equal((await call({ port }, 'GET', '/api/Books')).body, [])
  assert.equal(seen, { context: token, request: token, options: token, operation: token })
  await local.invoke('Book.find', {}, { accessToken: 'other' })
  assert.equal(seen, {
    context: 'other',
    request: undefined,
    options: 'other',
    operation: 'other',
  })
})

test('X-4: own options may be async, and are made before arguments and instance exist', async () => {
  const seen: unknown[] = []
  const Book = defineModel('Book', { properties: { title: 'string' } })
  const createOptions = async (context: CallContext): Promise<CallOptions> => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    seen.push({ ...context.args }, context.instance, context.methodString)
    return { late: true }
  }
  const own = method(
    {
      ...tell.definition,
      isStatic: false,
      accepts: [{ arg: 'n', type: 'number' }, optionsArgument],
    },
    ({ n, options }) => [n, (options as CallOptions)['late']],
  )
  const { port } = await openApp({
    models: { Book },
    dataSources: { db: memory() },
    modelConfig: { Book: { createOptions } },
    methods: { Book: { own } },
  })
  await call({ port }, 'POST', '/api/Books', { title: 'a' })
  seen.length = 0
  assert.equal((await call({ port }, 'GET', '/api/Books/1/tell?n=5')).body, [5, true])
  assert.equal(seen, [{}, undefined, 'Book.prototype.own'])
})

test('X-5: the options of a derived model are its own', async () => {
  const Base = defineModel('Base', { properties: { title: 'string' } })
  const Derived = defineModel('Derived', { base: 'Base' })
  const { port } = await openApp({
    models: { Base, Derived },
    dataSources: { db: memory() },
    modelConfig: {
      Base: { createOptions: () => ({ from: 'Base' }) },
      Derived: { createOptions: () => ({ from: 'Derived' }) },
    },
    methods: { Base: { tell }, Derived: { tell } },
  })
  const from = async (path: string) =>
    ((await call({ port }, 'GET', `/api/${path}/tell`)).body as { from: string }).from
  assert.is(await from('Bases'), 'Base')
  assert.is(await from('Deriveds'), 'Derived')
})

test('X-7: the loader of an instance and its method get one and the same options object', async () => {
  const seen: unknown[] = []
  const Book = defineModel('Book', { properties: { title: 'string' } })
  const { port } = await openApp({ models: { Book }, dataSources: { db: memory() } }, (app) =>
    app.before('Book.prototype.*', ({ ctorArgs, args }) =>
      seen.push(ctorArgs?.['options'] === args['options'], args['options'] !== undefined),
    ),
  )
  await call({ port }, 'POST', '/api/Books', { title: 'a' })
  assert.is((await call({ port }, 'PATCH', '/api/Books/1', { title: 'b' })).status, 200)
  assert.equal(seen, [true, true])
})

test('X-8: a hook, or a phase before invoke, enriches options after the fact', async () => {
  const { port } = await openApp({ methods: { Plain: { tell } } }, (app) => {
    app.phases.addBefore('invoke', 'enrich')
    app.phase('enrich', '**', async ({ options }) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      ;(options as Record<string, unknown>)['phase'] = 1
    })
    app.before('**', ({ args }) => {
      ;(args['options'] as Record<string, unknown>)['hook'] = 2
    })
  })
  assert.equal((await call({ port }, 'GET', '/api/Plain/tell')).body, {
    ...defaults,
    accessToken: null,
    phase: 1,
    hook: 2,
  })
})

test.run()
