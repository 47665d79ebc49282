import { ResultReference, type RichTypes, StreamReference } from './codec.ts'
import { isReservedKey } from './reserved-key.ts'

/** How a codec writes objects that are neither plain nor lists. */
export interface ObjectForms {
  readonly fromDate: (value: Date) => unknown
  readonly fromBytes: (value: Uint8Array) => unknown
  readonly fromGeoPoint: (lat: number, lng: number) => unknown
  readonly fromMap: (entries: readonly (readonly [unknown, unknown])[]) => unknown
  readonly fromSet: (items: readonly unknown[]) => unknown
  readonly fromError: (problem: ErrorParts) => unknown
  readonly fromStream: (id: number) => unknown
  readonly fromReference: (id: number, path: readonly string[]) => unknown
}

/** What is sent of an error inside a value; the stack and the cause are not. */
export interface ErrorParts {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly details?: unknown
}

/**
 * Makes what replaces one object that is neither plain nor a list, or that has a `toJSON`. Every value inside it goes through
 * `inner` with its level, and so does what stands for an object that has no form of its own.
 *
 * **Errors**: `TypeError` for a geo point without finite coordinates.
 */
export function createObjectForms(
  forms: ObjectForms,
  { isGeoPoint }: RichTypes,
  inner: (value: unknown, level: number) => unknown,
): (value: object, level: number) => unknown {
  return (value, level) => {
    const below = level + 1
    if (value instanceof Date) return forms.fromDate(value)
    const bytes = bytesOf(value)
    if (bytes !== undefined) return forms.fromBytes(bytes)
    if (value instanceof Map) {
      return forms.fromMap([...value].map(([key, item]) => [inner(key, below), inner(item, below)]))
    }
    if (value instanceof Set) return forms.fromSet([...value].map((item) => inner(item, below)))
    if (value instanceof StreamReference) return forms.fromStream(value.id)
    if (value instanceof ResultReference) return forms.fromReference(value.id, value.path)
    if (isGeoPoint(value)) return forms.fromGeoPoint(...coordinatesOf(value))
    if (value instanceof Error) {
      return forms.fromError(partsOf(value, (details) => inner(details, below)))
    }
    if (isBoxed(value)) return inner(value.valueOf(), below)
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const plain: unknown = value.toJSON()
      if (plain !== value) return inner(plain, below)
    }
    return inner(ownMembers(value), level)
  }
}

function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  }
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined
}

function coordinatesOf({ lat, lng }: { readonly lat: number; readonly lng: number }) {
  if (Number.isFinite(lat) && Number.isFinite(lng)) return [lat, lng] as const
  throw new TypeError('a geo point without finite coordinates')
}

function partsOf(error: Error, inner: (details: unknown) => unknown): ErrorParts {
  const code = 'wireCode' in error ? error.wireCode : 'code' in error ? error.code : undefined
  const details = 'details' in error ? error.details : undefined
  return {
    name: String(error.name),
    message: String(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(details === undefined ? {} : { details: inner(details) }),
  }
}

function isBoxed(value: object): boolean {
  return value instanceof Number || value instanceof String || value instanceof Boolean
}

/** Own enumerable members as a plain object; of a plain object itself without its `toJSON`. */
function ownMembers(value: object): Readonly<Record<string, unknown>> {
  const members: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    const isHook = key === 'toJSON' && typeof member === 'function'
    if (!isHook && !isReservedKey(key)) members[key] = member
  }
  return members
}
