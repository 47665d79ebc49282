import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  createTypeRegistry,
  type TypeRegistry,
  type TypeRegistryOptions,
} from '../../../core/method/wire-registry.ts'
import { ConversionFailure, type TypeDeclaration } from '../../../core/method/wire-type.ts'
import { resolveProfile, strictProfile } from '../../../core/profile.ts'

function registryWith(options: Partial<TypeRegistryOptions> = {}): {
  registry: TypeRegistry
  warnings: string[]
} {
  const warnings: string[] = []
  const warn = (message: string) => {
    warnings.push(message)
  }
  return { registry: createTypeRegistry({ profile: strictProfile, warn, ...options }), warnings }
}

function messageOf(value: unknown): string {
  assert.instance(value, ConversionFailure)
  return (value as ConversionFailure).message
}

test('I-9: date takes the envelope and dates in any mode, scalar or item; an object argument does not', () => {
  for (const profile of [strictProfile, resolveProfile('loopback3')]) {
    const { registry } = registryWith({ profile })
    const envelope = { $type: 'date', $data: '2020-01-01' }
    const expected = new Date(1577836800000)
    assert.equal(registry.compile('date').fromTyped(envelope), expected)
    assert.equal(registry.compile('date').fromSloppy(envelope), expected)
    assert.equal(registry.compile(['date']).fromTyped([envelope]), [expected])
    assert.is(registry.compile('date').fromTyped(expected), expected)
    assert.is(messageOf(registry.compile('object').fromTyped(envelope)), 'Value is not an object.')
    for (const bad of [{ $type: 'date', $data: 'nope' }, new Date(Number.NaN), 8.64e15 + 1]) {
      const type = registry.compile('date')
      const converted = type.fromTyped(bad)
      const failure = converted instanceof ConversionFailure ? converted : type.validate(converted)
      assert.is(messageOf(failure), 'Value is not a valid date.')
    }
  }
})

test('E-14: loopback3 names the argument when it refuses date text, strict does not', () => {
  const strict = registryWith().registry.compile('date').fromTyped('nope') as ConversionFailure
  assert.is(messageOf(strict), 'Value is not a valid date.')
  assert.not(strict.namesArgument)
  const { registry } = registryWith({ profile: resolveProfile('loopback3') })
  const named = registry.compile(['date']).fromTyped(['nope']) as ConversionFailure
  assert.is(messageOf(named), 'Value is not a valid date.')
  assert.ok(named.namesArgument)
  assert.not((registry.compile('date').fromTyped(null) as ConversionFailure).namesArgument)
})

test('TY-5: members of an inline type stay as they are, unless validateMembers is set', () => {
  const { registry } = registryWith()
  const declaration = {
    title: { type: 'string', required: true },
    pages: 'integer',
    author: { born: Date, tags: ['string'] },
  }
  const free = registry.compile(declaration)
  assert.equal(free.fromTyped({ pages: 'x' }), { pages: 'x' })
  const type = registry.compile(declaration, { validateMembers: true })
  assert.equal(
    type.fromTyped({ title: 't', pages: 5, author: { born: '2020-01-01', tags: ['a'] }, more: 1 }),
    { title: 't', pages: 5, author: { born: new Date(1577836800000), tags: ['a'] }, more: 1 },
  )
  assert.equal(type.fromSloppy({ title: 't', pages: '5' }), { title: 't', pages: 5 })
  assert.equal(type.fromSloppy('{"title":"t","pages":5}'), { title: 't', pages: 5 })
  const failure = type.fromTyped({ title: 't', author: { born: 'x' } }) as ConversionFailure
  assert.is(failure.path, 'author.born')
  assert.is(failure.message, 'Value is not a valid date.')
  assert.is((type.fromTyped({ pages: 5 }) as ConversionFailure).path, 'title')
  assert.is((type.fromSloppy('{"title":"t","pages":"5"}') as ConversionFailure).path, 'pages')
  assert.is(type.validate({ title: 't', pages: 1.5 })?.path, 'pages')
})

test('CX-6: members of a free-form object are never converted, in either mode', () => {
  const type = registryWith().registry.compile('object')
  const nested = { a: '1', b: { c: 'true' } }
  assert.is(type.fromSloppy(nested), nested)
  assert.is(type.fromTyped(nested), nested)
})

test('CX-4: allowArray applies the factory to each item, in both modes', () => {
  const { registry } = registryWith({ models: { Book: (data) => ({ ...data, book: 1 }) } })
  const type = registry.compile('Book', { allowArray: true })
  assert.equal(type.fromTyped([{ a: 1 }, null]), [{ a: 1, book: 1 }, null])
  assert.equal(type.fromSloppy('[{"a":1}]'), [{ a: 1, book: 1 }])
  assert.equal(type.fromSloppy([{ a: '1' }, '{"b":2}']), [
    { a: '1', book: 1 },
    { b: 2, book: 1 },
  ])
  assert.equal(type.fromTyped({ a: 1 }), { a: 1, book: 1 })
  for (const list of [
    [{}, 3.14],
    [{}, 's'],
    [{}, [{}]],
  ]) {
    assert.is(messageOf(type.fromTyped(list)), 'Some of array items are not an object.')
  }
  assert.is(messageOf(type.fromSloppy('[bad]')), 'Cannot parse JSON-encoded array value.')
})

test('CX-2: sparse arrays keep their length, and unchanged arrays are not copied', () => {
  const { registry } = registryWith()
  const sparse = [1, 2, 3]
  delete sparse[1]
  const dates = registry.compile(['date']).fromTyped(sparse) as unknown[]
  assert.is(dates.length, 3)
  assert.not(1 in dates)
  assert.equal(dates[2], new Date(3))
  const numbers = [1, 2]
  assert.is(registry.compile(['number']).fromTyped(numbers), numbers)
  assert.is(
    messageOf(registry.compile(['integer']).fromTyped([1, 1.5, 'x'])),
    'Value is not a safe integer.',
  )
})

test('CX-5, CF-7: delimiters split text; JSON wins; blank pieces are undefined; nothing is trimmed', () => {
  const delimiters = Object.freeze([',', '|'])
  const split = (arrayItemDelimiters: string | RegExp | readonly string[]) =>
    registryWith({ arrayItemDelimiters }).registry
  const registry = split(delimiters)
  const numbers = registry.compile(['number'])
  assert.equal(numbers.fromSloppy('1,2|3'), [1, 2, 3])
  assert.equal(numbers.fromSloppy('1,,2,'), [1, undefined, 2, undefined])
  assert.is(numbers.fromSloppy(''), undefined)
  assert.equal(numbers.fromSloppy('[1,2]'), [1, 2])
  assert.equal(registry.compile(['string']).fromSloppy('a, b|c'), ['a', ' b', 'c'])
  assert.equal(split(';').compile(['any']).fromSloppy('1;a'), [1, 'a'])
  assert.equal(split(/[;-]/).compile(['any']).fromSloppy('1;a-b'), [1, 'a', 'b'])
  assert.equal(split(['.', '*']).compile(['any']).fromSloppy('1.a*b'), [1, 'a', 'b'])
  assert.equal(split('').compile(['any']).fromSloppy('1,a'), ['1,a'])
  assert.throws(() => split([5] as never), /arrayItemDelimiters/)
})

test('S-16: coerce:false and type id keep text as it is', () => {
  const { registry } = registryWith()
  const text = registry.compile('any', { coerce: false })
  for (const id of ['0668', '5', 'true', 'null', '[1]']) assert.is(text.fromSloppy(id), id)
  assert.is(text.fromSloppy(''), undefined)
  assert.is(text.fromTyped(5), 5)
  assert.equal(registry.compile(['any'], { coerce: false }).fromSloppy(['5', '6']), ['5', '6'])
  assert.is(registry.compile('id').fromSloppy('5'), '5')
  const number = registry.compile('id', { idType: 'number' })
  assert.is(number.name, 'id')
  assert.is(number.fromSloppy('0668'), 668)
  assert.is(messageOf(number.fromSloppy('x')), 'Value is not a number.')
  assert.is(registry.compile('id', { idType: String }).fromSloppy('0668'), '0668')
})

test('S-17: the first type of a union that converts wins; nullable lets null pass', () => {
  const { registry } = registryWith()
  const union = registry.compile({ anyOf: ['number', ['number'], 'boolean'] })
  assert.is(union.name, 'number|[number]|boolean')
  assert.is(union.fromSloppy('5'), 5)
  assert.is(union.fromTyped(true), true)
  assert.equal(union.fromTyped([1]), [1])
  assert.is(messageOf(union.fromTyped('x')), 'Value is none of the accepted types.')
  assert.is(union.validate(5), undefined)
  assert.ok(union.validate('x'))
  for (const type of ['number', 'date', 'string', 'geopoint']) {
    const nullable = registry.compile(type, { nullable: true })
    assert.is(nullable.fromTyped(null), null)
    assert.is(nullable.fromSloppy('null'), null)
    assert.is(nullable.validate(null), undefined)
    assert.instance(nullable.fromTyped({}), ConversionFailure)
  }
})

test('E-14: texts of a geopoint name the violated bound', () => {
  for (const profile of [strictProfile, resolveProfile('loopback3')]) {
    const type = registryWith({ profile }).registry.compile('geopoint')
    assert.is(messageOf(type.fromTyped({ lat: 91, lng: 0 })), 'lat must be <= 90')
    assert.is(messageOf(type.fromTyped([-91, 0])), 'lat must be >= -90')
    assert.is(messageOf(type.fromSloppy('0,181')), 'lng must be <= 180')
    assert.match(messageOf(type.fromTyped({ lat: 'x', lng: 0 })), /^lat must be a number/)
  }
})

test('E-14: the text of each refusal', () => {
  const { registry } = registryWith()
  const refusals: readonly [TypeDeclaration, string][] = [
    ['boolean', 'Value is not a boolean.'],
    ['number', 'Value is not a number.'],
    ['integer', 'Value is not a number.'],
    ['string', 'Value is not a string.'],
    ['object', 'Value is not an object.'],
    [['any'], 'Value is not an array.'],
    ['date', 'Value is not a valid date.'],
  ]
  for (const [type, message] of refusals) {
    const compiled = registry.compile(type)
    const value = type === 'string' ? 5 : type === 'object' ? 5 : type === 'date' ? true : 'x'
    assert.is(messageOf(compiled.fromTyped(value)), message)
  }
  assert.is(messageOf(registry.compile('integer').fromTyped(1.5)), 'Value is not a safe integer.')
  assert.is(
    messageOf(registry.compile(['any']).fromSloppy('[x]')),
    'Cannot parse JSON-encoded array value.',
  )
  assert.is(
    messageOf(registry.compile('object').fromSloppy('{x}')),
    'Cannot parse JSON-encoded object value.',
  )
})

test('I-5: validate refuses what a hook put in place of an argument', () => {
  const { registry } = registryWith()
  const wrong: readonly [TypeDeclaration, unknown][] = [
    ['number', '5'],
    ['boolean', 1],
    ['string', 5],
    ['date', '2020-01-01'],
    ['object', []],
    ['geopoint', { lat: 91, lng: 0 }],
    [['number'], 5],
    [['number'], ['5']],
  ]
  for (const [type, value] of wrong) assert.ok(registry.compile(type).validate(value), String(type))
  for (const type of [
    'any',
    'number',
    'boolean',
    'string',
    'date',
    'object',
    'geopoint',
    ['any'],
  ]) {
    assert.is(registry.compile(type).validate(undefined), undefined)
  }
})

test.run()
