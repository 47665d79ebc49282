import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { compileCoercion } from '../../../core/model/coerce.ts'
import { compileHooks } from '../../../core/model/compile-models.ts'
import { defineModel, type ModelDefinition } from '../../../core/model/define-model.ts'
import type { ValidationFailure } from '../../../core/model/failure.ts'
import { withProperties } from '../../../core/model/flatten-definition.ts'
import { compile, compileJson, recorded } from './support.ts'

test('D-1.1-6: a model without a key gets a generated numeric id after its own properties', () => {
  const { model } = compileJson([recorded.ledgerEntry])
  const ledger = model('LedgerEntry')
  assert.equal([...ledger.properties.keys()], ['account', 'amount', 'cleared', 'id'])
  const [id] = ledger.id
  assert.equal(id?.type, { kind: 'number' })
  assert.is(id?.generated, true)
  assert.is(id?.id, 1)
})

test('D-1.1-6, D-1.4-10: without id injection a model has no key', () => {
  const { model } = compile([
    defineModel('Imprint', { properties: { label: 'string' }, idInjection: false }),
  ])
  assert.equal(model('Imprint').id, [])
  assert.not.ok(model('Imprint').forceId)
})

test('D-1.2-3, D-1.4-2: a composite key is ordered by its numbers', () => {
  const { model } = compile([
    defineModel('Line', {
      properties: { product: { type: 'string', id: 2 }, order: { type: 'number', id: 1 } },
    }),
  ])
  assert.equal(
    model('Line').id.map(({ name, id }) => [name, id]),
    [
      ['order', 1],
      ['product', 2],
    ],
  )
})

test('a property called id is the key when nothing else is marked', () => {
  const { model } = compile([defineModel('Device', { properties: { id: z.uuid() } })])
  const [id] = model('Device').id
  assert.equal([id?.name, id?.generated, id?.required], ['id', false, true])
  assert.not.ok(model('Device').forceId)
})

test('D-1.2-4: a generated id takes the type of the data source', () => {
  const { model } = compile(
    [
      defineModel('A', {}),
      defineModel('B', { properties: { id: { type: 'number', id: true, generated: true } } }),
      defineModel('C', {
        properties: { id: { type: 'number', id: true, generated: true, useDefaultIdType: false } },
      }),
    ],
    'strict',
    { defaultIdType: () => 'string' },
  )
  assert.equal(
    ['A', 'B', 'C'].map((name) => model(name).id[0]?.type.kind),
    ['string', 'string', 'number'],
  )
})

test('D-1.4-5, D-1.4-6, D-1.4-7, D-1.1-8: a generated id is forced unless the model says otherwise', () => {
  const own = { id: { type: 'string', id: true } } as const
  const { model } = compile([
    defineModel('Generated', {}),
    defineModel('Free', { forceId: false }),
    defineModel('Own', { properties: own, forceId: 'auto' }),
    defineModel('OwnForced', { properties: own, forceId: true }),
  ])
  assert.is(model('Generated').forceId, true)
  assert.is(model('Free').forceId, false)
  assert.is(model('Own').forceId, false)
  assert.is(model('OwnForced').forceId, true)
})

test('D-1.1-2, D-1.1-9: plural and path follow name and settings', () => {
  const { model } = compile([
    defineModel('Country', {}),
    defineModel('Ledger', { plural: 'ledger' }),
    defineModel('Item', { plural: 'stock-items', http: { path: 'warehouse/items' } }),
  ])
  assert.equal([model('Country').plural, model('Country').path], ['Countries', '/Countries'])
  assert.is(model('Ledger').path, '/ledger')
  assert.equal([model('Item').plural, model('Item').path], ['stock-items', '/warehouse/items'])
})

test('D-1.5-1, D-1.5-2, D-1.5-3: the three ways to treat unknown properties', () => {
  const { model } = compile([
    defineModel('Open', {}),
    defineModel('Strict', { strict: true }),
    defineModel('Throwing', { strict: 'throw' }),
    defineModel('Filter', { strict: 'filter' }),
  ])
  assert.equal(
    ['Open', 'Strict', 'Throwing', 'Filter'].map((name) => model(name).strict),
    ['open', 'validate', 'validate', 'filter'],
  )
})

test('D-1.5-4, D-1.1-7: a relational data source makes models strict and warns about false', () => {
  const { model, warnings } = compile(
    [
      defineModel('A', {}),
      defineModel('B', { strict: false }),
      defineModel('C', { strict: 'filter' }),
    ],
    'strict',
    { isRelational: () => true },
  )
  assert.equal(
    ['A', 'B', 'C'].map((name) => model(name).strict),
    ['validate', 'validate', 'filter'],
  )
  assert.is(warnings.length, 1)
  assert.match(warnings[0] ?? '', /B\.strict/)
})

test('D-1.1-20: hidden and protected names come as list, map or property option', () => {
  const { model } = compile([
    defineModel('A', {
      properties: { x: { type: 'string', hidden: true }, y: 'string' },
      hidden: ['y'],
      protected: { z: true, w: false },
    }),
  ])
  assert.equal([...model('A').hidden].sort(), ['x', 'y'])
  assert.equal([...model('A').protected], ['z'])
})

test('D-1.1-14: equality conditions of the default scope are carried by writes', () => {
  const scope = {
    where: { published: true, views: { gt: 3 }, and: [{ kind: 'news' }], or: [{ x: 1 }] },
  }
  const { model } = compile([
    defineModel('Article', { scope }),
    defineModel('Free', { scope, attributes: false }),
    defineModel('Own', { scope, attributes: { lang: 'en' } }),
  ])
  assert.equal(model('Article').attributes, { published: true, kind: 'news' })
  assert.is(model('Free').attributes, undefined)
  assert.equal(model('Own').attributes, { lang: 'en' })
})

test('D-1.1-18, D-1.2-10, D-1.2-11, D-9.9-1: indexes of properties and of the model', () => {
  const { model } = compile([
    defineModel('City', {
      properties: {
        name: { type: 'string', index: true },
        code: { type: 'string', unique: true },
        zip: { type: 'string', index: { unique: true, name: 'zips' } },
        country: 'string',
        people: 'number',
      },
      indexes: {
        byColumns: { columns: 'country, people' },
        byKeys: { keys: { country: 1, people: -1 }, options: { unique: true } },
      },
    }),
  ])
  assert.equal(model('City').indexes, [
    { name: 'name_index', keys: [['name', 1]], unique: false },
    { name: 'code_index', keys: [['code', 1]], unique: true },
    { name: 'zips', keys: [['zip', 1]], unique: true },
    {
      name: 'byColumns',
      keys: [
        ['country', 1],
        ['people', 1],
      ],
      unique: false,
    },
    {
      name: 'byKeys',
      keys: [
        ['country', 1],
        ['people', -1],
      ],
      unique: true,
    },
  ])
})

test('D-9.9-1: an index over an unknown property is an error, on open models a warning', () => {
  const indexes = { lost: { keys: { nope: 1 } } }
  assert.throws(
    () => compile([defineModel('A', { strict: true, indexes })]),
    /A\.indexes\.lost: A has no property "nope"/,
  )
  assert.is(compile([defineModel('A', { indexes })]).warnings.length, 1)
  assert.throws(
    () => compile([defineModel('A', { indexes: { none: {} } })]),
    /A\.indexes\.none names no properties/,
  )
})

test('D-1.8-1: a child has its own properties, then those of the base, and one key', () => {
  const Base = defineModel('Base', {
    properties: { key: { type: 'string', id: true }, name: 'string', note: 'string' },
  })
  const { model } = compile([
    Base,
    defineModel('Child', { base: Base, properties: { extra: 'number', note: 'number' } }),
    defineModel('Own', { base: 'Base', properties: { code: { type: 'number', id: true } } }),
    defineModel('Less', { base: 'Base', excludeBaseProperties: ['note'] }),
  ])
  assert.equal([...model('Child').properties.keys()], ['extra', 'note', 'key', 'name'])
  assert.equal(model('Child').properties.get('note')?.type, { kind: 'number' })
  assert.equal(
    model('Own').id.map(({ name }) => name),
    ['code'],
  )
  assert.equal([...model('Own').properties.keys()], ['code', 'name', 'note'])
  assert.not.ok(model('Less').properties.has('note'))
  assert.is(model('Child').base, 'Base')
})

test('D-1.1-21: a property that is null or false drops the inherited one', () => {
  const { model } = compileJson([
    { name: 'Base', properties: { a: 'string', b: 'string', c: 'string' } },
    { name: 'Child', base: 'Base', properties: { a: null, b: false } },
  ])
  assert.equal([...model('Child').properties.keys()], ['c', 'id'])
})

test('D-1.8-2: settings of base and child are merged key by key', () => {
  const { model } = compileJson([
    {
      name: 'Base',
      plural: 'bases',
      description: 'old',
      hidden: ['a'],
      acls: [{ permission: 'DENY' }],
      nested: { x: 1, y: [1] },
      relations: { self: { type: 'belongsTo', model: 'Base' } },
    },
    {
      name: 'Child',
      base: 'Base',
      description: 'new',
      hidden: { b: true },
      acls: [{ permission: 'ALLOW' }],
      nested: { y: [2], z: 3 },
    },
  ])
  const child = model('Child')
  assert.equal([...child.hidden], ['a', 'b'])
  assert.is(child.settings['description'], 'new')
  assert.equal(child.settings['nested'], { x: 1, y: [1, 2], z: 3 })
  assert.equal(child.settings['acls'], [
    { permission: 'DENY', __rank: 1 },
    { permission: 'ALLOW', __rank: 2 },
  ])
  assert.is(child.path, '/Children')
  assert.ok(child.relations.has('self'))
})

test('D-1.8-3: configureModelMerge replaces what has no policy, and null deletes', () => {
  const { model } = compileJson([
    { name: 'Base', nested: { x: 1 }, gone: 1, scopes: { a: { limit: 1 } } },
    {
      name: 'Child',
      base: 'Base',
      configureModelMerge: true,
      nested: { y: 1 },
      gone: null,
      scopes: { b: { limit: 2 } },
    },
  ])
  const { settings } = model('Child')
  assert.equal(settings['nested'], { y: 1 })
  assert.not.ok('gone' in settings)
  assert.equal(settings.scopes, { a: { limit: 1 }, b: { limit: 2 } })
})

test('D-1.1-3: an unknown base is an error, a circle too', () => {
  assert.throws(
    () => compile([defineModel('X', { base: 'Y' })]),
    /Model not found: model `X` is extending an unknown model `Y`\./,
  )
  assert.throws(
    () => compile([defineModel('X', { base: 'Y' }), defineModel('Y', { base: 'X' })]),
    /cannot extend itself/,
  )
})

test('D-1.8-5: validations are inherited unless the child opts out', () => {
  const validations = [{ property: 'name', kind: 'length', min: 2 }]
  const Base = defineModel('Base', { properties: { name: 'string' }, validations })
  const { model } = compile([
    Base,
    defineModel('Child', { base: Base, validations: [{ property: 'name', kind: 'presence' }] }),
    defineModel('Alone', { base: Base, inheritValidators: false }),
  ])
  const kinds = (name: string) =>
    model(name).validations.flatMap(({ kind, property }) => (property === 'name' ? kind : []))
  assert.equal(kinds('Child'), ['length', 'presence'])
  assert.equal(kinds('Alone'), [])
})

test('D-1.8-4, D-5.1-2: observers of the base run first', () => {
  const calls: string[] = []
  const note = (word: string) => () => {
    calls.push(word)
  }
  const Base = defineModel('Base', { hooks: { 'before save': note('base') } })
  const Child = defineModel('Child', {
    base: Base,
    hooks: { 'before save': [note('child'), note('child again')], access: note('access') },
  })
  const hooks = compileHooks({ Base, Child })
  for (const hook of hooks.get('Child')?.['before save'] ?? []) hook({} as never)
  assert.equal(calls, ['base', 'child', 'child again'])
  assert.is(hooks.get('Base')?.['before save']?.length, 1)
  assert.is(hooks.get('Child')?.access?.length, 1)
  assert.is(hooks.get('Child')?.persist, undefined)
})

test('D-1.1-10: mixins change the definition, false skips, an unknown one is an error', () => {
  const stamps = (definition: ModelDefinition, options: unknown): ModelDefinition => {
    const { field = 'createdAt' } = options as { field?: string }
    return withProperties(definition, { [field]: 'date' })
  }
  const mixins = { stamps }
  const { model } = compile(
    [
      defineModel('A', { mixins: { stamps: true } }),
      defineModel('B', { mixins: { stamps: [{ field: 'x' }, { field: 'y' }] } }),
      defineModel('C', { mixins: { stamps: false, missing: false } }),
    ],
    'strict',
    { mixins },
  )
  assert.equal([...model('A').properties.keys()], ['createdAt', 'id'])
  assert.equal([...model('B').properties.keys()], ['x', 'y', 'id'])
  assert.equal([...model('C').properties.keys()], ['id'])
  assert.throws(() => compile([defineModel('A', { mixins: { nope: true } })]), /no mixin "nope"/)
})

test('D-1.2-2, D-4.1-31: all unresolved names are reported at once', () => {
  const definitions = [
    defineModel('A', {
      properties: { x: 'Missing' },
      relations: { b: { belongsTo: 'Nobody' }, c: { hasMany: 'A', through: 'Link' } },
    }),
  ]
  assert.throws(
    () => compile(definitions),
    (error: Error) =>
      /A\.x names "Missing"/.test(error.message) &&
      /A\.relations\.b names "Nobody"/.test(error.message) &&
      /A\.relations\.c names "Link"/.test(error.message),
  )
})

test('D-4.1-31: in loopback3 a relation to an unknown model is left out with a warning', () => {
  const { model, warnings } = compileJson([
    { name: 'A', relations: { b: { type: 'belongsTo', model: 'Nobody' } } },
  ])
  assert.is(model('A').relations.size, 0)
  assert.match(warnings[0] ?? '', /Nobody/)
})

test('D-1.1-16: validations of JSON apply in strict and are ignored with a warning in loopback3', () => {
  const json = {
    name: 'A',
    properties: { name: 'string' },
    validations: [{ property: 'name', kind: 'length', min: 3 }],
  }
  const applied = compileJson([json], 'strict').model('A').validations
  assert.ok(applied.some(({ kind }) => kind === 'length'))
  const ignored = compileJson([json])
  assert.not.ok(ignored.model('A').validations.some(({ kind }) => kind === 'length'))
  assert.is(ignored.warnings.length, 1)
})

test('a validation of an unknown kind or without its operand stops the start', () => {
  const compileWith = (entry: object) => () =>
    compileJson([{ name: 'A', validations: [entry] }], 'strict')
  assert.throws(compileWith({ property: 'x', kind: 'magic' }), /no validation "magic"/)
  assert.throws(compileWith({ property: 'x', kind: 'inclusion' }), /in must be a list/)
  assert.throws(compileWith({ property: 'x', kind: 'format' }), /regular expression/)
  assert.throws(compileWith({ kind: 'presence' }), /name of a property/)
})

test('a definition under another name is refused', () => {
  assert.throws(() => compileHooks({ Author: defineModel('Writer', {}) }), /models\.Author/)
})

test('a nested strict type refuses unknown members under their path, a filtering one drops them', () => {
  const read = (strictEmbeddedModels: boolean | 'filter') => {
    const { model } = compile([
      defineModel('M', { properties: { nest: { a: 'string' } }, strictEmbeddedModels }),
    ])
    const failures: ValidationFailure[] = []
    const row = compileCoercion(model('M')).create({ nest: { a: 'x', b: 1 } }, failures)
    return [row, failures.map(({ path, code }) => [path, code])]
  }
  assert.equal(read(true), [{ nest: { a: 'x' } }, [['nest.b', 'unknown-property']]])
  assert.equal(read('filter'), [{ nest: { a: 'x' } }, []])
  assert.equal(read(false), [{ nest: { a: 'x', b: 1 } }, []])
})

test('models and everything in them are frozen', () => {
  const { model } = compileJson([recorded.author, recorded.book, recorded.review])
  const author = model('Author')
  assert.ok(Object.isFrozen(author) && Object.isFrozen(author.properties.get('name')))
  assert.ok(Object.isFrozen(author.relations.get('books')))
})

test('isPublic follows the settings unless the caller decides', () => {
  const definitions = [defineModel('A', {}), defineModel('B', { public: false })]
  const { model } = compile(definitions)
  assert.equal([model('A').isPublic, model('B').isPublic], [true, false])
  assert.is(compile(definitions, 'strict', { isPublic: () => true }).model('B').isPublic, true)
})

test.run()
