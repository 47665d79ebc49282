import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import {
  defineModel,
  defineModelFromJson,
  type PropertyDeclaration,
} from '../../../core/model/define-model.ts'
import type { Property } from '../../../core/model/property.ts'
import { compile } from './support.ts'

function property(declaration: PropertyDeclaration): Property {
  const { model } = compile([defineModel('M', { properties: { x: declaration } })])
  const found = model('M').properties.get('x')
  if (found === undefined) throw new Error('no property x')
  return found
}

test('D-1.2-1: shorthands for types', () => {
  assert.equal(property('string').type, { kind: 'string' })
  assert.equal(property(Number).type, { kind: 'number' })
  assert.equal(property(['date']).type, { kind: 'list', item: { kind: 'date' } })
  const nested = property({ w: 'number', deep: { z: Boolean } }).type
  assert.ok(nested.kind === 'nested' && nested.strict === 'open')
  assert.equal([...nested.properties.keys()], ['w', 'deep'])
  assert.equal(property({ type: ['string'] }).type, { kind: 'list', item: { kind: 'string' } })
})

test('D-1.2-1: strictEmbeddedModels makes literal nested types strict', () => {
  const { model } = compile([
    defineModel('M', { properties: { x: { a: 'string' } }, strictEmbeddedModels: true }),
  ])
  const type = model('M').properties.get('x')?.type
  assert.is(type?.kind === 'nested' && type.strict, 'validate')
})

test('1.3: type names in any case', () => {
  const kinds: Record<string, string> = {
    String: 'string',
    TEXT: 'text',
    number: 'number',
    Integer: 'integer',
    BigInt: 'bigint',
    decimal: 'decimal',
    boolean: 'boolean',
    date: 'date',
    DateString: 'dateString',
    Binary: 'buffer',
    buffer: 'buffer',
    GeoPoint: 'geopoint',
    Array: 'array',
    JSON: 'json',
    any: 'any',
    object: 'object',
  }
  for (const [name, kind] of Object.entries(kinds)) assert.is(property(name).type.kind, kind)
})

test('D-1.3-11: a model name is a nested type that may contain itself', () => {
  const { model } = compile([
    defineModel('Node', { properties: { label: 'string', children: ['Node'] } }),
  ])
  const children = model('Node').properties.get('children')?.type
  assert.ok(children?.kind === 'list' && children.item.kind === 'nested')
  assert.is(children.item.model, 'Node')
  assert.is(children.item.properties, model('Node').properties)
})

test('zod schemas give type, presence and default', () => {
  const cases: [z.ZodType, string, boolean][] = [
    [z.string(), 'string', true],
    [z.string().optional(), 'string', false],
    [z.int(), 'integer', true],
    [z.number().int().positive(), 'integer', true],
    [z.number().nullable(), 'number', true],
    [z.boolean().default(true), 'boolean', false],
    [z.date().optional(), 'date', false],
    [z.bigint(), 'bigint', true],
    [z.enum(['a', 'b']), 'string', true],
    [z.literal(5), 'number', true],
    [z.array(z.string()), 'list', true],
    [z.object({ a: z.string() }), 'nested', true],
    [z.record(z.string(), z.number()), 'object', true],
    [z.union([z.string(), z.number()]), 'any', true],
    [z.union([z.string(), z.null()]), 'string', true],
    [z.string().transform((text) => text.length), 'string', true],
    [z.preprocess((value) => value, z.number()), 'number', false],
    [z.email(), 'string', true],
    [z.unknown(), 'any', false],
    [z.string().readonly(), 'string', true],
  ]
  for (const [schema, kind, required] of cases) {
    const made = property(schema)
    assert.equal([made.type.kind, made.required], [kind, required])
    assert.is(made.schema, schema)
  }
  assert.is(property(z.number().default(7)).default?.(), 7)
})

test('a schema may stand under type, beside LoopBack options', () => {
  const made = property({ type: z.string().max(5), unique: true, default: 'x' })
  assert.equal([made.type.kind, made.required, made.index?.unique], ['string', false, true])
})

test('D-1.2-6: defaults are values, functions, $now and Date', () => {
  assert.is(property({ type: 'number', default: 3 }).default?.(), 3)
  assert.is(property({ type: 'number', default: () => 4 }).default?.(), 4)
  assert.instance(property({ type: 'date', default: '$now' }).default?.(), Date)
  assert.instance(property({ type: 'date', default: Date }).default?.(), Date)
  const { default: fallback } = property({ type: 'object', default: { a: [] } })
  assert.equal(fallback?.(), { a: [] })
  assert.is.not(fallback?.(), fallback?.())
})

test('D-1.2-7: named default functions', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-([14])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  const make = (defaultFn: string) => property({ type: 'string', defaultFn }).default?.()
  for (const name of ['guid', 'uuid']) assert.is(uuid.exec(String(make(name)))?.[1], '1')
  assert.is(uuid.exec(String(make('uuidv4')))?.[1], '4')
  for (const name of ['nanoid', 'shortid']) assert.match(String(make(name)), /^[\w-]{9}$/)
  assert.instance(property({ type: 'date', defaultFn: 'now' }).default?.(), Date)
  const many = new Set(Array.from({ length: 1000 }, () => make('uuid')))
  assert.is(many.size, 1000)
})

test('D-1.2-7: an unknown defaultFn is an error in strict, a warning in loopback3', () => {
  const definition = defineModel('M', { properties: { x: { type: 'string', defaultFn: 'nope' } } })
  assert.throws(() => compile([definition]), /M\.x\.defaultFn/)
  const { model, warnings } = compile([definition], 'loopback3')
  assert.is(model('M').properties.get('x')?.default, undefined)
  assert.is(warnings.length, 1)
})

test('D-1.2-17: dots, __proto__, prototype and constructor are no property names', () => {
  const withName = (name: string) =>
    defineModelFromJson({ name: 'M', properties: JSON.parse(`{"${name}": "string"}`) })
  assert.throws(() => compile([withName('a.b')]), /must not contain a dot/)
  assert.throws(() => compile([withName('__proto__')], 'loopback3'), /__proto__/)
  assert.throws(() => compile([withName('prototype')], 'loopback3'), /prototype/)
  assert.throws(() => compile([withName('constructor')]), /constructor/)
  assert.is(compile([withName('constructor')], 'loopback3').warnings.length, 1)
})

test('D-1.2-13, D-1.2-14, D-1.2-15, D-1.2-16: other options are kept verbatim', () => {
  const made = property({
    type: 'string',
    readOnly: true,
    length: 40,
    description: 'x',
    postgresql: { columnName: 'c' },
  })
  assert.is(made.readOnly, true)
  assert.equal(made.settings, { length: 40, description: 'x', postgresql: { columnName: 'c' } })
})

test('what is no type is refused with its place', () => {
  const broken = defineModelFromJson({ name: 'M', properties: { x: { type: 5 } } })
  assert.throws(() => compile([broken]), /M\.x: not a type/)
  const list = defineModelFromJson({ name: 'M', properties: { x: ['a', 'b'] } })
  assert.throws(() => compile([list]), /M\.x: a list has one item type/)
})

test.run()
