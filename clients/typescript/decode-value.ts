import type { ValueShape } from './description.ts'

/** Shapes of rows by model name. */
export type ModelShapes = Readonly<Record<string, ValueShape>>

/** Deeper values stay as JSON gave them. */
const maxDepth = 64

/**
 * Turns the JSON text of an answer into values: `$type` envelopes become dates and bytes, what the shape says becomes
 * dates and bytes, and keys `__proto__` are dropped.
 *
 * **Errors**: `SyntaxError` for what is no JSON. **Source**: remoting CL-14, CL-15, R-9.
 */
export function decodeText(text: string, shape?: ValueShape, models?: ModelShapes): unknown {
  let value: unknown = JSON.parse(text)
  // Most answers hold neither; either name may be written with escapes.
  if (text.includes('"$type"') || text.includes('__proto__') || text.includes('\\u')) {
    value = decodeEnvelopes(value, 0)
  }
  return shape === undefined ? value : applyShape(value, shape, models ?? {}, 0)
}

function decodeEnvelopes(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return value
  if (Array.isArray(value)) return value.map((item) => decodeEnvelopes(item, depth + 1))
  const { $type, $data } = value as { readonly $type?: unknown; readonly $data?: unknown }
  if ($type === 'date') return new Date(typeof $data === 'number' ? $data : String($data))
  if ($type === 'base64' && typeof $data === 'string') return bytesFromBase64($data)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '__proto__')
      .map(([key, member]) => [key, decodeEnvelopes(member, depth + 1)]),
  )
}

/** Changes the value, which was just parsed. */
function applyShape(
  value: unknown,
  shape: ValueShape,
  models: ModelShapes,
  depth: number,
): unknown {
  if (value === null || value === undefined || depth > maxDepth) return value
  if (shape === 'bytes') return bytesFrom(value)
  if (Array.isArray(value)) return value.map((item) => applyShape(item, shape, models, depth + 1))
  if (shape === 'date') return dateFrom(value)
  const members = typeof shape === 'string' ? models[shape.slice(1)] : shape
  if (typeof value !== 'object' || typeof members !== 'object') return value
  const record = value as Record<string, unknown> // a plain object of JSON
  for (const [name, member] of Object.entries(members)) {
    if (Object.hasOwn(record, name))
      record[name] = applyShape(record[name], member, models, depth + 1)
  }
  return record
}

/** Text that is no date stays text. */
function dateFrom(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? value : date
}

/** As Node writes a buffer inside JSON, or base64. */
function bytesFrom(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { data } = value as { readonly data?: unknown }
  return Array.isArray(data) ? Uint8Array.from(data as number[]) : value // other items become 0
}

function bytesFromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/**
 * Writes a value as JSON as the server reads it: bytes in an envelope, big integers as text, regular expressions as
 * conditions.
 */
export function encodeJson(value: unknown): string | undefined {
  return JSON.stringify(value, replaceRich)
}

const patternKeys = new Set(['regexp', 'like', 'nlike', 'ilike', 'nilike'])

/** Looks at the value itself: what `toJSON` made of a Buffer is no list of bytes any more. */
function replaceRich(
  this: Readonly<Record<string, unknown>>,
  key: string,
  value: unknown,
): unknown {
  const given = this[key]
  if (typeof given === 'bigint') return String(given)
  if (given instanceof Uint8Array) return { $type: 'base64', $data: base64From(given) }
  if (!(given instanceof RegExp)) return value
  return patternKeys.has(key) ? String(given) : { regexp: String(given) }
}

function base64From(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
