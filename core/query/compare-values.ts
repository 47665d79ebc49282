import { GeoPoint } from '../model/geo-point.ts'
import { isPlainObject } from '../model/plain-object.ts'

/** Order of the kinds where values of different kinds meet; missing values are the greatest. */
const ranks = { boolean: 0, number: 1, string: 2, date: 3, buffer: 4, other: 5, missing: 6 }

/**
 * The order of two values in the strict profile: total, the same in every JavaScript sort.
 *
 * Within a kind by value (text by code units, dates by time, NaN before every number); kinds in the order of `ranks`;
 * `null` and `undefined` are equal and last. Source: data D-3.1-12, D-3.2-3.
 */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  const rank = rankOf(a)
  const difference = rank - rankOf(b)
  if (difference !== 0) return difference
  switch (rank) {
    case ranks.boolean:
      return Number(a) - Number(b)
    case ranks.number:
      return compareNumbers(a as number | bigint, b as number | bigint) // by rank
    case ranks.date:
      return compareNumbers((a as Date).getTime(), (b as Date).getTime()) // by rank
    case ranks.buffer:
      return Buffer.compare(a as Uint8Array, b as Uint8Array) // by rank
    default:
      return 0
  }
}

function rankOf(value: unknown): number {
  switch (typeof value) {
    case 'boolean':
      return ranks.boolean
    case 'number':
    case 'bigint':
      return ranks.number
    case 'string':
      return ranks.string
    case 'object':
      if (value === null) return ranks.missing
      if (value instanceof Date) return ranks.date
      return value instanceof Uint8Array ? ranks.buffer : ranks.other
    case 'undefined':
      return ranks.missing
    default:
      return ranks.other
  }
}

function compareNumbers(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  const nanA = Number.isNaN(a)
  return nanA === Number.isNaN(b) ? 0 : nanA ? -1 : 1
}

/**
 * The order of two values as LoopBack 3's memory connector has it: missing values first, everything else by `<` and
 * `>`, so that `null` is 0 beside numbers and equal to any text. Not transitive; only a full sort reproduces it.
 * Source: data D-3.1-12 (recorded).
 */
export function compareLoosely(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1
  const left = primitiveOf(a)
  const right = primitiveOf(b)
  // comparing null, numbers, text and booleans never throws; the cast lets `<` convert as JavaScript does
  if ((left as number) > (right as number)) return 1
  return (left as number) < (right as number) ? -1 : 0
}

/** Objects compare by their text; own `toString` members of data are never called. */
function primitiveOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol' ? undefined : value
  }
  if (value instanceof Date) return value.getTime()
  if (Array.isArray(value)) return value.map((item) => textOfItem(item)).join(',')
  return '[object Object]'
}

function textOfItem(item: unknown): string {
  if (item === null || item === undefined) return ''
  return typeof item === 'object' ? '[object Object]' : String(item)
}

/**
 * Compares within a type, for `gt` and its kind.
 *
 * **Returns** NaN where the values have no order (different kinds, null, missing).
 */
export function compareWithin(a: unknown, b: unknown): number {
  if (a === null || a === undefined) return Number.NaN
  const rank = rankOf(a)
  return rank === rankOf(b) && rank < ranks.other ? compareValues(a, b) : Number.NaN
}

/** As {@link compareWithin}, for undeclared paths in the loopback3 profile: text and numbers meet as in JavaScript. */
export function compareLooselyWithin(a: unknown, b: unknown): number {
  if (a === null || b === null || a === undefined || b === undefined) return Number.NaN
  const left = primitiveOf(a) as number // `<` converts as JavaScript does
  const right = primitiveOf(b) as number
  // biome-ignore lint/suspicious/noDoubleEquals: this is the loose comparison
  return left < right ? -1 : left > right ? 1 : left == right ? 0 : Number.NaN
}

/** Equality of D-3.2-1: dates by time, buffers by bytes, points by members, lists and objects by content. */
export function valuesEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (a === null || b === null || a === undefined || b === undefined) {
    return (a ?? null) === (b ?? null)
  }
  if (typeof a !== 'object' || typeof b !== 'object') return mixedNumbersEqual(a, b)
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime()
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  if (Array.isArray(a)) return Array.isArray(b) && listsEqual(a, b)
  return !Array.isArray(b) && objectsEqual(a, b)
}

function mixedNumbersEqual(a: unknown, b: unknown): boolean {
  const mixed =
    (typeof a === 'bigint' && typeof b === 'number') ||
    (typeof a === 'number' && typeof b === 'bigint')
  return mixed && compareNumbers(a as number | bigint, b as number | bigint) === 0 // just checked
}

function listsEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => valuesEqual(item, b[index]))
}

function objectsEqual(a: object, b: object): boolean {
  if ((a instanceof GeoPoint || b instanceof GeoPoint) && isPoint(a) && isPoint(b))
    return a.lat === b.lat && a.lng === b.lng
  if (!isPlainObject(a) || !isPlainObject(b)) {
    return Object.getPrototypeOf(a) === Object.getPrototypeOf(b) && String(a) === String(b)
  }
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && valuesEqual(a[key], b[key]))
  )
}

/** A value with the members of a point. */
export function isPoint(value: unknown): value is { readonly lat: number; readonly lng: number } {
  if (typeof value !== 'object' || value === null) return false
  const { lat, lng } = value as { readonly lat?: unknown; readonly lng?: unknown } // read, then checked
  return typeof lat === 'number' && typeof lng === 'number'
}

/** Equality of undeclared paths in the loopback3 profile: JavaScript's `==` on scalars. Source: data D-3.2-1. */
export function looselyEqual(a: unknown, b: unknown): boolean {
  if (valuesEqual(a, b)) return true
  if (a === null || b === null || a === undefined || b === undefined) return false
  const left = a instanceof Date ? a.getTime() : a
  const right = b instanceof Date ? b.getTime() : b
  if (typeof left === 'object' || typeof right === 'object') return false
  // biome-ignore lint/suspicious/noDoubleEquals: this is the loose comparison
  return left == right
}

/** Order of two decimal texts, exactly: `1.50` equals `1.5`. NaN where one of them is no decimal. */
export function compareDecimals(a: unknown, b: unknown): number {
  const left = decimalParts(a)
  const right = decimalParts(b)
  if (left === undefined || right === undefined) return Number.NaN
  if (left.negative !== right.negative) return left.negative ? -1 : 1
  const sign = left.negative ? -1 : 1
  const whole = left.whole.length - right.whole.length
  if (whole !== 0) return whole * sign
  const width = Math.max(left.fraction.length, right.fraction.length)
  const x = left.whole + left.fraction.padEnd(width, '0')
  const y = right.whole + right.fraction.padEnd(width, '0')
  return x === y ? 0 : x < y ? -sign : sign
}

const decimalText = /^[+-]?\d*(?:\.\d*)?$/

interface DecimalParts {
  readonly negative: boolean
  /** Without leading zeros. */
  readonly whole: string
  /** Without trailing zeros. */
  readonly fraction: string
}

function decimalParts(value: unknown): DecimalParts | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return
  const text = String(value)
  if (text === '' || !decimalText.test(text)) return undefined
  const signed = text.startsWith('-') || text.startsWith('+')
  const [whole = '', fraction = ''] = (signed ? text.slice(1) : text).split('.')
  let start = 0
  while (whole.charCodeAt(start) === 0x30) start++
  let end = fraction.length
  while (fraction.charCodeAt(end - 1) === 0x30) end--
  return {
    negative: text.startsWith('-') && (start < whole.length || end > 0),
    whole: whole.slice(start),
    fraction: fraction.slice(0, end),
  }
}
