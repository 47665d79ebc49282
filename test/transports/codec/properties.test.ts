import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Codec } from '../../../transports/codec/codec.ts'
import { compactMsgpackCodec } from '../../../transports/codec/compact-msgpack.ts'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { msgpackCodec, msgpackCodecWith } from '../../../transports/codec/msgpack.ts'
import { hostileBytes, hostileText, isUnpolluted, richFrames } from './arbitrary.ts'
import { codecErrorKind, fingerprint, vectorTypes } from './describe.ts'

const numRuns = 300
const none = new Uint8Array(0)
const json = jsonCodec.create(vectorTypes)
const msgpack = msgpackCodec.create(vectorTypes)
const compact = compactMsgpackCodec.create(vectorTypes)
const withStructures = msgpackCodecWith({ structures: true })

for (const [name, codec] of Object.entries<Codec>({ json, msgpack, compact })) {
  test(`${name}: frames come back as they were sent, and are left as they were`, () => {
    fc.assert(
      fc.property(richFrames, (frames) => {
        const before = fingerprint(frames)
        assert.is(fingerprint(codec.decode(codec.encode(frames))), before)
        assert.is(fingerprint(frames), before)
      }),
      { numRuns },
    )
  })
}

test('msgpack and compact msgpack: both write the same bytes, and each reads what the other wrote', () => {
  fc.assert(
    fc.property(richFrames, (frames) => {
      const [theirs, ours] = [msgpack.encode(frames), compact.encode(frames)] as Uint8Array[]
      assert.is(Buffer.compare(ours ?? none, theirs ?? none), 0)
      assert.is(fingerprint(compact.decode(theirs ?? none)), fingerprint(frames))
      assert.is(fingerprint(msgpack.decode(ours ?? none)), fingerprint(frames))
    }),
    { numRuns },
  )
})

test('msgpack and compact msgpack: both accept the same bytes, and read the same', () => {
  fc.assert(
    fc.property(hostileBytes, (bytes) => {
      const isRefused = codecErrorKind(() => msgpack.decode(bytes)) !== 'none'
      assert.is(codecErrorKind(() => compact.decode(bytes)) !== 'none', isRefused)
      if (isRefused) return
      assert.is(fingerprint(compact.decode(bytes)), fingerprint(msgpack.decode(bytes)))
    }),
    { numRuns: 10 * numRuns },
  )
})

test('msgpack: one session with structures keeps every message, plain ones between', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), richFrames), { maxLength: 5 }), (messages) => {
      const sender = withStructures.create(vectorTypes, { maxStructures: 3 })
      const receiver = withStructures.create(vectorTypes, { maxStructures: 3 })
      for (const [isPlain, frames] of messages) {
        const message = isPlain ? sender.encodePlain(frames) : sender.encode(frames)
        assert.is(fingerprint(receiver.decode(message)), fingerprint(frames))
      }
    }),
    { numRuns },
  )
})

test('json: no text makes a decoder throw anything but a CodecError', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      codecErrorKind(() => json.decode(text))
      assert.ok(isUnpolluted())
    }),
    { numRuns: 10 * numRuns },
  )
})

test('msgpack: no bytes make a decoder throw anything but a CodecError', () => {
  fc.assert(
    fc.property(hostileBytes, (bytes) => {
      codecErrorKind(() => msgpack.decode(bytes))
      codecErrorKind(() => compact.decode(bytes))
      codecErrorKind(() => withStructures.create(vectorTypes).decode(bytes))
      assert.ok(isUnpolluted())
    }),
    { numRuns: 10 * numRuns },
  )
})

test('what a decoder accepts is sent and accepted again', () => {
  fc.assert(
    fc.property(hostileText, hostileBytes, (text, bytes) => {
      for (const [codec, message] of [
        [json, text] as const,
        [msgpack, bytes] as const,
        [compact, bytes] as const,
      ]) {
        if (codecErrorKind(() => codec.decode(message)) !== 'none') continue
        const frames = codec.decode(message)
        assert.is(fingerprint(codec.decode(codec.encode(frames))), fingerprint(frames))
      }
    }),
    { numRuns: 10 * numRuns },
  )
})

test.run()
