import assert from 'node:assert/strict'
import { type App, sharedMethods } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import { describe } from './fixture.ts'
import type { Suite } from './suite.ts'

const method = sharedMethods()

type Descriptor = Readonly<Record<string, unknown>>
type Outcome = readonly [value: unknown, described: unknown | 'fail']

interface TypeCase {
  readonly name: string
  readonly descriptor: Descriptor
  readonly outcomes: readonly Outcome[]
}

const object = (members: Readonly<Record<string, unknown>>) => ({ object: members })
const point = { type: { x: 'number', y: { type: 'string', required: true } } }

const typeCases: readonly TypeCase[] = [
  {
    name: 'CT-14, CT-16, CT-17, CX-4: an object with allowArray takes lists of objects',
    descriptor: { type: 'object', allowArray: true },
    outcomes: [
      [{ a: 1 }, object({ a: 1 })],
      [[], { array: [] }],
      [[{}, { x: 1 }], { array: [object({}), object({ x: 1 })] }],
      [[{}, null], { array: [object({}), null] }],
      [[{}, 3.14], 'fail'],
      [[{}, [{}]], 'fail'],
    ],
  },
  {
    name: 'S-17: nullable lets null pass for any type',
    descriptor: { type: 'number', nullable: true },
    outcomes: [
      [null, null],
      [5, 5],
      ['5', 'fail'],
    ],
  },
  {
    name: 'S-17: a union takes the first type that converts',
    descriptor: { type: { anyOf: ['number', 'boolean', 'date'] } },
    outcomes: [
      [5, 5],
      [true, true],
      ['2016-05-19', { date: 1463616000000 }],
      [{}, 'fail'],
    ],
  },
  {
    name: 'S-2: type array is a list of any',
    descriptor: { type: 'array' },
    outcomes: [
      [[1, 'a', null], { array: [1, 'a', null] }],
      [1, 'fail'],
      [{}, 'fail'],
    ],
  },
  {
    name: 'TY-6: nested list types',
    descriptor: { type: [['number']] },
    outcomes: [
      [[[1], []], { array: [{ array: [1] }, { array: [] }] }],
      [[['1']], 'fail'],
      [[1], 'fail'],
    ],
  },
  {
    name: 'TY-1: type names are case-insensitive',
    descriptor: { type: 'Number' },
    outcomes: [
      [1, 1],
      ['1', 'fail'],
    ],
  },
  {
    name: 'TY-7: a constructor is the type of its name',
    descriptor: { type: Boolean },
    outcomes: [
      [false, false],
      [0, 'fail'],
    ],
  },
  {
    name: 'TY-7: a missing type is any',
    descriptor: {},
    outcomes: [
      ['5', '5'],
      [null, null],
    ],
  },
  {
    name: 'TY-5, CX-6: members of an inline object type are not converted',
    descriptor: point,
    outcomes: [
      [{ x: 'no number' }, object({ x: 'no number' })],
      ['text', 'fail'],
    ],
  },
  {
    name: 'TY-5: validateMembers converts members and refuses wrong ones',
    descriptor: { ...point, validateMembers: true },
    outcomes: [
      [{ x: 1, y: 'a' }, object({ x: 1, y: 'a' })],
      [{ x: '1', y: 'a' }, 'fail'],
      [{ x: 1 }, 'fail'],
    ],
  },
  {
    name: 'TY-4, I-8: a buffer is the base64 envelope, never text',
    descriptor: { type: 'buffer' },
    outcomes: [
      [{ $type: 'base64', $data: 'aGk=' }, { buffer: 'aGk=' }],
      ['aGk=', 'fail'],
      [5, 'fail'],
    ],
  },
  {
    name: 'I-8: envelopes are decoded at any depth of an object',
    descriptor: { type: 'object' },
    outcomes: [
      [
        {
          a: {
            b: [
              { $type: 'date', $data: 5 },
              { $type: 'base64', $data: 'aGk=' },
            ],
          },
        },
        object({ a: object({ b: { array: [{ date: 5 }, { buffer: 'aGk=' }] } }) }),
      ],
    ],
  },
  {
    name: 'I-8: what only looks like an envelope stays an object',
    descriptor: { type: 'object' },
    outcomes: [
      [{ $type: 'date' }, object({ $type: 'date' })],
      [{ $type: 'map', $data: [] }, object({ $type: 'map', $data: { array: [] } })],
      [{ $data: 1 }, object({ $data: 1 })],
    ],
  },
  {
    name: 'S-16: coerce and type id leave text alone',
    descriptor: { type: 'id', coerce: false },
    outcomes: [
      ['0668', '0668'],
      ['5', '5'],
    ],
  },
]

/** Types beyond the plain names: unions, lists, members, envelopes, types of the application. Source: remoting 1.3, 1.7. */
export function declaredTypeCases(suite: Suite): void {
  for (const { name, descriptor, outcomes } of typeCases) {
    suite.check(name, { methods: { Typed: { echo: echo(descriptor) } } }, async ({ client }) => {
      for (const [a, described] of outcomes) {
        const call = client.call('Typed.echo', { a })
        if (described === 'fail') {
          assert.equal((await failureOf(call)).statusCode, 400, JSON.stringify(a))
        } else assert.deepEqual(await call, described, JSON.stringify(a))
      }
    })
  }

  const withType = (prepare: (app: App) => void) => ({
    methods: { Typed: { echo: echo({ type: 'Celsius' }) } },
    prepare,
  })

  suite.check(
    'TY-8: the factory of an object type gets plain objects only',
    withType((app) => app.defineType('Celsius', (data) => ({ ...data, made: true }))),
    async ({ client }) => {
      assert.deepEqual(await client.call('Typed.echo', { a: { t: 1 } }), {
        object: { t: 1, made: true },
      })
      assert.equal(await client.call('Typed.echo', { a: null }), null)
      assert.equal((await failureOf(client.call('Typed.echo', { a: 5 }))).statusCode, 400)
    },
  )

  suite.check(
    'TY-8: the error of a factory keeps its status',
    withType((app) =>
      app.defineType('Celsius', () => {
        throw Object.assign(new Error('too cold'), { statusCode: 422, code: 'COLD' })
      }),
    ),
    async ({ client }) => {
      const failure = await failureOf(client.call('Typed.echo', { a: {} }))
      assert.equal(failure.statusCode, 422)
      assert.equal(failure.message, 'too cold')
      assert.equal(failure.code, 'COLD')
    },
  )
}

function echo(descriptor: Descriptor) {
  return method(
    {
      accepts: [{ arg: 'a', ...descriptor }],
      returns: { arg: 'result', type: 'any', root: true },
      http: { verb: 'post' },
    },
    ({ a }) => describe(a),
  )
}
