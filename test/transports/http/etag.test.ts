import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isFresh, weakEtag } from '../../../transports/http/etag.ts'

test('B-5: a validator is weak, stable, and differs with the text', () => {
  assert.match(weakEtag('a'), /^W\/"[\w-]+"$/)
  assert.is(weakEtag('{"a":1}'), weakEtag('{"a":1}'))
  const texts = [
    '',
    'a',
    'b',
    'aa',
    '{"a":1}',
    '{"a":2}',
    'é',
    'x'.repeat(5000),
    `${'x'.repeat(4999)}y`,
  ]
  assert.is(new Set(texts.map(weakEtag)).size, texts.length)
})

test('B-5: ten thousand similar texts of one length have ten thousand validators', () => {
  const tags = new Set(Array.from({ length: 10_000 }, (_, i) => weakEtag(`{"id":${10_000 + i}}`)))
  assert.is(tags.size, 10_000)
})

test('B-5: If-None-Match compares weakly, * matches all, no-cache asks for a fresh answer', () => {
  assert.ok(isFresh('W/"a"', 'W/"a"', undefined))
  assert.ok(isFresh('W/"a"', '"a"', undefined))
  assert.ok(isFresh('W/"a"', '"x", W/"a"', 'max-age=0'))
  assert.ok(isFresh('W/"a"', ' * ', undefined))
  assert.not(isFresh('W/"a"', undefined, undefined))
  assert.not(isFresh('W/"a"', '"b"', undefined))
  assert.not(isFresh('W/"a"', '*', 'max-age=0, no-cache'))
})

test.run()
