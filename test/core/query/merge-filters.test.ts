import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { resolveProfile } from '../../../core/profile.ts'
import {
  type MergeFlags,
  mergeFilters,
  type WireFilter,
} from '../../../core/query/merge-filters.ts'
import { normalizeFields } from '../../../core/query/parse-fields.ts'
import { normalizeInclude } from '../../../core/query/parse-include.ts'
import { normalizeOrder } from '../../../core/query/parse-order.ts'
import { expectError } from '../../support/expect-error.ts'

const profile = resolveProfile('strict')
const merge = (filter: WireFilter | null, scope: WireFilter, flags?: MergeFlags) =>
  mergeFilters(filter, scope, profile, flags)

test('D-3.6-1: two wheres are ANDed, an empty one does not count', () => {
  const own = { a: 1 }
  const other = { b: 2 }
  assert.equal(merge({ where: own }, { where: other }), { where: { and: [own, other] } })
  assert.equal(merge({ where: {} }, { where: other }), { where: other })
  assert.equal(merge({ where: own }, { where: {} }), { where: own })
  assert.equal(merge(null, { where: other }), { where: other })
})

test('D-3.6-2: includes unite by relation, the scope wins', () => {
  const filter = { include: ['a', { relation: 'b', scope: { limit: 1 } }] }
  const scope = { include: [{ relation: 'b', scope: { limit: 2 } }, 'c'] }
  assert.equal(merge(filter, scope).include, ['a', { relation: 'b', scope: { limit: 2 } }, 'c'])
})

test('D-3.6-3: the order of the scope counts only where the query has none', () => {
  assert.equal(merge({ order: 'a' }, { order: 'b' }).order, 'a')
  assert.equal(merge({ order: [] }, { order: 'b' }).order, 'b')
  assert.equal(merge({}, { order: 'b' }).order, 'b')
})

test('D-3.6-4: the smaller limit counts; none is no limit', () => {
  for (const [own, other, expected] of [
    [5, 3, 3],
    [2, 3, 2],
    ['2', 3, '2'],
    [0, 3, 3],
    [undefined, 3, 3],
    [5, undefined, 5],
    [5, 0, 5],
  ] as const) {
    assert.is(merge({ limit: own }, { limit: other }).limit, expected)
  }
})

test('D-3.6-5: skip, offset and fields of the scope override', () => {
  assert.equal(merge({ offset: 1 }, { skip: 2 }), { skip: 2 })
  assert.equal(merge({ skip: 1 }, { offset: 2 }), { offset: 2 })
  assert.equal(merge({ fields: ['a', 'b'] }, { fields: 'a' }), { fields: 'a' })
  assert.equal(merge({ fields: ['a'] }, { fields: [] }), { fields: ['a'] })
})

test('D-3.6-6: each rule can be switched off', () => {
  const filter = { limit: 9, include: 'x' }
  const scope = { include: 'a', collect: 'c', fields: 'a', order: 'a', limit: 1, skip: 1 }
  const off = {
    include: false,
    collect: false,
    fields: false,
    order: false,
    limit: false,
    skip: false,
  }
  assert.equal(merge(filter, scope, off), filter)
  assert.equal(merge({}, { offset: 1 }, { offset: false }), {})
  assert.equal(Object.keys(merge({}, scope)).sort(), Object.keys(scope).sort())
})

test('D-0-7: neither filter is changed', () => {
  const filter = Object.freeze({ where: Object.freeze({ a: 1 }), offset: 1 })
  const scope = Object.freeze({
    where: Object.freeze({ b: 1 }),
    skip: 2,
    include: Object.freeze(['a']),
  })
  merge(filter, scope)
  assert.equal(filter, { where: { a: 1 }, offset: 1 })
})

test('D-3.1-4: normalizeOrder gives one form', () => {
  assert.equal(normalizeOrder('a desc, b'), ['a DESC', 'b ASC'])
  assert.equal(normalizeOrder(['a', 'b DESC']), ['a ASC', 'b DESC'])
  assert.equal(normalizeOrder(undefined), [])
  expectError('INVALID_FILTER', () => normalizeOrder('a SIDEWAYS'))
})

test('D-3.1-5: normalizeFields gives one form', () => {
  assert.equal(normalizeFields({ a: 1, b: 0 }), { include: ['a'], exclude: undefined })
  assert.equal(normalizeFields({ a: false, b: 0 }), { include: undefined, exclude: ['a', 'b'] })
  assert.equal(normalizeFields([]), { include: undefined, exclude: undefined })
})

test('D-3.4-5: normalizeInclude gives one form', () => {
  const include = ['a', { b: 'c' }, { rel: 'd', scope: { limit: 1 } }]
  assert.equal(normalizeInclude(include, { profile }), [
    { relation: 'a', scope: undefined },
    { relation: 'b', scope: { include: 'c' } },
    { relation: 'd', scope: { limit: 1 } },
  ])
  expectError('RESERVED_KEY', () => normalizeInclude(JSON.parse('{"__proto__":"a"}'), { profile }))
})

test.run()
