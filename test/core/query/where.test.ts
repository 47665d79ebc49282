import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { GeoPoint } from '../../../core/model/geo-point.ts'
import { resolveProfile } from '../../../core/profile.ts'
import { compileWhere } from '../../../core/query/evaluate-where.ts'
import type { ParseContext } from '../../../core/query/parse-context.ts'
import { matchAll, matchNone, type Where } from '../../../core/query/query.ts'
import { parseWhere } from '../../../core/query/where.ts'
import { expectError } from '../../support/expect-error.ts'
import { modelNamed, parseContext, queryModels } from '../../support/query-models.ts'

const strict = queryModels('strict')
const loose = queryModels('loopback3')

function parse(where: unknown, changes: Partial<ParseContext> = {}, name = 'Book'): Where {
  return parseWhere(modelNamed(strict, name), where, parseContext(strict, changes))
}

function parseLoose(where: unknown, changes: Partial<ParseContext> = {}, name = 'Book'): Where {
  return parseWhere(modelNamed(loose, name), where, parseContext(loose, changes))
}

const hidden = { options: { prohibitHiddenPropertiesInQuery: true } }
const unsafe = { options: { prohibitProtectedPropertiesInQuery: true } }

test('D-3.1-7: nothing, null and {} match everything; arrays and scalars are refused', () => {
  for (const where of [undefined, null, {}]) assert.is(parse(where), matchAll)
  for (const where of [[], 'x', 5, true]) expectError('INVALID_ARGUMENT', () => parse(where))
  expectError('INVALID_FILTER', () => parse(new Date()))
})

test('D-3.1-7: a function is a where in process only, and only where the connector takes it', () => {
  const where = parse((row: { price: number }) => row.price > 5, { inProcess: true })
  assert.is(compileWhere(where)({ price: 6 }), true)
  assert.is(compileWhere(where)({ price: 5 }), false)
  expectError('INVALID_FILTER', () => parse(() => true))
  const supports = { functionWhere: false }
  expectError('OPERATOR_NOT_SUPPORTED', () => parse(() => true, { inProcess: true, supports }))
})

test('D-0-7: the where is not changed, and the result is frozen', () => {
  const where = { and: [{ price: { inq: ['1', '2'] } }, { published: '2020-01-01' }] }
  const before = structuredClone(where)
  const parsed = parse(where)
  assert.equal(where, before)
  assert.ok(Object.isFrozen(parsed))
  assert.ok(parsed.kind === 'and' && parsed.conditions.every(Object.isFrozen))
})

test('D-3.2-13: trivial conditions fall away', () => {
  assert.is(parse({ and: [{ or: [] }, { price: 1 }] }), matchNone)
  assert.is(parse({ or: [{}, { price: 1 }] }), matchAll)
  assert.is(parse({ nor: [{}] }), matchNone)
  assert.is(parse({ and: [{ and: [{ price: 1 }] }] }).kind, 'compare')
})

test('D-3.2-17: several operators on one property are ANDed', () => {
  const where = parse({ price: { gt: 0, lt: 5, neq: 3 } })
  assert.ok(where.kind === 'and' && where.conditions.length === 3)
})

test('D-2.3-13, D-3.3-12: an unknown property is refused with its path', () => {
  const error = expectError('UNKNOWN_PROPERTY', () => parse({ and: [{ nosuch: 1 }] }))
  assert.equal(error.details, { path: 'where.and.0.nosuch' })
  assert.is(error.statusCode, 400)
  for (const where of [{ 'dims.x': 1 }, { 'title.length': 1 }, { '': 1 }, { 'meta.': 1 }]) {
    expectError('UNKNOWN_PROPERTY', () => parse(where))
  }
  assert.is(parse({ 'meta.any.depth': 1 }).kind, 'compare')
})

test('D-3.3-12: loopback3 queries unknown properties as they are where the store can hold them', () => {
  assert.is(parseLoose({ nosuch: 1 }).kind, 'compare')
  assert.is(parseLoose({ nosuch: 1 }, {}, 'Ledger').kind, 'compare')
  const supports = { openModels: false }
  expectError('UNKNOWN_PROPERTY', () => parseLoose({ nosuch: 1 }, { supports }, 'Ledger'))
})

test('D-2.3-11: a value of a wrong type names path and expected type, never the value', () => {
  const error = expectError('INVALID_VALUE', () => parse({ or: [{ published: { gt: 's3cret' } }] }))
  assert.equal(error.details, { path: 'where.or.0.published', expected: 'date' })
  assert.not.match(error.message, 's3cret')
})

test('D-3.2-18, F-2.39: an unknown operator is named in strict; loopback3 reads match nothing', () => {
  const error = expectError('INVALID_OPERATOR', () => parse({ price: { above: 5 } }))
  assert.match(error.message, 'above')
  const warnings: string[] = []
  assert.is(parseLoose({ price: { above: 5 } }, { warn: (text) => warnings.push(text) }), matchNone)
  assert.is(warnings.length, 1)
  expectError('INVALID_OPERATOR', () => parseLoose({ price: { above: 5 } }, { purpose: 'write' }))
  expectError('INVALID_OPERATOR', () => parseLoose({ nor: [{ price: { above: 5 } }] }))
})

test('D-3.2-14, D-3.2-15: operators of other engines are refused in both profiles', () => {
  for (const operator of ['contains', 'containedBy', 'containsAnyOf', 'match', 'matchbool']) {
    const where = { genres: { [operator]: ['x'] } }
    expectError('OPERATOR_NOT_SUPPORTED', () => parse(where))
    expectError('OPERATOR_NOT_SUPPORTED', () => parseLoose(where))
  }
})

test('D-3.2-19: what the manifest denies is refused by name', () => {
  for (const [where, supports] of [
    [{ title: { ilike: 'a' } }, { ilike: false }],
    [{ title: { nilike: 'a' } }, { ilike: false }],
    [{ title: { regexp: 'a' } }, { regexp: false }],
    [{ title: { exists: true } }, { exists: false }],
    [{ nor: [] }, { nor: false }],
    [{ 'meta.floor': 1 }, { nestedProperty: false }],
    [{ place: { near: '1,2' } }, { near: false }],
  ] as const) {
    expectError('OPERATOR_NOT_SUPPORTED', () => parse(where, { supports }))
    assert.ok(parse(where, { supports: { ilike: 'emulated' } }))
  }
})

test('D-3.2-16, D-3.5-1: operators with $ are refused at any depth unless extended ones are allowed', () => {
  for (const where of [
    { $or: [] },
    { price: { $gt: 1 } },
    { nosuch: { $gt: 1 } },
    { or: [{ and: [{ meta: { eq: { a: [{ $ne: 1 }] } } }] }] },
  ]) {
    const error = expectError('OPERATOR_NOT_ALLOWED_IN_QUERY', () => parseLoose(where))
    const details = error.details as { operators: string[]; where: unknown }
    assert.is(details.operators.length, 1)
    assert.is(details.where, where)
  }
  for (const where of [{ $or: [] }, { price: { $gt: 1 } }, { nor: [{ $text: 'x' }] }]) {
    const options = { allowExtendedOperators: true }
    expectError('OPERATOR_NOT_SUPPORTED', () => parse(where, { options }))
    expectError('OPERATOR_NOT_SUPPORTED', () => parseLoose(where, { options }))
  }
})

test('D-3.5-9: code in queries is refused even with extended operators, in both profiles', () => {
  const options = { allowExtendedOperators: true, disableSanitization: true }
  for (const operator of ['$where', '$function', '$accumulator', '$expr']) {
    const where = { or: [{ meta: { eq: { [operator]: 'sleep(1)' } } }] }
    expectError('OPERATOR_NOT_ALLOWED_IN_QUERY', () => parse(where, { options }))
    expectError('OPERATOR_NOT_ALLOWED_IN_QUERY', () => parseLoose(where, { options }))
    assert.ok(parse(where, { options, inProcess: true }))
  }
})

test('D-1.6-5: strict refuses hidden properties anywhere, with their path', () => {
  for (const where of [
    { costPrice: 1 },
    { or: [{ costPrice: { gt: 1 } }] },
    { 'meta.costPrice': 1 },
    { 'costPrice.x': 1 },
    { meta: { eq: { a: [{ costPrice: 1 }] } } },
    { meta: { inq: [{ costPrice: 1 }] } },
  ]) {
    expectError('HIDDEN_PROPERTY_IN_QUERY', () => parse(where, hidden))
  }
  assert.is(parse({ costPrice: 1 }).kind, 'compare')
  assert.is(parse({ internal: 'x' }, hidden).kind, 'compare')
  expectError('HIDDEN_PROPERTY_IN_QUERY', () => parse({ internal: 'x' }, unsafe))
})

test('D-1.6-5, F-2.60: loopback3 removes hidden conditions from reads, never from writes or negations', () => {
  assert.is(parseLoose({ costPrice: 1 }, hidden), matchAll)
  assert.is(parseLoose({ costPrice: 1, title: 'x' }, hidden).kind, 'compare')
  assert.is(parseLoose({ or: [{ costPrice: 1 }, { title: 'x' }] }, hidden), matchAll)
  expectError('HIDDEN_PROPERTY_IN_QUERY', () => parseLoose({ nor: [{ costPrice: 1 }] }, hidden))
  assert.is(parseLoose({ nor: [{ nor: [{ costPrice: 1 }] }] }, hidden), matchAll)
  for (const where of [{ costPrice: 1 }, { costPrice: 1, title: 'x' }]) {
    expectError('HIDDEN_PROPERTY_IN_QUERY', () =>
      parseLoose(where, { ...hidden, purpose: 'write' }),
    )
  }
})

test('D-2.5-1: undefined is removed, made null or refused', () => {
  assert.is(parse({ title: undefined }), matchAll)
  assert.is(parse({ price: { gt: undefined } }), matchAll)
  assert.is(parse({ title: undefined, price: 1 }).kind, 'compare')
  const nullify = { options: { normalizeUndefinedInQuery: 'nullify' } } as const
  const nulled = parse({ title: undefined }, nullify)
  assert.ok(nulled.kind === 'compare' && nulled.value === null)
  const refuse = { options: { normalizeUndefinedInQuery: 'throw' } } as const
  expectError('INVALID_VALUE', () => parse({ title: undefined }, refuse))
  expectError('INVALID_VALUE', () => parse({ price: { inq: [1, undefined] } }, refuse))
})

test('D-2.5-1, D-2.1-14: a write whose conditions all vanish is refused', () => {
  for (const where of [
    { title: undefined },
    { price: { gt: undefined } },
    { price: { nin: [undefined] } },
    { or: [{ price: 1 }, { title: undefined }] },
    { dims: { w: undefined } },
  ]) {
    expectError('WHERE_REQUIRED', () => parse(where, { purpose: 'write' }))
    assert.is(parse(where), matchAll)
  }
  assert.is(parse({}, { purpose: 'write' }), matchAll)
})

test('D-3.3-9: a bare RegExp is a regexp, in process only', () => {
  const where = parse({ title: /^a/i }, { inProcess: true })
  assert.ok(where.kind === 'pattern' && where.operator === 'regexp')
  expectError('INVALID_FILTER', () => parse({ title: /^a/ }))
})

test('D-3.3-5: regular expressions in a list stay patterns', () => {
  const row = { genres: ['sea', 'crime'] }
  const inProcess = { inProcess: true }
  const matches = (where: unknown) => compileWhere(parse(where, inProcess))(row)
  assert.is(matches({ genres: { inq: [/^cri/] } }), true)
  assert.is(matches({ genres: { inq: ['x', /^z/] } }), false)
  assert.is(matches({ genres: { nin: ['x', /^z/] } }), true)
  assert.is(matches({ genres: { nin: ['sea', /^z/] } }), false)
})

test('D-3.5-5: instances of classes are leaves', () => {
  class Key {
    readonly deep = { $where: 1 }
    toString() {
      return 'k1'
    }
  }
  const where = parse({ title: new Key(), any: new Key(), place: new GeoPoint(1, 2) })
  assert.ok(where.kind === 'and')
  const [title] = where.conditions
  assert.ok(title?.kind === 'compare' && title.value === 'k1')
})

test('D-3.3-10: dotted paths are converted in strict, compared loosely in loopback3', () => {
  const typed = parse({ 'dims.w': '5' })
  assert.ok(typed.kind === 'compare' && typed.value === 5 && !typed.loose)
  const untyped = parseLoose({ 'dims.w': '5' })
  assert.ok(untyped.kind === 'compare' && untyped.value === '5' && untyped.loose)
  assert.is(compileWhere(untyped)({ dims: { w: 5 } }), true)
})

test('D-3.3-7: the nested form is converted by the nested definition in both profiles', () => {
  for (const parsed of [
    parse({ dims: { box: { depth: '3' } } }),
    parseLoose({ dims: { box: { depth: '3' } } }),
  ]) {
    assert.ok(parsed.kind === 'compare' && parsed.value === 3)
    assert.equal(parsed.path.segments, ['dims', 'box', 'depth'])
  }
  assert.is(parse({ dims: { neq: null } }).kind, 'compare')
})

test('D-3.2-12, D-3.7-1: near takes its companions, ignores distances of 0, and defaults to miles', () => {
  const where = parse({ place: { near: '10, 20', maxDistance: '5', minDistance: 0 } })
  assert.ok(where.kind === 'near')
  assert.equal(where.near, { lat: 10, lng: 20, maxDistance: 5, unit: 'miles' })
  const other = parse({ place: { near: [1, 2] } }, { options: { geoDefaultUnit: 'meters' } })
  assert.ok(other.kind === 'near' && other.near.unit === 'meters')
  expectError('INVALID_OPERATOR', () => parse({ title: { near: '1,2' } }))
  expectError('INVALID_VALUE', () => parse({ place: { near: '1,2', maxDistance: 'far' } }))
})

test('single switches are honoured by rule id', () => {
  const models = queryModels(resolveProfile('strict', { 'D-3.2-18': true }))
  const where = parseWhere(modelNamed(models, 'Book'), { price: { x: 1 } }, parseContext(models))
  assert.is(where, matchNone)
})

test.run()
