import { GeoPoint, type Row } from '../../core/spi.ts'

/**
 * Values as JSON that keeps their types: what JSON cannot hold becomes an object with the one key `$`.
 *
 * **Shape**: `{"$":["date",1700000000000]}`, `["bytes","aGk="]`, `["point",52.5,13.4]`, `["bigint","9"]`,
 * `["number","NaN"]`, `["undefined"]`; an object of the application that has a key `$` itself is wrapped: `["object",{"$":1}]`.
 */
export const tagMark = '{"$":['

/** JSON text of a value; {@link decodeValue} of its parsed form gives the value back. */
export function encodeText(value: unknown): string {
  return JSON.stringify(encodeValue(value))
}

/** The value itself where JSON holds it, else a copy with tags. */
export function encodeValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Object.is(value, -0)) return { $: ['number', '-0'] }
      return Number.isFinite(value) ? value : { $: ['number', String(value)] }
    case 'bigint':
      return { $: ['bigint', String(value)] }
    case 'object':
      return value === null ? null : encodeObject(value)
    default:
      return { $: ['undefined'] }
  }
}

function encodeObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(encodeValue)
  if (value instanceof Date) return { $: ['date', encodeValue(value.getTime())] }
  if (value instanceof GeoPoint) return { $: ['point', value.lat, value.lng] }
  if (Buffer.isBuffer(value)) return { $: ['bytes', value.toString('base64')] }
  if (value instanceof Uint8Array) return { $: ['array', Buffer.from(value).toString('base64')] }
  const members = encodeMembers(value as Row) // neither array nor instance: rows hold plain objects only
  return Object.hasOwn(value, '$') ? { $: ['object', members] } : members
}

function encodeMembers(value: Row): Row {
  let copy: Row | undefined
  for (const key in value) {
    const member = value[key]
    const encoded = encodeValue(member)
    if (encoded === member) continue
    copy ??= { ...value }
    copy[key] = encoded
  }
  return copy ?? value
}

/** Restores a parsed value; containers are changed in place. **Errors**: throws for an unknown tag. */
export function decodeValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) value[index] = decodeValue(value[index])
    return value
  }
  const members = value as Row // parsed JSON: an object
  return Array.isArray(members.$) ? decodeTag(members.$) : decodeMembers(members)
}

function decodeMembers(value: Row): Row {
  for (const key in value) {
    const member = value[key]
    if (typeof member === 'object' && member !== null) value[key] = decodeValue(member)
  }
  return value
}

function decodeTag(tag: readonly unknown[]): unknown {
  switch (tag[0]) {
    case 'date':
      return new Date(Number(decodeValue(tag[1])))
    case 'bytes':
      return Buffer.from(String(tag[1]), 'base64')
    case 'array':
      return new Uint8Array(Buffer.from(String(tag[1]), 'base64'))
    case 'point':
      return new GeoPoint(Number(tag[1]), Number(tag[2]))
    case 'bigint':
      return BigInt(String(tag[1]))
    case 'number':
      return Number(tag[1])
    case 'undefined':
      return undefined
    case 'object':
      return decodeMembers(tag[1] as Row) // written by encodeObject
    default:
      throw new Error('unknown value tag')
  }
}
