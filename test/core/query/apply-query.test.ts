import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Row } from '../../../core/model/model.ts'
import type { ProfileName } from '../../../core/profile.ts'
import { applyQuery } from '../../../core/query/apply-query.ts'
import {
  compareDecimals,
  compareLoosely,
  compareValues,
} from '../../../core/query/compare-values.ts'
import { compileOrder } from '../../../core/query/compile-order.ts'
import { compileWhere } from '../../../core/query/evaluate-where.ts'
import { parseFilter } from '../../../core/query/parse-filter.ts'
import { compileProjection } from '../../../core/query/projection.ts'
import { modelNamed, parseContext, queryModels } from '../../support/query-models.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 300)

function parse(filter: unknown, profile: ProfileName = 'strict') {
  const models = queryModels(profile)
  return parseFilter(modelNamed(models, 'Book'), filter, parseContext(models))
}

const ids = (rows: readonly Row[]) => rows.map((row) => row.id)

const keys = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom('a', 'b', '10', true, null, undefined, Number.NaN),
  fc.constantFrom(new Date(0), new Date(1)),
)
const tables = fc
  .array(fc.record({ price: keys, title: keys }), { maxLength: 40 })
  .map((rows) => rows.map((row, id) => ({ ...row, id })))

test('D-3.1-2, D-3.1-3: the window of a scan is the window of a full sort', () => {
  const filters = fc.record({
    order: fc.constantFrom('price', 'price DESC', 'title, price DESC', undefined),
    limit: fc.integer({ min: 0, max: 10 }),
    skip: fc.integer({ min: 0, max: 10 }),
  })
  for (const profile of ['strict', 'loopback3'] as const) {
    fc.assert(
      fc.property(tables, filters, (rows, filter) => {
        const query = parse({ ...filter, where: { id: { gte: 3 } } }, profile)
        const all = rows.filter(compileWhere(query.where)).sort(compileOrder(query.order))
        const end = query.limit === undefined ? undefined : query.skip + query.limit
        assert.equal(ids(applyQuery(rows, query)), ids(all.slice(query.skip, end)))
      }),
      { numRuns: runs },
    )
  }
})

test('the strict order is total: antisymmetric and transitive', () => {
  fc.assert(
    fc.property(keys, keys, keys, (a, b, c) => {
      assert.is(Math.sign(compareValues(a, b)), 0 - Math.sign(compareValues(b, a)))
      if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) assert.ok(compareValues(a, c) <= 0)
    }),
    { numRuns: runs },
  )
})

const sparse: readonly Row[] = [
  { id: 1, isbn: 'B' },
  { id: 2, isbn: null },
  { id: 3 },
  { id: 4, isbn: 'A' },
]

test('D-3.1-12: null and missing are last ascending and first descending in strict', () => {
  assert.equal(ids(applyQuery(sparse, parse({ order: 'isbn' }))), [4, 1, 2, 3])
  assert.equal(ids(applyQuery(sparse, parse({ order: 'isbn DESC' }))), [2, 3, 1, 4])
})

test('D-3.1-12: missing is first ascending in loopback3, and null is 0 beside numbers', () => {
  assert.is(applyQuery(sparse, parse({ order: 'isbn' }, 'loopback3'))[0]?.id, 3)
  assert.is(applyQuery(sparse, parse({ order: 'isbn DESC' }, 'loopback3')).at(-1)?.id, 3)
  const rows = [
    { id: 1, price: 1 },
    { id: 2, price: null },
    { id: 3, price: -1 },
  ]
  assert.equal(ids(applyQuery(rows, parse({ order: 'price' }, 'loopback3'))), [3, 2, 1])
  assert.is(compareLoosely(null, 'x'), 0)
})

test('D-3.1-9: without order rows come by id', () => {
  const rows = [{ id: 3 }, { id: 1 }, { id: 2 }]
  assert.equal(ids(applyQuery(rows, parse({}))), [1, 2, 3])
  assert.equal(ids(applyQuery(rows, parse({ limit: 2 }))), [1, 2])
})

test('sorting goes along nested paths and is exact on decimals', () => {
  const rows = [
    { id: 1, cost: '10', dims: { w: 1 } },
    { id: 2, cost: '9.5' },
    { id: 3, cost: '-1', dims: { w: 0 } },
  ]
  assert.equal(ids(applyQuery(rows, parse({ order: 'cost' }))), [3, 2, 1])
  assert.equal(ids(applyQuery(rows, parse({ order: 'dims.w' }))), [3, 1, 2])
})

test('D-3.2-12: near orders by distance before the limit, and the order breaks ties', () => {
  const rows = [
    { id: 1, place: { lat: 3, lng: 0 } },
    { id: 2, place: { lat: 1, lng: 0 } },
    { id: 3, place: null },
    { id: 4, place: { lat: -1, lng: 0 } },
    { id: 5 },
  ]
  const where = { place: { near: '0,0' } }
  assert.equal(ids(applyQuery(rows, parse({ where }))), [2, 4, 1])
  assert.equal(ids(applyQuery(rows, parse({ where, limit: 1 }))), [2])
  assert.equal(ids(applyQuery(rows, parse({ where, order: 'id DESC' }))), [4, 2, 1])
  const both = { and: [{ id: { gt: 2 } }, where] }
  assert.equal(ids(applyQuery(rows, parse({ where: both }))), [4])
})

test('D-3.7-3: distances by haversine; 69 miles are about a degree', () => {
  const rows = [{ id: 1, place: { lat: 1, lng: 0 } }]
  const within = (maxDistance: number, unit: string) =>
    applyQuery(rows, parse({ where: { place: { near: '0,0', maxDistance, unit } } })).length
  assert.is(within(69.08, 'miles'), 0)
  assert.is(within(69.1, 'miles'), 1)
  assert.is(within(111.1, 'kilometers'), 0)
  assert.is(within(111.3, 'kilometers'), 1)
  assert.is(within(1.001, 'degrees'), 1)
  assert.is(within(0.999, 'degrees'), 0)
})

test('decimals compare by value', () => {
  for (const [a, b, sign] of [
    ['1.50', '1.5', 0],
    ['-0', '0', 0],
    ['10', '9', 1],
    ['-10', '-9', -1],
    ['0.1', '0.09', 1],
    ['007', '7', 0],
    ['-0.5', '0.5', -1],
  ] as const) {
    assert.is(Math.sign(compareDecimals(a, b)), sign, `${a} ${b}`)
  }
  for (const value of ['', 'x', null, {}, '1e5', 'NaN'])
    assert.ok(Number.isNaN(compareDecimals(value, '1')))
})

test('D-3.1-10: what is not selected is absent, what the row lacks stays absent', () => {
  const project = compileProjection(['title', 'isbn', '__proto__', 'toString'])
  assert.equal(Object.keys(project({ id: 1, title: 'x', price: 2 })), ['title'])
  const row = { id: 1 }
  assert.is(compileProjection(undefined)(row), row)
})

test('the rows handed in are neither changed nor copied', () => {
  const rows = [Object.freeze({ id: 2 }), Object.freeze({ id: 1 })]
  const found = applyQuery(Object.freeze(rows), parse({}))
  assert.is(found[0], rows[1])
})

test.run()
