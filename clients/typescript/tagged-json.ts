/**
 * The values of the session protocol in JSON, written small: it comes with the first batch over REST, and what it shared with
 * the codec of sessions would have to be loaded ahead of either. Form: docs/protocol.md, "Values".
 */

type Members = Readonly<Record<string, unknown>>

/** Stands for the result, or a part of it, of an earlier call. */
export class ResultPlace {
  readonly id: number
  readonly path: readonly string[]

  constructor(id: number, path: readonly string[]) {
    this.id = id
    this.path = path
  }
}

/** Levels from which on a value is taken for a cycle. */
const maxLevels = 512

const tagged = (...tag: readonly unknown[]) => ({ $: tag })

/** The text of a value; it is left as it is. **Errors**: `TypeError` for a cycle. */
export function writeTagged(value: unknown): string {
  return JSON.stringify(formOf(value, 0))
}

function formOf(value: unknown, level: number): unknown {
  switch (typeof value) {
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return tagged('number', value === 0 ? '-0' : String(value))
    case 'bigint':
      return tagged('bigint', String(value))
    case 'object':
      return value === null ? null : formOfObject(value, level + 1)
    case 'string':
    case 'boolean':
      return value
    default:
      return tagged('undefined')
  }
}

function formOfObject(value: object, level: number): unknown {
  if (level > maxLevels) throw new TypeError('a value with a cycle, or nested too deeply')
  const form = (inner: unknown) => formOf(inner, level)
  if (Array.isArray(value)) return Array.from(value, form)
  if (value instanceof ResultPlace) return tagged('ref', value.id, value.path)
  if (value instanceof Date) {
    const time = value.getTime()
    return tagged('date', Number.isNaN(time) ? null : time)
  }
  if (ArrayBuffer.isView(value)) {
    return tagged(
      'bytes',
      base64Of(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
    )
  }
  if (value instanceof ArrayBuffer) return tagged('bytes', base64Of(new Uint8Array(value)))
  if (value instanceof Map)
    return tagged(
      'map',
      Array.from(value, (pair) => pair.map(form)),
    )
  if (value instanceof Set) return tagged('set', Array.from(value, form))
  if (value instanceof Error) return tagged('error', formOfError(value, form))
  if ('toJSON' in value && typeof value.toJSON === 'function') return form(value.toJSON())
  const members = formOfMembers(value, form)
  return Object.hasOwn(members, '$') ? tagged('object', members) : members
}

/** Members of these types are left out. */
const formless = new Set(['undefined', 'function', 'symbol'])
const reserved = new Set(['__proto__', 'constructor', 'prototype'])

function formOfMembers(value: object, form: (member: unknown) => unknown): object {
  const kept = Object.entries(value).filter(
    ([key, member]) => !reserved.has(key) && !formless.has(typeof member),
  )
  return Object.fromEntries(kept.map(([key, member]) => [key, form(member)]))
}

function formOfError(error: Error, form: (member: unknown) => unknown): object {
  const { name, message, code, details }: Error & { code?: unknown; details?: unknown } = error
  return {
    name,
    message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(details === undefined ? {} : { details: form(details) }),
  }
}

function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** The value of a text. **Errors**: `SyntaxError` and `TypeError` for what is none. */
export function readTagged(text: string): unknown {
  return fromForm(JSON.parse(text))
}

function fromForm(form: unknown): unknown {
  if (typeof form !== 'object' || form === null) return form
  if (Array.isArray(form)) return form.map(fromForm)
  return '$' in form ? readTag(form.$) : readMembers(form)
}

function readTag(tag: unknown): unknown {
  const [name, ...parts] = Array.isArray(tag) ? tag : []
  const read = readers.get(name)
  if (read === undefined) throw new TypeError('an unknown tag')
  return read(...parts)
}

function readMembers(members: object): Members {
  const kept = Object.entries(members).filter(([key]) => !reserved.has(key))
  return Object.fromEntries(kept.map(([key, form]) => [key, fromForm(form)]))
}

type Reader = (...parts: readonly unknown[]) => unknown

const listOf = (form: unknown): readonly unknown[] => {
  if (Array.isArray(form)) return form.map(fromForm)
  throw new TypeError('a tag without its list')
}
const objectOf = (form: unknown): Members => {
  if (typeof form === 'object' && form !== null) return readMembers(form)
  throw new TypeError('a tag without its object')
}

const readers: ReadonlyMap<unknown, Reader> = new Map<unknown, Reader>([
  ['date', (time) => new Date(typeof time === 'number' ? time : Number.NaN)],
  ['bytes', (text) => Uint8Array.from(atob(String(text)), (letter) => letter.charCodeAt(0))],
  ['bigint', (digits) => BigInt(String(digits))],
  ['undefined', () => undefined],
  ['number', (text) => Number(text)],
  ['geopoint', (lat, lng) => ({ lat, lng })],
  ['map', (pairs) => new Map(listOf(pairs) as readonly [unknown, unknown][])], // the server writes pairs
  ['set', (items) => new Set(listOf(items))],
  ['error', (members) => errorOf(objectOf(members))],
  ['object', objectOf],
])

/** `code` and `details` are members when they were sent. */
function errorOf({ name, message, ...more }: Members): Error {
  const error = new Error(String(message))
  Object.defineProperty(error, 'name', { configurable: true, writable: true, value: name })
  return Object.assign(error, more)
}
