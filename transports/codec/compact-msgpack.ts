import { partOf } from '../session/parts.ts'
import { type Codec, type CodecFactory, defaultCodecLimits } from './codec.ts'
import { createMsgpackReader } from './compact-msgpack-reader.ts'
import { createMsgpackWriter } from './compact-msgpack-writer.ts'

/**
 * The codec of `viaduct.v1.msgpack` without record structures, small enough for browsers: it writes the bytes of the other
 * one, see `extension-types.ts`, and reads what that one reads. Integers beyond 2^53 are read as BigInt.
 */
export const compactMsgpackCodec: CodecFactory = Object.freeze<CodecFactory>({
  name: 'msgpack',
  isText: false,
  create(types, limits) {
    const encode = createMsgpackWriter(types)
    // its limits come from code of ours, which the compiler has checked
    const decode = createMsgpackReader(types, { ...defaultCodecLimits, ...limits })
    return Object.freeze<Codec>({
      name: 'msgpack',
      encode,
      encodeFrame: (frame) => partOf(encode([frame])),
      encodePlain: encode,
      decode,
    })
  },
})
