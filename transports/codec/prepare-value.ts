import type { RichTypes } from './codec.ts'
import { hasByteOrderMark, isOrdinaryNumber, isPlainList } from './plain-value.ts'
import { isReservedKey } from './reserved-key.ts'
import { createObjectForms, type ObjectForms } from './rich-object.ts'

/** How a codec writes what JSON has no form for. Members and items handed over are prepared already. */
export interface RichForms extends ObjectForms {
  /** NaN, the infinities and −0. */
  readonly fromNumber: (value: number) => unknown
  readonly fromBigInt: (value: bigint) => unknown
  readonly fromUndefined: () => unknown
  /** A text that begins with a byte order mark, which decoders of UTF-8 like to swallow. */
  readonly fromText: (value: string) => unknown
  /** A user's object that has a member named `$`. */
  readonly fromTagged: (members: Readonly<Record<string, unknown>>) => unknown
}

/** Levels from which on a value is taken for a cycle. */
export const maxLevels = 512
/** Digits of a BigInt, either direction: reading digits takes more than linear time. */
export const maxBigIntDigits = 4096

type Members = Record<string, unknown>

/**
 * Makes the walk that replaces rich values before a message is written. A value without any is handed back itself, so
 * that nothing is copied; otherwise the changed branches are new and the caller's value is left as it is.
 *
 * **Errors**: `TypeError` for a cycle, a BigInt of too many digits, a geo point without finite coordinates.
 */
export function createPreparation(forms: RichForms, types: RichTypes): (value: unknown) => unknown {
  const prepareSpecial = createObjectForms(forms, types, prepare)

  function prepare(value: unknown, level: number): unknown {
    switch (typeof value) {
      case 'string':
        return hasByteOrderMark(value) ? forms.fromText(value) : value
      case 'boolean':
        return value
      case 'number':
        return isOrdinaryNumber(value) ? value : forms.fromNumber(value)
      case 'object':
        return value === null ? null : prepareObject(value, level)
      case 'bigint':
        return forms.fromBigInt(checkedBigInt(value))
      default:
        return forms.fromUndefined()
    }
  }

  function prepareObject(value: object, level: number): unknown {
    if (level > maxLevels) throw new TypeError('a value with a cycle, or nested too deeply')
    if (Array.isArray(value)) return prepareList(value, level + 1)
    const prototype: unknown = Object.getPrototypeOf(value)
    // the members of an object are looked at by name below
    if (prototype === Object.prototype) return prepareMembers(value as Members, level + 1)
    return prepareSpecial(value, level)
  }

  function prepareList(list: readonly unknown[], level: number): readonly unknown[] {
    let copy: unknown[] | undefined
    for (let index = 0; index < list.length; index++) {
      const item = list[index]
      const prepared = prepare(item, level)
      if (copy !== undefined) copy.push(prepared)
      else if (prepared !== item) {
        copy = list.slice(0, index)
        copy.push(prepared)
      }
    }
    return copy ?? list
  }

  function prepareMembers(value: Members, level: number): unknown {
    let copy: Members | undefined
    let isTagged = false
    // an object of Object.prototype has no other enumerable members
    for (const key in value) {
      const member = value[key]
      const kind = typeof member
      const isLeftOut =
        kind === 'undefined' || kind === 'function' || kind === 'symbol' || isReservedKey(key)
      if (isLeftOut && key === 'toJSON' && kind === 'function') return prepareSpecial(value, level)
      const prepared = isLeftOut ? member : prepare(member, level)
      if (key === '$') isTagged = true
      if (copy === undefined && (isLeftOut || prepared !== member)) copy = membersBefore(value, key)
      if (copy !== undefined && !isLeftOut) copy[key] = prepared
    }
    return isTagged ? forms.fromTagged(copy ?? value) : (copy ?? value)
  }

  return (value) => prepare(value, 0)
}

/**
 * Prepares every frame of a message; frames of plain values are looked through and left. **Errors**: `TypeError` for what
 * is no frame, for a function or a symbol as a whole value, and those of {@link createPreparation}.
 */
export function prepareFrames(
  frames: readonly unknown[],
  prepare: (value: unknown) => unknown,
): readonly unknown[] {
  let prepared: unknown[] | undefined
  for (let index = 0; index < frames.length; index++) {
    const frame = frames[index]
    checkFrame(frame)
    if (isPlainList(frame)) continue
    prepared ??= [...frames]
    prepared[index] = prepare(frame)
  }
  return prepared ?? frames
}

/** **Errors**: `TypeError` for what is no list, and for a function or a symbol as a whole value. */
export function checkFrame(frame: unknown): asserts frame is readonly unknown[] {
  if (!Array.isArray(frame)) throw new TypeError(`a frame must be a list, not ${typeof frame}`)
  for (let index = 0; index < frame.length; index++) {
    const value: unknown = frame[index]
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new TypeError(`a ${typeof value} can not be sent`)
    }
  }
}

/** The value. **Errors**: `TypeError` for one of more than {@link maxBigIntDigits} digits. */
export function checkedBigInt(value: bigint): bigint {
  // 13,604 bits are just below 4096 digits
  if (BigInt.asIntN(13_604, value) !== value) {
    throw new TypeError(`a BigInt of more than ${maxBigIntDigits} digits`)
  }
  return value
}

function membersBefore(value: Members, end: string): Members {
  const copy: Members = {}
  for (const key in value) {
    if (key === end) break
    copy[key] = value[key]
  }
  return copy
}
