import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { RemoteError } from '../../../core/error/remote-error.ts'
import { createTypeRegistry } from '../../../core/method/wire-registry.ts'
import { ConversionFailure, type TypeDeclaration } from '../../../core/method/wire-type.ts'
import { resolveProfile, strictProfile } from '../../../core/profile.ts'

const registry = createTypeRegistry({ profile: strictProfile, warn: assert.unreachable })
const epoch2020 = new Date(1577836800000)

function sloppy(type: TypeDeclaration, value: unknown): unknown {
  return registry.compile(type).fromSloppy(value)
}

function typed(type: TypeDeclaration, value: unknown): unknown {
  return registry.compile(type).fromTyped(value)
}

function messageOf(value: unknown): string {
  assert.instance(value, ConversionFailure)
  return (value as ConversionFailure).message
}

test('CW-3…CW-7: text is brought to the type the schema asks for, then the schema runs', () => {
  assert.is(sloppy(z.string(), '5'), '5')
  assert.is(sloppy(z.string(), 'null'), 'null')
  assert.is(sloppy(z.number(), '0668'), 668)
  assert.is(sloppy(z.int().max(100), '5'), 5)
  assert.is(sloppy(z.boolean(), 'TRUE'), true)
  assert.equal(sloppy(z.date(), '2020-01-01'), epoch2020)
  assert.equal(sloppy(z.date(), '1577836800000'), epoch2020)
  assert.is(sloppy(z.bigint(), '9007199254740993'), 9007199254740993n)
  assert.is(sloppy(z.any(), '5'), 5)
  assert.is(sloppy(z.email(), 'a@b.example'), 'a@b.example')
})

test('E-14: text that can not be brought there is refused as for the type itself', () => {
  assert.is(messageOf(sloppy(z.int(), 'x')), 'Value is not a number.')
  assert.is(messageOf(sloppy(z.boolean(), '2')), 'Value is not a boolean.')
  assert.is(messageOf(sloppy(z.date(), 'x')), 'Value is not a valid date.')
  assert.is(messageOf(sloppy(z.bigint(), '1.5')), 'Value is not a number.')
  assert.is(messageOf(sloppy(z.array(z.number()), '[x]')), 'Cannot parse JSON-encoded array value.')
  assert.is(messageOf(sloppy(z.object({}), '{x}')), 'Cannot parse JSON-encoded object value.')
})

test('the first issue is told, with its path', () => {
  const filter = z.object({ limit: z.int().max(100), order: z.array(z.object({ by: z.string() })) })
  const tooBig = typed(filter, { limit: 500, order: [] }) as ConversionFailure
  assert.is(tooBig.message, 'limit: Too big: expected number to be <=100')
  assert.is(tooBig.path, 'limit')
  const nested = typed(filter, { limit: 5, order: [{ by: 5 }] }) as ConversionFailure
  assert.is(nested.path, 'order.0.by')
  assert.is(messageOf(typed(z.int().max(100), 500)), 'Too big: expected number to be <=100')
  const text = sloppy(filter, { limit: 'x' }) as ConversionFailure
  assert.is(text.message, 'limit: Value is not a number.')
  assert.is(text.path, 'limit')
})

test('S-15: the default of a schema fills in for a missing value, blank text included', () => {
  const type = registry.compile(z.int().max(100).default(10))
  assert.ok(type.acceptsUndefined)
  assert.is(type.fromTyped(undefined), 10)
  assert.is(type.fromSloppy(''), 10)
  assert.is(type.fromSloppy('20'), 20)
  const optional = registry.compile(z.string().optional())
  assert.ok(optional.acceptsUndefined)
  assert.is(optional.fromSloppy(''), undefined)
})

test('I-4: a missing value of a schema that needs one is left to the required check', () => {
  const type = registry.compile(z.string().min(1))
  assert.not(type.acceptsUndefined)
  assert.is(type.fromTyped(undefined), undefined)
  assert.is(type.fromSloppy(''), undefined)
  assert.instance(type.fromTyped(''), ConversionFailure)
})

test('S-17: nullable, literals and unions choose by what the schema takes', () => {
  assert.is(sloppy(z.string().nullable(), 'null'), null)
  assert.is(sloppy(z.number().nullish(), 'null'), null)
  assert.is(typed(z.number().nullable(), null), null)
  assert.is(sloppy(z.enum(['1', '2']), '1'), '1')
  assert.is(sloppy(z.literal([1, true, null]), '1'), 1)
  assert.is(sloppy(z.literal([1, true, null]), 'true'), true)
  assert.is(sloppy(z.literal(['1', 1]), '1'), '1')
  assert.is(sloppy(z.union([z.number(), z.string()]), '5'), 5)
  assert.is(sloppy(z.union([z.string(), z.number()]), '5'), '5')
  assert.is(sloppy(z.union([z.number(), z.string()]), 'x'), 'x')
  assert.equal(typed(z.union([z.date(), z.string()]), '2020-01-01'), epoch2020)
  assert.is(typed(z.union([z.date(), z.string()]), 'x'), 'x')
  assert.instance(sloppy(z.union([z.number(), z.boolean()]), 'x'), ConversionFailure)
})

test('CW-11: lists from JSON text, repeated keys and single values', () => {
  const numbers = z.array(z.number())
  assert.equal(sloppy(numbers, '[1,2]'), [1, 2])
  assert.equal(sloppy(numbers, ['1', '2']), [1, 2])
  assert.equal(sloppy(numbers, '1'), [1])
  assert.is(sloppy(numbers.optional(), ''), undefined)
  assert.instance(sloppy(numbers, '["1"]'), ConversionFailure)
  assert.equal(sloppy(z.tuple([z.number(), z.string()]), ['1', '2']), [1, '2'])
})

test('TY-5: members of nested keys are converted by their schemas, JSON text is typed', () => {
  const schema = z.object({ limit: z.int(), tags: z.array(z.string()).optional() })
  assert.equal(sloppy(schema, { limit: '5', tags: 'a' }), { limit: 5, tags: ['a'] })
  assert.equal(sloppy(schema, '{"limit":5}'), { limit: 5 })
  assert.instance(sloppy(schema, '{"limit":"5"}'), ConversionFailure)
  assert.equal(sloppy(z.record(z.string(), z.number()), { a: '1' }), { a: 1 })
  const both = z.intersection(z.object({ a: z.number() }), z.object({ b: z.boolean() }))
  assert.equal(sloppy(both, { a: '1', b: 'true' }), { a: 1, b: true })
})

test('I-9: dates inside JSON values are read wherever the schema has them', () => {
  const schema = z.object({ when: z.date(), list: z.array(z.date()).optional() })
  const envelope = { $type: 'date', $data: 1577836800000 }
  assert.equal(typed(schema, { when: '2020-01-01', list: [envelope] }), {
    when: epoch2020,
    list: [epoch2020],
  })
  const failure = typed(schema, { when: 'x' }) as ConversionFailure
  assert.is(failure.message, 'when: Value is not a valid date.')
  const loopback3 = createTypeRegistry({
    profile: resolveProfile('loopback3'),
    warn: () => undefined,
  })
  assert.equal(loopback3.compile(z.date()).fromTyped('2020/01/01 UTC'), epoch2020)
  assert.instance(loopback3.compile(z.date()).fromTyped('x'), ConversionFailure)
  const bytes = { $type: 'base64', $data: 'aGk=' }
  assert.equal(typed(z.instanceof(Buffer), bytes), Buffer.from('hi'))
})

test('schemas that refer to themselves are followed', () => {
  interface Node {
    born: Date
    children?: Node[] | undefined
  }
  const byGetter = z.object({
    born: z.date(),
    get children() {
      return z.array(byGetter).optional()
    },
  })
  const byLazy: z.ZodType<Node> = z.object({
    born: z.date(),
    children: z.array(z.lazy(() => byLazy)).optional(),
  })
  const input = { born: '2020-01-01', children: [{ born: 1577836800000 }] }
  const expected = { born: epoch2020, children: [{ born: epoch2020 }] }
  assert.equal(typed(byGetter, input), expected)
  assert.equal(typed(byLazy, input), expected)
  assert.equal(sloppy(byLazy, JSON.stringify(input)), expected)
})

test('transforms, pipes and preprocessing get what they were written for', () => {
  assert.is(sloppy(z.string().transform(Number), '5'), 5)
  assert.is(sloppy(z.string().pipe(z.coerce.number()), '5'), 5)
  assert.is(
    sloppy(
      z.preprocess((value) => `${value}!`, z.string()),
      '5',
    ),
    '5!',
  )
  assert.is(sloppy(z.coerce.number(), '5'), 5)
  assert.is(sloppy(z.coerce.boolean(), 'yes'), true)
  assert.equal(typed(z.coerce.date(), true), new Date(1))
  assert.is(sloppy(z.coerce.boolean(), 'false'), false)
  assert.is(sloppy(z.stringbool(), 'yes'), true)
  assert.is(sloppy(z.string().readonly(), 'x'), 'x')
  assert.is(registry.compile(z.string().transform(Number)).validate(5), undefined)
  assert.ok(registry.compile(z.string()).validate(5))
  assert.is(registry.compile(z.string()).validate(undefined), undefined)
})

test('names are those of the wire types', () => {
  const names: readonly [TypeDeclaration, string][] = [
    [z.string().optional(), 'string'],
    [z.int().max(5).default(1), 'integer'],
    [z.float64(), 'number'],
    [z.array(z.date()), '[date]'],
    [z.object({}), 'object'],
    [z.enum(['a']), 'string'],
    [z.number().nullable(), 'number|null'],
    [z.string().transform(Number), 'string'],
    [z.unknown(), 'any'],
  ]
  for (const [schema, name] of names) assert.is(registry.compile(schema).name, name)
})

test('a schema with an asynchronous check is a fault of the server, not of the caller', () => {
  const type = registry.compile(z.string().refine(async () => true))
  const failure = type.fromTyped('x') as ConversionFailure
  assert.instance(failure, ConversionFailure)
  assert.is(RemoteError.from(failure.cause).statusCode, 500)
})

test('Q-11: a schema neither follows nor copies a key __proto__', () => {
  const hostile: unknown = JSON.parse('{"a":"1","__proto__":{"admin":true}}')
  for (const schema of [z.looseObject({ a: z.string() }), z.record(z.string(), z.any())]) {
    for (const value of [typed(schema, hostile), sloppy(schema, hostile)]) {
      assert.is((value as { admin?: unknown }).admin, undefined)
    }
  }
  assert.not('admin' in {})
})

test('schemas of zod/mini and of other libraries work', () => {
  assert.is(sloppy(mini.number() as unknown as TypeDeclaration, '5'), 5)
  const other = {
    '~standard': {
      version: 1 as const,
      vendor: 'other',
      validate: (value: unknown) =>
        typeof value === 'number'
          ? { value: value * 2 }
          : { issues: [{ message: 'no number', path: ['a', { key: 0 }] }] },
    },
  }
  assert.is(sloppy(other, '5'), 10)
  assert.is(typed(other, 5), 10)
  const failure = typed(other, 'x') as ConversionFailure
  assert.is(failure.message, 'a.0: no number')
  assert.is(sloppy(other, ''), undefined)
  const text = {
    '~standard': {
      version: 1 as const,
      vendor: 'text',
      validate: (value: unknown) =>
        typeof value === 'string' ? { value } : { issues: [{ message: 'no text' }] },
    },
  }
  assert.is(sloppy(text, '5'), '5')
})

test('a schema of another library that answers late is a fault of the server', () => {
  const late = {
    '~standard': {
      version: 1 as const,
      vendor: 'late',
      validate: () => Promise.reject(new Error('never looked at')),
    },
  }
  const failure = typed(late, 5) as ConversionFailure
  assert.instance(failure, ConversionFailure)
  assert.is(RemoteError.from(failure.cause).statusCode, 500)
})

test.run()
