import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type App, type CallContext, RemoteError } from 'viaduct'
import { call } from '../transports/rest/rest-harness.ts'
import { method, type OpenApp, openApp, rejectionOf, stopAll } from './open-app.ts'

test.after.each(stopAll)

const quiet = { errorHandler: { log: false } }

const patterns = {
  static: ['Thing.st', 'Thing.*', 'Thing.**', '*.st', '*.*', '*.**', '**', '**.st'],
  prototype: [
    'Thing.prototype.pr',
    'Thing.prototype.*',
    'Thing.*.pr',
    'Thing.**',
    '*.prototype.pr',
    '*.prototype.*',
    '*.**',
    '**',
    '**.pr',
  ],
}
const slots = ['auth:before', 'auth', 'auth:after', 'invoke:before', 'invoke', 'invoke:after']

interface Traced extends OpenApp {
  readonly trace: string[]
}

/** An application that notes every step of a call; `fails` names the step that throws. */
async function openTraced(
  fails?: string,
  more: (app: App, trace: string[]) => void = () => {},
): Promise<Traced> {
  const trace: string[] = []
  const step = (name: string) => async () => {
    await Promise.resolve()
    trace.push(name)
    if (name === fails) throw new RemoteError(`${name} failed`, { statusCode: 409 })
  }
  const definition = {
    accepts: [{ arg: 'n', type: 'number' }],
    rest: { before: step('rest.before'), after: step('rest.after') },
    http: { verb: 'get' },
  }
  const opened = await openApp(
    {
      remoting: quiet,
      classes: {
        Thing: {
          methods: {
            st: method(definition, step('method')),
            pr: method({ ...definition, isStatic: false }, step('method')),
          },
          sharedCtor: {
            definition: { accepts: [{ arg: 'id', type: 'number' }], http: { path: '/:id' } },
            handler: async ({ id }: { id: number }) => {
              await step('ctor')()
              return { id }
            },
          },
        },
      },
    },
    (app) => {
      app.authorize(step('authorize')).before('Thing.**', step('before'))
      app.after('Thing.**', step('after')).afterError('Thing.**', step('afterError'))
      for (const slot of slots) app.phase(slot, 'Thing.**', step(slot))
      more(app, trace)
    },
  )
  return { ...opened, trace }
}

const pipeline = [
  'auth:before',
  'authorize',
  'auth',
  'auth:after',
  'before',
  'invoke:before',
  'method',
  'invoke',
  'after',
  'invoke:after',
]

/** Everything up to a step. */
const upTo = (step: string) => pipeline.slice(0, pipeline.indexOf(step) + 1)

test('T-3, HO-3, HO-4, HO-6, HO-7, HO-9: the order of a static and of a prototype call, over REST', async () => {
  const { port, trace } = await openTraced()
  await call({ port }, 'GET', '/api/Thing/st')
  assert.equal(trace.splice(0), ['rest.before', ...pipeline, 'rest.after'])
  await call({ port }, 'GET', '/api/Thing/7/pr')
  assert.equal(trace.splice(0), ['ctor', 'rest.before', ...pipeline, 'rest.after'])
})

test('T-3, HO-4, HO-6, HO-7: the same order in process, without the steps of REST', async () => {
  const { local, trace } = await openTraced()
  await local.invoke('Thing.st')
  assert.equal(trace.splice(0), pipeline)
  await local.invoke('Thing.prototype.pr', {}, { ctorArgs: { id: 7 } })
  assert.equal(trace.splice(0), ['ctor', ...pipeline])
})

test('T-3, HO-8, H-8: an error in any step from auth on ends the call in afterError, on every transport', async () => {
  for (const step of pipeline) {
    const { port, local, trace } = await openTraced(step)
    const { status } = await call({ port }, 'GET', '/api/Thing/st')
    assert.is(status, 409, step)
    assert.equal(trace.splice(0), ['rest.before', ...upTo(step), 'afterError'], step)
    const failure = await rejectionOf(local.invoke('Thing.st'))
    assert.is(failure['message'], `${step} failed`)
    assert.equal(trace.splice(0), [...upTo(step), 'afterError'], step)
    await stopAll()
  }
})

test('T-3, HO-2, HO-5, HO-8: an error of the loader is raised after auth, ahead of the before hooks', async () => {
  const { port, local, trace } = await openTraced('ctor')
  assert.is((await call({ port }, 'GET', '/api/Thing/7/pr')).status, 409)
  const expected = ['auth:before', 'authorize', 'auth', 'auth:after', 'afterError']
  assert.equal(trace.splice(0), ['ctor', 'rest.before', ...expected])
  await rejectionOf(local.invoke('Thing.prototype.pr'))
  assert.equal(trace, ['ctor', ...expected])
})

test('HO-9, HO-10: rest.after runs before the response is written', async () => {
  const { port } = await openApp({
    methods: {
      C: {
        late: method(
          {
            http: { verb: 'get' },
            returns: { arg: 'r', root: true },
            rest: { after: ({ response }: CallContext) => response?.set('X-Late', 'yes') },
          },
          () => 1,
        ),
      },
    },
  })
  const { answer } = await call({ port }, 'GET', '/api/C/late')
  assert.is(answer.headers['x-late'], 'yes')
})

for (const moment of ['before', 'after', 'afterError'] as const) {
  test(`T-3, HM-3, HM-4: ${moment} hooks run from narrow to wide, on both transports, whatever the order of registration`, async () => {
    const ran: string[] = []
    const fails = moment === 'afterError' ? 'method' : undefined
    const { port, local } = await openTraced(fails, (app) => {
      for (const pattern of [...patterns.static, ...patterns.prototype].reverse()) {
        if (!ran.includes(pattern)) app[moment](pattern, () => ran.push(pattern))
        ran.push(pattern)
      }
      ran.length = 0
    })
    await call({ port }, 'GET', '/api/Thing/st')
    assert.equal(ran.splice(0), patterns.static)
    await call({ port }, 'GET', '/api/Thing/7/pr')
    assert.equal(ran.splice(0), patterns.prototype)
    await local.invoke('Thing.st').catch(() => undefined)
    assert.equal(ran.splice(0), patterns.static)
    await local.invoke('Thing.prototype.pr').catch(() => undefined)
    assert.equal(ran.splice(0), patterns.prototype)
  })
}

test('HM-2, CF-28: hookOrder registration keeps the order in which hooks were added', async () => {
  const ran: string[] = []
  const note = (text: string) => () => ran.push(text)
  const { port } = await openApp(
    { hookOrder: 'registration', methods: { C: { m: method({}, () => undefined) } } },
    (app) =>
      app.before('**', note('wide')).before('C.m', note('narrow')).before('*.*', note('mid')),
  )
  await call({ port }, 'GET', '/api/C/m')
  assert.equal(ran, ['wide', 'narrow', 'mid'])
})

test('HM-6: hooks of a class may be registered before the class is published', async () => {
  const ran: string[] = []
  const { app, port } = await openApp({ remoting: quiet }, (early) =>
    early
      .before('Late.hello', () => ran.push('before'))
      .after('Late.hello', () => ran.push('after'))
      .afterError('Late.fail', () => ran.push('afterError')),
  )
  app.change((classOf) =>
    classOf('Late')
      .defineMethod('hello', { isStatic: true }, () => void ran.push('method'))
      .defineMethod('fail', { isStatic: true }, () => Promise.reject(new Error('no'))),
  )
  await call({ port }, 'GET', '/api/Late/hello')
  await call({ port }, 'GET', '/api/Late/fail')
  assert.equal(ran, ['before', 'method', 'after', 'afterError'])
})

test('H-5: a hook that settles twice continues the chain once', async () => {
  const twice = () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable that settles twice is what is tested
    then(resolve: (value?: unknown) => void, reject: (reason: unknown) => void) {
      resolve()
      resolve()
      reject(new Error('too late'))
    },
  })
  const { port, trace } = await openTraced(undefined, (app) => {
    app.before('Thing.st', twice).after('Thing.st', twice).authorize(twice)
    app.phase('auth', '**', twice).phase('invoke', '**', twice)
  })
  assert.is((await call({ port }, 'GET', '/api/Thing/st')).status, 204)
  assert.equal(trace, ['rest.before', ...pipeline, 'rest.after'])
})

test('H-9: afterError still sees the result when an after hook fails', async () => {
  const seen: unknown[] = []
  const { local } = await openApp(
    {
      methods: {
        C: { m: method({ returns: { arg: 'r', root: true } }, () => ({ made: true })) },
      },
    },
    (app) =>
      app
        .after('C.m', () => Promise.reject(new Error('after')))
        .afterError('C.m', ({ result, error }) => seen.push(result, (error as Error).message)),
  )
  await rejectionOf(local.invoke('C.m'))
  assert.equal(seen, [{ made: true }, 'after'])
})

test('H-10: before hooks may replace all arguments, after hooks the whole result', async () => {
  const { port } = await openApp(
    {
      methods: {
        C: {
          m: method(
            {
              accepts: [{ arg: 'a', type: 'number' }],
              returns: { arg: 'r', root: true },
              http: { verb: 'get' },
            },
            ({ a }) => ({ a }),
          ),
        },
      },
    },
    (app) =>
      app
        .before('C.m', (context) => {
          context.args = { a: 2 }
          context.result = 'overwritten'
        })
        .after('C.m', (context) => {
          context.result = { was: context.result }
        }),
  )
  assert.equal((await call({ port }, 'GET', '/api/C/m?a=1')).body, { was: { a: 2 } })
})

test('H-11: a before hook that ends the response ends the chain: no method, no after, no afterError', async () => {
  const { port, trace } = await openTraced(undefined, (app, steps) => {
    app.before('Thing.st', (context) => {
      steps.push('answers')
      context.response?.status(299).json({ done: 1 })
    })
  })
  const { status, body } = await call({ port }, 'GET', '/api/Thing/st')
  assert.is(status, 299)
  assert.equal(body, { done: 1 })
  const before = ['rest.before', 'auth:before', 'authorize', 'auth', 'auth:after']
  assert.equal(trace, [...before, 'answers'])
})

test('H-7: afterError hooks mutate, assign or throw another error, and the last word is an error', async () => {
  const { port } = await openApp(
    { remoting: quiet, methods: { C: { m: method({}, () => Promise.reject(new Error('x'))) } } },
    (app) =>
      app
        .afterError('C.m', (context) => {
          Object.assign(context.error as object, { statusCode: 418 })
        })
        .afterError('C.*', (context) => {
          assert.is((context.error as { statusCode: number }).statusCode, 418)
          context.error = new RemoteError('assigned', { statusCode: 410 })
        })
        .afterError('*.*', (context) => {
          assert.is((context.error as Error).message, 'assigned')
          throw new RemoteError('thrown', { statusCode: 409 })
        })
        .afterError('**', () => assert.unreachable('skipped after a throw')),
  )
  const { status, body } = await call({ port }, 'GET', '/api/C/m')
  assert.is(status, 409)
  assert.is((body as { error: { message: string } }).error.message, 'thrown')
})

test('H-8: afterError does not run for success, for 404s, nor when the answer can not be written', async () => {
  const ran: string[] = []
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const { port } = await openApp(
    {
      remoting: quiet,
      methods: {
        C: {
          fine: method({}, () => undefined),
          cycle: method({ returns: { arg: 'r', root: true } }, () => cycle),
        },
      },
    },
    (app) => app.afterError('**', ({ methodString }) => ran.push(methodString)),
  )
  assert.is((await call({ port }, 'GET', '/api/C/fine')).status, 204)
  assert.is((await call({ port }, 'GET', '/api/C/nowhere')).status, 404)
  assert.is((await call({ port }, 'GET', '/api/C/cycle')).status, 500)
  assert.equal(ran, [])
})

test('PH-2, X-8: handlers of a phase added before invoke run after auth and ahead of all hooks', async () => {
  const { port, trace } = await openTraced(undefined, (app, steps) => {
    app.phases.addBefore('invoke', 'enrich')
    app.phase('enrich', 'Thing.*', async () => {
      await new Promise((resolve) => setTimeout(resolve, 2))
      steps.push('first')
    })
    app.phase('enrich', '**.st', () => steps.push('second'))
  })
  await call({ port }, 'GET', '/api/Thing/st')
  assert.equal(trace.slice(4, 8), ['auth:after', 'first', 'second', 'before'])
})

test.run()
