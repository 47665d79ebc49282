import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writeXml } from '../../../transports/http/xml.ts'

test('N-20: members are elements, lists repeat, texts are escaped', () => {
  const text = writeXml(
    { a: 1, b: [true, null, 'x<y & z'], c: {}, d: { e: '' } },
    { root: 'response' },
  )
  assert.is(
    text,
    '<response>\n  <a>1</a>\n  <b>true</b>\n  <b>null</b>\n  <b>x&lt;y &amp; z</b>\n  <c/>\n  <d>\n    <e/>\n  </d>\n</response>',
  )
})

test('N-20: keys that are no names and characters XML can not hold are made harmless', () => {
  const hostile = { '1a': 1, 'x><y': 2, 'a b': '\u0000\u0008ok\u001f', ü: 3, f: () => 1 }
  assert.is(
    writeXml(hostile, { root: 'r', indent: ' ' }),
    '<r>\n <_1a>1</_1a>\n <x__y>2</x__y>\n <a_b>ok</a_b>\n <ü>3</ü>\n</r>',
  )
})

test('N-20: undefined is left out, or shown where LoopBack shows it', () => {
  assert.is(writeXml({ a: undefined }, { root: 'r' }), '<r/>')
  assert.is(
    writeXml({ a: undefined }, { root: 'r', showUndefined: true }),
    '<r>\n  <a>undefined</a>\n</r>',
  )
})

test('N-21: a value nested in itself is an error, one that stands twice is not', () => {
  const loop: Record<string, unknown> = {}
  loop['loop'] = loop
  assert.throws(() => writeXml(loop, { root: 'r' }), /nested in itself/)
  const twice = { x: 1 }
  assert.is(
    writeXml([twice, twice], { root: 'r', indent: '' }),
    '<r>\n<result>\n<x>1</x>\n</result>\n<result>\n<x>1</x>\n</result>\n</r>',
  )
})

test.run()
