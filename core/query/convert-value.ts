import { GeoPoint, geoPointFromMembers } from '../model/geo-point.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { PropertyType, ScalarKind } from '../model/property.ts'
import type { Profile } from '../profile.ts'
import { invalidValue } from './query-error.ts'

/** Decimal notation with an optional exponent; no hexadecimal, no `Infinity`. */
const numberText = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/
const integerText = /^[+-]?\d+$/
/** Longer digits are no number anybody stores, and converting them costs more than linear time. */
const maxDigits = 1000

/** Converts one operand; throws `INVALID_VALUE` with the path. */
type Convert = (value: unknown, path: string, profile: Profile) => unknown

const asIs: Convert = (value) => value

const converters: Readonly<Record<ScalarKind, Convert>> = {
  string: stringFrom,
  text: asIs,
  number: numberFrom,
  integer: numberFrom,
  bigint: bigintFrom,
  decimal: decimalFrom,
  boolean: booleanFrom,
  date: dateFrom,
  dateString: dateTextFrom,
  buffer: bufferFrom,
  geopoint: geoPointFrom,
  object: asIs,
  array: asIs,
  json: asIs,
  any: asIs,
}

/**
 * Converts a value of a where to the type it is compared with: that of the property, of the item for lists.
 *
 * `null`, `undefined` and undeclared or nested types are left alone; lists convert each element.
 *
 * **Errors**: 400 `INVALID_VALUE` with `details: { path, expected }`. **Source**: data 3.3.
 */
export function convertValue(
  type: PropertyType | undefined,
  value: unknown,
  path: string,
  profile: Profile,
): unknown {
  if (value === null || value === undefined || type === undefined) return value
  switch (type.kind) {
    case 'nested':
      return value
    case 'list':
      return Array.isArray(value)
        ? value.map((item) => convertValue(type.item, item, path, profile))
        : convertValue(type.item, value, path, profile)
    case 'number':
      return typeof value === 'number' && !Number.isNaN(value)
        ? value
        : numberFrom(value, path, profile)
    default:
      return converters[type.kind](value, path, profile)
  }
}

function stringFrom(value: unknown, path: string, profile: Profile): unknown {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && !hasOwnText(value)) {
    if (!profile.compat['D-1.3-2']) throw invalidValue(path, 'string', value)
    return Array.isArray(value) ? JSON.stringify(value) : '[object Object]'
  }
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw invalidValue(path, 'string', value)
  }
  return String(value)
}

/** Instances of classes that say what their text is: driver ids, dates. */
function hasOwnText(value: object): boolean {
  return !Array.isArray(value) && !isPlainObject(value)
}

function numberFrom(value: unknown, path: string, profile: Profile): number | bigint {
  if (typeof value === 'number' && !Number.isNaN(value)) return value
  if (typeof value === 'bigint') return value
  if (typeof value === 'string') {
    const text = value.trim()
    if (text.length <= maxDigits && numberText.test(text)) return Number(text)
  }
  if (typeof value === 'boolean' && profile.compat['D-1.3-3']) return Number(value)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.getTime()
  throw invalidValue(path, 'number', value)
}

function bigintFrom(value: unknown, path: string): number | bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isFinite(value)) {
    return Number.isSafeInteger(value) ? BigInt(value) : value
  }
  if (typeof value === 'string') {
    const text = value.trim()
    if (text.length <= maxDigits && integerText.test(text)) {
      return BigInt(text.startsWith('+') ? text.slice(1) : text)
    }
    if (text.length <= maxDigits && numberText.test(text)) return Number(text)
  }
  throw invalidValue(path, 'bigint', value)
}

/** Exact text in plain notation; numbers through their shortest text. Source: data D-1.3-12. */
function decimalFrom(value: unknown, path: string): string {
  const text =
    typeof value === 'string'
      ? value.trim()
      : typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))
        ? String(value)
        : ''
  if (text.length <= maxDigits && numberText.test(text)) return plainDecimal(text)
  throw invalidValue(path, 'decimal', value)
}

/** Moves the point by the exponent: `1.5e3` → `1500`. */
function plainDecimal(text: string): string {
  const at = text.search(/[eE]/)
  const mantissa = (at < 0 ? text : text.slice(0, at)).replace(/^\+/, '')
  if (at < 0) return mantissa
  const exponent = Number(text.slice(at + 1))
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = whole + fraction
  const point = whole.length + exponent
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

function booleanFrom(value: unknown, path: string, profile: Profile): boolean {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === '1' || value === 1) return true
  if (value === 'false' || value === '0' || value === 0) return false
  if (profile.compat['D-3.3-2']) return Boolean(value)
  throw invalidValue(path, 'boolean', value)
}

function dateFrom(value: unknown, path: string): Date {
  if (typeof value === 'number' || typeof value === 'string' || value instanceof Date) {
    const date = new Date(value)
    if (!Number.isNaN(date.getTime())) return date
  }
  throw invalidValue(path, 'date', value)
}

function dateTextFrom(value: unknown, path: string): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value
  throw invalidValue(path, 'date', value)
}

/** Base64 is decoded, other text is UTF-8. Source: data D-1.3-7. */
function bufferFrom(value: unknown, path: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value !== 'string') throw invalidValue(path, 'buffer', value)
  const isBase64 = value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
  return Buffer.from(value, isBase64 ? 'base64' : 'utf8')
}

function geoPointFrom(value: unknown, path: string): GeoPoint {
  if (value instanceof GeoPoint) return value
  const [lat, lng] = coordinatesFrom(value)
  const point = geoPointFromMembers(coordinate(lat), coordinate(lng))
  if (typeof point === 'string') throw invalidValue(path, `geopoint (${point})`, value)
  return point
}

/** Always latitude first, in every form. Source: data D-3.7-2. */
function coordinatesFrom(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.length === 2 ? value : []
  if (isPlainObject(value)) {
    return Object.hasOwn(value, 'lat') && Object.hasOwn(value, 'lng') ? [value.lat, value.lng] : []
  }
  if (typeof value !== 'string' || value.length > 200) return []
  if (value.startsWith('{') || value.startsWith('[')) {
    try {
      return coordinatesFrom(JSON.parse(value))
    } catch {
      return []
    }
  }
  const parts = value.split(',')
  return parts.length === 2 ? parts : []
}

function coordinate(value: unknown): unknown {
  return typeof value === 'string' && numberText.test(value.trim()) ? Number(value) : value
}

/** Reads a point in any of its forms. **Errors**: 400 `INVALID_VALUE`. */
export function readPoint(value: unknown, path: string): GeoPoint {
  return geoPointFrom(value, path)
}
