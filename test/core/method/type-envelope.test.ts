import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeEnvelopes } from '../../../core/method/type-envelope.ts'

const date = (data: unknown): unknown => ({ $type: 'date', $data: data })
const bytes = { $type: 'base64', $data: 'aGk=' }

test('I-8: date and base64 envelopes are decoded at any depth', () => {
  assert.equal(decodeEnvelopes(date(0)), new Date(0))
  assert.equal(decodeEnvelopes(date('2020-01-01T00:00:00Z')), new Date(1577836800000))
  assert.equal(decodeEnvelopes(bytes), Buffer.from('hi'))
  assert.equal(decodeEnvelopes({ a: [{ b: date(5) }, bytes], c: 1 }), {
    a: [{ b: new Date(5) }, Buffer.from('hi')],
    c: 1,
  })
})

test('I-8, R-9: an invalid date is sent as null', () => {
  const decoded = decodeEnvelopes({ when: date(null) }) as { when: Date }
  assert.ok(decoded.when instanceof Date && Number.isNaN(decoded.when.getTime()))
})

test('CX-1: the text of an envelope follows the profile', () => {
  const text = 'May 19, 2016 UTC'
  assert.ok(Number.isNaN((decodeEnvelopes(date(text)) as Date).getTime()))
  assert.equal(decodeEnvelopes(date(text), true), new Date(Date.UTC(2016, 4, 19)))
})

test('I-8: what holds no envelope is returned itself, and inputs are never changed', () => {
  const plain = { a: [1, { b: 'x' }], $type: 'date' }
  assert.is(decodeEnvelopes(plain), plain)
  const input = Object.freeze({ keep: Object.freeze({ a: 1 }), when: Object.freeze(date(1)) })
  const output = decodeEnvelopes(input) as typeof input
  assert.is.not(output, input)
  assert.is(output.keep, input.keep)
  for (const odd of [date({}), { $type: 'base64', $data: 5 }, { $type: 'other', $data: '' }]) {
    assert.is(decodeEnvelopes(odd), odd)
  }
})

test('I-8: instances are skipped, cycles and great depth end', () => {
  class Holder {
    when = date(0)
  }
  const holder = new Holder()
  assert.is(decodeEnvelopes(holder), holder)
  assert.is((decodeEnvelopes({ holder, d: date(0) }) as { holder: Holder }).holder, holder)

  const circle: Record<string, unknown> = { when: date(0) }
  circle['self'] = circle
  circle['list'] = [circle, circle]
  assert.equal((decodeEnvelopes(circle) as { when: unknown }).when, new Date(0))

  const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
  assert.is(decodeEnvelopes(deep), deep)
})

test('I-8, Q-11: a key __proto__ changes no prototype and is not copied', () => {
  const hostile: unknown = JSON.parse(
    '{"__proto__":{"admin":true,"when":{"$type":"date","$data":0}},"when":{"$type":"date","$data":0}}',
  )
  const decoded = decodeEnvelopes(hostile) as Record<string, unknown>
  assert.is(decoded['admin'], undefined)
  assert.is(Object.getPrototypeOf(decoded), Object.prototype)
  assert.equal(Object.keys(decoded), ['when'])
  assert.not('admin' in {})
})

test.run()
