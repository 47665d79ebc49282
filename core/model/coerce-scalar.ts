import { invalidArgument, RemoteError } from '../error/remote-error.ts'
import type { Profile } from '../profile.ts'
import { defaultDataDepth, guardData } from './data-guard.ts'
import { GeoPoint, geoPointFromMembers } from './geo-point.ts'
import { isPlainObject } from './plain-object.ts'
import type { ScalarKind } from './property.ts'

/** A value that cannot be converted: returned, not thrown, so that all failures of a row are reported together. */
export class Refusal {
  /** Text of the failure, e.g. `is not a number`. */
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** Converts a value that is neither null nor undefined; pure. Returns a {@link Refusal} for what it cannot convert. */
export type ScalarConversion = (value: unknown) => unknown

const notText = new Refusal('is not a string')
const notNumber = new Refusal('is not a number')
const notInteger = new Refusal('is not a safe integer')
const notBigInt = new Refusal('is not an integer')
const notDecimal = new Refusal('is not a decimal number')
const notBoolean = new Refusal('is not a boolean')
const notDate = new Refusal('is not a valid date')

/** The conversion of a type without members. Source: data 1.3. */
export function scalarConversion(kind: ScalarKind, profile: Profile): ScalarConversion {
  const { compat } = profile
  switch (kind) {
    case 'string':
      return compat['D-1.3-2'] ? textOf : strictText
    case 'number':
      return compat['D-1.3-3'] ? numberOf : strictNumber
    case 'boolean':
      return compat['D-1.3-4'] ? booleanOf : strictBoolean
    case 'integer':
      return toInteger
    case 'bigint':
      return toBigInt
    case 'decimal':
      return toDecimal
    case 'date':
      return toDate
    case 'dateString':
      return toDateString
    case 'buffer':
      return toBuffer
    case 'geopoint':
      return toGeoPoint
    case 'array':
      return toArray
    case 'any':
    case 'json':
      return compat['D-1.3-9'] ? parseIfPossible : keep
    default:
      return keep
  }
}

function keep(value: unknown): unknown {
  return value
}

function strictText(value: unknown): unknown {
  if (typeof value === 'string') return value
  return typeof value === 'object' || typeof value === 'symbol' ? notText : String(value)
}

/** JavaScript's text of a value, without ever calling a method that came with the data. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) {
    return value.map((item) => (item === null || item === undefined ? '' : textOf(item))).join(',')
  }
  if (isPlainObject(value)) return '[object Object]'
  return String(value)
}

function strictNumber(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : notNumber
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string' || value.trim() === '') return notNumber
  const number = Number(value)
  return Number.isFinite(number) ? number : notNumber
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (isPlainObject(value) || typeof value === 'symbol') return Number.NaN
  return Array.isArray(value) ? Number(textOf(value)) : Number(value)
}

function toInteger(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : notInteger
  const number = strictNumber(value)
  return Number.isSafeInteger(number) ? number : notInteger
}

function toBigInt(value: unknown): unknown {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : notBigInt
  return typeof value === 'string' && /^[+-]?\d{1,400}$/.test(value)
    ? BigInt(value.startsWith('+') ? value.slice(1) : value)
    : notBigInt
}

function toDecimal(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    return Number.isFinite(value) && !String(value).includes('e') ? String(value) : notDecimal
  }
  return typeof value === 'string' && /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(value)
    ? value
    : notDecimal
}

function strictBoolean(value: unknown): unknown {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === '1' || value === 1) return true
  return value === 'false' || value === '0' || value === 0 ? false : notBoolean
}

function booleanOf(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  return value !== 'false' && value !== '0' && Boolean(value)
}

/** An unusable value becomes an Invalid Date, which the date validation refuses. Source: data D-1.3-5. */
function toDate(value: unknown): Date {
  if (value instanceof Date) return value
  if (typeof value === 'string' || typeof value === 'number') return new Date(value)
  const inner = isPlainObject(value) && value['$type'] === 'date' ? value['$data'] : undefined
  if (typeof inner === 'string' || typeof inner === 'number') return new Date(inner)
  return new Date(Array.isArray(value) ? textOf(value) : Number.NaN)
}

/** The text is kept as given; `{"when":…}`, the form LoopBack writes, is unpacked. Source: data D-1.3-6. */
function toDateString(value: unknown): unknown {
  const text = typeof value === 'string' ? unpackWhen(value) : value
  return typeof text === 'string' && !Number.isNaN(Date.parse(text)) ? text : notDate
}

function unpackWhen(text: string): unknown {
  if (!text.startsWith('{')) return text
  const value = parseIfPossible(text)
  return isPlainObject(value) ? value['when'] : text
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Source: data D-1.3-7. */
function toBuffer(value: unknown): unknown {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') {
    return Buffer.from(value, base64.test(value) ? 'base64' : 'utf8')
  }
  if (isPlainObject(value)) {
    const { $type, $data, type, data } = value
    if ($type === 'base64' && typeof $data === 'string') return Buffer.from($data, 'base64')
    if (type === 'Buffer' && isBytes(data)) return Buffer.from(data)
  }
  throw invalidArgument(`no buffer can be made of ${describeKind(value)}`)
}

function isBytes(data: unknown): data is number[] {
  return (
    Array.isArray(data) &&
    data.every((byte) => Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) <= 255)
  )
}

/** Source: data D-1.3-8. */
function toGeoPoint(value: unknown): GeoPoint {
  if (value instanceof GeoPoint) return value
  const [lat, lng] = membersOfPoint(value)
  const point = geoPointFromMembers(lat, lng)
  if (typeof point === 'string') throw invalidArgument(`no geopoint: ${point}`)
  return point
}

function membersOfPoint(value: unknown): readonly [lat: unknown, lng: unknown] {
  if (typeof value === 'string') return membersOfText(value)
  if (Array.isArray(value) && value.length === 2)
    return [coordinate(value[0]), coordinate(value[1])]
  if (isPlainObject(value)) return [coordinate(value['lat']), coordinate(value['lng'])]
  throw invalidArgument(`no geopoint can be made of ${describeKind(value)}`)
}

function membersOfText(text: string): readonly [lat: unknown, lng: unknown] {
  if (/^\s*[[{]/.test(text)) {
    const parsed = parseIfPossible(text)
    if (typeof parsed === 'object' && parsed !== null) return membersOfPoint(parsed)
  }
  const parts = text.split(',')
  if (parts.length !== 2)
    throw invalidArgument('no geopoint can be made of the text: expected "lat,lng"')
  return [coordinate(parts[0]), coordinate(parts[1])]
}

function coordinate(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value
}

/** Reads a list out of a list or its JSON text. Source: data D-1.3-10. */
export function toArray(value: unknown): readonly unknown[] {
  const list = typeof value === 'string' ? listOfText(value) : value
  if (!Array.isArray(list)) throw listError('Items must be an array', list)
  return list
}

function listOfText(text: string): unknown {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw listError('could not create List from JSON string', text)
  }
  guardData(list, defaultDataDepth)
  return list
}

/** LoopBack's clients see no code here; the value is cut where it is long. */
function listError(message: string, value: unknown): RemoteError {
  const shown = typeof value === 'object' && value !== null ? describeKind(value) : textOf(value)
  const cut = shown.length > 100 ? `${shown.slice(0, 100)}...` : shown
  return new RemoteError(`${message}: ${typeof value === 'string' ? JSON.stringify(cut) : cut}`, {
    code: 'invalid_argument',
  })
}

function parseIfPossible(value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    return value
  }
  guardData(parsed, defaultDataDepth)
  return parsed
}

/** The type of a value in words, for messages. */
export function describeKind(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
