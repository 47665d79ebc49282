import { base64FromBytes, bytesFromBase64 } from './base64.ts'
import { type CodecLimits, ResultReference, type RichTypes, StreamReference } from './codec.ts'
import { malformed, tooBig } from './limits.ts'
import { maxBigIntDigits, type RichForms } from './prepare-value.ts'
import { isReservedKey } from './reserved-key.ts'

/** A rich value in JSON, e.g. `{ "$": ["date", 1463664531299] }`. */
interface TaggedValue {
  readonly $: readonly [name: string, ...parts: readonly unknown[]]
}

const tagged = (...tag: TaggedValue['$']): TaggedValue => ({ $: tag })

/** Rich values as tagged objects, for codecs that write JSON text. */
export const taggedForms: RichForms = /* @__PURE__ */ Object.freeze<RichForms>({
  fromNumber: (value) => tagged('number', value === 0 ? '-0' : String(value)),
  fromBigInt: (value) => tagged('bigint', String(value)),
  fromUndefined: () => tagged('undefined'),
  fromDate: (value) => {
    const time = value.getTime()
    return tagged('date', Number.isNaN(time) ? null : time)
  },
  fromBytes: (value) => tagged('bytes', base64FromBytes(value)),
  fromGeoPoint: (lat, lng) => tagged('geopoint', lat, lng),
  fromMap: (entries) => tagged('map', entries),
  fromSet: (items) => tagged('set', items),
  fromError: (problem) => tagged('error', problem),
  fromStream: (id) => tagged('stream', id),
  fromReference: (id, path) => tagged('ref', id, path),
  fromText: (value) => value,
  fromTagged: (members) => tagged('object', members),
})

/** Numbers without a form in JSON; `Number` reads them. */
const specialNumbers: readonly unknown[] = ['NaN', 'Infinity', '-Infinity', '-0']

type Members = Record<string, unknown>

/** How the list of a tag is read. */
interface TagForm {
  /** Items after the name. */
  readonly parts: number
  /** It holds other values, and counts as a level of its own. */
  readonly isLevel?: true
  readonly read: (parts: readonly unknown[], depth: number) => unknown
}

/**
 * Makes the walk over parsed JSON that checks the limits and turns tagged objects into rich values. It changes the tree
 * it is given, which must be fresh, member by member. `depth` is the level of the value itself.
 *
 * **Errors**: {@link CodecError}.
 */
export function createTagWalk(
  types: RichTypes,
  limits: CodecLimits,
): (value: unknown, depth: number) => unknown {
  function walk(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      checkDepth(depth)
      return walkList(value, depth)
    }
    return walkMembers(value as Members, depth) // parsed JSON that is no list is a plain object
  }

  function walkList(list: unknown[], depth: number): unknown[] {
    if (list.length > limits.maxItems) throw tooBig(`a list of more than ${limits.maxItems} items`)
    for (let index = 0; index < list.length; index++) {
      const item = list[index]
      if (typeof item !== 'object' || item === null) continue
      const walked = walk(item, depth + 1)
      if (walked !== item) list[index] = walked
    }
    return list
  }

  function walkMembers(members: Members, depth: number): unknown {
    if (depth > limits.maxDepth && !Object.hasOwn(members, '$')) checkDepth(depth)
    let keys = 0
    // the prototype of parsed JSON has no enumerable members
    for (const key in members) {
      if (key === '$') return readTag(members, depth)
      checkKey(key, ++keys)
      walkMember(members, key, depth)
    }
    return members
  }

  function walkMember(members: Members, key: string, depth: number): void {
    const member = members[key]
    if (typeof member !== 'object' || member === null) return
    const walked = walk(member, depth + 1)
    if (walked !== member) members[key] = walked
  }

  function checkDepth(depth: number): void {
    if (depth > limits.maxDepth) throw tooBig(`values deeper than ${limits.maxDepth} levels`)
  }

  function checkKey(key: string, keys: number): void {
    if (isReservedKey(key)) throw malformed('a reserved key')
    if (keys > limits.maxKeys) throw tooBig(`an object of more than ${limits.maxKeys} keys`)
  }

  function readTag(members: Members, depth: number): unknown {
    const tag = members['$']
    if (!Array.isArray(tag) || Object.keys(members).length !== 1) throw malformed('no tagged value')
    const form = readers.get(tag[0])
    if (form === undefined) throw malformed('an unknown tag')
    if (tag.length !== form.parts + 1) throw malformed('a tag of the wrong length')
    if (form.isLevel) checkDepth(depth)
    return form.read(tag.slice(1), depth)
  }

  const readers: ReadonlyMap<unknown, TagForm> = new Map<unknown, TagForm>([
    ['date', { parts: 1, read: ([time]) => dateFrom(time) }],
    ['bytes', { parts: 1, read: ([text]) => types.makeBytes(bytesFrom(text)) }],
    ['bigint', { parts: 1, read: ([digits]) => bigIntFrom(digits) }],
    ['undefined', { parts: 0, read: () => undefined }],
    ['number', { parts: 1, read: ([text]) => numberFrom(text) }],
    ['geopoint', { parts: 2, read: ([lat, lng]) => geoPointFrom(types, lat, lng) }],
    ['stream', { parts: 1, read: ([id]) => new StreamReference(idFrom(id)) }],
    ['map', { parts: 1, isLevel: true, read: ([entries], depth) => readMap(entries, depth) }],
    ['set', { parts: 1, isLevel: true, read: ([items], depth) => readSet(items, depth) }],
    ['error', { parts: 1, isLevel: true, read: ([problem], depth) => readError(problem, depth) }],
    ['ref', { parts: 2, isLevel: true, read: ([id, path]) => readReference(id, path) }],
    ['object', { parts: 1, isLevel: true, read: ([value], depth) => readEscaped(value, depth) }],
  ])

  const readSet = (items: unknown, depth: number) => new Set(walkList(listFrom(items), depth))
  const readReference = (id: unknown, path: unknown) => referenceFrom(id, listFrom(path), limits)

  function readMap(entries: unknown, depth: number): Map<unknown, unknown> {
    const list = listFrom(entries)
    if (list.length > limits.maxItems) throw tooBig(`a map of more than ${limits.maxItems} entries`)
    const map = new Map<unknown, unknown>()
    for (const entry of list) {
      if (!Array.isArray(entry) || entry.length !== 2) throw malformed('an entry that is no pair')
      map.set(walk(entry[0], depth + 1), walk(entry[1], depth + 1))
    }
    return map
  }

  function readError(problem: unknown, depth: number): unknown {
    const { name, message, code, details, ...more } = membersFrom(problem)
    if (Object.keys(more).length > 0) throw malformed('an error with other members')
    return errorFrom(types, name, message, code, walk(details, depth + 1))
  }

  function readEscaped(value: unknown, depth: number): Members {
    const members = membersFrom(value)
    let keys = 0
    for (const key in members) {
      checkKey(key, ++keys)
      walkMember(members, key, depth)
    }
    return members
  }

  return walk
}

/** **Errors**: {@link CodecError} unless it is milliseconds within a Date's range, or null for an invalid date. */
export function dateFrom(time: unknown): Date {
  if (time === null) return new Date(Number.NaN)
  const date = new Date(typeof time === 'number' ? time : Number.NaN)
  if (Number.isNaN(date.getTime())) throw malformed('a date out of range')
  return date
}

/** **Errors**: {@link CodecError} unless it is the shortest decimal text of a whole number, of bounded length. */
export function bigIntFrom(digits: unknown): bigint {
  if (typeof digits !== 'string') throw malformed('a BigInt without digits')
  if (digits.length > maxBigIntDigits)
    throw tooBig(`a BigInt of more than ${maxBigIntDigits} digits`)
  if (!/^(?:0|-?[1-9][0-9]*)$/.test(digits)) throw malformed('a BigInt with other than digits')
  return BigInt(digits)
}

/** **Errors**: {@link CodecError} unless both are finite. */
export function geoPointFrom(types: RichTypes, lat: unknown, lng: unknown): unknown {
  if (typeof lat !== 'number' || typeof lng !== 'number' || !Number.isFinite(lat + lng)) {
    throw malformed('a geo point without coordinates')
  }
  return types.makeGeoPoint(lat, lng)
}

/** **Errors**: {@link CodecError} unless it is a whole number from 1. */
export function idFrom(id: unknown): number {
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1) throw malformed('a wrong id')
  return id
}

/** **Errors**: {@link CodecError} unless the path is a list of texts without reserved names. */
export function referenceFrom(
  id: unknown,
  path: readonly unknown[],
  limits: CodecLimits,
): ResultReference {
  if (path.length > limits.maxItems) throw tooBig(`a path of more than ${limits.maxItems} steps`)
  const steps = path.map((step) => {
    if (typeof step !== 'string' || isReservedKey(step)) throw malformed('a wrong path')
    return step
  })
  return new ResultReference(idFrom(id), steps)
}

/** **Errors**: {@link CodecError} unless name, message and code are texts; the code may be left out. */
export function errorFrom(
  types: RichTypes,
  name: unknown,
  message: unknown,
  code: unknown,
  details: unknown,
): unknown {
  const isCode = code === undefined || typeof code === 'string'
  if (typeof name !== 'string' || typeof message !== 'string' || !isCode) {
    throw malformed('an error without name or message')
  }
  return types.makeError({
    name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details }),
  })
}

function numberFrom(text: unknown): number {
  if (!specialNumbers.includes(text)) throw malformed('an unknown number')
  return Number(text)
}

function bytesFrom(text: unknown): Uint8Array {
  const bytes = typeof text === 'string' ? bytesFromBase64(text) : undefined
  if (bytes === undefined) throw malformed('bytes that are not base64')
  return bytes
}

function listFrom(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw malformed('a tag without its list')
  return value
}

function membersFrom(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('a tag without its object')
  }
  return value as Members // parsed JSON that is no list is a plain object
}
