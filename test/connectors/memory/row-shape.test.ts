import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RowCopy } from '../../../connectors/memory/row-copy.ts'
import { RowShapes } from '../../../connectors/memory/row-shape.ts'
import { RemoteError, type Row } from '../../../core/spi.ts'

const rows: readonly Row[] = [
  {},
  { a: 1 },
  { b: undefined, a: null },
  { a: 'x', b: 2.5, c: true, d: 9n },
  { 2: 'second', name: 'n', 1: 'first' },
  { toString: 'own', valueOf: null },
  { 'with "quotes"': 1, 'a.b': 2, '': 3 },
]

test('a packed row has the same members in the same order', () => {
  const shapes = new RowShapes()
  for (const row of [...rows, ...rows]) {
    const packed = shapes.pack(row)
    assert.equal(Object.entries(packed), Object.entries(row))
    assert.is(Object.getPrototypeOf(packed), Object.prototype)
    packed.a = 'changed'
  }
  assert.equal(shapes.pack({ a: 1 }), { a: 1 })
})

test('D-1.2-18: a copy to keep is refused where a key reaches a prototype, and holds no functions', () => {
  const copies = new RowCopy()
  for (const text of ['{"a":1,"__proto__":2}', '{"a":1,"constructor":2}']) {
    assert.throws(
      () => copies.copyIn(JSON.parse(text)),
      (error: unknown) => error instanceof RemoteError && error.reason === 'RESERVED_KEY',
    )
  }
  assert.equal(Object.keys(copies.copyIn({ a: () => 1, b: 2 })), ['b'])
  assert.equal(Object.keys(copies.copyIn({ a: 1, b: 2 })), ['a', 'b'])
})

test('a copy to keep has room for the columns that will be added, and shares nothing', () => {
  const copies = new RowCopy()
  const row = { tags: ['x'], at: new Date(1) }
  const kept = copies.copyIn(row, ['id'])
  assert.equal(kept, { ...row, id: null })
  assert.is.not(kept.tags, row.tags)
  assert.is.not(kept.at, row.at)
  assert.equal(Object.keys(copies.copyIn({ id: 1, ...row }, ['id'])), ['id', 'tags', 'at'])
})

test('rows of more forms than are remembered are kept as well', () => {
  const copies = new RowCopy()
  for (let index = 0; index < 200; index += 1) {
    const row = { [`column${index}`]: index, common: { index } }
    assert.equal(copies.copyOut(copies.copyIn(row), undefined), row)
  }
})

test.run()
