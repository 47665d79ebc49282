import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RemoteError } from '../../../core/error/remote-error.ts'
import { compileCoercion } from '../../../core/model/coerce.ts'
import type { ValidationFailure } from '../../../core/model/failure.ts'
import type { Row } from '../../../core/model/model.ts'
import { compileJson, recorded } from './support.ts'

const { model } = compileJson([recorded.author, recorded.book, recorded.review, recorded.sample])
const sample = compileCoercion(model('Sample'))
const author = compileCoercion(model('Author'))
const book = compileCoercion(model('Book'))

/** What a client sees after creating a sample with this data. */
function shown(data: Row): unknown {
  const failures: ValidationFailure[] = []
  const row = sample.store(sample.create(data, failures))
  assert.equal(failures, [])
  return JSON.parse(JSON.stringify(row))
}

/** Pairs of what was sent and what LoopBack 3 answered. */
const scalars: readonly (readonly [sent: Row, stored: Row])[] = [
  [{ s: 5 }, { s: '5' }],
  [{ s: true }, { s: 'true' }],
  [{ s: { a: 1 } }, { s: '[object Object]' }],
  [{ s: [1, 2] }, { s: '1,2' }],
  [{ s: null }, { s: null }],
  [{ s: '' }, { s: '' }],
  [{ n: '5' }, { n: 5 }],
  [{ n: '' }, { n: 0 }],
  [{ n: 'x' }, { n: null }],
  [{ n: true }, { n: 1 }],
  [{ n: null }, { n: null }],
  [{ n: '1e3' }, { n: 1000 }],
  [{ n: -0.5 }, { n: -0.5 }],
  [{ n: 9007199254740992 }, { n: 9007199254740992 }],
  [{ n: [1] }, { n: 1 }],
  [{ b: 'true' }, { b: true }],
  [{ b: 'false' }, { b: false }],
  [{ b: 1 }, { b: true }],
  [{ b: 0 }, { b: false }],
  [{ b: 'yes' }, { b: true }],
  [{ b: '' }, { b: false }],
  [{ b: '0' }, { b: false }],
  [{ b: null }, { b: null }],
  [{ b: [] }, { b: true }],
  [{ any: 5 }, { any: 5 }],
  [{ any: 'abc' }, { any: 'abc' }],
  [{ any: { x: 1 } }, { any: { x: 1 } }],
  [{ any: [1, 'a'] }, { any: [1, 'a'] }],
  [{ any: null }, { any: null }],
  [{ any: '{"j":1}' }, { any: { j: 1 } }],
  [{ any: true }, { any: true }],
  [{ o: { x: { y: [1] } } }, { o: { x: { y: [1] } } }],
  [{ o: 'text' }, { o: 'text' }],
  [{ o: '{"j":1}' }, { o: '{"j":1}' }],
  [{ o: [1] }, { o: [1] }],
  [{ o: null }, { o: null }],
  [{ o: 5 }, { o: 5 }],
]

test('D-1.3-1, D-1.3-2, D-1.3-3, D-1.3-4, D-1.3-9: scalars are converted as LoopBack 3 was recorded to', () => {
  for (const [sent, stored] of scalars) assert.equal(shown(sent), stored, JSON.stringify(sent))
})

test('D-1.3-5: dates are converted as LoopBack 3 was recorded to', () => {
  const dates: [unknown, string | null][] = [
    ['2014-10-11T12:13:14.150Z', '2014-10-11T12:13:14.150Z'],
    ['2014-10-11', '2014-10-11T00:00:00.000Z'],
    ['2014-10-11T12:13:14+02:00', '2014-10-11T10:13:14.000Z'],
    [1413029594150, '2014-10-11T12:13:14.150Z'],
    [null, null],
    [0, '1970-01-01T00:00:00.000Z'],
  ]
  for (const [d, stored] of dates) assert.equal(shown({ d }), { d: stored })
  assert.equal(shown({ dates: ['2011-01-01T00:00:00Z', '2012-02-02'] }), {
    dates: ['2011-01-01T00:00:00.000Z', '2012-02-02T00:00:00.000Z'],
  })
  assert.equal(shown({ dates: ['bad'] }), { dates: [null] })
})

test('D-1.3-10: text that is no list is refused with LoopBack’s words and without a code', () => {
  for (const read of [book.create, book.patch]) {
    try {
      read({ title: 'x', genres: 'no' }, [])
      assert.unreachable()
    } catch (error) {
      const { message, statusCode, wireCode } = error as RemoteError
      assert.is(message, 'could not create List from JSON string: "no"')
      assert.equal([statusCode, wireCode], [400, undefined])
    }
  }
})

test('D-1.3-3, D-1.3-11: nested numbers are converted', () => {
  const row = book.create({ title: 'x', dims: { w: '3', h: 'tall' } }, [])
  assert.equal(JSON.parse(JSON.stringify(row)), {
    title: 'x',
    inStock: true,
    dims: { w: 3, h: null },
  })
})

test('D-1.5-1: keys come back declared first, then the id, foreign keys and dynamic ones', () => {
  const row = book.create({ extra: 1, authorId: '3', id: 9, title: 'x', price: 5 }, [])
  assert.equal(Object.keys(row), ['title', 'price', 'inStock', 'id', 'authorId', 'extra'])
  assert.is(row['authorId'], 3)
})

test('D-1.2-6: defaults and nulls of a new author are as recorded', () => {
  assert.equal(
    author.create({ name: 'Defaults', active: null, rating: null, languages: null }, []),
    { name: 'Defaults', rating: null, active: null, languages: null },
  )
  assert.equal(author.create({ name: 17, country: true, active: 'false', rating: '3.5' }, []), {
    name: '17',
    country: 'true',
    rating: 3.5,
    active: false,
  })
  assert.equal(author.create({ name: 'Null id', id: null }, []), {
    name: 'Null id',
    rating: 0,
    active: true,
  })
})

test('D-1.3-2: data never runs: members called toString or valueOf are only data', () => {
  assert.equal(shown({ s: { toString: 1 } }), { s: '[object Object]' })
  assert.equal(shown({ s: [{ toString: 1 }] }), { s: '[object Object]' })
  assert.equal(shown({ n: { valueOf: 1, toString: 1 } }), { n: null })
  assert.equal(shown({ n: [{ toString: 1 }] }), { n: null })
  assert.ok(Number.isNaN((sample.create({ d: [{ toString: 1 }] }, [])['d'] as Date).getTime()))
})

test('D-1.2-18: text parsed on the way is checked like data', () => {
  for (const data of [{ any: '{"__proto__":{"x":1}}' }, { plain: '[{"constructor":1}]' }]) {
    assert.throws(() => sample.create(data, []), /is not allowed in data/)
  }
})

test('D-1.3-6: the form LoopBack writes is read back', () => {
  const { model: other } = compileJson([{ name: 'M', properties: { d: 'DateString' } }])
  const { create } = compileCoercion(other('M'))
  assert.equal(create({ d: '{"when":"2014-10-11"}' }, []), { d: '2014-10-11' })
})

test.run()
