import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import type { RemoteError } from '../../../core/error/remote-error.ts'
import { compileCoercion, type ModelCoercion } from '../../../core/model/coerce.ts'
import { defineModel, type ModelDefinition } from '../../../core/model/define-model.ts'
import type { ValidationFailure } from '../../../core/model/failure.ts'
import { GeoPoint } from '../../../core/model/geo-point.ts'
import type { Row } from '../../../core/model/model.ts'
import type { ProfileName } from '../../../core/profile.ts'
import { compile } from './support.ts'

function coercionOf(definition: ModelDefinition, profile: ProfileName = 'strict'): ModelCoercion {
  return compileCoercion(compile([definition], profile).model(definition.name))
}

/** Converts one value of one type: the value, or the failures as `path code message`. */
function convert(type: unknown, value: unknown, profile: ProfileName = 'strict'): unknown {
  const definition = defineModel('M', { properties: { x: type as string } })
  const failures: ValidationFailure[] = []
  const row = coercionOf(definition, profile).create({ x: value }, failures)
  return failures.length === 0
    ? row['x']
    : failures.map(({ path, code, message }) => `${path} ${code} ${message}`)
}

function errorOf(run: () => unknown): RemoteError {
  try {
    run()
  } catch (error) {
    return error as RemoteError
  }
  throw new Error('nothing was thrown')
}

test('D-1.3-1: null is kept, undefined and functions are left out', () => {
  const { create } = coercionOf(defineModel('M', { properties: { a: 'string', b: 'number' } }))
  assert.equal(create({ a: null, b: undefined, c: () => 1, d: undefined }, []), { a: null })
})

test('D-1.3-1, D-2.5-2: persistUndefinedAsNull keeps undefined as null', () => {
  const { create, patch } = coercionOf(
    defineModel('M', { properties: { a: 'string', b: 'string' }, persistUndefinedAsNull: true }),
  )
  assert.equal(create({ a: undefined }, []), { a: null })
  assert.equal(patch({ b: undefined }, []), { b: null })
})

test('D-1.3-2: text of scalars; objects and lists are refused', () => {
  assert.is(convert('string', 5), '5')
  assert.is(convert('string', true), 'true')
  assert.equal(convert('string', {}), ['x type is not a string'])
  assert.equal(convert('string', [1]), ['x type is not a string'])
})

test('D-1.3-3: numeric text is converted, anything else refused', () => {
  assert.is(convert('number', '5'), 5)
  assert.is(convert('number', '1e3'), 1000)
  for (const value of ['abc', '', ' ', 'Infinity', {}, [1], Number.NaN, new Date()]) {
    assert.equal(convert('number', value), ['x type is not a number'])
  }
})

test('D-1.3-4: only booleans, 1, 0 and their texts', () => {
  const yes = [true, 'true', '1', 1]
  const no = [false, 'false', '0', 0]
  for (const value of yes) assert.is(convert('boolean', value), true)
  for (const value of no) assert.is(convert('boolean', value), false)
  for (const value of ['yes', '', 2, [], {}]) {
    assert.equal(convert('boolean', value), ['x type is not a boolean'])
  }
})

test('D-1.3-5: dates from text and milliseconds; anything else is an invalid date', () => {
  assert.equal(convert('date', '2014-10-11'), new Date('2014-10-11'))
  assert.equal(convert('date', 0), new Date(0))
  for (const value of ['garbage', '', {}, '1413029594150']) {
    assert.is(String(convert('date', value)), 'Invalid Date')
  }
})

test('D-1.3-6: a DateString keeps its text', () => {
  assert.is(convert('dateString', '2014-10-11'), '2014-10-11')
  assert.equal(convert('dateString', 'never'), ['x type is not a valid date'])
  assert.equal(convert('dateString', 5), ['x type is not a valid date'])
})

test('D-1.3-7: buffers from base64, text and envelopes, never from a number', () => {
  const text = (value: unknown) => (value as Buffer).toString()
  assert.is(text(convert('buffer', 'aGk=')), 'hi')
  assert.is(text(convert('buffer', 'hello!')), 'hello!')
  assert.is(text(convert('buffer', { $type: 'base64', $data: 'aGk=' })), 'hi')
  assert.is(text(convert('buffer', { type: 'Buffer', data: [104, 105] })), 'hi')
  const given = Buffer.from('x')
  assert.is(convert('buffer', given), given)
  for (const value of [1000, true, { type: 'Buffer', data: [-1] }]) {
    assert.is(errorOf(() => convert('buffer', value)).statusCode, 400)
  }
})

test('D-1.3-8: points from members, pairs and text, within their range', () => {
  const point = new GeoPoint(10, 20.5)
  for (const value of [{ lat: 10, lng: 20.5 }, [10, 20.5], '10,20.5', '{"lat":10,"lng":20.5}']) {
    assert.equal(convert('geopoint', value), point)
  }
  for (const value of [{ lat: 91, lng: 0 }, [0, 181], 'x,y', '1', 5, { lat: 1 }]) {
    assert.is(errorOf(() => convert('geopoint', value)).statusCode, 400)
  }
})

test('D-1.3-9: any, json, object and text values stay untouched', () => {
  for (const type of ['any', 'json', 'object', 'text']) {
    for (const value of ['{"j":1}', 'abc', 5, true]) assert.is(convert(type, value), value)
  }
})

test('D-1.3-10: lists convert their items, JSON text too; anything else is 400', () => {
  assert.equal(convert(['number'], ['1', 2, null]), [1, 2, null])
  assert.equal(convert(['number'], '[1,"2"]'), [1, 2])
  assert.equal(convert(['number'], [1, 'x']), ['x.1 type is not a number'])
  for (const value of [5, 'no', { a: 1 }, '{}']) {
    assert.is(errorOf(() => convert(['number'], value)).statusCode, 400)
  }
  assert.equal(convert('array', [1, 'a']), [1, 'a'])
})

test('D-1.3-11, D-6-20: nested values are converted, failures carry their path', () => {
  const type = { street: 'string', no: 'number', items: [{ qty: 'number' }] }
  assert.equal(convert(type, { street: 5, no: '7', extra: 1 }), { street: '5', no: 7, extra: 1 })
  assert.equal(convert(type, { no: 'x', items: [{ qty: 1 }, { qty: 'y' }] }), [
    'x.no type is not a number',
    'x.items.1.qty type is not a number',
  ])
  assert.equal(convert(type, 5), ['x type is not an object'])
  assert.equal(convert(type, '{"no":"3"}'), { no: 3 })
})

test('D-1.3-12: integers, big integers and decimals', () => {
  assert.is(convert('integer', '7'), 7)
  assert.equal(convert('integer', 1.5), ['x type is not a safe integer'])
  assert.equal(convert('integer', 2 ** 53), ['x type is not a safe integer'])
  assert.is(convert('bigint', '9007199254740993'), 9007199254740993n)
  assert.equal(convert('bigint', 1.5), ['x type is not an integer'])
  assert.is(convert('decimal', '0.10'), '0.10')
  assert.is(convert('decimal', 1.25), '1.25')
  assert.equal(convert('decimal', '1e3'), ['x type is not a decimal number'])
})

test('D-1.3-15: the value of a belongsTo sets the foreign key and is not stored', () => {
  const { models } = compile([
    defineModel('Author', {}),
    defineModel('Book', { relations: { author: { belongsTo: 'Author' } } }),
  ])
  const book = models.get('Book')
  assert.ok(book)
  const { create } = compileCoercion(book)
  assert.equal(create({ author: { id: 5, name: 'x' } }, []), { authorId: 5 })
  assert.equal(create({ authorId: 7, author: { id: 5 } }, []), { authorId: 7 })
})

test('D-1.2-6, D-1.2-8: defaults fill what is missing, not what is null', () => {
  const { create, patch } = coercionOf(
    defineModel('M', {
      properties: {
        a: { type: 'number', default: 1 },
        b: { type: 'number', default: 2, applyDefaultOnWrites: false },
      },
    }),
  )
  assert.equal(create({}, []), { a: 1 })
  assert.equal(create({ a: null }, []), { a: null })
  assert.equal(patch({}, []), {})
})

test('D-1.5-1: dynamic properties follow the declared ones', () => {
  const { create } = coercionOf(defineModel('M', { properties: { a: 'string', b: 'string' } }))
  assert.equal(Object.keys(create({ z: 1, b: 'b', y: 2, a: 'a' }, [])), ['a', 'b', 'z', 'y'])
})

test('D-1.5-2, D-1.5-3: unknown properties are recorded or dropped', () => {
  const failures: ValidationFailure[] = []
  const data = { a: 'x', memo: 1 }
  const properties = { a: 'string' } as const
  assert.equal(coercionOf(defineModel('M', { properties, strict: true })).create(data, failures), {
    a: 'x',
  })
  assert.equal(failures, [
    {
      path: 'memo',
      code: 'unknown-property',
      message: 'is not defined in the model',
      value: undefined,
    },
  ])
  const filter = coercionOf(defineModel('M', { properties, strict: 'filter' }))
  const none: ValidationFailure[] = []
  assert.equal(
    [filter.create(data, none), filter.patch(data, none), none],
    [{ a: 'x' }, { a: 'x' }, []],
  )
})

test('D-1.2-17: a dynamic name with a dot is 400', () => {
  const { create } = coercionOf(defineModel('M', {}))
  const error = errorOf(() => create({ 'a.b': 1 }, []))
  assert.equal([error.statusCode, error.reason], [400, 'INVALID_ARGUMENT'])
})

test('D-1.2-18: hostile keys are refused at any depth and change no prototype', () => {
  const { create, patch } = coercionOf(
    defineModel('M', { properties: { o: 'object', list: ['object'], nest: { a: 'any' } } }),
  )
  const texts = [
    '{"__proto__": {"polluted": 1}}',
    '{"o": {"x": {"__proto__": {"polluted": 1}}}}',
    '{"o": [{"constructor": {"prototype": {"polluted": 1}}}]}',
    '{"list": [{"__proto__": 1}]}',
    '{"nest": {"__proto__": {"polluted": 1}}}',
    '{"nest": {"a": {"constructor": 5}}}',
    '{"constructor": 5}',
    '{"free": {"__proto__": 1}}',
    '{"list": "[{\\"__proto__\\":{\\"polluted\\":1}}]"}',
    '{"nest": "{\\"__proto__\\":{\\"polluted\\":1}}"}',
    '{"prototype": 5}',
  ]
  for (const text of texts) {
    for (const read of [create, patch]) {
      assert.is(errorOf(() => read(JSON.parse(text), [])).reason, 'RESERVED_KEY', text)
    }
  }
  assert.is(({} as Row)['polluted'], undefined)
})

test('D-1.6-7: data nested too deep is refused, circular data too', () => {
  const { create } = coercionOf(defineModel('M', { properties: { o: 'object' } }))
  let deep: unknown = 1
  for (let level = 0; level < 40; level++) deep = { deep }
  assert.is(errorOf(() => create({ o: deep }, [])).statusCode, 400)
  assert.is(errorOf(() => create({ o: { a: { b: 1 } } }, [], 2)).statusCode, 400)
  assert.equal(create({ o: { a: 1 } }, [], 2), { o: { a: 1 } })
  const circle: Row = {}
  circle['self'] = circle
  assert.is(errorOf(() => create({ o: circle }, [])).statusCode, 400)
})

test('D-0-3: data that is no object is 400', () => {
  const { create, patch } = coercionOf(defineModel('M', {}))
  for (const value of [5, 'x', null, [1]]) {
    assert.is(errorOf(() => create(value as never, [])).reason, 'INVALID_ARGUMENT')
    assert.is(errorOf(() => patch(value as never, [])).reason, 'INVALID_ARGUMENT')
  }
})

test('D-0-7: the data given is not changed', () => {
  const { create } = coercionOf(
    defineModel('M', { properties: { n: 'number', list: ['number'], nest: { a: 'number' } } }),
  )
  const data = Object.freeze({
    n: '1',
    list: Object.freeze(['1']),
    nest: Object.freeze({ a: '2' }),
  })
  assert.equal(create(data, []), { n: 1, list: [1], nest: { a: 2 } })
})

test('a generated id given as null or empty text counts as none', () => {
  const { create } = coercionOf(defineModel('M', {}))
  assert.equal(create({ id: null }, []), {})
  assert.equal(create({ id: '' }, []), {})
  assert.equal(create({ id: '7' }, []), { id: 7 })
})

test('a schema runs after the conversion and may change the value', () => {
  const { create } = coercionOf(
    defineModel('M', {
      properties: {
        name: z.string().trim().min(2),
        pages: z.int().max(10).optional(),
        tags: z.array(z.string().max(3)).default([]),
        size: z.object({ w: z.number() }).optional(),
      },
    }),
  )
  const failures: ValidationFailure[] = []
  assert.equal(create({ name: ' ab ', pages: '7', size: { w: '1', x: 2 } }, failures), {
    name: 'ab',
    pages: 7,
    tags: [],
    size: { w: 1 },
  })
  assert.equal(failures, [])
  create({ name: 'a', pages: 11, tags: ['long'], size: {} }, failures)
  assert.equal(
    failures.map(({ path, code }) => [path, code]),
    [
      ['name', 'too_small'],
      ['pages', 'too_big'],
      ['tags.0', 'too_big'],
      ['size.w', 'invalid_type'],
    ],
  )
})

test('D-1.3-5: a schema leaves an unusable date to the date validation', () => {
  const { create } = coercionOf(defineModel('M', { properties: { d: z.date().min(new Date(0)) } }))
  const failures: ValidationFailure[] = []
  assert.is(String(create({ d: 'never' }, failures)['d']), 'Invalid Date')
  assert.equal(failures, [])
  create({ d: -1 }, failures)
  assert.is(failures[0]?.code, 'too_small')
})

test('a schema that fills missing values is asked for them', () => {
  const { create, patch } = coercionOf(
    defineModel('M', {
      properties: {
        a: z.string().catch('caught'),
        b: z.string().trim().prefault(' b '),
        c: z.preprocess((value) => value ?? 3, z.number()),
      },
    }),
  )
  assert.equal(create({}, []), { a: 'caught', b: 'b', c: 3 })
  assert.equal(patch({}, []), {})
})

test('null empties an optional property whose schema knows no null, and is gone when loaded', () => {
  const { patch, load } = coercionOf(
    defineModel('M', { properties: { a: z.string().optional(), b: z.string().nullable() } }),
  )
  const failures: ValidationFailure[] = []
  assert.equal(patch({ a: null, b: null }, failures), { a: null, b: null })
  assert.equal(failures, [])
  assert.equal(load({ a: null, b: null, id: 1 }), { b: null, id: 1 })
})

test('load returns the same row when it is in order, else puts declared keys first', () => {
  const { load } = coercionOf(defineModel('M', { properties: { a: 'string', b: 'string' } }))
  const row = { a: '1', b: '2', id: 3, free: 4 }
  assert.is(load(row), row)
  const partial = { b: '2' }
  assert.is(load(partial), partial)
  assert.equal(Object.keys(load({ id: 1, free: 2, b: '3', a: '4' })), ['a', 'b', 'id', 'free'])
})

test('D-1.2-9, D-3.1-10: a default that is not stored comes back on load, but not into partial rows', () => {
  const { load, store } = coercionOf(
    defineModel('M', {
      properties: { a: { type: 'number', default: 5, persistDefaultValues: false }, b: 'string' },
    }),
  )
  assert.equal(store({ a: 5, b: 'x' }), { b: 'x' })
  assert.equal(store({ a: 6, b: 'x' }), { a: 6, b: 'x' })
  assert.equal(load({ b: 'x' }), { a: 5, b: 'x' })
  assert.equal(load({ b: 'x' }, true), { b: 'x' })
})

test('D-1.2-8, D-1.2-13: what is read-only or equals a default that is not written is not stored', () => {
  const { store } = coercionOf(
    defineModel('M', {
      properties: {
        ro: { type: 'string', readOnly: true },
        d: { type: 'object', default: { a: 1 }, applyDefaultOnWrites: false },
        c: 'string',
      },
    }),
  )
  assert.equal(store({ ro: 'x', d: { a: 1 }, c: 'y' }), { c: 'y' })
  const row = { c: 'y' }
  assert.is(store(row), row)
})

test.run()
