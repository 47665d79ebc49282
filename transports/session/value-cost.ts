import { defaultCodecLimits } from '../codec/codec.ts'

/** Bytes of a value that holds no others, of a place in a list and of a name beside its characters. */
const unitBytes = 8

/**
 * What a value takes, in bytes: texts and names by their characters, byte strings as they are, everything else a few
 * bytes each. Looks at no more than is worth `most`.
 *
 * Answers `undefined` for more than `most`, and for values nested deeper than messages may be, cycles among them.
 */
export function costOf(value: unknown, most: number): number | undefined {
  let left = most

  function fits(given: unknown, depth: number): boolean {
    left -= unitBytes
    if (typeof given === 'string') left -= given.length
    if (typeof given !== 'object' || given === null || left < 0) return left >= 0
    if (ArrayBuffer.isView(given) || given instanceof ArrayBuffer) {
      left -= given.byteLength
      return left >= 0
    }
    return depth <= defaultCodecLimits.maxDepth && fitMembers(given, depth + 1)
  }

  function fitMembers(given: object, depth: number): boolean {
    if (Array.isArray(given) || given instanceof Set) return fitItems(given, depth)
    if (given instanceof Map)
      return fitItems(given.keys(), depth) && fitItems(given.values(), depth)
    for (const key of Object.keys(given)) {
      left -= key.length
      if (!fits(Reflect.get(given, key), depth)) return false
    }
    return given instanceof Error ? fits(given.message, depth) : true
  }

  function fitItems(items: Iterable<unknown>, depth: number): boolean {
    for (const item of items) if (!fits(item, depth)) return false
    return true
  }

  return fits(value, 1) ? most - left : undefined
}
