import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../core/error/remote-error.ts'
import { applyQuery } from '../../core/query/apply-query.ts'
import { parseFilter } from '../../core/query/parse-filter.ts'
import { compileRegularExpression } from '../../core/query/regular-expression.ts'
import { PatternFault } from '../../core/query/regular-expression-syntax.ts'
import { modelNamed, parseContext, queryModels } from '../support/query-models.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 300)
const profiles = { strict: queryModels('strict'), loopback3: queryModels('loopback3') }

const names = fc.oneof(
  fc.constantFrom(
    ...[
      'title',
      'price',
      'published',
      'inStock',
      'genres',
      'dims',
      'items',
      'meta',
      'any',
      'place',
    ],
    ...[
      'serial',
      'cost',
      'cover',
      'when',
      'author',
      'reviews',
      'owner',
      'costPrice',
      'nosuch',
      'id',
    ],
    ...[
      'dims.w',
      'items.sku',
      'author.name',
      'reviews.stars',
      'meta.a.b',
      'author.books.title',
      'a..b',
    ],
    ...[
      'and',
      'or',
      'nor',
      'some',
      'every',
      'none',
      'model',
      'where',
      '0',
      '1',
      '__proto__',
      'constructor',
    ],
    ...['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'between', 'inq', 'nin', 'like', 'nlike', 'ilike'],
    ...[
      'nilike',
      'regexp',
      'exists',
      'near',
      'options',
      'maxDistance',
      'unit',
      '$where',
      '$gt',
      'contains',
    ],
    ...[
      'order',
      'limit',
      'skip',
      'offset',
      'fields',
      'include',
      'relation',
      'rel',
      'scope',
      'count',
    ],
  ),
  fc.string({ maxLength: 5 }),
)
const scalars = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    '',
    '5',
    'null',
    '10,20',
    'title DESC',
    '2020-01-01',
  ),
  fc.constantFrom('/a/i', '(', '%a_', '\\', 'miles', 'author', 'ASC', 'i'),
  fc.string({ maxLength: 8 }),
  fc.double(),
)
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalars,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(names, tie('tree')), { maxLength: 4 }).map(objectOf),
  ),
}))

/** As JSON.parse makes objects: `__proto__` is an own key. */
function objectOf(entries: readonly (readonly [string, unknown])[]): unknown {
  const object = {}
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return object
}

const filters = fc.oneof(
  tree,
  fc.record(
    {
      where: tree,
      order: fc.oneof(scalars, names, fc.array(names, { maxLength: 3 }), tree),
      limit: scalars,
      skip: scalars,
      fields: fc.oneof(names, fc.array(names, { maxLength: 3 }), tree),
      include: fc.oneof(names, fc.array(names, { maxLength: 3 }), tree),
    },
    { requiredKeys: [] },
  ),
)

const rows = [
  {
    id: 1,
    title: 'a',
    price: 5,
    published: new Date(0),
    genres: ['x', null],
    meta: { a: { b: 1 } },
  },
  { id: 2, title: null, dims: { w: 1 }, items: [{ sku: 's', qty: 1 }], place: { lat: 1, lng: 2 } },
  { id: 3, any: { toString: 1 }, serial: 5n, cost: '1.5', cover: Buffer.from('x'), inStock: false },
]

function hasRelated(where: unknown): boolean {
  return JSON.stringify(where, (_key, value: unknown) =>
    typeof value === 'bigint' ? 0 : value,
  ).includes('"related"')
}

test('D-11-5: whatever the wire sends is refused with 400 or answered, in bounded time, and nothing is changed', () => {
  const pristine = Object.getOwnPropertyNames(Object.prototype).join()
  for (const models of Object.values(profiles)) {
    for (const purpose of ['read', 'write'] as const) {
      const context = parseContext(models, {
        purpose,
        options: { prohibitHiddenPropertiesInQuery: true, maxDepthOfQuery: 12 },
      })
      fc.assert(
        fc.property(filters, (filter) => {
          const before = JSON.stringify(filter)
          try {
            const query = parseFilter(modelNamed(models, 'Book'), filter, context)
            assert.ok(Object.isFrozen(query))
            if (!hasRelated(query.where)) assert.ok(applyQuery(rows, query).length <= rows.length)
          } catch (error) {
            if (!(error instanceof RemoteError)) throw error
            assert.is(error.statusCode, 400, error.message)
            assert.ok(error.message.length < 400)
          }
          assert.is(JSON.stringify(filter), before)
        }),
        { numRuns: runs },
      )
    }
  }
  assert.is(Object.getOwnPropertyNames(Object.prototype).join(), pristine)
})

test('D-1.6-5: no filter tells rows apart by a hidden value', () => {
  const plain = { id: 1, title: 'a', price: 1 }
  for (const models of Object.values(profiles)) {
    const context = parseContext(models, { options: { prohibitHiddenPropertiesInQuery: true } })
    fc.assert(
      fc.property(filters, (filter) => {
        try {
          const query = parseFilter(modelNamed(models, 'Book'), filter, context)
          if (hasRelated(query.where)) return
          const counts = [0, 5, null].map(
            (costPrice) => applyQuery([{ ...plain, costPrice }], query).length,
          )
          assert.is(new Set(counts).size, 1)
        } catch (error) {
          if (!(error instanceof RemoteError)) throw error
        }
      }),
      { numRuns: runs },
    )
  }
})

test('D-3.5-7: any pattern is refused or agrees with JavaScript', () => {
  const pieces = fc.constantFrom(
    ...[
      'a',
      'b',
      '.',
      '^',
      '$',
      '*',
      '+',
      '?',
      '|',
      '(',
      ')',
      '[',
      ']',
      '-',
      '^',
      '{1,2}',
      '{2}',
      '\\b',
    ],
    ...['\\d', '\\w', '\\s', '\\W', '(?:', ',', '\\.', '\\'],
  )
  const patterns = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''))
  const texts = fc.string({
    unit: fc.constantFrom('a', 'b', '1', ' ', '-', '\n', '.'),
    maxLength: 8,
  })
  fc.assert(
    fc.property(patterns, texts, fc.constantFrom('', 'i', 'm'), (pattern, text, flags) => {
      let native: RegExp | undefined
      try {
        native = new RegExp(pattern, flags)
      } catch {
        // compared below
      }
      try {
        assert.is(compileRegularExpression(pattern, flags)(text), native?.test(text), pattern)
      } catch (error) {
        if (!(error instanceof PatternFault)) throw error
        if (error.kind === 'invalid') assert.is(native, undefined, pattern)
      }
    }),
    { numRuns: runs * 3 },
  )
})

test.run()
