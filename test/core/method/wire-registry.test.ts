import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../../core/error/remote-error.ts'
import type { TypeConverter } from '../../../core/method/wire-custom.ts'
import {
  createTypeRegistry,
  type TypeRegistry,
  type TypeRegistryOptions,
} from '../../../core/method/wire-registry.ts'
import { ConversionFailure, type TypeDeclaration } from '../../../core/method/wire-type.ts'
import { GeoPoint } from '../../../core/model/geo-point.ts'
import { strictProfile } from '../../../core/profile.ts'

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

/** Text in upper case; anything but text is an error. */
const shout: TypeConverter = {
  fromTypedValue: (_context, value) =>
    typeof value === 'string' ? { value: value.toUpperCase() } : { error: new Error('no text') },
  fromSloppyValue: (_context, value) => ({ value: String(value).toUpperCase() }),
  validate: (_context, value) => (typeof value === 'string' ? null : new Error('no text')),
}

test('TY-1: built-in names are case-insensitive', () => {
  const { registry, warnings } = registryWith()
  for (const name of [
    'any',
    'Boolean',
    'DATE',
    'Integer',
    'Number',
    'Object',
    'String',
    'GeoPoint',
  ]) {
    assert.is(registry.compile(name).name, name.toLowerCase())
  }
  assert.equal(warnings, [])
  assert.is(registry.compile('NUMBER').fromSloppy('5'), 5)
})

test('TY-2, M-11: a defined converter converts and validates', () => {
  const { registry } = registryWith()
  registry.define('Shout', shout)
  const type = registry.compile('shout')
  assert.is(type.fromTyped('a'), 'A')
  assert.is(type.fromSloppy('b'), 'B')
  assert.is(messageOf(type.fromTyped(5)), 'no text')
  assert.is(type.validate('x'), undefined)
  assert.is(messageOf(type.validate(5)), 'no text')
  assert.equal(registry.compile(['Shout']).fromTyped(['a', 'b']), ['A', 'B'])
})

test('TY-2: converters reach other types through the context, and see the options', () => {
  const { registry } = registryWith()
  const seen: unknown[] = []
  registry.define('Pair', {
    ...shout,
    fromTypedValue(context, value, options) {
      seen.push(options?.allowArray)
      const number = context.typeRegistry.getConverter('number')
      return number.fromTypedValue(context, (value as unknown[])[0])
    },
  })
  const type = registry.compile('Pair', { allowArray: true })
  assert.is(type.fromTyped([5, 6]), 5)
  assert.is(messageOf(type.fromTyped(['x'])), 'Value is not a number.')
  assert.equal(seen, [true, true])
})

test('TY-2: any other result, and a throw, is a 500', () => {
  const { registry } = registryWith()
  registry.define('Bad', { ...shout, fromTypedValue: () => 5 as never })
  registry.define('Throwing', {
    ...shout,
    fromTypedValue() {
      throw new Error('boom')
    },
  })
  const wrong = registry.compile('Bad').fromTyped('x') as ConversionFailure
  assert.is(RemoteError.from(wrong.cause).statusCode, 500)
  const thrown = registry.compile('Throwing').fromTyped('x') as ConversionFailure
  assert.is(RemoteError.from(thrown.cause).statusCode, 500)
  assert.is(thrown.message, 'boom')
  assert.throws(() => registry.define('x', {} as never), /fromTypedValue/)
})

test('TY-3: file is reserved in any casing; replacing a type warns unless silenced', () => {
  const { registry, warnings } = registryWith()
  assert.throws(() => registry.define('File', shout), /reserved/)
  assert.throws(() => registry.defineObjectType('FILE', (data) => data), /reserved/)
  registry.define('Number', shout)
  assert.equal(warnings, ['type "Number" replaces an existing type'])
  assert.is(registry.compile('number').fromTyped('a'), 'A')
  const silent = registryWith({ warnWhenOverridingType: false })
  silent.registry.define('number', shout)
  assert.equal(silent.warnings, [])
})

test('TY-4: an unknown name is any, with one warning unless silenced', () => {
  const { registry, warnings } = registryWith()
  assert.is(registry.compile('Mystery').fromSloppy('5'), 5)
  registry.compile('mystery')
  assert.equal(warnings, ['unknown type "Mystery", treated as any'])
  const silent = registryWith({ warnOnUnknownType: false })
  silent.registry.compile('Mystery')
  silent.registry.compile('ReadableStream')
  assert.equal(silent.warnings, [])
  registry.compile('ReadableStream')
  registry.compile('file')
  assert.is(warnings.length, 1)
})

test('TY-4, I-9: buffer takes bytes and the envelope, never text', () => {
  const type = registryWith().registry.compile('buffer')
  const hi = Buffer.from('hi')
  const envelope = { $type: 'base64', $data: 'aGk=' }
  assert.is(type.fromTyped(hi), hi)
  assert.equal(type.fromTyped(new Uint8Array([104, 105])), hi)
  assert.equal(type.fromTyped(envelope), hi)
  assert.equal(type.fromSloppy(JSON.stringify(envelope)), hi)
  for (const value of ['aGk=', 5, null, {}, [1]]) {
    assert.is(messageOf(type.fromTyped(value)), 'Value is not a buffer.')
  }
  assert.is(type.fromSloppy(''), undefined)
  assert.is(type.validate(hi), undefined)
  assert.ok(type.validate('hi'))
})

test('TY-6: the first item type counts, [] is any, arrays nest', () => {
  const { registry, warnings } = registryWith()
  assert.equal(registry.compile([]).fromSloppy(['1', 'x']), [1, 'x'])
  assert.is(registry.compile('array').name, '[any]')
  assert.equal(registry.compile(['number', 'string']).fromSloppy('1'), [1])
  assert.is(warnings.length, 1)
  const nested = registry.compile([['number']])
  assert.is(nested.name, '[[number]]')
  assert.equal(nested.fromTyped([[1, 2], [3]]), [[1, 2], [3]])
  assert.equal(nested.fromSloppy('[[1],[2]]'), [[1], [2]])
  assert.is(messageOf(nested.fromTyped([[1], ['2']])), 'Value is not a number.')
})

test('TY-7: constructors stand for their names; a missing type is any; the rest is refused at definition', () => {
  const { registry, warnings } = registryWith()
  const names = [Number, String, Boolean, Date, Buffer, Object, Array, GeoPoint].map(
    (type) => registry.compile(type as TypeDeclaration).name,
  )
  assert.equal(names, [
    'number',
    'string',
    'boolean',
    'date',
    'buffer',
    'object',
    '[any]',
    'geopoint',
  ])
  assert.is(registry.compile(undefined).name, 'any')
  assert.equal(warnings, [])
  for (const odd of [5, true, { anyOf: [] }, () => 0]) {
    assert.throws(() => registry.compile(odd as never), /not a type/)
  }
  const inline = JSON.parse('{"__proto__":"string"}')
  assert.throws(() => registry.compile(inline, { validateMembers: true }), /__proto__/)
})

test('TY-8: the factory gets converted objects; undefined and null bypass it; its errors keep their status', () => {
  const { registry } = registryWith()
  class Point {
    readonly x: unknown
    constructor(data: { x?: unknown }) {
      this.x = data.x
    }
  }
  registry.defineObjectType('Point', (data) => {
    if ('bad' in data) throw new RemoteError('no', { statusCode: 422 })
    return new Point(data)
  })
  const type = registry.compile('point')
  assert.equal(type.fromTyped({ x: 1 }), new Point({ x: 1 }))
  assert.equal(type.fromSloppy('{"x":1}'), new Point({ x: 1 }))
  assert.is(type.fromTyped(null), null)
  assert.is(type.fromSloppy('null'), null)
  assert.is(type.fromSloppy(''), undefined)
  assert.is(messageOf(type.fromTyped([{}])), 'Value is not an object.')
  const failure = type.fromTyped({ bad: 1 }) as ConversionFailure
  assert.is(RemoteError.from(failure.cause).statusCode, 422)
})

test('TY-9: the models given at the start are object types', () => {
  const { registry, warnings } = registryWith({
    models: { Book: (data) => ({ ...data, book: 1 }) },
  })
  assert.equal(registry.compile('Book').fromTyped({ a: 1 }), { a: 1, book: 1 })
  assert.is(registry.compile('book').name, 'Book')
  const model = { name: 'Book', properties: new Map() }
  assert.is(registry.compile(model).name, 'Book')
  assert.equal(warnings, [])
})

test('M-7: a type is deleted case-insensitively, and two registries share nothing', () => {
  const first = registryWith().registry
  const { registry: second, warnings } = registryWith()
  first.define('Shout', shout)
  assert.ok(first.has('SHOUT'))
  assert.not(second.has('shout'))
  assert.is(second.compile('shout').fromSloppy('a'), 'a')
  assert.is(warnings.length, 1)
  assert.ok(first.delete('SHOUT'))
  assert.not(first.delete('shout'))
  assert.is(first.compile('Shout').name, 'any')
})

test('TY-2: a converter sees the refusals of other types, and an error with a status of its own keeps it', () => {
  const { registry } = registryWith()
  const own = Object.assign(new Error('gone'), { statusCode: 410 })
  registry.define('Gone', { ...shout, validate: () => own, fromTypedValue: () => ({ error: own }) })
  const failure = registry.compile('Gone').fromTyped('x') as ConversionFailure
  assert.is(failure.cause, own)
  const gone = registry.getConverter('Gone')
  const context = { typeRegistry: registry }
  assert.is(gone.fromTypedValue(context, 'x').error, own)
  assert.is(gone.validate(context, 'x'), own)
  const number = registry.getConverter(Number)
  assert.equal(number.fromSloppyValue(context, '5'), { value: 5 })
  assert.match(number.validate(context, 'x')?.message ?? '', /not a number/)
  assert.is(number.validate(context, 5), undefined)
})

test.run()
