import { ResultReference, type RichTypes, StreamReference } from './codec.ts'
import { hasByteOrderMark, isOrdinaryNumber, isPlainList } from './plain-value.ts'
import { isReservedKey } from './reserved-key.ts'

/** How a codec writes what JSON has no form for. Members and items handed over are prepared already. */
export interface RichForms {
  /** NaN, the infinities and −0. */
  readonly fromNumber: (value: number) => unknown
  readonly fromBigInt: (value: bigint) => unknown
  readonly fromUndefined: () => unknown
  readonly fromDate: (value: Date) => unknown
  readonly fromBytes: (value: Uint8Array) => unknown
  readonly fromGeoPoint: (lat: number, lng: number) => unknown
  readonly fromMap: (entries: readonly (readonly [unknown, unknown])[]) => unknown
  readonly fromSet: (items: readonly unknown[]) => unknown
  readonly fromError: (problem: ErrorParts) => unknown
  readonly fromStream: (id: number) => unknown
  readonly fromReference: (id: number, path: readonly string[]) => unknown
  /** A text that begins with a byte order mark, which decoders of UTF-8 like to swallow. */
  readonly fromText: (value: string) => unknown
  /** A user's object that has a member named `$`. */
  readonly fromTagged: (members: Readonly<Record<string, unknown>>) => unknown
}

/** What is sent of an error inside a value; the stack and the cause are not. */
export interface ErrorParts {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly details?: unknown
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

  function prepareSpecial(value: object, level: number): unknown {
    if (value instanceof Date) return forms.fromDate(value)
    const bytes = bytesOf(value)
    if (bytes !== undefined) return forms.fromBytes(bytes)
    if (value instanceof Map) return forms.fromMap(prepareEntries(value, level + 1))
    if (value instanceof Set) return forms.fromSet(prepareList([...value], level + 1))
    if (value instanceof StreamReference) return forms.fromStream(value.id)
    if (value instanceof ResultReference) return forms.fromReference(value.id, value.path)
    if (types.isGeoPoint(value)) return prepareGeoPoint(value)
    if (value instanceof Error) return forms.fromError(prepareError(value, level + 1))
    if (isBoxed(value)) return prepare(value.valueOf(), level + 1)
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const plain: unknown = value.toJSON()
      if (plain !== value) return prepare(plain, level + 1)
    }
    return prepareMembers(ownMembers(value), level + 1)
  }

  function prepareEntries(map: ReadonlyMap<unknown, unknown>, level: number) {
    const entries: (readonly [unknown, unknown])[] = []
    for (const [key, value] of map) entries.push([prepare(key, level), prepare(value, level)])
    return entries
  }

  function prepareGeoPoint(point: { readonly lat: number; readonly lng: number }): unknown {
    if (!Number.isFinite(point.lat) || !Number.isFinite(point.lng)) {
      throw new TypeError('a geo point without finite coordinates')
    }
    return forms.fromGeoPoint(point.lat, point.lng)
  }

  function prepareError(error: Error, level: number): ErrorParts {
    const code = 'wireCode' in error ? error.wireCode : 'code' in error ? error.code : undefined
    const details = 'details' in error ? error.details : undefined
    return {
      name: String(error.name),
      message: String(error.message),
      ...(typeof code === 'string' ? { code } : {}),
      ...(details === undefined ? {} : { details: prepare(details, level) }),
    }
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
  for (const [index, frame] of frames.entries()) {
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
  for (const value of frame) {
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new TypeError(`a ${typeof value} can not be sent`)
    }
  }
}

function checkedBigInt(value: bigint): bigint {
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

/** Own enumerable members as a plain object; of a plain object itself without its `toJSON`. */
function ownMembers(value: object): Members {
  const members: Members = {}
  for (const [key, member] of Object.entries(value)) {
    const isHook = key === 'toJSON' && typeof member === 'function'
    if (!isHook && !isReservedKey(key)) members[key] = member
  }
  return members
}

function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  }
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined
}

function isBoxed(value: object): boolean {
  return value instanceof Number || value instanceof String || value instanceof Boolean
}
