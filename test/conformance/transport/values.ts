import assert from 'node:assert/strict'
import { GeoPoint, sharedMethods } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import type { Stage, Suite } from './suite.ts'

const method = sharedMethods()
const post = { verb: 'post' } as const
const any = { arg: 'result', type: 'any', root: true } as const

const echo = method(
  { accepts: [{ arg: 'a', type: 'any' }], returns: any, http: post },
  ({ a }) => a,
)

const longText = 'Ünï©ødé 🎈 '.repeat(5000)

const jsonValues: readonly (readonly [name: string, value: unknown])[] = [
  ['astral characters', '😀 𝒳 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
  ['combining characters, not normalised', 'e\u0301 é n\u0303 \u1e69 s\u0323\u0307'],
  ['right-to-left text and its marks', 'שלום \u202eabc\u202c \u200fمرحبا'],
  ['control characters', '\u0000\u0001\b\t\n\v\f\r\u001b\u007f\u0085'],
  ['line and paragraph separators, byte order mark', '\u2028\u2029\ufeff'],
  ['quotes, backslashes and markup', '"\\\'`</script><!--%00&amp;'],
  ['a long text', longText],
  ['numbers at the edges', [0, 2 ** 53 - 1, -(2 ** 53 - 1), 5e-324, 1.7976931348623157e308, 0.1]],
  ['empty containers and texts', { a: [], b: {}, c: '', d: [[]], e: [{}], f: null }],
  ['null in lists and members', { a: [null, [null]], b: null }],
  ['keys of every kind', { '': 1, ' ': 2, 'a.b': 3, 'a[0]': 4, '🎈': 5, '0': 6, '\u0000': 7 }],
  ['keys that are names of Object.prototype', { toString: 1, hasOwnProperty: 2, valueOf: 3 }],
  ['keys with a dollar sign', { $: ['date', 1], $ref: '#', $ne: null, $type: 'x' }],
  [
    'objects that look like envelopes of codecs',
    [{ $: 1 }, { $: ['date', 0] }, { $: ['object', {}] }],
  ],
  [
    'members named like parts of a message',
    { id: 1, error: {}, result: 1, method: 'x', length: 3 },
  ],
  ['nested lists', [[[[[[[[1]]]]]]]]],
]

/** Values of JSON, which every transport carries. */
export function valueCases(suite: Suite): void {
  missingValueCases(suite)
  if (suite.supports.richValues) richValueCases(suite)
  else jsonOnlyCases(suite)

  for (const [name, value] of jsonValues) {
    suite.check(`values go there and back: ${name}`, { methods: { V: { echo } } }, (stage) =>
      goesThereAndBack(stage, value),
    )
  }

  suite.check(
    'an unpaired surrogate is kept or replaced, or refused; what stands beside it is kept',
    { methods: { V: { echo } } },
    async ({ client }) => {
      const value = await client
        .call('V.echo', { a: ['before', 'x\ud800y', 'after'] })
        .catch((failure) => assert.ok(failure.statusCode >= 400 && failure.statusCode < 500))
      if (value !== undefined) {
        const [before, middle, after] = value as readonly string[]
        assert.deepEqual([before, after], ['before', 'after'])
        assert.match(String(middle), /^x(\ud800|\ufffd+)y$/)
      }
      assert.equal(await client.call('V.echo', { a: 'next' }), 'next')
    },
  )
}

function missingValueCases(suite: Suite): void {
  suite.check(
    'arguments without a value are told from null',
    {
      methods: {
        V: {
          kinds: method(
            {
              accepts: [
                { arg: 'a', type: 'any' },
                { arg: 'b', type: 'any' },
              ],
              returns: any,
              http: post,
            },
            ({ a, b }) => [a === null ? 'null' : typeof a, b === null ? 'null' : typeof b],
          ),
        },
      },
    },
    async ({ client }) => {
      assert.deepEqual(await client.call('V.kinds', { a: null }), ['null', 'undefined'])
      assert.deepEqual(await client.call('V.kinds', { b: null }), ['undefined', 'null'])
      assert.deepEqual(await client.call('V.kinds', {}), ['undefined', 'undefined'])
    },
  )

  suite.check(
    'B-9: toJSON of a result is honoured, or the object stays what it is inside one process',
    {
      methods: {
        V: {
          money: method({ accepts: [], returns: any, http: post }, () => [
            { toJSON: () => ({ cents: 5 }) },
          ]),
        },
      },
    },
    async ({ client }) => {
      const value = await client.call('V.money', {})
      assert.deepEqual(JSON.parse(JSON.stringify(value)), [{ cents: 5 }])
    },
  )
}

async function goesThereAndBack({ client }: Stage, a: unknown): Promise<void> {
  assert.deepEqual(await client.call('V.echo', { a }), a)
  assert.deepEqual(await client.call('V.echo', { a: { deep: [a] } }), { deep: [a] })
}

const richValues: readonly (readonly [name: string, value: () => unknown])[] = [
  ['dates, the invalid one too', () => [new Date(0), { at: new Date(-1) }, new Date(Number.NaN)]],
  ['bytes', () => ({ empty: Buffer.alloc(0), bytes: Buffer.from([0, 255, 128]) })],
  ['big integers', () => [0n, -1n, 2n ** 64n, { big: 10n ** 40n }]],
  [
    'maps',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [2, new Map([[null, []]])],
      ]),
  ],
  ['sets', () => new Set<unknown>([1, 'a', new Date(5)])],
  ['undefined in lists', () => [undefined, 1, undefined]],
  [
    'numbers JSON has not',
    () => [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0],
  ],
  ['points', () => ({ at: new GeoPoint(1.5, -2) })],
]

function richValueCases(suite: Suite): void {
  for (const [name, make] of richValues) {
    suite.check(
      `WS-5: rich values go there and back: ${name}`,
      {
        methods: {
          V: { echo, make: method({ accepts: [], returns: any, http: post }, () => make()) },
        },
      },
      async ({ client }) => {
        const expected = comparable(make())
        const echoed = (a: unknown) => client.call('V.echo', { a }).then(comparable)
        assert.deepEqual(comparable(await client.call('V.make', {})), expected)
        assert.deepEqual(await echoed(make()), expected)
        assert.deepEqual(await echoed({ deep: [make()] }), { deep: [expected] })
      },
    )
  }
}

/** Bytes may come in any array of bytes, points as anything with both coordinates: clients have their own classes. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] }
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return { date: String(value.getTime()) } // invalid dates equal each other as text
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [k, comparable(v)]))
  if (value instanceof Set) return new Set([...value].map(comparable))
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, comparable(member)]))
}

const asJson: readonly (readonly [name: string, value: () => unknown, expected: unknown])[] = [
  [
    'BT-8, R-9: nested dates are ISO text',
    () => ({ d: new Date(0), list: [new Date(1)] }),
    { d: '1970-01-01T00:00:00.000Z', list: ['1970-01-01T00:00:00.001Z'] },
  ],
  ['BT-7: bytes are an envelope', () => Buffer.from('hi'), { $type: 'base64', $data: 'aGk=' }],
  [
    'R-9: an invalid date is null in its envelope',
    () => new Date(Number.NaN),
    { $type: 'date', $data: null },
  ],
  ['R-9: nested bytes are a list', () => [Buffer.from('h')], [{ type: 'Buffer', data: [104] }]],
  ['B-7: NaN and the infinities are null', () => [Number.NaN, -1 / 0], [null, null]],
  ['B-7: undefined members vanish', () => ({ a: undefined, b: 1 }), { b: 1 }],
  ['B-7: undefined in a list is null', () => [undefined, 1], [null, 1]],
]

function jsonOnlyCases(suite: Suite): void {
  for (const [name, make, expected] of asJson) {
    suite.check(
      name,
      { methods: { V: { make: method({ accepts: [], returns: any, http: post }, () => make()) } } },
      async ({ client }) => assert.deepEqual(await client.call('V.make', {}), expected),
    )
  }

  suite.check(
    'B-8: a big integer as result is a 500 without its text, and the next call works',
    {
      methods: {
        V: { echo, make: method({ accepts: [], returns: any, http: post }, () => ({ n: 5n })) },
      },
    },
    async ({ client }) => {
      const failure = await failureOf(client.call('V.make', {}))
      assert.equal(failure.statusCode, 500)
      assert.equal(failure.message, 'Internal Server Error')
      assert.equal(await client.call('V.echo', { a: 1 }), 1)
    },
  )
}
