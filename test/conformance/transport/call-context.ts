import assert from 'node:assert/strict'
import { memory } from '../../../connectors/memory/index.ts'
import { defineModel, RemoteError, sharedMethods } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import type { Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const root = { arg: 'v', type: 'any', root: true } as const

/** The object every hook and the method of one call share. Source: remoting 4.4. */
export function callContextCases(suite: Suite): void {
  metadataCases(suite)
  decisionCases(suite)
  modelCases(suite)

  suite.check(
    'state is shared by the hooks of one call and by no two calls',
    {
      methods: {
        C: {
          state: method(
            { accepts: [{ arg: 'n', type: 'number' }], returns: root, http },
            async ({ n }, { state }) => {
              await new Promise((resolve) => setTimeout(resolve, 2))
              return [n, state['n'], Object.keys(state)]
            },
          ),
        },
      },
      prepare: (app) =>
        app
          .before('**', ({ state, args }) => {
            state['n'] = args['n']
          })
          .after('**', (context) => {
            context.result = [...(context.result as unknown[]), context.state['n']]
          }),
    },
    async ({ client }) => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) => client.call('C.state', { n })),
      )
      assert.deepEqual(
        results,
        Array.from({ length: 20 }, (_, n) => [n, n, ['n'], n]),
      )
    },
  )
}

function metadataCases(suite: Suite): void {
  suite.check(
    'K-1: hooks see metadata under lower-case names',
    {
      methods: { C: { seen: method({ accepts: [], returns: root, http }, () => 'method') } },
      prepare: (app) =>
        app.after('**', (context) => {
          context.result = context.metadata['x-tenant'] ?? null
        }),
    },
    async ({ client }) => {
      assert.equal(await client.call('C.seen', {}, { metadata: { 'x-tenant': 'a b' } }), 'a b')
      assert.equal(await client.call('C.seen', {}), null)
    },
  )

  suite.check(
    'K-1, K-3: the context names the method and the transport',
    {
      methods: {
        C: {
          names: method(
            { accepts: [{ arg: 'a', type: 'number' }], returns: root, http, accessType: 'READ' },
            (_args, { method: called, methodString, transport, args }) => [
              methodString,
              called.name,
              called.className,
              called.isStatic,
              called.accessType,
              typeof transport,
              args,
            ],
          ),
        },
      },
    },
    async ({ client }) => {
      assert.deepEqual(await client.call('C.names', { a: 1, b: 2 }), [
        'C.names',
        'names',
        'C',
        true,
        'READ',
        'string',
        { a: 1 },
      ])
    },
  )
}

function decisionCases(suite: Suite): void {
  suite.check(
    'authorize sees converted arguments and decides by them',
    {
      methods: {
        C: {
          free: method(
            { accepts: [{ arg: 'n', type: 'number' }], returns: root, http },
            ({ n }) => n,
          ),
        },
      },
      prepare: (app) =>
        app.authorize(({ args }) => {
          if (Number(args['n']) > 5) throw new RemoteError('too much', { reason: 'ACCESS_DENIED' })
        }),
    },
    async ({ client }) => {
      assert.equal(await client.call('C.free', { n: 5 }), 5)
      const failure = await failureOf(client.call('C.free', { n: 6 }))
      assert.equal(failure.statusCode, 403)
      assert.equal(failure.code, 'ACCESS_DENIED')
    },
  )
}

function modelCases(suite: Suite): void {
  const Note = defineModel('Note', { properties: { text: 'string' } })
  suite.check(
    'hooks and methods reach the models',
    {
      models: { Note },
      dataSources: { db: memory() },
      methods: {
        Note: {
          texts: sharedMethods({ Note })(
            { accepts: [], returns: root, http },
            async (_args, { models }) =>
              (await models.Note.find({ order: 'id' })).map(({ text }) => text),
          ),
        },
      },
      prepare: (app) =>
        app.before('Note.texts', async ({ models }) => {
          const { Note: notes } = models as {
            readonly Note: { create(data: object): Promise<unknown> }
          } // the model above
          await notes.create({ text: 'from a hook' })
        }),
    },
    async ({ client }) => {
      assert.deepEqual(await client.call('Note.texts', {}), ['from a hook'])
    },
  )
}
