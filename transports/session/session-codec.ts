import { type Codec, CodecError, type CodecFactory, type RichTypes } from '../codec/codec.ts'
import * as frameKinds from './frame-kinds.ts'
import type { Message } from './pipe.ts'

/** What a message may hold that is looked at frame by frame, because one of them is beyond a limit. */
const wide = Object.freeze({ maxDepth: 500, maxKeys: 1_000_000, maxItems: 1_000_000 })

/**
 * Makes the server's codec of a session: a call with values beyond a limit is refused alone, as over HTTP; the calls beside
 * it in the same message are carried out. Its arguments are then the {@link CodecError}. Codecs that remember what they
 * have decoded can not read twice: with them such a message ends the session.
 */
export function createSessionCodec(
  factory: CodecFactory,
  types: RichTypes,
  maxMessageBytes: number,
): Codec {
  const strict = factory.create(types, { maxMessageBytes })
  if (factory.isStateful === true) return strict
  let lenient: Codec | undefined
  return {
    name: strict.name,
    encode: (frames) => strict.encode(frames),
    encodeFrame: (frame) => strict.encodeFrame(frame),
    encodePlain: (frames) => strict.encodePlain(frames),
    decode(message) {
      try {
        return strict.decode(message)
      } catch (error) {
        if (!isBeyondLimit(error) || message.length > maxMessageBytes) throw error
        lenient ??= factory.create(types, { maxMessageBytes, ...wide })
        return decodeEach(strict, lenient, message)
      }
    },
  }
}

function isBeyondLimit(error: unknown): error is CodecError {
  return error instanceof CodecError && error.kind === 'tooBig'
}

function decodeEach(
  strict: Codec,
  lenient: Codec,
  message: Message,
): readonly (readonly unknown[])[] {
  return lenient.decode(message).map((frame) => {
    try {
      return strict.decode(lenient.encodePlain([frame]))[0] ?? frame
    } catch (error) {
      if (!isBeyondLimit(error) || frame[0] !== frameKinds.call) throw error
      return [frame[0], frame[1], frame[2], error]
    }
  })
}
