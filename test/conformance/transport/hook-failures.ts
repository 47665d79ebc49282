import assert from 'node:assert/strict'
import { type App, type CallContext, RemoteError } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import { traced } from './hook-stage.ts'
import type { Suite } from './suite.ts'

/** Hooks and phases that fail, and what runs afterwards. Source: remoting H-4 … H-9. */
export function hookFailureCases(suite: Suite): void {
  failureCases(suite)
  brokenHookCases(suite)
  afterErrorCases(suite)
  quietAfterErrorCases(suite)
}

const stops: readonly (readonly [string, readonly string[]])[] = [
  ['authorize', ['authorize', 'afterError']],
  ['auth', ['authorize', 'auth', 'afterError']],
  ['before', ['authorize', 'auth', 'before', 'afterError']],
  ['invoke:before', ['authorize', 'auth', 'before', 'invoke:before', 'afterError']],
  ['after', ['authorize', 'auth', 'before', 'invoke:before', 'after', 'afterError']],
  [
    'invoke:after',
    ['authorize', 'auth', 'before', 'invoke:before', 'after', 'invoke:after', 'afterError'],
  ],
]

function failureCases(suite: Suite): void {
  for (const [place, expected] of stops) {
    for (const how of ['throws', 'rejects later'] as const) {
      traced(
        suite,
        `H-4, H-6, H-8: ${place} ${how}: nothing after it runs but afterError`,
        (app, trace) => {
          const step = (name: string) => (): unknown => {
            trace.push(name)
            if (name !== place) return undefined
            const error = new RemoteError(`refused by ${name}`, { statusCode: 403, reason: 'NO' })
            if (how === 'throws') throw error
            return new Promise((_, reject) => setTimeout(() => reject(error), 1))
          }
          app.authorize(step('authorize'))
          app
            .before('**', step('before'))
            .after('**', step('after'))
            .afterError('**', step('afterError'))
          for (const slot of ['auth', 'invoke:before', 'invoke:after'])
            app.phase(slot, '**', step(slot))
        },
        async ({ client }, trace) => {
          const failure = await failureOf(client.call('Thing.st', {}))
          assert.equal(failure.statusCode, 403)
          assert.equal(failure.code, 'NO')
          assert.equal(failure.message, `refused by ${place}`)
          assert.deepEqual(trace, expected)
        },
      )
    }
  }
}

function brokenHookCases(suite: Suite): void {
  traced(
    suite,
    'H-4: the first failing hook stops the others of its moment',
    (app, trace) => {
      for (const n of ['1', '2', '3']) {
        app.before('**', () => {
          trace.push(n)
          if (n === '2') throw new RemoteError('two', { statusCode: 409 })
        })
      }
    },
    async ({ client }, trace) => {
      assert.equal((await failureOf(client.call('Thing.st', {}))).message, 'two')
      assert.deepEqual(trace, ['1', '2'])
    },
  )

  for (const [name, reason] of [
    ['undefined', undefined],
    ['null', null],
    ['false', false],
    ['empty text', ''],
  ] as const) {
    traced(
      suite,
      `I-11: a hook that throws ${name} ends the call with an error`,
      (app) =>
        app.before('**', () => {
          throw reason
        }),
      async ({ client }) => {
        assert.equal((await failureOf(client.call('Thing.st', {}))).statusCode, 500)
      },
    )
  }
}

const replaced = (context: CallContext, statusCode: number, message: string) => {
  context.error = new RemoteError(message, { statusCode })
}
const afterErrors: readonly (readonly [string, (app: App) => void, number, string])[] = [
  ['sees the error', (app) => app.afterError('**', () => undefined), 418, 'method failed'],
  [
    'replaces it',
    (app) => app.afterError('**', (context) => replaced(context, 410, 'gone')),
    410,
    'gone',
  ],
  [
    'throws another',
    (app) =>
      app.afterError('**', () => {
        throw new RemoteError('thrown', { statusCode: 411 })
      }),
    411,
    'thrown',
  ],
  [
    'throws: later ones are skipped',
    (app) =>
      app
        .afterError('Thing.fails', () => {
          throw new RemoteError('first', { statusCode: 411 })
        })
        .afterError('**', (context) => replaced(context, 412, 'second')),
    411,
    'first',
  ],
  [
    'replaces what an earlier one replaced',
    (app) =>
      app
        .afterError('**', (context) =>
          replaced(context, 412, `then ${String((context.error as Error).message)}`),
        )
        .afterError('Thing.fails', (context) => replaced(context, 411, 'first')),
    412,
    'then first',
  ],
  [
    'takes the error away: it stays',
    (app) =>
      app.afterError('**', (context) => {
        context.error = null
        context.result = 'fine'
      }),
    418,
    'method failed',
  ],
  [
    'changes its message',
    (app) =>
      app.afterError('**', (context) => {
        ;(context.error as Error).message = 'changed'
      }),
    418,
    'changed',
  ],
]

function afterErrorCases(suite: Suite): void {
  for (const [name, prepare, statusCode, message] of afterErrors) {
    traced(suite, `H-7: an afterError hook ${name}`, prepare, async ({ client }) => {
      const failure = await failureOf(client.call('Thing.fails', {}))
      assert.equal(failure.statusCode, statusCode)
      assert.equal(failure.message, message)
    })
  }
}

function quietAfterErrorCases(suite: Suite): void {
  traced(
    suite,
    'H-8: afterError does not run for a success or an unknown method',
    (app, trace) => app.afterError('**', () => void trace.push('afterError')),
    async ({ client }, trace) => {
      await client.call('Thing.st', {})
      await failureOf(client.call('Thing.nowhere', {}))
      assert.deepEqual(trace, [])
    },
  )

  traced(
    suite,
    'H-9: the result is there when an after hook failed',
    (app, trace) =>
      app
        .after('**', () => {
          throw new RemoteError('late', { statusCode: 409 })
        })
        .afterError('**', ({ result }) => void trace.push(String(result))),
    async ({ client }, trace) => {
      await failureOf(client.call('Thing.st', { a: 7 }))
      assert.deepEqual(trace, ['7'])
    },
  )
}
