import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileRegularExpression } from '../../../core/query/regular-expression.ts'
import { maxInstructions } from '../../../core/query/regular-expression-program.ts'
import { PatternFault } from '../../../core/query/regular-expression-syntax.ts'

const patterns = [
  ...[
    'abc',
    '^a',
    'b$',
    '^abc$',
    '^',
    '$',
    '^$',
    '',
    'a.c',
    '.',
    '^.$',
    'a\\.b',
    'a|b|^c',
    '^a|b$',
  ],
  ...[
    '[a-c]+d',
    '[^a]',
    '[]',
    '[^]',
    '[\\d\\-x]',
    '[^\\w]',
    '[\\W]',
    '[\\b]',
    '[a\\]]',
    '[-a]',
    '[a-]',
  ],
  ...['(ab|cd)*e', '(a*)*b', '(^a)*b', 'a(?:b|)c', '(?<n>a)b', '((a)|b)c', '(a|ab)(c|bcd)(d*)$'],
  ...['a{2,3}b', 'a{2}', 'a{2,}', 'a{0}b', 'x?y??z', 'a+?b', '(?:a{0,2}){0,2}b', 'a*'],
  ...[
    '\\d+\\w',
    '\\D',
    '\\s',
    '\\S+$',
    '\\bfoo\\b',
    '\\B',
    'o\\b',
    '\\u0041',
    '\\x41b',
    '\\t',
    '\\cJ',
    '\\0',
  ],
]
const texts = [
  ...[
    '',
    'a',
    'b',
    'c',
    'ab',
    'abc',
    'abcd',
    'ac',
    'acd',
    'aab',
    'aaab',
    'aaaab',
    'cde',
    'abcde',
    'bc',
  ],
  ...[
    'foo',
    'foo bar',
    'xfoo',
    'foo_',
    'a\nb',
    'x\nabc',
    'aXc',
    'A',
    'AB',
    'ABC',
    'Ab',
    'yz',
    'xyz',
    'z',
  ],
  ...[
    '12a',
    '5',
    '-',
    'a.b',
    '  ',
    '\t',
    '\n',
    '\r\n',
    '\0',
    'é',
    'É',
    '😀',
    'a😀c',
    ']',
    '\b',
    'ſ',
    'K',
  ],
]

test('D-3.2-10: finds what JavaScript finds', () => {
  for (const pattern of patterns) {
    for (const flags of ['', 'i', 'm', 'im']) {
      const native = new RegExp(pattern, `${flags}u`)
      const own = compileRegularExpression(pattern, flags)
      for (const text of texts) {
        // V8 finds \B inside a pair of surrogates, even with u
        if (pattern === '\\B' && text.includes('😀')) continue
        // with u and i JavaScript also folds the long s and the Kelvin sign to ASCII
        if (flags.includes('i') && /[ſK]/.test(text)) continue
        assert.is(own(text), native.test(text), `/${pattern}/${flags} on ${JSON.stringify(text)}`)
      }
    }
  }
})

test('D-3.2-10: the lenient syntax JavaScript has without u', () => {
  for (const pattern of ['a{,2}', '{', 'a]', '}', '\\a', '[\\d-x]', '\\c!', '\\xz', 'x{1']) {
    const native = new RegExp(pattern)
    const own = compileRegularExpression(pattern, '')
    for (const text of ['a{,2}', '{', 'a]', '}', 'a', '-', '5', 'xz', 'x{1', 'b']) {
      if (pattern === '\\c!') continue
      assert.is(own(text), native.test(text), `/${pattern}/ on ${text}`)
    }
  }
})

function faultOf(pattern: string): PatternFault | undefined {
  try {
    compileRegularExpression(pattern, '')
    return undefined
  } catch (fault) {
    assert.instance(fault, PatternFault)
    return fault as PatternFault
  }
}

test('D-3.5-7: look-around, back-references and the like are unsupported', () => {
  const unsupported = [
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?<!a)',
    '(a)\\1',
    '\\k<n>',
    '\\p{L}',
    '[\\p{L}]',
  ]
  for (const pattern of unsupported) assert.is(faultOf(pattern)?.kind, 'unsupported', pattern)
})

test('D-3.5-8: invalid patterns are told apart', () => {
  const invalid = [
    '(',
    ')',
    '[',
    'a**',
    '*',
    '+a',
    '?',
    '{2}',
    'a{3,2}',
    '[b-a]',
    '\\',
    '[\\',
    '(?i)a',
    '(?<1>a)',
    '^*',
  ]
  for (const pattern of invalid) {
    assert.is(faultOf(pattern)?.kind, 'invalid', pattern)
    assert.throws(() => new RegExp(pattern, 'u'), undefined, pattern)
  }
})

test('D-3.5-7: counted repeats have a bound, however they are nested', () => {
  assert.is(faultOf(`a{${maxInstructions - 1}}`), undefined)
  for (const pattern of [
    'a{1000}',
    '(((x{99}){99}){99})',
    '(((){999}){999}){999}',
    '(a{0,99}){0,99}',
  ]) {
    assert.is(faultOf(pattern)?.kind, 'unsupported', pattern)
  }
  assert.is(faultOf('('.repeat(600))?.kind, 'unsupported')
})

test('D-3.5-7, D-11-5: patterns that are exponential for backtracking take linear time', () => {
  const evil = [
    '(a+)+$',
    '(a|a)*b',
    '(a*)*b',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(.*a){20}',
    '(a|b)*a(a|b){30}c',
  ]
  const noise = Array.from({ length: 5000 }, (_, index) =>
    (index * 7919) % 13 < 6 ? 'a' : 'b',
  ).join('')
  const start = performance.now()
  for (const pattern of evil) {
    const search = compileRegularExpression(pattern, '')
    search(`${'a'.repeat(5000)}!`)
    search(noise)
  }
  // backtracking would take longer than the age of the universe; measured 2026-11: 40 ms
  assert.ok(performance.now() - start < 5000)
})

test('a compiled pattern may be used again, and from inside another test', () => {
  const search = compileRegularExpression('(a|b)*a(a|b){10}c', '')
  const hit = `${'ab'.repeat(400)}aababababababc`.replace(/.$/, 'c')
  for (let round = 0; round < 3; round++) {
    assert.is(search(hit), /(a|b)*a(a|b){10}c/.test(hit))
    assert.is(search('ab'.repeat(400)), false)
  }
})

test.run()
