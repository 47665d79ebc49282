import {
  CodecError,
  ResultReference,
  type RichTypes,
  StreamReference,
} from '../../../transports/codec/codec.ts'
import { serverRichTypes } from '../../../transports/codec/server-rich-types.ts'

/** A value of a vector: JSON with the tags of `test/vectors/codec/README.md`. */
export type Description = unknown

type Part = ReturnType<typeof JSON.parse>

const makers: Readonly<Record<string, (...parts: Part[]) => unknown>> = {
  date: (time) => new Date(time ?? Number.NaN),
  bytes: (text) => Buffer.from(text, 'base64'),
  bigint: (digits) => BigInt(digits),
  undefined: () => undefined,
  number: (text) => Number(text),
  geopoint: (lat, lng) => serverRichTypes.makeGeoPoint(lat, lng),
  stream: (id) => new StreamReference(id),
  ref: (id, path) => new ResultReference(id, path),
  map: (entries) => new Map(entries.map((pair: Part) => pair.map(valueFrom) as [unknown, unknown])),
  set: (items) => new Set(items.map(valueFrom)),
  error: (problem) => {
    const { details, ...rest } = problem
    return serverRichTypes.makeError({
      ...rest,
      ...(details === undefined ? {} : { details: valueFrom(details) }),
    })
  },
  object: (members) => membersFrom(members),
}

/** The value a description stands for. It is written apart from the codec, so that both are tried against each other. */
export function valueFrom(description: Description): unknown {
  if (typeof description !== 'object' || description === null) return description
  if (Array.isArray(description)) return description.map(valueFrom)
  if (!('$' in description) || !Array.isArray(description.$)) return membersFrom(description)
  const [name, ...parts] = description.$
  return makers[name]?.(...parts)
}

function membersFrom(members: object): object {
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, valueFrom(value)]))
}

/** What two values must have in common to be the same over the wire, as text. */
export function fingerprint(value: unknown): string {
  return JSON.stringify(shapeOf(value))
}

/** A tree of nothing but texts that tells all values apart. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'number') return ['number', Object.is(value, -0) ? '-0' : String(value)]
  if (typeof value !== 'object' || value === null) return [typeof value, String(value)]
  if (Array.isArray(value)) return ['list', value.map(shapeOf)]
  if (value instanceof Date) return ['date', String(value.getTime())]
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString('hex')]
  if (value instanceof Map) return ['map', [...value].map((pair) => pair.map(shapeOf))]
  if (value instanceof Set) return ['set', [...value].map(shapeOf)]
  if (value instanceof Error) return ['error', value.name, value.message, shapeOf({ ...value })]
  const prototype = Object.getPrototypeOf(value)
  const kind = prototype === Object.prototype ? 'object' : prototype.constructor.name
  return [kind, Object.entries(value).map(([key, member]) => [key, shapeOf(member)])]
}

/** The kind of the CodecError a call throws; `none` when it throws nothing, and anything else is thrown on. */
export function codecErrorKind(run: () => unknown): 'none' | CodecError['kind'] {
  try {
    run()
    return 'none'
  } catch (error) {
    if (error instanceof CodecError) return error.kind
    throw error
  }
}

/** Types of the vectors. */
export const vectorTypes: RichTypes = serverRichTypes
