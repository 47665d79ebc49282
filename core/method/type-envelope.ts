import { parseDateText } from './date-text.ts'

/** Deeper than any transport lets data in; what lies below is left as it is. */
const maxDepth = 128

/**
 * Decodes `{"$type":"date","$data":…}` and `{"$type":"base64","$data":"…"}` at any depth of plain objects and arrays.
 * What holds no envelope is returned as it is, not copied; what does is copied down to the envelope, and an own key
 * `__proto__` is left out of the copy. Instances of classes and cycles are not entered.
 *
 * **Shape**: `decodeEnvelopes({ when: { $type: 'date', $data: 0 } })` gives `{ when: new Date(0) }`.
 * `legacyDates` is the profile's `CX-1`. Source: remoting I-8.
 */
export function decodeEnvelopes(value: unknown, legacyDates = false): unknown {
  if (typeof value !== 'object' || value === null) return value
  return decode(value, [], legacyDates)
}

function decode(value: object, ancestors: object[], legacyDates: boolean): unknown {
  const isList = Array.isArray(value)
  if (!isList && !isPlain(value)) return value
  if (!isList && '$type' in value) {
    const decoded = readEnvelope(value, legacyDates)
    if (decoded !== undefined) return decoded
  }
  if (ancestors.length >= maxDepth || ancestors.includes(value)) return value
  ancestors.push(value)
  const result = isList
    ? decodeItems(value, ancestors, legacyDates)
    : decodeMembers(value, ancestors, legacyDates)
  ancestors.pop()
  return result
}

function decodeItems(list: readonly unknown[], ancestors: object[], legacyDates: boolean): unknown {
  let copy: unknown[] | undefined
  for (let index = 0; index < list.length; index++) {
    const item = list[index]
    if (typeof item !== 'object' || item === null) continue
    const decoded = decode(item, ancestors, legacyDates)
    if (decoded === item) continue
    copy ??= list.slice()
    copy[index] = decoded
  }
  return copy ?? list
}

function decodeMembers(source: object, ancestors: object[], legacyDates: boolean): unknown {
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(source)) {
    const member: unknown = Reflect.get(source, key)
    if (typeof member !== 'object' || member === null || key === '__proto__') continue
    const decoded = decode(member, ancestors, legacyDates)
    if (decoded === member) continue
    copy ??= copyOf(source)
    copy[key] = decoded
  }
  return copy ?? source
}

/** Spreading defines own members, so that a key `__proto__` changes no prototype before it is removed. */
function copyOf(source: object): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...source }
  if (Object.hasOwn(copy, '__proto__')) Reflect.deleteProperty(copy, '__proto__')
  return copy
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The Date or Buffer of one envelope, `undefined` for any other object. */
export function readEnvelope(value: object, legacyDates: boolean): Date | Buffer | undefined {
  if (!Object.hasOwn(value, '$type') || !Object.hasOwn(value, '$data')) return undefined
  const type: unknown = Reflect.get(value, '$type')
  const data: unknown = Reflect.get(value, '$data')
  if (type === 'date') return dateFromData(data, legacyDates)
  return type === 'base64' && typeof data === 'string' ? Buffer.from(data, 'base64') : undefined
}

/** `null` is how an invalid date is sent (remoting R-9). */
function dateFromData(data: unknown, legacyDates: boolean): Date | undefined {
  if (typeof data === 'number') return new Date(data)
  if (typeof data === 'string') return new Date(parseDateText(data, legacyDates))
  return data === null ? new Date(Number.NaN) : undefined
}
