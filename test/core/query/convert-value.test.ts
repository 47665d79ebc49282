import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { GeoPoint } from '../../../core/model/geo-point.ts'
import type { PropertyType, ScalarKind } from '../../../core/model/property.ts'
import { resolveProfile } from '../../../core/profile.ts'
import { convertValue } from '../../../core/query/convert-value.ts'
import { expectError } from '../../support/expect-error.ts'

const strict = resolveProfile('strict')
const loose = resolveProfile('loopback3')

function convert(type: PropertyType | ScalarKind, value: unknown, profile = strict): unknown {
  const full: PropertyType = typeof type === 'string' ? { kind: type } : type
  return convertValue(full, value, 'p', profile)
}

const refused = (type: ScalarKind, values: readonly unknown[], profile = strict) => {
  for (const value of values) {
    const error = expectError('INVALID_VALUE', () => convert(type, value, profile))
    assert.is((error.details as { path: string }).path, 'p')
  }
}

test('D-3.3-11: null is never converted', () => {
  for (const kind of ['string', 'number', 'date', 'boolean', 'geopoint'] as const) {
    assert.is(convert(kind, null), null)
  }
})

test('D-3.3-1: dates from text, epoch milliseconds and dates', () => {
  const expected = new Date('2020-01-02T03:04:05.000Z')
  assert.equal(convert('date', '2020-01-02T03:04:05Z'), expected)
  assert.equal(convert('date', expected.getTime()), expected)
  assert.equal(convert('date', expected), expected)
  for (const profile of [strict, loose]) {
    refused('date', ['nonsense', '', {}, [], true, Number.NaN, new Date('x')], profile)
  }
})

test('D-3.3-2: booleans from their texts and 0 and 1; loopback3 by truthiness', () => {
  for (const value of [true, 'true', 1, '1']) assert.is(convert('boolean', value), true)
  for (const value of [false, 'false', 0, '0']) assert.is(convert('boolean', value), false)
  refused('boolean', ['yes', '', 2, {}])
  assert.is(convert('boolean', 'yes', loose), true)
  assert.is(convert('boolean', '', loose), false)
})

test('D-3.3-3: numeric text is converted, anything else refused', () => {
  assert.is(convert('number', '7'), 7)
  assert.is(convert('number', ' -1.5e3 '), -1500)
  assert.is(convert('integer', '.5'), 0.5)
  for (const profile of [strict, loose]) {
    refused(
      'number',
      ['abc', '', ' ', '0x10', 'Infinity', '1e99999', '1,5', {}, Number.NaN],
      profile,
    )
  }
  refused('number', [true])
  assert.is(convert('number', true, loose), 1)
})

test('D-3.3-3, D-1.3-12: big integers and decimals stay exact', () => {
  assert.is(convert('bigint', '9007199254740993'), 9007199254740993n)
  assert.is(convert('bigint', 5), 5n)
  assert.is(convert('bigint', '1.5'), 1.5)
  assert.is(convert('decimal', '0.10'), '0.10')
  assert.is(convert('decimal', 1e21), '1000000000000000000000')
  assert.is(convert('decimal', '-1.5e-3'), '-0.0015')
  assert.is(convert('decimal', '12.345e1'), '123.45')
  refused('bigint', ['x', '', {}, Number.NaN, '9'.repeat(5000)])
  refused('decimal', ['x', '', '.', {}, Number.POSITIVE_INFINITY])
})

test('D-3.3-4: text from scalars; objects are refused, in loopback3 text', () => {
  assert.is(convert('string', 5), '5')
  assert.is(convert('string', true), 'true')
  assert.is(convert('text', 5), 5)
  refused('string', [{}, [1], Symbol('x'), () => 1])
  assert.is(convert('string', { toString: 1 }, loose), '[object Object]')
})

test('D-3.3-4, D-1.3-7: buffers from bytes, base64 and text; a number never allocates', () => {
  const bytes = Uint8Array.of(1, 2)
  assert.is(convert('buffer', bytes), bytes)
  assert.equal(Buffer.from(convert('buffer', 'aGk=') as Uint8Array).toString(), 'hi')
  assert.equal(Buffer.from(convert('buffer', 'h!') as Uint8Array).toString(), 'h!')
  refused('buffer', [1e9, true])
})

test('D-3.7-2: points in every form, always latitude first', () => {
  const forms = ['10,20', ' 10 , 20 ', [10, 20], ['10', '20'], { lat: 10, lng: 20 }]
  for (const form of [...forms, '{"lat":10,"lng":20}', '[10,20]', new GeoPoint(10, 20)]) {
    assert.equal({ ...(convert('geopoint', form) as GeoPoint) }, { lat: 10, lng: 20 })
  }
  refused('geopoint', [
    '91,0',
    '0,181',
    [1],
    [1, 2, 3],
    'x,y',
    '1,',
    {},
    '{bad',
    5,
    `[${'['.repeat(300)}`,
  ])
})

test('D-3.3-4: date texts keep their text', () => {
  assert.is(convert('dateString', '2020-01-01'), '2020-01-01')
  refused('dateString', ['x', 5])
})

test('D-3.3-5, D-3.3-8: lists convert each element, a scalar becomes an element', () => {
  const numbers: PropertyType = { kind: 'list', item: { kind: 'number' } }
  assert.equal(convert(numbers, ['1', 2, null]), [1, 2, null])
  assert.is(convert(numbers, '3'), 3)
  expectError('INVALID_VALUE', () => convert(numbers, ['1', 'x']))
})

test('free forms are left alone', () => {
  const value = { a: 1 }
  for (const kind of ['object', 'json', 'any', 'array'] as const)
    assert.is(convert(kind, value), value)
})

test.run()
