import fc from 'fast-check'
import { GeoPoint } from 'viaduct/spi'
import { ResultReference, StreamReference } from '../../../transports/codec/codec.ts'
import { makePlainError } from '../../../transports/codec/rich-types.ts'

/** Texts both codecs keep: those with whole surrogate pairs. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ minLength: 60, maxLength: 80 }),
  fc.constantFrom('\ufeff', `\ufeff${'x'.repeat(80)}`, '$', 'toJSON'),
)

const reserved = new Set(['__proto__', 'constructor', 'prototype'])
const key = fc
  .oneof(text, fc.constantFrom('$', 'a', 'b'))
  .filter((name) => !reserved.has(name) && !name.startsWith('\ufeff'))

const scalar = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.double({ min: -90, max: 90 }), fc.double({ min: -180, max: 180 }))
    .filter((pair) => !pair.some(Number.isNaN))
    .map(([lat, lng]) => new GeoPoint(lat, lng)),
  fc.integer({ min: 1 }).map((id) => new StreamReference(id)),
  fc
    .tuple(fc.integer({ min: 1 }), fc.array(key))
    .map(([id, path]) => new ResultReference(id, path)),
)

/** Rich values that come back as they were sent. */
export const richValue: fc.Arbitrary<unknown> = fc.letrec((tie) => {
  const value = tie('value')
  const member = value.filter((item) => item !== undefined)
  return {
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      scalar,
      fc.constant(undefined),
      fc.array(value, { maxLength: 6 }),
      fc.dictionary(key, member, { maxKeys: 6, noNullPrototype: true }),
      fc.array(fc.tuple(value, value), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      fc.array(value, { maxLength: 4 }).map((items) => new Set(items)),
      fc
        .tuple(text, text, fc.option(text, { nil: undefined }), value)
        .map(([name, message, code, details]) =>
          makePlainError({ name, message, details, ...(code === undefined ? {} : { code }) }),
        ),
    ),
  }
}).value

/** Lists of frames. */
export const richFrames: fc.Arbitrary<readonly (readonly unknown[])[]> = fc.array(
  fc.array(richValue, { maxLength: 4 }),
  { maxLength: 3 },
)

/** JSON text with hostile members, tags and broken places. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        ...['[', ']', '{', '}', ',', ':', '"$"', '"__proto__"', '"constructor"', '"a"', '1', '-0'],
        ...['"date"', '"map"', '"set"', '"error"', '"object"', '"ref"', '"bytes"', '"bigint"'],
        ...[
          'null',
          '1e999',
          '"\\u005f_proto__"',
          '{"$":["',
          '"]}',
          '[[3,1,',
          ']]',
          '{"$":["map",[',
        ],
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join('')),
)

/** Bytes that look like MessagePack for a while. */
export const hostileBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 0, max: 255 }).map((byte) => [byte]),
        fc.constantFrom(
          ...[[0x91], [0x92], [0x81], [0xd4, 5, 0x6d], [0xd4, 5, 0x65], [0xd4, 5, 0x72]],
          ...[[0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61], [0x40], [0xdd, 0, 0, 0, 2], [0xc7, 3, 2, 49]],
          ...[[0xa9, ...Buffer.from('__proto__')], [0xd7, 1], [0xcf], [0xc4, 2], [0xd9, 9]],
        ),
      ),
      { maxLength: 24 },
    )
    .map((parts) => Uint8Array.from(parts.flat())),
)

const untouched = namesOf(Object.prototype) + namesOf(Array.prototype)

function namesOf(value: object): string {
  return Reflect.ownKeys(value).map(String).sort().join()
}

/** Whether the prototypes are what they were when this file was loaded. */
export function isUnpolluted(): boolean {
  return namesOf(Object.prototype) + namesOf(Array.prototype) === untouched
}
