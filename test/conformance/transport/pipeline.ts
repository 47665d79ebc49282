import assert from 'node:assert/strict'
import { currentContext } from '../../../core/context.ts'
import { type App, RemoteError } from '../../../core/index.ts'
import type { ProfileName } from '../../../core/spi.ts'
import { eventually, failureOf } from './expect.ts'
import { closeFixture, type Fixture, openFixture, type Trace } from './fixture.ts'
import type { TestFunction, TransportHarness } from './harness.ts'

/** Order of hooks and phases, instances, computed options, changes at run time. Source: remoting sections 4 and 7. */
export function pipelineCases(
  test: TestFunction,
  harness: TransportHarness,
  profile: ProfileName,
): void {
  const within = async (
    run: (fixture: Fixture) => Promise<void>,
    customise?: (app: App, trace: Trace) => void,
  ) => {
    const fixture = await openFixture(harness, profile, customise)
    try {
      await run(fixture)
    } finally {
      await closeFixture(fixture)
    }
  }

  test('HO-1 … HO-10: a static call runs auth, before, method, after in order', () =>
    within(async ({ client, trace }) => {
      await client.call('Plain.add', { a: 1, b: 2 })
      assert.deepEqual(trace, [
        'auth:before',
        'authorize',
        'auth',
        'auth:after',
        'before add',
        'before *',
        'invoke:before',
        'invoke',
        'after add',
        'after *',
        'invoke:after',
      ])
    }, traceEverything))

  test('HO-2: a prototype call has its instance before auth', () =>
    within(
      async ({ client, trace }) => {
        const value = await client.call('Thing.prototype.name', {}, { ctorArgs: { id: 7 } })
        assert.deepEqual(value, { name: 'thing 7' })
        assert.deepEqual(trace, ['auth sees thing 7'])
      },
      (app, trace) =>
        app.phase('auth', 'Thing.**', ({ instance }) =>
          trace.push(`auth sees ${instance?.['name']}`),
        ),
    ))

  test('H-2: an auth error hides the error of a missing instance', () =>
    within(
      async ({ client }) => {
        const failure = await failureOf(
          client.call('Thing.prototype.name', {}, { ctorArgs: { id: 100 } }),
        )
        assert.equal(failure.statusCode, 401)
        assert.equal(failure.code, 'AUTHORIZATION_REQUIRED')
      },
      (app) => app.authorize(refuse),
    ))

  test('HO-5: a missing instance is raised before the before hooks, and afterError sees it', () =>
    within(
      async ({ client, trace }) => {
        const failure = await failureOf(
          client.call('Thing.prototype.name', {}, { ctorArgs: { id: 100 } }),
        )
        assert.equal(failure.statusCode, 404)
        assert.equal(failure.code, 'MODEL_NOT_FOUND')
        assert.deepEqual(trace, ['afterError could not find a model with id 100'])
      },
      (app, trace) =>
        app
          .before('Thing.**', () => trace.push('before'))
          .afterError('**', ({ error }) => trace.push(`afterError ${(error as Error).message}`)),
    ))

  test('H-3, H-8: conversion errors wait for auth in strict, end the call at once in loopback3', () =>
    within(
      async ({ client, trace }) => {
        const failure = await failureOf(client.call('Echo.number', { a: 'x' }))
        assert.equal(failure.statusCode, profile === 'strict' ? 401 : 400)
        assert.deepEqual(trace, profile === 'strict' ? ['afterError'] : [])
      },
      (app, trace) => app.authorize(refuse).afterError('**', () => trace.push('afterError')),
    ))

  test('H-4, H-6: a throwing hook ends the call with its error, wherever it runs', async () => {
    for (const place of ['authorize', 'before', 'after', 'phase'] as const) {
      await within(
        async ({ client }) => {
          const failure = await failureOf(client.call('Plain.add', { a: 1, b: 2 }))
          assert.equal(failure.statusCode, 409, place)
        },
        (app) => {
          const fail = async () => {
            throw new RemoteError(place, { statusCode: 409 })
          }
          if (place === 'authorize') app.authorize(fail)
          else if (place === 'phase') app.phase('invoke:before', '**', fail)
          else app[place]('Plain.*', fail)
        },
      )
    }
  })

  test('H-7: afterError may replace the error but never turn it into success', () =>
    within(
      async ({ client }) => {
        const failure = await failureOf(client.call('Fails.throwsRemote', {}))
        assert.equal(failure.statusCode, 410)
        assert.equal((await failureOf(client.call('Fails.throwsError', {}))).statusCode, 500)
      },
      (app) =>
        app
          .afterError('Fails.throwsRemote', (context) => {
            context.error = new RemoteError('gone', { statusCode: 410 })
          })
          .afterError('Fails.throwsError', (context) => {
            context.error = undefined
            context.result = 'fine'
          }),
    ))

  test('H-10: before hooks edit arguments, after hooks replace the result', () =>
    within(
      async ({ client }) => assert.equal(await client.call('Plain.add', { a: 1, b: 2 }), 1002),
      (app) =>
        app
          .before('Plain.add', (context) => {
            context.result = 'overwritten'
            context.args['a'] = 1000
          })
          .after('Plain.add', (context) => {
            context.result = Number(context.result)
          }),
    ))

  test('I-5: an argument a hook breaks is refused with 400', () =>
    within(
      async ({ client }) => {
        const failure = await failureOf(client.call('Echo.number', { a: 1 }))
        assert.equal(failure.statusCode, 400)
        assert.match(failure.message, /^Invalid argument "a"\. /)
      },
      (app) =>
        app.before('Echo.number', (context) => {
          context.args['a'] = 'text'
        }),
    ))

  test('BT-9: an after hook may drop the result', () =>
    within(
      async ({ client }) => assert.equal(await client.call('Plain.add', { a: 1, b: 2 }), undefined),
      (app) =>
        app.after('Plain.add', (context) => {
          context.result = undefined
        }),
    ))

  test('X-6: a client can not set computed options', () =>
    within(async ({ client }) => {
      const options = { isAdmin: true, accessToken: 'forged', maxDepthOfQuery: 1000 }
      assert.deepEqual(await client.call('Plain.options', { options }), {
        maxDepthOfQuery: 12,
        isAdmin: null,
        accessToken: null,
      })
    }))

  test('X-8: hooks may enrich the options', () =>
    within(
      async ({ client }) => {
        const seen = (await client.call('Plain.options', {})) as { readonly isAdmin: unknown }
        assert.equal(seen.isAdmin, true)
      },
      (app) =>
        app.before('Plain.options', (context) => {
          ;(context.args['options'] as Record<string, unknown>)['isAdmin'] = true
        }),
    ))

  test('X-10: currentContext survives awaits and timers', () =>
    within(
      async ({ client, trace }) => {
        await client.call('Plain.add', { a: 1, b: 2 })
        assert.deepEqual(trace, ['Plain.add'])
        assert.equal(currentContext(), undefined)
      },
      (app, trace) =>
        app.before('Plain.add', async () => {
          await new Promise((resolve) => setTimeout(resolve, 1))
          trace.push(currentContext()?.methodString ?? 'lost')
        }),
    ))

  test('M-9: a method disabled or added at run time is gone or there on the next call', () =>
    within(async ({ app, client }) => {
      assert.equal(await client.call('Plain.add', { a: 1, b: 2 }), 3)
      app.change((classOf) => {
        classOf('Plain').disableMethodByName('add')
        classOf('Plain').defineMethod(
          'late',
          {
            isStatic: true,
            accepts: [],
            returns: { arg: 'r', root: true },
            http: { verb: 'post' },
          },
          () => 'here',
        )
      })
      assert.equal((await failureOf(client.call('Plain.add', { a: 1, b: 2 }))).statusCode, 404)
      assert.equal(await client.call('Plain.late', {}), 'here')
      app.removeClass('Plain')
      assert.equal((await failureOf(client.call('Plain.late', {}))).statusCode, 404)
    }))

  test('S-9: an unshared method can not be called', () =>
    within(async ({ client }) => {
      assert.equal((await failureOf(client.call('Plain.hidden', {}))).statusCode, 404)
    }))

  test('I-7, I-13: a method that never settles is ended and its signal aborted', () =>
    within(async ({ client, aborted }) => {
      const failure = await failureOf(client.call('Wait.forever', {}))
      assert.equal(failure.statusCode, 503)
      await aborted
    }))

  if (harness.create().supports.cancellation) {
    test('I-13: a caller that goes away aborts the signal', () =>
      within(async ({ client, trace, aborted }) => {
        const controller = new AbortController()
        const call = client.call('Wait.forever', {}, { signal: controller.signal })
        await eventually(() => trace.includes('waiting'), 'the method starts')
        controller.abort()
        await assert.rejects(call)
        await aborted
      }))
  }

  test('calls run side by side without meeting', () =>
    within(async ({ client }) => {
      const sums = await Promise.all(
        Array.from({ length: 50 }, (_, n) => client.call('Plain.add', { a: n, b: n })),
      )
      assert.deepEqual(
        sums,
        Array.from({ length: 50 }, (_, n) => 2 * n),
      )
    }))
}

function refuse(): never {
  throw new RemoteError('Authorization Required', { reason: 'AUTHORIZATION_REQUIRED' })
}

function traceEverything(app: App, trace: Trace): void {
  const push = (text: string) => () => void trace.push(text)
  app.after('Plain.*', push('after *')).before('Plain.*', push('before *'))
  app.before('Plain.add', push('before add')).after('Plain.add', push('after add'))
  for (const slot of [
    'auth',
    'auth:before',
    'auth:after',
    'invoke:before',
    'invoke',
    'invoke:after',
  ]) {
    app.phase(slot, '*.add', push(slot))
  }
  app.authorize(push('authorize'))
}
