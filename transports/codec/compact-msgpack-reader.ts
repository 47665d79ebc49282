import { type Codec, type CodecLimits, type RichTypes, StreamReference } from './codec.ts'
import * as extensionTypes from './extension-types.ts'
import { checkFrames, codecErrorFrom, malformed, tooBig } from './limits.ts'
import * as listKinds from './list-kinds.ts'
import { valueOfMarkedList } from './marked-list.ts'
import { isReservedKey } from './reserved-key.ts'
import { bigIntFrom, dateFrom, geoPointFrom, idFrom } from './tagged-value.ts'

/** Lengths of the extensions by type; 0 where any is right. */
const extensionLengths = [1, 8, 0, 16, 8, 1, 0] as const
/** Bytes up to which a loop is faster than a `TextDecoder`. Measured 2026-11 with Node 20. */
const shortText = 20
/** Names of members a reader remembers, so that equal ones need not be made again; a power of two. */
const rememberedNames = 256
/** Bytes of a name it remembers. */
const longestRemembered = 32

const none = /* @__PURE__ */ new Uint8Array(0)

/**
 * Makes the decoder of a codec. It reads and checks in one pass: a length is compared with the bytes that are there, and
 * a count with its limit, before anything is made of them.
 *
 * **Errors**: {@link CodecError}.
 */
export function createMsgpackReader(types: RichTypes, limits: CodecLimits): Codec['decode'] {
  const { maxMessageBytes, maxDepth, maxKeys, maxItems } = limits
  /** Keeps a byte order mark. */
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  const names: string[] = []
  /** Items of a marked list, by its kind. */
  const longest: Readonly<Record<number, number>> = {
    [listKinds.map]: 1 + 2 * maxItems,
    [listKinds.set]: 1 + maxItems,
    [listKinds.reference]: 2 + maxItems,
    [listKinds.error]: 5,
  }
  /** Stands for the first item of a marked list. */
  const marker = { kind: 0 }
  let bytes: Uint8Array = none
  let view: DataView | undefined
  let at = 0
  let end = 0
  /** Where the first item of the list begins that was begun last. */
  let firstItem = -1

  /** Passes over bytes and answers where they begin. */
  function take(length: number): number {
    const from = at
    if (length > end - from) throw truncated()
    at = from + length
    return from
  }

  function readUnsigned(width: number): number {
    let value = 0
    for (let from = take(width); from < at; from++) value = value * 256 + (bytes[from] as number) // taken
    return value
  }

  const viewed = (): DataView => {
    view ??= new DataView(bytes.buffer, bytes.byteOffset, end)
    return view
  }

  /** `depth` is the level of what holds the value. */
  function readValue(depth: number): unknown {
    const start = take(1)
    const byte = bytes[start] as number // taken
    if (byte < 0x80) return byte
    if (byte < 0x90) return readMembers(byte & 0x0f, depth + 1)
    if (byte < 0xa0) return readList(byte & 0x0f, depth + 1)
    if (byte < 0xc0) return readText(byte & 0x1f)
    if (byte >= 0xe0) return byte - 0x100
    switch (byte) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return types.makeBytes(bytes.slice(take(readUnsigned(1 << (byte - 0xc4))), at))
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return readExtension(readUnsigned(1 << (byte - 0xc7)), start)
      case 0xca:
        return viewed().getFloat32(take(4))
      case 0xcb:
        return viewed().getFloat64(take(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return readUnsigned(1 << (byte - 0xcc))
      case 0xcf:
        return numberFrom(viewed().getBigUint64(take(8)))
      case 0xd0:
        return (readUnsigned(1) << 24) >> 24
      case 0xd1:
        return (readUnsigned(2) << 16) >> 16
      case 0xd2:
        return readUnsigned(4) | 0
      case 0xd3:
        return numberFrom(viewed().getBigInt64(take(8)))
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return readExtension(1 << (byte - 0xd4), start)
      case 0xd9:
      case 0xda:
      case 0xdb:
        return readText(readUnsigned(1 << (byte - 0xd9)))
      case 0xdc:
      case 0xdd:
        return readList(readUnsigned(2 << (byte - 0xdc)), depth + 1)
      case 0xde:
      case 0xdf:
        return readMembers(readUnsigned(2 << (byte - 0xde)), depth + 1)
      default:
        throw malformed('a byte that begins no value')
    }
  }

  function readText(length: number): string {
    const from = take(length)
    if (length > shortText) return utf8.decode(bytes.subarray(from, at))
    let bits = 0
    for (let index = from; index < at; index++) bits |= bytes[index] as number // taken
    if (bits > 0x7f) return utf8.decode(bytes.subarray(from, at))
    let text = ''
    let index = from
    // four at a time: each step makes another text
    for (; index + 4 <= at; index += 4) {
      text += String.fromCharCode(
        bytes[index] as number, // taken, as those behind it
        bytes[index + 1] as number,
        bytes[index + 2] as number,
        bytes[index + 3] as number,
      )
    }
    for (; index < at; index++) text += String.fromCharCode(bytes[index] as number) // taken
    return text
  }

  function readMembers(count: number, depth: number): unknown {
    checkDepth(depth)
    if (count > maxKeys) throw tooBig(`an object of more than ${maxKeys} keys`)
    const members: Record<string, unknown> = {}
    for (let index = 0; index < count; index++) members[readName()] = readValue(depth)
    return members
  }

  function readName(): string {
    const byte = bytes[take(1)] as number // taken
    const isShort = byte >= 0xa0 && byte < 0xc0
    if (!isShort && (byte < 0xd9 || byte > 0xdb)) throw malformed('a key that is no text')
    const length = isShort ? byte & 0x1f : readUnsigned(1 << (byte - 0xd9))
    if (length === 0 || length > longestRemembered) return checkedName(readText(length))
    const from = take(length)
    const slot =
      ((bytes[from] as number) * 31 + (bytes[at - 1] as number) * 7 + length) % rememberedNames // taken
    const known = names[slot]
    if (known !== undefined && isNameAt(known, from, length)) return known
    at = from
    const name = checkedName(readText(length))
    names[slot] = name
    return name
  }

  /** Other than ASCII it never finds: those texts have fewer characters than bytes. */
  function isNameAt(name: string, from: number, length: number): boolean {
    if (name.length !== length) return false
    for (let index = 0; index < length; index++) {
      if (name.charCodeAt(index) !== bytes[from + index]) return false
    }
    return true
  }

  function readList(count: number, depth: number): unknown {
    checkDepth(depth)
    if (count > maxItems && count > longestHere()) {
      throw tooBig(`a list of more than ${maxItems} items`)
    }
    // an item has a byte at least: nothing is made for those that are not there
    if (count > end - at) throw truncated()
    const list: unknown[] = []
    if (count === 0) return list
    firstItem = at
    const first = readValue(depth)
    const { kind } = marker
    if (first !== marker) list.push(first)
    for (let index = 1; index < count; index++) list.push(readValue(depth))
    return first === marker ? valueOfMarkedList(kind, list, types, limits) : list
  }

  /** How long a list may be that begins here: a marked one holds more than the items it makes. */
  function longestHere(): number {
    const isMarked = bytes[at] === 0xd4 && bytes[at + 1] === extensionTypes.list
    return (isMarked && longest[bytes[at + 2] as number]) || maxItems // nothing is found for undefined
  }

  /** `start`: where the value begins whose content this is. */
  function readExtension(length: number, start: number): unknown {
    const type = bytes[take(1)] as number // taken
    const expected = extensionLengths[type]
    if (expected !== 0 && expected !== length) throw malformed('an unknown extension')
    const from = take(length)
    switch (type) {
      case extensionTypes.absent:
        return undefined
      case extensionTypes.date: {
        const time = viewed().getFloat64(from)
        return dateFrom(Number.isNaN(time) ? null : time)
      }
      case extensionTypes.geopoint:
        return geoPointFrom(types, viewed().getFloat64(from), viewed().getFloat64(from + 8))
      case extensionTypes.stream:
        return new StreamReference(idFrom(viewed().getFloat64(from)))
      case extensionTypes.list:
        if (start !== firstItem) throw malformed('an unknown kind of list')
        marker.kind = bytes[from] as number // taken
        return marker
      default: {
        const text = utf8.decode(bytes.subarray(from, at))
        return type === extensionTypes.bigint ? bigIntFrom(text) : text
      }
    }
  }

  function checkDepth(depth: number): void {
    if (depth > maxDepth) throw tooBig(`values deeper than ${maxDepth} levels`)
  }

  return (message) => {
    if (typeof message === 'string') throw malformed('a text instead of bytes')
    if (message.length > maxMessageBytes) throw tooBig(`more than ${maxMessageBytes} bytes`)
    bytes = message
    at = 0
    end = message.length
    try {
      // the list of frames and the frames are no levels of the values in them
      const frames = checkFrames(readValue(-2))
      if (at !== end) throw malformed('bytes beyond its end')
      return frames
    } catch (error) {
      throw codecErrorFrom(error)
    } finally {
      bytes = none
      view = undefined
    }
  }
}

function checkedName(name: string): string {
  if (isReservedKey(name)) throw malformed('a reserved key')
  return name
}

/** Integers up to 2^53 as numbers. */
function numberFrom(integer: bigint): number | bigint {
  return integer >= -(2 ** 53) && integer <= 2 ** 53 ? Number(integer) : integer
}

function truncated(): Error {
  return malformed('it ends before its last value')
}
