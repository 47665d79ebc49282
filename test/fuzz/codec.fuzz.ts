import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Codec } from '../../transports/codec/codec.ts'
import { jsonCodec } from '../../transports/codec/json.ts'
import { msgpackCodec, msgpackCodecWith } from '../../transports/codec/msgpack.ts'
import {
  hostileBytes,
  hostileText,
  isUnpolluted,
  richFrames,
} from '../transports/codec/arbitrary.ts'
import { codecErrorKind, fingerprint, vectorTypes } from '../transports/codec/describe.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 300)
/** Mutated messages cost next to nothing; there are ten of them for each run. */
const mutations = 10 * numRuns

const json = jsonCodec.create(vectorTypes)
const msgpack = msgpackCodec.create(vectorTypes)
const structured = msgpackCodecWith({ structures: true })

/** A small generator of numbers (mulberry32): the cost of a mutated message is that of decoding it. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) % below
  }
}

const seed = Date.now() | 0

/** Real messages to begin with. */
const frames: readonly (readonly (readonly unknown[])[])[] = fc.sample(richFrames, {
  numRuns: 300,
  seed,
})

const interesting = [
  0, 1, 0x40, 0x72, 0x7f, 0x80, 0x90, 0x91, 0xa9, 0xc1, 0xc4, 0xc7, 0xc9, 0xcf,
].concat([0xd4, 0xd6, 0xd7, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff])

/** Changes a few bytes of a copy, cuts it short, or repeats a part of it. */
function mutateBytes(source: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = source.slice(0, random(8) === 0 ? random(source.length + 1) : source.length)
  for (let count = random(4); count >= 0 && bytes.length > 0; count--) {
    const byte = random(2) === 0 ? random(256) : interesting[random(interesting.length)]
    bytes[random(bytes.length)] = byte ?? 0
  }
  if (random(8) === 0 && bytes.length > 4) bytes.copyWithin(random(bytes.length), 0, 8)
  return bytes
}

const fragments = [
  '"',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '"$":',
  '"__proto__":1,',
  '\\u0024',
  '1e999',
].concat(['-', 'null', '"map"', '"set"', '"error"', '"ref"', '"object"', '"date"', '"bytes"'])

function mutateText(source: string, random: (below: number) => number): string {
  let text = source
  for (let count = random(3); count >= 0; count--) {
    const at = random(text.length + 1)
    const fragment = fragments[random(fragments.length)] ?? ''
    text = text.slice(0, at) + fragment + text.slice(at + random(4))
  }
  return text
}

/** Decodes it; what is accepted must be accepted again as it is sent by this side. */
function tryMessage(codec: Codec, message: string | Uint8Array, isKept: boolean): void {
  let decoded: ReturnType<Codec['decode']> | undefined
  codecErrorKind(() => {
    decoded = codec.decode(message)
  })
  if (decoded !== undefined && isKept) {
    assert.is(fingerprint(codec.decode(codec.encodePlain(decoded))), fingerprint(decoded))
  }
}

test(`json: mutated messages are refused or kept, seed ${seed}`, () => {
  const random = randomFrom(seed)
  const texts = frames.map((list) => String(json.encode(list)))
  for (let run = 0; run < mutations; run++) {
    const text = mutateText(texts[random(texts.length)] ?? '', random)
    tryMessage(json, text, run % 10 === 0)
  }
  assert.ok(isUnpolluted())
})

for (const [name, make] of [
  ['msgpack', () => msgpack],
  ['msgpack with structures', () => structured.create(vectorTypes)],
] as const) {
  test(`${name}: mutated messages are refused or kept, seed ${seed}`, () => {
    const random = randomFrom(seed)
    const messages = frames.map((list) => new Uint8Array(make().encode(list) as Uint8Array))
    const runs = name === 'msgpack' ? mutations : numRuns
    for (let run = 0; run < runs; run++) {
      const bytes = mutateBytes(messages[random(messages.length)] ?? new Uint8Array(), random)
      tryMessage(make(), bytes, run % 10 === 0)
    }
    assert.ok(isUnpolluted())
  })
}

test('hostile messages are refused with nothing but a CodecError', () => {
  fc.assert(
    fc.property(hostileText, hostileBytes, (text, bytes) => {
      tryMessage(json, text, true)
      tryMessage(msgpack, bytes, true)
      tryMessage(structured.create(vectorTypes), bytes, true)
      assert.ok(isUnpolluted())
    }),
    { numRuns },
  )
})

test('arbitrary frames come back as they were sent', () => {
  fc.assert(
    fc.property(richFrames, (list) => {
      const expected = fingerprint(list)
      assert.is(fingerprint(json.decode(json.encode(list))), expected)
      assert.is(fingerprint(msgpack.decode(msgpack.encode(list))), expected)
    }),
    { numRuns: Math.min(numRuns, 20_000) },
  )
})

test.run()
