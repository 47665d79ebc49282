import assert from 'node:assert/strict'
import { sharedMethods } from '../../../core/index.ts'
import type { Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const root = { arg: 'v', type: 'any', root: true } as const

/** What a method that declares the computed options sees of them. */
const options = method(
  {
    accepts: [
      { arg: 'a', type: 'any' },
      { arg: 'options', type: 'object', http: 'optionsFromRequest' },
    ],
    returns: root,
    http,
  },
  ({ options: seen }) => {
    const { accessToken, isAdmin, maxDepthOfQuery, roles } = seen as Readonly<
      Record<string, unknown>
    >
    return {
      accessToken: accessToken ?? null,
      isAdmin: isAdmin ?? null,
      maxDepthOfQuery,
      roles: roles ?? null,
    }
  },
)

const untouched = { accessToken: null, isAdmin: null, maxDepthOfQuery: 12, roles: null }
const forged = { isAdmin: true, accessToken: 'forged', maxDepthOfQuery: 1000, roles: ['admin'] }

/** Ways a caller may try to fill the computed options. Source: remoting X-6. */
const forgeries: readonly (readonly [name: string, args: Readonly<Record<string, unknown>>])[] = [
  ['by name', { options: forged }],
  ['in other letter cases', { Options: forged, OPTIONS: forged }],
  ['as text', { options: JSON.stringify(forged) }],
  [
    'by paths in names',
    { 'options.isAdmin': true, 'options[isAdmin]': true, 'options[roles][]': 'admin' },
  ],
  ['as a list', { options: [forged] }],
  ['below another argument', { a: { options: forged } }],
  ['through prototypes', { constructor: { prototype: forged }, prototype: forged }],
  ['below args and data', { args: { options: forged }, data: { options: forged } }],
]

/** Options the server computes for a call: never set by a caller, never shared by two calls. Source: remoting section 7. */
export function computedOptionCases(suite: Suite): void {
  for (const [name, args] of forgeries) {
    suite.check(
      `X-6: computed options can not be set ${name}`,
      { methods: { C: { options } } },
      async ({ client }) => {
        const seen = await client.call('C.options', args).catch(({ statusCode }) => {
          assert.equal(statusCode, 400)
          return untouched
        })
        assert.deepEqual(seen, untouched)
      },
    )
  }

  suite.check('X-6: nor by metadata', { methods: { C: { options } } }, async ({ client }) => {
    const metadata = { options: JSON.stringify(forged), 'x-options': 'a' }
    assert.deepEqual(await client.call('C.options', {}, { metadata }), untouched)
  })

  suite.check(
    'X-2, X-8: what a hook adds is seen by the method of this call only',
    {
      methods: { C: { options } },
      prepare: (app) =>
        app.before('C.options', (context) => {
          if (context.args['a'] !== 'admin') return
          ;(context.args['options'] as Record<string, unknown>)['isAdmin'] = true
        }),
    },
    async ({ client }) => {
      const [first, second] = await Promise.all([
        client.call('C.options', { a: 'admin' }),
        client.call('C.options', { a: 'nobody' }),
      ])
      assert.deepEqual(first, { ...untouched, isAdmin: true })
      assert.deepEqual(second, untouched)
    },
  )
}
