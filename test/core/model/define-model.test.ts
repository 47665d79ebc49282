import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import {
  defineModel,
  defineModelFromJson,
  isModelDefinition,
} from '../../../core/model/define-model.ts'
import { definitionToJson } from '../../../core/model/definition-json.ts'

test('D-1.1-4: a definition is frozen and keeps its properties in order', () => {
  const Book = defineModel('Book', { properties: { title: z.string(), pages: 'number' } })
  assert.is(Book.name, 'Book')
  assert.equal(Object.keys(Book.properties), ['title', 'pages'])
  assert.ok(Object.isFrozen(Book) && Object.isFrozen(Book.properties))
  assert.ok(isModelDefinition(Book))
  assert.not.ok(isModelDefinition({ name: 'Book' }))
})

test('D-1.1-5, D-1.1-11, D-1.1-20: a JSON definition is split into properties, relations and settings', () => {
  const definition = defineModelFromJson({
    name: 'Book',
    base: 'PersistedModel',
    properties: { title: 'string' },
    relationships: { author: { type: 'belongsTo', model: 'Author' } },
    hiddenProperties: ['secret'],
    plural: 'tomes',
    options: { strict: true, plural: 'volumes' },
  })
  assert.is(definition.base, 'PersistedModel')
  assert.equal(Object.keys(definition.relations), ['author'])
  assert.equal(definition.settings, { plural: 'tomes', hidden: ['secret'], strict: true })
})

test('D-1.1-3: super is another word for base', () => {
  assert.is(defineModelFromJson({ name: 'A', super: 'B' }).base, 'B')
})

test('D-1.1-1: a definition without a name is refused', () => {
  assert.throws(() => defineModelFromJson({}), /must have a name/)
  assert.throws(() => defineModelFromJson([]), /must be an object/)
  assert.throws(() => defineModel('', {}), /must be a text/)
})

test('a definition whose members are no objects is refused with its place', () => {
  assert.throws(() => defineModelFromJson({ name: 'A', properties: [] }), /A\.properties/)
  assert.throws(() => defineModelFromJson({ name: 'A', relations: 5 }), /A\.relations/)
  assert.throws(() => defineModelFromJson({ name: 'A', base: 5 }), /A\.base/)
})

test('D-1.2-19: a definition describes itself as JSON data', () => {
  const Base = defineModel('Base', {})
  const Book = defineModel('Book', {
    base: Base,
    properties: {
      title: { type: String, required: true, default: () => 'x' },
      tags: [String],
      pages: z.int().optional(),
      size: { w: 'number', h: { type: Number } },
      marks: z.array(z.object({ at: z.date() })),
    },
    relations: { author: { belongsTo: 'Author' } },
    validations: [{ property: 'title', kind: 'format', with: /^x/ }],
    hooks: { access: () => undefined },
    plural: 'tomes',
  })
  assert.equal(definitionToJson(Book), {
    name: 'Book',
    properties: {
      title: { type: 'String', required: true },
      tags: ['String'],
      pages: 'Integer',
      size: { w: 'number', h: { type: 'Number' } },
      marks: [{ at: 'Date' }],
    },
    settings: {
      base: 'Base',
      validations: [{ property: 'title', kind: 'format', with: '/^x/' }],
      plural: 'tomes',
      relations: { author: { belongsTo: 'Author' } },
    },
  })
  assert.equal(JSON.parse(JSON.stringify(definitionToJson(Book))), definitionToJson(Book))
})

test.run()
