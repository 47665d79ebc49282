import assert from 'node:assert/strict'
import { z } from 'zod'
import { sharedMethods } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import { describe } from './fixture.ts'
import type { Suite } from './suite.ts'

const method = sharedMethods()

/** A value sent, and what the method gets as shown by `describe`; `fail` is a 400. */
type Outcome = readonly [value: unknown, described: unknown | 'fail']

interface SchemaRow {
  readonly name: string
  readonly schema: z.ZodType
  readonly outcomes: readonly Outcome[]
}

const object = (members: Readonly<Record<string, unknown>>) => ({ object: members })
const list = (...items: readonly unknown[]) => ({ array: items })

const person = z.object({
  name: z.string().trim().min(1),
  address: z.object({
    city: z.string(),
    zip: z
      .string()
      .regex(/^\d{5}$/)
      .optional(),
  }),
})

const shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), radius: z.number().positive() }),
  z.object({ kind: z.literal('box'), width: z.number(), height: z.number() }),
])

interface Tree {
  readonly value: number
  readonly children: readonly Tree[]
}
const tree: z.ZodType<Tree> = z.lazy(() => z.object({ value: z.number(), children: z.array(tree) }))

const rows: readonly SchemaRow[] = [
  {
    name: 'nested objects, unknown keys dropped',
    schema: person,
    outcomes: [
      [
        { name: ' Ada ', address: { city: 'London', planet: 'Earth' }, more: 1 },
        object({ name: 'Ada', address: object({ city: 'London' }) }),
      ],
      [{ name: 'Ada', address: { city: 'London', zip: '1' } }, 'fail'],
      [{ name: 'Ada', address: null }, 'fail'],
      [{ name: 'Ada' }, 'fail'],
      [[], 'fail'],
      ['{"name":"Ada","address":{"city":"x"}}', 'fail'],
    ],
  },
  {
    name: 'strict objects refuse unknown keys',
    schema: z.strictObject({ a: z.number().optional() }),
    outcomes: [
      [{}, object({})],
      [{ a: 1 }, object({ a: 1 })],
      [{ a: 1, b: 2 }, 'fail'],
    ],
  },
  {
    name: 'loose objects keep unknown keys',
    schema: z.looseObject({ a: z.number() }),
    outcomes: [
      [{ a: 1, b: [2] }, object({ a: 1, b: list(2) })],
      [{ b: 2 }, 'fail'],
    ],
  },
  {
    name: 'arrays check their length and every item',
    schema: z.array(z.int().min(0)).min(1).max(3),
    outcomes: [
      [[0, 1], list(0, 1)],
      [[], 'fail'],
      [[1, 2, 3, 4], 'fail'],
      [[1, -1], 'fail'],
      [[1, '2'], 'fail'],
      [1, 'fail'],
    ],
  },
  {
    name: 'tuples',
    schema: z.tuple([z.string(), z.number()]),
    outcomes: [
      [['a', 1], list('a', 1)],
      [['a'], 'fail'],
      [[1, 'a'], 'fail'],
    ],
  },
  {
    name: 'unions',
    schema: z.array(z.union([z.number(), z.string().startsWith('#'), z.null()])),
    outcomes: [
      [[1], list(1)],
      [['#a', null], list('#a', null)],
      [['a'], 'fail'],
      [[true], 'fail'],
    ],
  },
  {
    name: 'discriminated unions',
    schema: shape,
    outcomes: [
      [{ kind: 'circle', radius: 2 }, object({ kind: 'circle', radius: 2 })],
      [{ kind: 'circle', radius: -2 }, 'fail'],
      [{ kind: 'box', radius: 2 }, 'fail'],
      [{ kind: 'line' }, 'fail'],
      [{}, 'fail'],
    ],
  },
  {
    name: 'intersections',
    schema: z.intersection(z.object({ a: z.number() }), z.object({ b: z.string() })),
    outcomes: [
      [{ a: 1, b: 'x' }, object({ a: 1, b: 'x' })],
      [{ a: 1 }, 'fail'],
    ],
  },
  {
    name: 'enums and literals',
    schema: z.object({ size: z.enum(['small', 'large']), version: z.literal([1, 2]) }),
    outcomes: [
      [{ size: 'small', version: 2 }, object({ size: 'small', version: 2 })],
      [{ size: 'Small', version: 2 }, 'fail'],
      [{ size: 'small', version: '2' }, 'fail'],
    ],
  },
  {
    name: 'records',
    schema: z.record(z.string().max(3), z.number()),
    outcomes: [
      [{ a: 1, abc: 2 }, object({ a: 1, abc: 2 })],
      [{}, object({})],
      [{ abcd: 1 }, 'fail'],
      [{ a: '1' }, 'fail'],
    ],
  },
  {
    name: 'nullable is not optional',
    schema: z.object({ v: z.string().nullable() }),
    outcomes: [
      [{ v: null }, object({ v: null })],
      [{ v: '' }, object({ v: '' })],
      [{}, 'fail'],
    ],
  },
  {
    name: 'optional is not nullable',
    schema: z.string().optional(),
    outcomes: [
      [undefined, { undefined: true }],
      [null, 'fail'],
    ],
  },
  {
    name: 'nullish takes both',
    schema: z.number().nullish(),
    outcomes: [
      [undefined, { undefined: true }],
      [null, null],
      ['x', 'fail'],
    ],
  },
  {
    name: 'defaults fill missing values at any depth, never null',
    schema: z.object({ a: z.number().default(5), b: z.array(z.string()).default(['x']) }).default({
      a: 1,
      b: [],
    }),
    outcomes: [
      [undefined, object({ a: 1, b: list() })],
      [{}, object({ a: 5, b: list('x') })],
      [{ a: 7 }, object({ a: 7, b: list('x') })],
      [{ a: null }, 'fail'],
    ],
  },
  {
    name: 'coercion converts what plain types refuse',
    schema: z.object({ n: z.coerce.number(), b: z.coerce.boolean(), s: z.coerce.string() }),
    outcomes: [
      [{ n: '5', b: 1, s: 7 }, object({ n: 5, b: true, s: '7' })],
      [{ n: 'five', b: 1, s: 7 }, 'fail'],
    ],
  },
  {
    name: 'transforms and pipes',
    schema: z
      .string()
      .transform((text) => text.split(',').map(Number))
      .pipe(z.array(z.number().max(9))),
    outcomes: [
      ['1,2', list(1, 2)],
      ['1,10', 'fail'],
      [[1, 2], 'fail'],
    ],
  },
  {
    name: 'refinements across members',
    schema: z
      .object({ from: z.number(), to: z.number() })
      .refine(({ from, to }) => from <= to, { message: 'from is after to', path: ['from'] }),
    outcomes: [
      [{ from: 1, to: 2 }, object({ from: 1, to: 2 })],
      [{ from: 2, to: 1 }, 'fail'],
    ],
  },
  {
    name: 'dates come as ISO text, epoch numbers or envelopes',
    schema: z.object({ at: z.date().min(new Date(0)) }),
    outcomes: [
      [{ at: '1970-01-01T00:00:05.000Z' }, object({ at: { date: 5000 } })],
      [{ at: 5000 }, object({ at: { date: 5000 } })],
      [{ at: { $type: 'date', $data: 5 } }, object({ at: { date: 5 } })],
      [{ at: '1960-01-01' }, 'fail'],
      [{ at: 'yesterday' }, 'fail'],
    ],
  },
  {
    name: 'big integers come as digits or safe integers',
    schema: z.bigint().transform(String),
    outcomes: [
      ['12345678901234567890', '12345678901234567890'],
      [5, '5'],
      [1.5, 'fail'],
      ['five', 'fail'],
    ],
  },
  {
    name: 'formats of text',
    schema: z.object({ mail: z.email(), id: z.uuid().optional() }),
    outcomes: [
      [{ mail: 'ada@example.org' }, object({ mail: 'ada@example.org' })],
      [{ mail: 'ada' }, 'fail'],
      [{ mail: 'ada@example.org', id: '1' }, 'fail'],
    ],
  },
  {
    name: 'recursive schemas',
    schema: tree,
    outcomes: [
      [
        { value: 1, children: [{ value: 2, children: [] }] },
        object({ value: 1, children: list(object({ value: 2, children: list() })) }),
      ],
      [{ value: 1, children: [{ value: '2', children: [] }] }, 'fail'],
    ],
  },
  {
    name: 'catch replaces what is wrong',
    schema: z.object({ n: z.number().catch(0) }),
    outcomes: [
      [{ n: 'x' }, object({ n: 0 })],
      [{ n: 3 }, object({ n: 3 })],
    ],
  },
]

/** Arguments described by zod schemas. Source: docs/methods.md, section Description. */
export function schemaCases(suite: Suite): void {
  for (const { name, schema, outcomes } of rows) {
    const echo = method(
      {
        accepts: { a: schema },
        returns: { arg: 'result', type: 'any', root: true },
        http: { verb: 'post' },
      },
      ({ a }) => describe(a),
    )
    suite.check(`schemas: ${name}`, { methods: { S: { echo } } }, async ({ client }) => {
      for (const [a, described] of outcomes) {
        const call = client.call('S.echo', a === undefined ? {} : { a })
        if (described === 'fail') {
          assert.equal((await failureOf(call)).statusCode, 400, JSON.stringify(a))
        } else assert.deepEqual(await call, described, JSON.stringify(a))
      }
    })
  }
  severalArguments(suite)
}

function severalArguments(suite: Suite): void {
  const several = method(
    {
      accepts: {
        first: z.number().max(10),
        second: z.object({ list: z.array(z.object({ n: z.number() })) }),
        third: z.string().default('three'),
      },
      returns: { arg: 'result', type: 'any', root: true },
      http: { verb: 'post' },
    },
    ({ first, second, third }) => [first, second.list.length, third],
  )
  const options = { methods: { S: { several } } }

  suite.check('schemas: several arguments, each by its own schema', options, async ({ client }) => {
    const second = { list: [{ n: 1 }, { n: 2 }] }
    assert.deepEqual(await client.call('S.several', { second, first: 1 }), [1, 2, 'three'])
    assert.deepEqual(await client.call('S.several', { first: 1, second, third: '3' }), [1, 2, '3'])
  })

  suite.check(
    'A-15: the first failing argument in accepts order decides',
    options,
    async ({ client }) => {
      const failure = await failureOf(client.call('S.several', { third: 5, second: 5, first: 11 }))
      assert.equal(failure.statusCode, 400)
      if (suite.profile === 'strict') {
        assert.equal((failure.details as { readonly arg: string }).arg, 'first')
      }
      assert.match(failure.message, /first|10/)
    },
  )

  suite.check('schemas: a failure names the member it is about', options, async ({ client }) => {
    const args = { first: 1, second: { list: [{ n: 1 }, { n: 'x' }] } }
    const failure = await failureOf(client.call('S.several', args))
    assert.match(failure.message, /second.*list.*1.*n/)
  })
}
