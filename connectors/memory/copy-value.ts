import { GeoPoint, type Row, remoteError } from '../../core/spi.ts'

/** Copies a value to any depth, so that neither side can change what the other holds. */
export function copyValue(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? copyObject(value) : value
}

/**
 * Refuses the two keys that could reach a prototype.
 *
 * **Errors**: 400 `RESERVED_KEY`. Source: data D-1.2-18.
 */
export function refuseReservedKey(key: string, value: unknown): void {
  if (key === '__proto__' || (key === 'constructor' && typeof value !== 'function')) {
    throw remoteError('RESERVED_KEY', `reserved key "${key}"`)
  }
}

function copyObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(copyItem)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return copyPlain(value)
  return copyInstance(value)
}

function copyItem(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return null
  return copyValue(value)
}

/** Dates, points and bytes keep their class; any other instance is stored as what it says in JSON, else as its members. */
function copyInstance(value: object): unknown {
  if (value instanceof Date) return new Date(value.getTime())
  if (value instanceof GeoPoint) return new GeoPoint(value.lat, value.lng)
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  if (value instanceof Uint8Array) return value.slice()
  if ('toJSON' in value && typeof value.toJSON === 'function') return copyValue(value.toJSON())
  return copyPlain(value)
}

function copyPlain(value: object): Row {
  const copy: Row = {}
  for (const [key, member] of Object.entries(value)) {
    refuseReservedKey(key, member)
    if (typeof member === 'function' || typeof member === 'symbol') continue
    copy[key] = copyValue(member)
  }
  return copy
}
