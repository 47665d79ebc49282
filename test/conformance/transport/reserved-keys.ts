import assert from 'node:assert/strict'
import { z } from 'zod'
import { sharedMethods } from '../../../core/index.ts'
import type { Stage, Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const root = { arg: 'v', type: 'any', root: true } as const

/** Says whether anything hostile became a member or a prototype of what the method got. */
function findings(value: unknown): readonly string[] {
  const found: string[] = []
  const look = (at: unknown): void => {
    if (typeof at !== 'object' || at === null || at instanceof Date) return
    if (Object.hasOwn(at, '__proto__')) found.push('own __proto__')
    if ('isAdmin' in at && !Object.hasOwn(at, 'isAdmin')) found.push('inherited isAdmin')
    if (!Array.isArray(at) && Object.getPrototypeOf(at) !== Object.prototype)
      found.push('prototype')
    for (const member of Object.values(at)) look(member)
  }
  look(value)
  return found
}

const methods = {
  K: {
    any: method({ accepts: [{ arg: 'a', type: 'any' }], returns: root, http }, ({ a }) =>
      findings(a),
    ),
    object: method({ accepts: [{ arg: 'a', type: 'object' }], returns: root, http }, ({ a }) =>
      findings(a),
    ),
    list: method({ accepts: [{ arg: 'a', type: ['object'] }], returns: root, http }, ({ a }) =>
      findings(a),
    ),
    schema: method(
      {
        accepts: { a: z.looseObject({ deep: z.record(z.string(), z.any()).optional() }) },
        returns: root,
        http,
      },
      ({ a }) => findings(a),
    ),
    merge: method({ accepts: [{ arg: 'a', type: 'object' }], returns: root, http }, ({ a }) => {
      const merged: Record<string, unknown> = {}
      for (const key in a as object) merged[key] = (a as Readonly<Record<string, unknown>>)[key] // as careless code does
      return 'isAdmin' in merged
    }),
  },
}

const own = (text: string): unknown => JSON.parse(text)
const hostile = '{"isAdmin":true}'

const attacks: readonly (readonly [name: string, value: unknown])[] = [
  ['__proto__ at the top', own(`{"__proto__":${hostile}}`)],
  ['__proto__ below members', own(`{"deep":{"deeper":{"__proto__":${hostile}}}}`)],
  ['__proto__ with an escape', own(`{"\\u005f\\u005fproto\\u005f\\u005f":${hostile}}`)],
  ['__proto__ inside a list', own(`{"list":[1,{"__proto__":${hostile}}]}`)],
  ['constructor.prototype', own(`{"constructor":{"prototype":${hostile}}}`)],
  ['prototype', own(`{"prototype":${hostile}}`)],
  ['__proto__ beside an envelope', own(`{"d":{"$type":"date","$data":0},"__proto__":${hostile}}`)],
]

/**
 * Keys that reach for prototypes: refused with 400 or left out, never seen by a method, never applied. A member named
 * `constructor` or `prototype` may arrive as plain data. Source: remoting Q-11.
 */
export function reservedKeyCases(suite: Suite): void {
  for (const [name, value] of attacks) {
    suite.check(
      `Q-11: ${name} neither arrives nor changes anything`,
      { methods },
      async (stage) => {
        for (const target of ['any', 'object', 'schema']) await attack(stage, `K.${target}`, value)
        await attack(stage, 'K.list', [value])
        const merged = await stage.client.call('K.merge', { a: value }).catch(refused)
        assert.notEqual(merged, true)
        assert.equal('isAdmin' in {}, false)
        assert.deepEqual(await stage.client.call('K.any', { a: {} }), [])
      },
    )
  }

  suite.check(
    'Q-11: arguments and methods are found by own names only',
    { methods },
    async (stage) => {
      const { client } = stage
      for (const name of [
        'K.constructor',
        'K.__proto__',
        'K.toString',
        '__proto__.any',
        'constructor.name',
      ]) {
        assert.equal((await client.call(name, {}).catch(refused)) ?? 404, 404, name)
      }
      assert.deepEqual(await client.call('K.any', { a: {}, toString: 1, hasOwnProperty: 2 }), [])
    },
  )
}

/** A refusal must be a 4xx; its status stands for the value. */
function refused({ statusCode }: { readonly statusCode: number }): number {
  assert.ok(statusCode >= 400 && statusCode < 500, `answered ${statusCode}`)
  return statusCode
}

async function attack({ client }: Stage, name: string, a: unknown): Promise<void> {
  const seen = await client.call(name, { a }).catch(refused)
  if (typeof seen !== 'number') assert.deepEqual(seen, [], name)
}
