import { readEnvelope } from './type-envelope.ts'
import { notABuffer } from './wire-failure.ts'
import { looksLikeJsonObject, parseJsonText } from './wire-json.ts'
import { ConversionFailure, type WireType } from './wire-type.ts'

/** Type `buffer`: a Buffer, the bytes a rich transport carries, or the base64 envelope; never plain text. Source: remoting TY-4, I-9. */
export const bufferType: WireType = Object.freeze({
  name: 'buffer',
  fromSloppy,
  fromTyped,
  validate,
  acceptsUndefined: true,
})

function fromSloppy(value: unknown): unknown {
  if (typeof value !== 'string') return fromTyped(value)
  if (value === '') return undefined
  const parsed = looksLikeJsonObject(value) ? parseJsonText(value, notABuffer) : notABuffer
  return parsed instanceof ConversionFailure ? parsed : fromTyped(parsed)
}

function fromTyped(value: unknown): unknown {
  if (Buffer.isBuffer(value) || value === undefined) return value
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  if (typeof value !== 'object' || value === null) return notABuffer
  const decoded = readEnvelope(value, false)
  return Buffer.isBuffer(decoded) ? decoded : notABuffer
}

function validate(value: unknown): ConversionFailure | undefined {
  return value === undefined || value instanceof Uint8Array ? undefined : notABuffer
}
