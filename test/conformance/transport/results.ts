import assert from 'node:assert/strict'
import { z } from 'zod'
import { absent, type SharedMethodValue, sharedMethods } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import type { Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const

type Returns = Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[]

const root = { arg: 'v', type: 'any', root: true }
const named = { arg: 'v', type: 'any' }
const returning = (returns: Returns, make: () => unknown): SharedMethodValue =>
  method({ accepts: [], returns, http }, make)

interface ResultRow {
  readonly name: string
  readonly returns: Returns
  readonly yields: () => unknown
  /** `fail`: a 500. */
  readonly result: unknown | 'fail'
}

/** A member without a value may be there on transports that can say so. */
function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
}

const object = { arg: 'o', type: 'object', root: true }
const status = { arg: 'code', type: 'number', http: { target: 'status' } }
const header = { arg: 'etag', type: 'string', http: { target: 'header', header: 'X-Tag' } }

const rows: readonly ResultRow[] = [
  { name: 'BT-1: absent is an empty object', returns: root, yields: () => absent, result: {} },
  { name: 'BT-1: absent, named', returns: named, yields: () => absent, result: {} },
  {
    name: 'BT-2: undefined is no value',
    returns: root,
    yields: () => undefined,
    result: undefined,
  },
  { name: 'BT-2: undefined, named', returns: named, yields: () => undefined, result: {} },
  { name: 'BT-3: null', returns: root, yields: () => null, result: null },
  { name: 'BT-3: null, named', returns: named, yields: () => null, result: { v: null } },
  ...[false, 0, '', 'x'].map((value) => ({
    name: `BT-4, B-6: ${JSON.stringify(value)} as root`,
    returns: root,
    yields: () => value,
    result: value,
  })),
  ...[false, 0, '', []].map((value) => ({
    name: `BT-4: ${JSON.stringify(value)}, named`,
    returns: named,
    yields: () => value,
    result: { v: value },
  })),
  {
    name: 'I-6: one return gets a list whole',
    returns: root,
    yields: () => [[1], [2]],
    result: [[1], [2]],
  },
  {
    name: 'I-6: several returns from an object by name',
    returns: [{ arg: 'a' }, { arg: 'b' }],
    yields: () => ({ b: 2, a: 1, c: 3 }),
    result: { a: 1, b: 2 },
  },
  {
    name: 'R-4: several returns, fewer values: the missing ones are left out',
    returns: [{ arg: 'a' }, { arg: 'b' }],
    yields: () => [1],
    result: { a: 1 },
  },
  {
    name: 'R-8: named values are merged onto a root object',
    returns: [{ arg: 'b' }, object],
    yields: () => [2, { a: 1, b: 0 }],
    result: { a: 1, b: 2 },
  },
  {
    name: 'R-8: a primitive root with named values is an error',
    returns: [{ arg: 'b' }, { ...object, type: 'any' }],
    yields: () => [2, 5],
    result: 'fail',
  },
  {
    name: 'R-5, R-7: a value for the status is no part of the result',
    returns: [status, { arg: 'a' }],
    yields: () => [201, 'x'],
    result: { a: 'x' },
  },
  {
    name: 'R-6, R-7: a value for a header is no part of the result',
    returns: [{ arg: 'a' }, header],
    yields: () => ['x', 'tag'],
    result: { a: 'x' },
  },
  {
    name: 'R-10: a list of integers',
    returns: { arg: 'v', type: ['integer'], root: true },
    yields: () => [1, 2],
    result: [1, 2],
  },
  ...[null, undefined, '1', 2 ** 53, Number.NaN].map((value) => ({
    name: `R-10: ${String(value)} (${typeof value}) is no integer`,
    returns: { arg: 'v', type: 'integer', root: true },
    yields: () => value,
    result: 'fail',
  })),
  {
    name: 'R-12: other types are not checked',
    returns: { arg: 'v', type: 'number', root: true },
    yields: () => 'text',
    result: 'text',
  },
]

/** Shapes of results. Source: remoting 1.6, 2.3. */
export function resultCases(suite: Suite): void {
  for (const { name, returns, yields, result } of rows) {
    for (const [kind, make] of [
      ['at once', yields],
      ['later', async () => yields()],
    ] as const) {
      if (kind === 'later' && result !== 'fail') continue
      suite.check(
        `${name}${result === 'fail' ? `, ${kind}` : ''}`,
        { methods: { R: { make: returning(returns, make) } } },
        async ({ client }) => {
          const call = client.call('R.make', {})
          if (result === 'fail') assert.equal((await failureOf(call)).statusCode, 500)
          else assert.deepEqual(withoutUndefined(await call), result)
        },
      )
    }
  }
  validationCases(suite)
}

function validationCases(suite: Suite): void {
  const checked = method(
    { accepts: { a: z.any() }, returns: z.object({ n: z.int().positive() }), http },
    ({ a }) => a,
  )

  suite.check(
    'R-12: a schema alone does not check the result',
    { methods: { R: { checked } } },
    async ({ client }) => {
      assert.deepEqual(await client.call('R.checked', { a: { n: -1 } }), { n: -1 })
    },
  )

  suite.check(
    'R-12: with validateReturns a wrong result is a 500 without its text',
    { methods: { R: { checked } }, remoting: { rest: { validateReturns: true } } },
    async ({ client }) => {
      assert.deepEqual(await client.call('R.checked', { a: { n: 1 } }), { n: 1 })
      const failure = await failureOf(client.call('R.checked', { a: { n: -1 } }))
      assert.equal(failure.statusCode, 500)
      if (!suite.claims.originalErrors) assert.equal(failure.message, 'Internal Server Error')
    },
  )

  suite.check(
    'I-12: afterError sees a result that can not be shaped',
    {
      methods: { R: { make: returning({ arg: 'v', type: 'integer', root: true }, () => 0.5) } },
      prepare: (app) =>
        app.afterError('R.make', (context) => {
          context.error = Object.assign(new Error('seen'), { statusCode: 409 })
        }),
    },
    async ({ client }) => {
      assert.equal((await failureOf(client.call('R.make', {}))).statusCode, 409)
    },
  )
}
