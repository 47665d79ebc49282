import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defineModel } from '../../../core/model/define-model.ts'
import type { Row } from '../../../core/model/model.ts'
import { compilePresenters, type Presenter } from '../../../core/model/present.ts'
import { type Compiled, compile, compileJson, recorded } from './support.ts'

function presenterOf(compiled: Compiled, name: string): Presenter {
  const presenter = compilePresenters(compiled.models).get(name)
  if (presenter === undefined) throw new Error(`no presenter ${name}`)
  return presenter
}

const lb3 = compileJson([recorded.author, recorded.book, recorded.review])

test('D-1.6-1, D-1.6-2: hidden is removed at the top, hidden and protected inside', () => {
  const { present, presentNested } = presenterOf(lb3, 'Author')
  const row = { name: 'Shy', secret: 's', internal: 'i', id: 1 }
  assert.equal(present(row), { name: 'Shy', internal: 'i', id: 1 })
  assert.equal(presentNested(row), { name: 'Shy', id: 1 })
  assert.equal(row, { name: 'Shy', secret: 's', internal: 'i', id: 1 })
})

test('a row with nothing to remove is the same object', () => {
  const { present, presentNested } = presenterOf(lb3, 'Author')
  const row = { name: 'Open', id: 1, books: [{ title: 'x', id: 1 }] }
  assert.is(present(row), row)
  assert.is(presentNested(row), row)
})

test('D-1.6-2: included rows are presented by their own model, at every level', () => {
  const { present } = presenterOf(lb3, 'Author')
  const review = { text: 't', ipAddress: '1.2.3.4', id: 1 }
  const book = { title: 'Hid', costPrice: 3, id: 1, reviews: [review] }
  const row = { name: 'Shy', internal: 'i', id: 1, books: [book] }
  assert.equal(present(row), {
    name: 'Shy',
    internal: 'i',
    id: 1,
    books: [{ title: 'Hid', id: 1, reviews: [{ text: 't', id: 1 }] }],
  })
  const child = { title: 'x', id: 2, author: { name: 'Shy', internal: 'i', secret: 's', id: 1 } }
  assert.equal(presenterOf(lb3, 'Book').present(child), {
    title: 'x',
    id: 2,
    author: { name: 'Shy', id: 1 },
  })
})

test('D-1.6-2: nested values of a named model lose what it hides', () => {
  const compiled = compile([
    defineModel('Card', { properties: { no: 'string', pin: 'string' }, hidden: ['pin'] }),
    defineModel('Person', { properties: { card: 'Card', old: ['Card'] } }),
  ])
  const row = { card: { no: '1', pin: '2' }, old: [{ no: '3' }, { no: '4', pin: '5' }, null] }
  assert.equal(presenterOf(compiled, 'Person').present(row), {
    card: { no: '1' },
    old: [{ no: '3' }, { no: '4' }, null],
  })
})

test('members of a literal nested type may be hidden', () => {
  const compiled = compile([
    defineModel('M', {
      properties: { nest: { a: 'string', b: { type: 'string', hidden: true } } },
    }),
  ])
  assert.equal(presenterOf(compiled, 'M').present({ nest: { a: '1', b: '2' } }), {
    nest: { a: '1' },
  })
})

test('a polymorphic belongsTo is presented by the model its row names', () => {
  const compiled = compileJson([
    { name: 'Picture', relations: { imageable: { type: 'belongsTo', polymorphic: true } } },
    { name: 'Author', properties: { secret: 'string' }, hidden: ['secret'] },
  ])
  const row = { id: 1, imageableType: 'Author', imageable: { id: 2, secret: 's' } }
  assert.equal(presenterOf(compiled, 'Picture').present(row), {
    id: 1,
    imageableType: 'Author',
    imageable: { id: 2 },
  })
})

test('D-1.3-12: big integers become text, lists and nested ones too', () => {
  const compiled = compile([
    defineModel('M', { properties: { n: 'bigint', list: ['bigint'], nest: { n: 'bigint' } } }),
  ])
  assert.equal(presenterOf(compiled, 'M').present({ n: 5n, list: [1n], nest: { n: 2n } }), {
    n: '5',
    list: ['1'],
    nest: { n: '2' },
  })
})

test('D-1.3-6: a DateString is its text in strict and holds when in loopback3', () => {
  const definition = defineModel('M', { properties: { d: 'DateString' } })
  const shown = (profile: 'strict' | 'loopback3') =>
    presenterOf(compile([definition], profile), 'M').present({ d: '2014-10-11' })
  assert.equal(shown('strict'), { d: '2014-10-11' })
  assert.equal(shown('loopback3'), { d: '{"when":"2014-10-11"}' })
})

test('D-1.3-7: bytes have the JSON form of a Buffer', () => {
  const compiled = compile([defineModel('M', { properties: { b: 'buffer' } })])
  const row = presenterOf(compiled, 'M').present({ b: new Uint8Array([104, 105]) })
  assert.is(JSON.stringify(row), '{"b":{"type":"Buffer","data":[104,105]}}')
})

test('null values and unknown related models are left alone', () => {
  const { present } = presenterOf(lb3, 'Book')
  const row: Row = { title: 'x', author: null, dims: null }
  assert.is(present(row), row)
})

test.run()
