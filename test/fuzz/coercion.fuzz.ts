import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { parseDateText } from '../../core/method/date-text.ts'
import { decodeEnvelopes } from '../../core/method/type-envelope.ts'
import { findReservedKey, parseJsonText } from '../../core/method/wire-json.ts'
import { createTypeRegistry } from '../../core/method/wire-registry.ts'
import { ConversionFailure, type TypeDeclaration } from '../../core/method/wire-type.ts'
import { resolveProfile } from '../../core/profile.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 300)

const scalars: readonly TypeDeclaration[] = [
  ...['any', 'boolean', 'number', 'integer', 'string', 'date', 'geopoint', 'object', 'buffer'],
]
const declarations: readonly TypeDeclaration[] = [
  ...scalars,
  ...scalars.map((type) => [type]),
  [['number']],
  { anyOf: ['number', 'date', 'string'] },
  { a: 'number', b: ['date'], c: { d: 'string' } },
  z.int().max(100),
  z.object({ a: z.date(), b: z.array(z.number()).optional() }),
  z.union([z.number(), z.boolean(), z.null()]),
  z.looseObject({ a: z.string() }),
]

const types = (['strict', 'loopback3'] as const).flatMap((name) => {
  const registry = createTypeRegistry({ profile: resolveProfile(name), warn: () => undefined })
  return declarations.map((type) =>
    registry.compile(type, { validateMembers: true, allowArray: true }),
  )
})
const anyType = fc.constantFrom(...types)

const keys = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '$type',
    '$data',
    'a',
    'lat',
  ),
)
const scalarText = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'null',
    'true',
    'FALSE',
    '',
    '__proto__',
    '[]',
    '{}',
    '[1,',
    '1,2',
    '{"a":{"__proto__":{}}}',
  ),
  fc.double().map(String),
  fc.json(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
)
/** What JSON and rich transports carry, hostile keys included as own members. */
const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalarText,
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, Number.NaN, new Date(Number.NaN), new Date(0)),
    fc.uint8Array({ maxLength: 4 }),
    fc.record({ $type: fc.constantFrom('date', 'base64', 'x'), $data: tie('value') }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map(ownMembers),
  ),
})).value

function ownMembers(entries: readonly (readonly [string, unknown])[]): object {
  const target = {}
  for (const [key, value] of entries) {
    const descriptor = { value, enumerable: true, configurable: true, writable: true }
    Object.defineProperty(target, key, descriptor)
  }
  return target
}

const untouched = JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort())

function assertUnpolluted(): void {
  assert.is(JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort()), untouched)
}

test('CW-1…CW-11: no input makes a conversion throw or touch Object.prototype', () => {
  fc.assert(
    fc.property(anyType, values, (type, value) => {
      for (const convert of [type.fromTyped, type.fromSloppy]) {
        const converted = convert(value)
        if (!(converted instanceof ConversionFailure)) type.validate(decodeEnvelopes(converted))
      }
      type.validate(value)
      assertUnpolluted()
    }),
    { numRuns },
  )
})

test('Q-11: text never yields a value with a reserved key', () => {
  fc.assert(
    fc.property(anyType, fc.oneof(scalarText, values.map(jsonText)), (type, text) => {
      const converted = type.fromSloppy(text)
      if (!(converted instanceof ConversionFailure)) {
        assert.is(findReservedKey(converted), undefined)
      }
    }),
    { numRuns },
  )
})

function jsonText(value: unknown): string {
  return JSON.stringify(value) ?? ''
}

test('Q-11: parsed text with an own reserved key is always noticed', () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = jsonText(value)
      if (text === '') return
      const isRefused = parseJsonText(text, undefined) instanceof ConversionFailure
      assert.is(isRefused, findReservedKey(JSON.parse(text)) !== undefined)
    }),
    { numRuns },
  )
})

test('CW-1…CW-11: typed conversion of a converted value changes nothing', () => {
  fc.assert(
    fc.property(anyType, values, (type, value) => {
      const once = type.fromTyped(value)
      if (once instanceof ConversionFailure || type.validate(once) !== undefined) return
      assert.equal(type.fromTyped(once), once)
    }),
    { numRuns },
  )
})

test('I-8: decoding twice is decoding once, and never changes its input', () => {
  fc.assert(
    fc.property(values, (value) => {
      const before = jsonText(value)
      const once = decodeEnvelopes(value)
      assert.is(jsonText(value), before)
      assert.ok(Object.is(decodeEnvelopes(once), once))
      assertUnpolluted()
    }),
    { numRuns },
  )
})

test('CX-1: strict and the engine agree on every ISO text the engine writes', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      assert.is(parseDateText(date.toISOString(), false), date.getTime())
      assert.is(parseDateText(date.toISOString(), true), date.getTime())
    }),
    { numRuns },
  )
})

test.run()
