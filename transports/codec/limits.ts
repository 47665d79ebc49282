import { CodecError, type CodecLimits, defaultCodecLimits } from './codec.ts'

/**
 * Fills in the limits left out.
 *
 * **Errors**: `TypeError` for an unknown key or a limit that is no whole number from 0.
 */
export function parseCodecLimits(limits: Partial<CodecLimits> = {}): CodecLimits {
  for (const [key, value] of Object.entries(limits)) {
    if (!Object.hasOwn(defaultCodecLimits, key)) throw new TypeError(`unknown codec limit "${key}"`)
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new TypeError(`the codec limit "${key}" must be a whole number, not ${typeof value}`)
    }
  }
  const given = Object.entries(limits).filter(([, value]) => value !== undefined)
  return Object.freeze({ ...defaultCodecLimits, ...Object.fromEntries(given) })
}

/** What is thrown for a message beyond a limit. */
export function tooBig(what: string): CodecError {
  return new CodecError('tooBig', `the message holds ${what}`)
}

/** What is thrown for a message that is wrong in any other way. */
export function malformed(what: string): CodecError {
  return new CodecError('malformed', `malformed message: ${what}`)
}

/** A thrown value as a {@link CodecError}; what another library throws is taken for a malformed message. */
export function codecErrorFrom(thrown: unknown): CodecError {
  if (thrown instanceof CodecError) return thrown
  if (thrown instanceof RangeError) return malformed('nested too deeply')
  return malformed(thrown instanceof Error ? thrown.name : typeof thrown)
}

/** The outcome of a decoder, checked to be a list of lists. **Errors**: {@link CodecError}. */
export function checkFrames(value: unknown): readonly (readonly unknown[])[] {
  if (!Array.isArray(value)) throw malformed('no list of frames')
  for (const frame of value) {
    if (!Array.isArray(frame)) throw malformed('a frame that is no list')
  }
  return value
}
