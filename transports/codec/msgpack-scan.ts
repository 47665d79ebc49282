import type { CodecLimits } from './codec.ts'
import * as extensionTypes from './extension-types.ts'
import { malformed, tooBig } from './limits.ts'
import * as listKinds from './list-kinds.ts'
import { structureType } from './msgpack-extension.ts'

/** What a scan found out about a message. */
export interface ScanState {
  readonly bytes: Uint8Array
  readonly limits: CodecLimits
  /** Key counts of the record structures defined so far, by id; `undefined` where structures were not agreed on. */
  readonly structures: Map<number, number> | undefined
  /** The message holds extensions or bytes, so that what is read from it must be walked. */
  isRich: boolean
}

/** Ids of record structures begin here; one byte each. */
export const firstStructureId = 0x40
/** Keys of one record structure. Objects with more are sent as maps. */
export const maxStructureKeys = 64
/** Characters, and bytes, of one key of a record structure. */
export const maxStructureKeyBytes = 256

const special = 0xff
/** Bytes that follow a first byte of a value which says it all; {@link special} for those that need a look. */
const sizes = new Uint8Array(256).fill(special)
sizes.fill(0, 0x00, 0x80)
sizes.fill(0, 0xe0)
for (let length = 0; length < 32; length++) sizes[0xa0 + length] = length
for (const [byte, size] of [
  ...[0xc0, 0xc2, 0xc3].map((byte) => [byte, 0] as const),
  ...[0xcc, 0xd0].map((byte) => [byte, 1] as const),
  ...[0xcd, 0xd1].map((byte) => [byte, 2] as const),
  ...[0xca, 0xce, 0xd2].map((byte) => [byte, 4] as const),
  ...[0xcb, 0xcf, 0xd3].map((byte) => [byte, 8] as const),
]) {
  sizes[byte] = size
}
/** The same where structures were agreed on: integers from 0x40 are records. */
const sizesWithStructures = Uint8Array.from(sizes).fill(special, firstStructureId, 0x80)

/** Lengths of the extensions accepted, by type; `undefined` where others check it. */
const extensionLengths: ReadonlyMap<number, number | undefined> = new Map<
  number,
  number | undefined
>([
  [extensionTypes.absent, 1],
  [extensionTypes.date, 8],
  [extensionTypes.bigint, undefined],
  [extensionTypes.geopoint, 16],
  [extensionTypes.stream, 8],
  [extensionTypes.list, 1],
  [extensionTypes.text, undefined],
])

/**
 * Looks through a message before anything is made of it: every length lies within the bytes that are there, nothing is
 * beyond a limit, keys are texts and none is reserved, extensions are known ones. It allocates nothing.
 *
 * **Errors**: {@link CodecError}.
 */
export function scanMessage(state: ScanState): void {
  const { length } = state.bytes
  // the list of frames and the frames are no levels of the values in them
  if (scanItems(state, 0, 1, -2) !== length) throw malformed('bytes beyond its end')
}

/** Passes over `count` values and answers the position behind them. `depth` is the level of what holds them. */
function scanItems(state: ScanState, from: number, count: number, depth: number): number {
  const { bytes } = state
  const end = bytes.length
  const table = state.structures === undefined ? sizes : sizesWithStructures
  let at = from
  for (let index = 0; index < count; index++) {
    if (at >= end) throw truncated()
    const size = table[bytes[at] as number] as number // the position and the byte are in range
    at = size === special ? scanSpecial(state, at, depth + 1) : at + 1 + size
  }
  if (at > end) throw truncated()
  return at
}

function scanSpecial(state: ScanState, at: number, depth: number): number {
  const byte = byteAt(state, at)
  if (byte < 0x80) return scanRecord(state, at + 1, byte, depth)
  if (byte < 0x90) return scanMap(state, at + 1, byte & 0x0f, depth)
  if (byte < 0xa0) return scanList(state, at + 1, byte & 0x0f, depth)
  switch (byte) {
    case 0xc4:
    case 0xc5:
    case 0xc6: {
      state.isRich = true
      return scanContent(state, at + 1, 1 << (byte - 0xc4))
    }
    case 0xc7:
    case 0xc8:
    case 0xc9: {
      const width = 1 << (byte - 0xc7)
      return scanExtension(state, at + 1 + width, numberAt(state, at + 1, width))
    }
    case 0xd4:
      if (byteAt(state, at + 1) === structureType) return scanDefinition(state, at + 2, depth)
      return scanExtension(state, at + 1, 1)
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return scanExtension(state, at + 1, 1 << (byte - 0xd4))
    case 0xd9:
    case 0xda:
    case 0xdb:
      return scanContent(state, at + 1, 1 << (byte - 0xd9))
    case 0xdc:
      return scanList(state, at + 3, numberAt(state, at + 1, 2), depth)
    case 0xdd:
      return scanList(state, at + 5, numberAt(state, at + 1, 4), depth)
    case 0xde:
      return scanMap(state, at + 3, numberAt(state, at + 1, 2), depth)
    case 0xdf:
      return scanMap(state, at + 5, numberAt(state, at + 1, 4), depth)
    default:
      throw malformed('a byte that begins no value')
  }
}

function scanList(state: ScanState, at: number, count: number, depth: number): number {
  checkDepth(state, depth)
  const { maxItems } = state.limits
  if (count > maxItems && count > longestAt(state, at)) {
    throw tooBig(`a list of more than ${maxItems} items`)
  }
  return scanItems(state, at, count, depth)
}

/** How long a list may be whose items begin here: a marked one holds more than the items it makes. */
function longestAt({ bytes, limits }: ScanState, at: number): number {
  const isMarked = bytes[at] === 0xd4 && bytes[at + 1] === extensionTypes.list
  switch (isMarked ? bytes[at + 2] : undefined) {
    case listKinds.map:
      return 1 + 2 * limits.maxItems
    case listKinds.set:
      return 1 + limits.maxItems
    case listKinds.reference:
      return 2 + limits.maxItems
    case listKinds.error:
      return 5
    default:
      return limits.maxItems
  }
}

function scanMap(state: ScanState, from: number, count: number, depth: number): number {
  checkDepth(state, depth)
  checkKeys(state, count)
  const { bytes } = state
  const end = bytes.length
  const table = state.structures === undefined ? sizes : sizesWithStructures
  let at = from
  for (let index = 0; index < count; index++) {
    at = scanKey(state, at)
    if (at >= end) throw truncated()
    const size = table[bytes[at] as number] as number // the position and the byte are in range
    at = size === special ? scanSpecial(state, at, depth + 1) : at + 1 + size
  }
  if (at > end) throw truncated()
  return at
}

/** Passes over a text that names a member. */
function scanKey(state: ScanState, at: number): number {
  const byte = byteAt(state, at)
  let from = at + 1
  let length = byte - 0xa0
  if (length < 0 || length > 31) {
    if (byte < 0xd9 || byte > 0xdb) throw malformed('a key that is no text')
    const width = 1 << (byte - 0xd9)
    length = numberAt(state, from, width)
    from += width
  }
  if ((length === 9 || length === 11) && isReservedAt(state.bytes, from, length)) {
    throw malformed('a reserved key')
  }
  return within(state, from + length)
}

const reservedKeys = ['__proto__', 'prototype', 'constructor'].map((key) =>
  Uint8Array.from(key, (character) => character.charCodeAt(0)),
)

function isReservedAt(bytes: Uint8Array, at: number, length: number): boolean {
  return reservedKeys.some(
    (key) => key.length === length && key.every((byte, index) => bytes[at + index] === byte),
  )
}

function scanExtension(state: ScanState, at: number, length: number): number {
  const type = byteAt(state, at)
  const expected = extensionLengths.get(type)
  if (!extensionLengths.has(type)) throw malformed('an unknown extension type')
  if (expected !== undefined && expected !== length) throw malformed('an extension of wrong length')
  state.isRich = true
  return within(state, at + 1 + length)
}

function scanContent(state: ScanState, at: number, width: number): number {
  return within(state, at + width + numberAt(state, at, width))
}

/** A structure's id, its list of keys, and at once the values of the first record. */
function scanDefinition(state: ScanState, at: number, depth: number): number {
  const { structures, limits } = state
  const id = byteAt(state, at)
  if (structures === undefined) throw malformed('a record structure that was not agreed on')
  if (id < firstStructureId || id >= firstStructureId + structureCount(limits)) {
    throw tooBig(`more than ${limits.maxStructures} record structures`)
  }
  const header = byteAt(state, at + 1)
  const isShort = header >= 0x90 && header < 0xa0
  if (!isShort && header !== 0xdc) throw malformed('a record structure without keys')
  const count = isShort ? header & 0x0f : numberAt(state, at + 2, 2)
  if (count > maxStructureKeys) throw tooBig('a record structure of too many keys')
  let next = at + (isShort ? 2 : 4)
  for (let index = 0; index < count; index++) {
    const from = next
    next = scanKey(state, from)
    if (next - from > maxStructureKeyBytes) throw tooBig('a record structure with a long key')
  }
  structures.set(id, count)
  return scanRecord(state, next, id, depth)
}

function scanRecord(state: ScanState, at: number, id: number, depth: number): number {
  const count = state.structures?.get(id)
  if (count === undefined) throw malformed('a record of no known structure')
  checkDepth(state, depth)
  checkKeys(state, count)
  return scanItems(state, at, count, depth)
}

/** How many structures a side may define: they are numbered with one byte. */
export function structureCount(limits: CodecLimits): number {
  return Math.min(limits.maxStructures, 64)
}

function checkDepth({ limits }: ScanState, depth: number): void {
  if (depth > limits.maxDepth) throw tooBig(`values deeper than ${limits.maxDepth} levels`)
}

function checkKeys({ limits }: ScanState, count: number): void {
  if (count > limits.maxKeys) throw tooBig(`an object of more than ${limits.maxKeys} keys`)
}

function byteAt({ bytes }: ScanState, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw truncated()
  return byte
}

/** An unsigned number of 1, 2 or 4 bytes. */
function numberAt(state: ScanState, at: number, width: number): number {
  let value = 0
  for (let index = 0; index < width; index++) value = value * 256 + byteAt(state, at + index)
  return value
}

function within({ bytes }: ScanState, at: number): number {
  if (at > bytes.length) throw truncated()
  return at
}

function truncated(): Error {
  return malformed('it ends before its last value')
}
