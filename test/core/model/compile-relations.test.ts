import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import type { RemoteError } from '../../../core/error/remote-error.ts'
import { defineModel } from '../../../core/model/define-model.ts'
import { compile, compileJson, recorded } from './support.ts'

test('D-4.2-1, D-4.2-2: default foreign keys on both sides', () => {
  const { model } = compile([
    defineModel('Author', { relations: { books: { hasMany: 'Book' }, face: { hasOne: 'Face' } } }),
    defineModel('Book', { relations: { writer: { belongsTo: 'Author' } } }),
    defineModel('Face', {}),
  ])
  const { books, face } = Object.fromEntries(model('Author').relations)
  assert.equal([books?.ownKeys, books?.targetKeys, books?.many], [['id'], ['authorId'], true])
  assert.equal([face?.ownKeys, face?.targetKeys, face?.many], [['id'], ['authorId'], false])
  const writer = model('Book').relations.get('writer')
  assert.equal([writer?.ownKeys, writer?.targetKeys], [['writerId'], ['id']])
  assert.equal([...model('Book').properties.keys()], ['id', 'writerId', 'authorId'])
})

test('D-4.2-21: a foreign key has the type of the id it points to and stands after the id', () => {
  const { model } = compile([
    defineModel('Author', { properties: { isni: { type: z.string().min(3), id: true } } }),
    defineModel('Book', {
      properties: { title: 'string' },
      relations: { author: { belongsTo: 'Author' } },
    }),
  ])
  const book = model('Book')
  assert.equal([...book.properties.keys()], ['title', 'id', 'authorId'])
  assert.equal(book.properties.get('authorId')?.type, { kind: 'string' })
  assert.is(book.properties.get('authorId')?.generated, false)
})

test('D-4.1-3: a declared foreign key stays as declared', () => {
  const { model } = compile([
    defineModel('Author', {}),
    defineModel('Book', {
      properties: { by: { type: 'string', required: true } },
      relations: { author: { belongsTo: 'Author', foreignKey: 'by' } },
    }),
  ])
  assert.equal([...model('Book').properties.keys()], ['by', 'id'])
  assert.equal(model('Book').relations.get('author')?.ownKeys, ['by'])
})

test('D-4.1-4: another key on the referenced side', () => {
  const { model } = compile([
    defineModel('Country', {
      properties: { code: 'string' },
      relations: { cities: { hasMany: 'City', primaryKey: 'code', foreignKey: 'countryCode' } },
    }),
    defineModel('City', {
      relations: {
        country: { belongsTo: 'Country', primaryKey: 'code', foreignKey: 'countryCode' },
      },
    }),
  ])
  assert.equal(model('Country').relations.get('cities')?.ownKeys, ['code'])
  assert.equal(model('City').relations.get('country')?.targetKeys, ['code'])
  assert.equal(model('City').properties.get('countryCode')?.type, { kind: 'string' })
})

test('D-1.4-4: composite foreign keys pair with the key, a mismatch is an error', () => {
  const Order = defineModel('Order', {
    properties: { shop: { type: 'string', id: 1 }, number: { type: 'integer', id: 2 } },
  })
  const line = (foreignKey: string | string[]) =>
    defineModel('Line', { relations: { order: { belongsTo: 'Order', foreignKey } } })
  const { model } = compile([Order, line(['orderShop', 'orderNumber'])])
  const relation = model('Line').relations.get('order')
  assert.equal(relation?.ownKeys, ['orderShop', 'orderNumber'])
  assert.equal(relation?.targetKeys, ['shop', 'number'])
  assert.equal(model('Line').properties.get('orderNumber')?.type, { kind: 'integer' })
  assert.throws(() => compile([Order, line('orderShop')]), /1 foreign key\(s\) for 2/)
})

test('D-4.1-1, D-4.1-2: both ways to write a relation give the same', () => {
  const { model } = compileJson([recorded.author, recorded.book, recorded.review])
  const author = model('Book').relations.get('author')
  assert.equal(
    [author?.kind, author?.target, author?.ownKeys],
    ['belongsTo', 'Author', ['authorId']],
  )
  const both = { hasMany: 'A', type: 'hasMany' } as const
  assert.throws(
    () => compile([defineModel('A', { relations: { x: both } })]),
    /exactly one of belongsTo/,
  )
})

test('D-4.1-15, D-4.1-11: options of a relation are resolved', () => {
  const { model } = compile([
    defineModel('A', {
      relations: {
        bs: {
          hasMany: 'B',
          scope: { where: { x: 1 } },
          options: { disableInclude: true, disableFilter: true, http: { path: '/beta' } },
        },
        plain: { hasMany: 'B' },
      },
    }),
    defineModel('B', {}),
  ])
  const { bs, plain } = Object.fromEntries(model('A').relations)
  assert.equal(bs?.scope, { where: { x: 1 } })
  assert.equal([bs?.disableInclude, bs?.disableFilter, bs?.path], [true, true, 'beta'])
  assert.equal([plain?.disableInclude, plain?.path], [false, 'plain'])
})

test('D-4.1-30: a relation called trigger is refused', () => {
  const relations = { trigger: { hasMany: 'A' } } as const
  assert.throws(() => compile([defineModel('A', { relations })]), /must not be called trigger/)
})

test('D-4.2-5, D-4.1-9: a polymorphic relation has a key and a discriminator', () => {
  const { model } = compileJson([
    { name: 'Picture', relations: { imageable: { type: 'belongsTo', polymorphic: true } } },
    {
      name: 'Author',
      relations: { pictures: { type: 'hasMany', model: 'Picture', polymorphic: 'imageable' } },
    },
  ])
  assert.equal([...model('Picture').properties.keys()], ['id', 'imageableId', 'imageableType'])
  assert.equal(model('Picture').relations.get('imageable')?.ownKeys, ['imageableId'])
  assert.equal(model('Author').relations.get('pictures')?.targetKeys, ['imageableId'])
})

test('D-4.2-20: errors of polymorphic definitions carry their code', () => {
  const codeOf = (relation: object): unknown => {
    try {
      compileJson([{ name: 'A', relations: { x: relation } }], 'strict')
    } catch (error) {
      return (error as RemoteError).details
    }
    return undefined
  }
  const expected: [object, string][] = [
    [{ type: 'belongsTo' }, 'BELONGS_TO_MISSING_MODEL'],
    [{ type: 'belongsTo', model: 'A', polymorphic: true }, 'POLYMORPHIC_BELONGS_TO_MODEL'],
    [{ type: 'hasMany', polymorphic: true }, 'POLYMORPHIC_NOT_BELONGS_TO_MISSING_MODEL'],
    [
      { type: 'hasMany', model: 'A', polymorphic: { foreignKey: 'k' } },
      'POLYMORPHIC_MISSING_DISCRIMINATOR',
    ],
    [
      { type: 'hasMany', model: 'A', polymorphic: { discriminator: 'd' } },
      'POLYMORPHIC_MISSING_FOREIGN_KEY',
    ],
    [
      { type: 'hasMany', model: 'A', polymorphic: { as: 'a', selector: 's' } },
      'POLYMORPHIC_EXTRANEOUS_AS',
    ],
    [
      {
        type: 'hasMany',
        model: 'A',
        polymorphic: { selector: 's', foreignKey: 'k', discriminator: 'd' },
      },
      'POLYMORPHIC_EXTRANEOUS_SELECTOR',
    ],
  ]
  for (const [relation, code] of expected) assert.equal(codeOf(relation), { code })
})

test('D-4.2-6, D-4.2-7, D-4.2-8: lists of references and embedded values get their properties', () => {
  const { model } = compile([
    defineModel('Publisher', {
      relations: {
        flagships: { referencesMany: 'Book' },
        addresses: { embedsMany: 'Address', property: 'addressList' },
        imprint: { embedsOne: 'Imprint' },
      },
    }),
    defineModel('Book', {}),
    defineModel('Address', { properties: { street: 'string' } }),
    defineModel('Imprint', {}),
  ])
  const { properties } = model('Publisher')
  assert.equal([...properties.keys()], ['id', 'bookIds', 'addressList', '_imprint'])
  assert.equal(properties.get('bookIds')?.type, { kind: 'list', item: { kind: 'number' } })
  assert.equal(properties.get('bookIds')?.default?.(), [])
  const list = properties.get('addressList')?.type
  assert.ok(list?.kind === 'list' && list.item.kind === 'nested' && list.item.model === 'Address')
})

test('D-3.8-1: a property of the same name as a relation is warned about', () => {
  const { warnings } = compile([
    defineModel('A', { properties: { b: 'string' }, relations: { b: { belongsTo: 'A' } } }),
  ])
  assert.match(warnings[0] ?? '', /A\.relations\.b/)
})

test('hasMany through keeps the join model in its settings', () => {
  const { model } = compile([
    defineModel('Club', { relations: { members: { hasMany: 'Member', through: 'Membership' } } }),
    defineModel('Member', {}),
    defineModel('Membership', {}),
  ])
  const members = model('Club').relations.get('members')
  assert.is(members?.settings['through'], 'Membership')
  assert.not.ok(model('Member').properties.has('clubId'))
})

test.run()
