import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { resolveProfile } from '../../../core/profile.ts'
import { compileLike } from '../../../core/query/like-pattern.ts'
import {
  maxPatternLength,
  type PatternContext,
  readLike,
  readRegularExpression,
} from '../../../core/query/pattern.ts'
import { expectError } from '../../support/expect-error.ts'

const warnings: string[] = []
const context: PatternContext = {
  path: 'where.p',
  profile: resolveProfile('strict'),
  inProcess: false,
  warn: (text) => warnings.push(text),
}
const loose: PatternContext = { ...context, profile: resolveProfile('loopback3') }
const inProcess: PatternContext = { ...context, inProcess: true }

const like = (source: string, text: string, ignoreCase = false) =>
  compileLike(source, ignoreCase)?.(text)

test('D-3.2-7: LIKE is anchored at both ends', () => {
  for (const [source, text, expected] of [
    ['abc', 'abc', true],
    ['abc', 'xabc', false],
    ['abc', 'abcx', false],
    ['', '', true],
    ['', 'a', false],
    ['%', '', true],
    ['a%', 'abc', true],
    ['%c', 'abc', true],
    ['%b%', 'abc', true],
    ['a%c', 'ac', true],
    ['ab%bc', 'abc', false],
    ['a%b%c', 'a-b-b-c', true],
    ['%%', 'x', true],
    ['a.c', 'abc', false],
    ['%\n%', 'a\nb', true],
  ] as const) {
    assert.is(like(source, text), expected, `${source} on ${text}`)
  }
})

test('D-3.2-7: _ is one character, a pair of surrogates too', () => {
  for (const [source, text, expected] of [
    ['_', 'a', true],
    ['_', '😀', true],
    ['__', '😀', false],
    ['a_c', 'a😀c', true],
    ['%_', '', false],
    ['%_c', 'abc', true],
    ['_%_', 'a', false],
    ['_%_', '😀', false],
    ['%b_d%', 'abcde', true],
    ['%_', 'x😀', true],
  ] as const) {
    assert.is(like(source, text), expected, `${source} on ${text}`)
  }
})

test('D-3.2-7: \\ escapes wildcards and itself; a lone one at the end is invalid', () => {
  assert.is(like('50\\%', '50%'), true)
  assert.is(like('50\\%', '500'), false)
  assert.is(like('a\\_', 'ab'), false)
  assert.is(like('a\\\\b', 'a\\b'), true)
  assert.is(compileLike('a\\', false), undefined)
  expectError('INVALID_FILTER', () => readLike('like', 'a\\', undefined, context))
})

test('D-3.2-8, D-3.2-9: ilike and the flag i ignore case', () => {
  assert.is(like('STRASSE%', 'strasse 1', true), true)
  assert.is(like('É', 'é', true), true)
  assert.is(readLike('like', 'A%', 'i', context).pattern.test('abc'), true)
  assert.is(readLike('ilike', 'A%', undefined, context).pattern.test('abc'), true)
  assert.is(readLike('like', 'A%', undefined, context).pattern.test('abc'), false)
})

test('D-3.2-7: in loopback3 like is an unanchored regular expression with % and _', () => {
  const test = (source: string, text: string) =>
    readLike('like', source, undefined, loose).pattern.test(text)
  assert.is(test('pple', 'apples'), true)
  assert.is(test('^pple', 'apples'), false)
  assert.is(test('a_p%s', 'apples'), true)
  assert.is(test('PPLE', 'apples'), false)
  assert.is(test('50\\%', 'is 50% off'), true)
  assert.is(test('50\\%', '50 off'), false)
})

test('D-3.5-8: an invalid pattern is refused in strict, and text in loopback3', () => {
  expectError('INVALID_FILTER', () => readRegularExpression('a(', undefined, context))
  warnings.length = 0
  const { pattern } = readRegularExpression('a(.', undefined, loose)
  assert.is(pattern.test('xa(.x'), true)
  assert.is(pattern.test('xa(bx'), false)
  assert.is(pattern.source, 'a\\(\\.')
  assert.is(readLike('like', '50%(', undefined, loose).pattern.test('50 x ('), true)
  assert.is(warnings.length, 2)
})

test('D-3.2-10: text, /source/flags and RegExp; flags i, m and g only', () => {
  const read = (operand: unknown, options?: unknown, where = context) =>
    readRegularExpression(operand, options, where).pattern
  assert.is(read('/^B/im').flags, 'im')
  assert.is(read('/^B/im').test('a\nb'), true)
  assert.is(read('/a').source, '/a')
  assert.is(read('a', 'ii').flags, 'i')
  assert.is(read(/b/gi, undefined, inProcess).flags, 'gi')
  for (const operand of ['/a/x', '/a/iu', '/a/b'])
    expectError('INVALID_FILTER', () => read(operand))
  for (const options of ['u', 5, {}]) expectError('INVALID_FILTER', () => read('a', options))
  expectError('INVALID_FILTER', () => read(/a/))
  expectError('INVALID_FILTER', () => read(/a/u, undefined, inProcess))
  for (const operand of [5, null, {}, ['a']]) expectError('INVALID_FILTER', () => read(operand))
})

test('D-3.5-7: patterns from the wire have at most 512 characters', () => {
  const long = 'a'.repeat(maxPatternLength)
  assert.ok(readRegularExpression(long, undefined, context))
  expectError('QUERY_TOO_COMPLEX', () => readRegularExpression(`${long}a`, undefined, context))
  expectError('QUERY_TOO_COMPLEX', () => readLike('like', `${long}a`, undefined, context))
  assert.ok(readRegularExpression(`${long}a`, undefined, inProcess))
})

test('D-3.5-7: look-around is refused from the wire in both profiles, and the application may use it', () => {
  for (const where of [context, loose]) {
    expectError('INVALID_FILTER', () => readRegularExpression('a(?=b)', undefined, where))
  }
  const { pattern } = readRegularExpression(/a(?=b)/g, undefined, inProcess)
  assert.is(pattern.test('ab'), true)
  assert.is(pattern.test('ab'), true)
})

test('a RegExp given for like is a regexp', () => {
  assert.is(readLike('like', /^a/, undefined, inProcess).operator, 'regexp')
})

test('D-3.5-7: LIKE with many runs takes polynomial time', () => {
  const start = performance.now()
  assert.is(like(`${'%a_'.repeat(100)}%b`, 'a'.repeat(20_000)), false)
  assert.ok(performance.now() - start < 2000)
})

test.run()
