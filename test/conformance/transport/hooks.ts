import assert from 'node:assert/strict'
import type { App } from '../../../core/index.ts'
import { traced } from './hook-stage.ts'
import type { Suite } from './suite.ts'

/** Patterns that match, in the order of execution. Source: remoting HM-3 … HM-5. */
const matching = {
  'Thing.st': ['Thing.st', 'Thing.*', 'Thing.**', '*.st', '*.*', '*.**', '**', '**.st'],
  'Pot.prototype.pr': [
    'Pot.prototype.pr',
    'Pot.prototype.*',
    'Pot.*.pr',
    'Pot.**',
    '*.prototype.pr',
    '*.prototype.*',
    '*.**',
    '**',
    '**.pr',
  ],
} as const

const never = [
  '*',
  'Thing',
  'Pot',
  'Thing.other',
  'thing.st',
  'prototype.*',
  'Pot.*',
  'Thing.prototype.*',
]

/** Hooks and phases: which run, in which order, and what they may do. Source: remoting section 4. */
export function hookCases(suite: Suite): void {
  patternCases(suite)
  phaseCases(suite)
  orderCases(suite)
  changedHookCase(suite)
  mutationCases(suite)
}

function patternCases(suite: Suite): void {
  for (const [name, patterns] of Object.entries(matching)) {
    const ctorArgs = { id: 1 }
    for (const moment of ['before', 'after'] as const) {
      traced(
        suite,
        `HM-3 … HM-5: ${moment} hooks of ${name}, narrow patterns first whatever the registration`,
        (app, trace) => {
          const shuffled = [...patterns].sort((a, b) => (a > b ? 1 : -1))
          for (const pattern of [...shuffled, ...never]) {
            app[moment](pattern, () => void trace.push(pattern))
          }
        },
        async ({ client }, trace) => {
          await client.call(name, {}, { ctorArgs })
          assert.deepEqual(trace, patterns)
        },
      )
    }
  }

  traced(
    suite,
    'HM-1: equal patterns run in the order of registration',
    (app, trace) => {
      for (const n of ['1', '2', '3']) app.before('Thing.*', async () => void trace.push(n))
    },
    async ({ client }, trace) => {
      await client.call('Thing.st', {})
      assert.deepEqual(trace, ['1', '2', '3'])
    },
  )

  traced(
    suite,
    'HM-2: hookOrder registration keeps the order of registration',
    (app, trace) => {
      for (const pattern of ['**', '*.*', 'Thing.st'])
        app.before(pattern, () => void trace.push(pattern))
    },
    async ({ client }, trace) => {
      await client.call('Thing.st', {})
      assert.deepEqual(trace, ['**', '*.*', 'Thing.st'])
    },
    { hookOrder: 'registration' },
  )
}

function phaseCases(suite: Suite): void {
  for (const slot of [
    'auth:before',
    'auth',
    'auth:after',
    'invoke:before',
    'invoke',
    'invoke:after',
  ]) {
    traced(
      suite,
      `PH-1, PH-2: handlers of ${slot} are found by pattern and run in order of registration`,
      (app, trace) => {
        for (const pattern of ['**.pr', '*.st', 'Thing.*', '*.prototype.*', 'Pot.*.pr', 'Pot.pr']) {
          app.phase(slot, pattern, () => void trace.push(pattern))
        }
      },
      async ({ client }, trace) => {
        await client.call('Thing.st', {})
        await client.call('Pot.prototype.pr', {}, { ctorArgs: { id: 1 } })
        assert.deepEqual(trace, ['*.st', 'Thing.*', '**.pr', '*.prototype.*', 'Pot.*.pr'])
      },
    )
  }
}

function orderCases(suite: Suite): void {
  traced(
    suite,
    'HO-1 … HO-8: a prototype call runs its steps in order, awaiting each',
    (app, trace) => {
      const slow = (text: string) => async () => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        trace.push(text)
      }
      app.after('**', slow('after')).before('**', slow('before')).authorize(slow('authorize'))
      for (const slot of [
        'invoke:after',
        'invoke',
        'invoke:before',
        'auth:after',
        'auth',
        'auth:before',
      ]) {
        app.phase(slot, '**', slow(slot))
      }
    },
    async ({ client }, trace) => {
      assert.equal(await client.call('Pot.prototype.pr', {}, { ctorArgs: { id: 1 } }), 'pr')
      assert.deepEqual(trace, [
        'auth:before',
        'authorize',
        'auth',
        'auth:after',
        'before',
        'invoke:before',
        'invoke',
        'after',
        'invoke:after',
      ])
    },
  )

  traced(
    suite,
    'H-1: a phase of the application runs where it was put',
    (app, trace) => {
      app.phases.addBefore('invoke', 'audit').addAfter('invoke', 'metrics')
      for (const slot of ['metrics', 'audit:before', 'audit'])
        app.phase(slot, '**', () => void trace.push(slot))
      app.before('**', () => void trace.push('before')).after('**', () => void trace.push('after'))
    },
    async ({ client }, trace) => {
      await client.call('Thing.st', {})
      assert.deepEqual(trace, ['audit:before', 'audit', 'before', 'after', 'metrics'])
    },
  )
}

function changedHookCase(suite: Suite): void {
  traced(
    suite,
    'M-9: a hook added while the application runs counts from the next call',
    () => undefined,
    async ({ app, client }) => {
      assert.equal(await client.call('Thing.st', {}), 'st')
      app.after('Thing.st', (context) => {
        context.result = 'hooked'
      })
      assert.equal(await client.call('Thing.st', {}), 'hooked')
      assert.equal(await client.call('Thing.other', {}), 'other')
    },
  )
}

const mutations: readonly (readonly [string, (app: App) => void, unknown])[] = [
  [
    'H-10: a before hook edits an argument',
    (app) =>
      app.before('Thing.st', (context) => {
        context.args['a'] = 5
      }),
    5,
  ],
  [
    'H-10: a before hook replaces all arguments',
    (app) =>
      app.before('Thing.st', (context) => {
        context.args = { a: 6 }
      }),
    6,
  ],
  [
    'H-10: later hooks see what earlier ones changed',
    (app) =>
      app
        .before('**', (context) => {
          context.args['a'] = Number(context.args['a']) * 2
        })
        .before('Thing.st', (context) => {
          context.args['a'] = 10
        }),
    20,
  ],
  [
    'H-10: a result set by a before hook is overwritten',
    (app) =>
      app.before('**', (context) => {
        context.result = 'early'
      }),
    1,
  ],
  [
    'H-10: an after hook replaces the result, and the next one sees it',
    (app) =>
      app
        .after('Thing.st', (context) => {
          context.result = { wrapped: context.result }
        })
        .after('**', (context) => {
          context.result = [context.result]
        }),
    [{ wrapped: 1 }],
  ],
  [
    'a phase handler sees the result after the method and may replace it',
    (app) =>
      app.phase('invoke', '**', (context) => {
        context.result = `${String(context.result)} seen`
      }),
    '1 seen',
  ],
  [
    'what a hook returns is no result',
    (app) => app.before('**', () => 'ignored').after('**', async () => 'ignored'),
    1,
  ],
]

function mutationCases(suite: Suite): void {
  for (const [name, prepare, expected] of mutations) {
    traced(suite, name, prepare, async ({ client }) => {
      assert.deepEqual(await client.call('Thing.st', { a: 1 }), expected)
    })
  }
}
