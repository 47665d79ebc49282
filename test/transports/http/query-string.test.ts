import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { countPairs, parseForm } from '../../../transports/http/query-string.ts'

const cases: readonly (readonly [text: string, value: unknown])[] = [
  ['', {}],
  ['a', { a: '' }],
  ['a=', { a: '' }],
  ['=x&&a=1', { a: '1' }],
  ['a=1=2', { a: '1=2' }],
  ['a+b=1%2B2+3', { 'a b': '1+2 3' }],
  ['a=%E0%A4%A', { a: '%E0%A4%A' }],
  ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
  ['a[b][c]=1', { a: { b: { c: '1' } } }],
  ['a%5Bb%5D=1', { a: { b: '1' } }],
  ['a[]=1&a[]=2', { a: ['1', '2'] }],
  ['a[0]=x', { a: ['x'] }],
  ['a[2]=z&a[0]=x', { a: ['x', 'z'] }],
  ['a[20]=x', { a: ['x'] }],
  ['a[21]=x', { a: { 21: 'x' } }],
  ['a[01]=x', { a: { '01': 'x' } }],
  ['a[0][b]=1&a[0][c]=2&a[1][b]=3', { a: [{ b: '1', c: '2' }, { b: '3' }] }],
  ['a[0]=1&a[x]=2', { a: { 0: '1', x: '2' } }],
  ['a=1&a[b]=2', { a: ['1', { b: '2' }] }],
  ['a[b]=2&a=x', { a: { b: '2', x: 'true' } }],
  ['a[k]=1&a[k]=2', { a: { k: ['1', '2'] } }],
  ['[x]=1', { x: '1' }],
  ['a[=1', { 'a[': '1' }],
  ['a]=1', { 'a]': '1' }],
  [
    'filter[where][id][inq][]=1&filter[where][id][inq][]=2',
    { filter: { where: { id: { inq: ['1', '2'] } } } },
  ],
]

test('Q-10: nested names, lists, repeats; values are always text', () => {
  for (const [text, value] of cases) assert.equal(parseForm(text), value, text)
})

test('Q-10: nesting is cut after five levels, the rest is one literal key', () => {
  assert.equal(parseForm('a[b][c][d][e][f][g][h]=1'), {
    a: { b: { c: { d: { e: { f: { '[g][h]': '1' } } } } } },
  })
})

test('Q-10: at most 1000 parameters are read', () => {
  const text = Array.from({ length: 1200 }, (_, i) => `k${i}=1`).join('&')
  assert.is(Object.keys(parseForm(text)).length, 1000)
  assert.is(countPairs(text), 1200)
  assert.is(countPairs(''), 0)
})

test('Q-11: a segment __proto__ drops its pair, in every place', () => {
  const hostile = [
    '__proto__=1',
    '__proto__[x]=1',
    'a[__proto__][x]=1',
    'a[][__proto__]=1',
    '%5F_proto__[x]=1',
    'a[b]=1&a=__proto__',
    'a=1&a[__proto__]=2',
  ]
  for (const text of hostile) {
    const parsed = parseForm(text)
    assert.is(Object.getPrototypeOf(parsed), Object.prototype, text)
    assert.is(({} as Record<string, unknown>)['x'], undefined)
    assert.not.match(JSON.stringify(parsed), '__proto__', text)
  }
})

test('Q-11: names of prototype members are ordinary own keys', () => {
  const parsed = parseForm('toString=1&constructor[prototype][polluted]=1&hasOwnProperty=2')
  assert.equal(Object.keys(parsed), ['toString', 'constructor', 'hasOwnProperty'])
  assert.is((Object.prototype as Record<string, unknown>)['polluted'], undefined)
  assert.is((Object as unknown as Record<string, unknown>)['polluted'], undefined)
})

test('Q-3: without nesting names stay as they are', () => {
  assert.equal(parseForm('a[b]=1&a[b]=2', { nested: false }), { 'a[b]': ['1', '2'] })
})

test('Q-10, Q-11: any text is parsed without a throw and without touching a prototype', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '[',
    ']',
    '=',
    '&',
    '%',
    '%5B',
    '__proto__',
    'constructor',
    '0',
    '21',
    '+',
    'é',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const parsed = parseForm(pieces.join(''))
      assert.is(Object.getPrototypeOf(parsed), Object.prototype)
      assert.equal(Object.keys(Object.prototype), [])
      JSON.stringify(parsed)
    }),
    { numRuns: 500 },
  )
})

test('Q-10: flat names and values survive encoding', () => {
  const name = fc
    .string({ minLength: 1, unit: 'binary' })
    .filter((text) => !/[[\]]/.test(text) && text !== '__proto__')
  fc.assert(
    fc.property(fc.dictionary(name, fc.string({ unit: 'binary' }), { maxKeys: 10 }), (record) => {
      const pairs = Object.entries(record).map(
        ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`,
      )
      assert.equal({ ...parseForm(pairs.join('&')) }, { ...record })
    }),
    { numRuns: 60 },
  )
})

test.run()
