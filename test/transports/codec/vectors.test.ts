import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { CodecLimits } from '../../../transports/codec/codec.ts'
import { compactMsgpackCodec } from '../../../transports/codec/compact-msgpack.ts'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { msgpackCodec, msgpackCodecWith } from '../../../transports/codec/msgpack.ts'
import {
  codecErrorKind,
  type Description,
  fingerprint,
  valueFrom,
  vectorTypes,
} from './describe.ts'

interface ValueVector {
  readonly name: string
  readonly value: Description
  readonly json?: string
  readonly msgpack?: string
}

interface RefusedVector {
  readonly name: string
  readonly kind: 'malformed' | 'tooBig'
  readonly json?: string
  readonly msgpack?: string
  readonly limits?: Partial<CodecLimits>
  readonly repeat?: {
    readonly form: 'json' | 'msgpack'
    readonly before: string
    readonly unit: string
    readonly count: number
    readonly after: string
  }
}

function vectors<T>(name: string): readonly T[] {
  const file = new URL(`../../vectors/codec/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** The codecs of `msgpack`, by what stands in the names of their tests. */
const packing = { MessagePack: msgpackCodec, 'compact MessagePack': compactMsgpackCodec } as const

const hexOf = (message: unknown): string => Buffer.from(message as Uint8Array).toString('hex')
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

for (const { name, value, json = '', msgpack = '' } of vectors<ValueVector>('values')) {
  const frames = [[3, 1, valueFrom(value)]]
  const expected = fingerprint(frames)

  test(`${name}: written and read as JSON`, () => {
    const codec = jsonCodec.create(vectorTypes)
    assert.is(codec.encode(frames), json)
    assert.is(codec.encodePlain(frames), json)
    assert.is(fingerprint(codec.decode(json)), expected)
  })

  for (const [form, factory] of Object.entries(packing)) {
    test(`${name}: written and read as ${form}`, () => {
      const codec = factory.create(vectorTypes)
      assert.is(hexOf(codec.encode(frames)), msgpack)
      assert.is(hexOf(codec.encodePlain(frames)), msgpack)
      assert.is(fingerprint(codec.decode(bytesOf(msgpack))), expected)
    })
  }

  test(`${name}: crosses as MessagePack with structures, plain or not`, () => {
    const sender = msgpackCodecWith({ structures: true }).create(vectorTypes)
    const receiver = msgpackCodecWith({ structures: true }).create(vectorTypes)
    for (const encode of [sender.encode, sender.encodePlain, sender.encode]) {
      assert.is(fingerprint(receiver.decode(encode(frames))), expected)
    }
  })
}

for (const { name, value, json, msgpack } of vectors<ValueVector>('accepted')) {
  const expected = fingerprint([[3, 1, valueFrom(value)]])

  if (json !== undefined) {
    test(`${name}: accepted as JSON`, () => {
      assert.is(fingerprint(jsonCodec.create(vectorTypes).decode(json)), expected)
    })
    continue
  }
  for (const [form, factory] of Object.entries(packing)) {
    test(`${name}: accepted as ${form}`, () => {
      const decoded = factory.create(vectorTypes).decode(bytesOf(msgpack ?? ''))
      assert.is(fingerprint(decoded), expected)
    })
  }
}

for (const { name, kind, json, msgpack, limits, repeat } of vectors<RefusedVector>('refused')) {
  const long = repeat && repeat.before + repeat.unit.repeat(repeat.count) + repeat.after
  const text = json ?? (repeat?.form === 'json' ? long : undefined)
  const message = text ?? bytesOf(msgpack ?? long ?? '')
  const factories = text === undefined ? packing : { JSON: jsonCodec }

  for (const [form, factory] of Object.entries(factories)) {
    test(`${name}: refused as ${kind} ${form}`, () => {
      const codec = factory.create(vectorTypes, limits)
      assert.is(
        codecErrorKind(() => codec.decode(message)),
        kind,
      )
    })
  }
}

test.run()
