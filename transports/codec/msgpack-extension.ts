import { hasByteOrderMark } from './plain-value.ts'
import type { RichForms } from './prepare-value.ts'

/**
 * Extension types of the MessagePack form, for other implementations as well. Numbers are big-endian.
 *
 * `undefined` (no content, one byte 0), `date` (float64, milliseconds, NaN when invalid), `bigint` (decimal digits),
 * `geopoint` (two float64: latitude, longitude), `stream` (float64, the id) stand for a value each, and so does
 * `text` (UTF-8), in place of a text that begins with a byte order mark; names of members stay texts. `list` (one byte) is the first item of a list and says what the rest of it makes, see {@link listKinds}.
 */
export const extensionTypes = Object.freeze({
  undefined: 0,
  date: 1,
  bigint: 2,
  geopoint: 3,
  stream: 4,
  list: 5,
  text: 6,
} as const)

/** What follows the first item of a marked list; the code of a letter. */
export const listKinds = Object.freeze({
  /** Keys and values by turns. */
  map: 0x6d,
  /** The items. */
  set: 0x73,
  /** Name, message, code or nil, and the details if there are any. */
  error: 0x65,
  /** The id, then the steps of the path. */
  reference: 0x72,
} as const)

/** msgpackr's own type: the definition of a record structure. */
export const structureType = 0x72

/** A value that is MessagePack already; msgpackr copies its bytes. */
export class PackedValue {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** The content of one of {@link extensionTypes} as msgpackr read it. */
export class UnpackedExtension {
  readonly type: number
  readonly bytes: Uint8Array

  constructor(type: number, bytes: Uint8Array) {
    this.type = type
    this.bytes = bytes
  }
}

/** Lengths of contents that have a first byte of their own, from 0xd4 on. */
const fixedLengths: readonly number[] = [1, 2, 4, 8, 16]

/** Rich values as extensions. Bytes and numbers other than −0 have forms of their own in MessagePack. */
export const packedForms: RichForms = Object.freeze<RichForms>({
  fromNumber: (value) => (value === 0 ? packNegativeZero() : value),
  fromBigInt: (value) => packExtension(extensionTypes.bigint, utf8From(String(value))),
  fromUndefined: () => undefined,
  fromDate: (value) => packExtension(extensionTypes.date, float64s(value.getTime())),
  fromBytes: (value) => value,
  fromGeoPoint: (lat, lng) => packExtension(extensionTypes.geopoint, float64s(lat, lng)),
  fromMap: (entries) => [packMarker(listKinds.map), ...entries.flat()],
  fromSet: (items) => [packMarker(listKinds.set), ...items],
  fromError: ({ name, message, code, details }) => [
    packMarker(listKinds.error),
    packText(name),
    packText(message),
    code === undefined ? null : packText(code),
    ...(details === undefined ? [] : [details]),
  ],
  fromStream: (id) => packExtension(extensionTypes.stream, float64s(id)),
  fromReference: (id, path) => [packMarker(listKinds.reference), id, ...path.map(packText)],
  fromText: packText,
  fromTagged: (members) => members,
})

const packNegativeZero = () => new PackedValue(Uint8Array.of(0xcb, ...float64s(-0)))

function packMarker(kind: number): PackedValue {
  return packExtension(extensionTypes.list, Uint8Array.of(kind))
}

function packText(text: string): string | PackedValue {
  if (!hasByteOrderMark(text)) return text
  return packExtension(extensionTypes.text, utf8From(text))
}

const utf8From = (text: string): Uint8Array => new TextEncoder().encode(text)

function packExtension(type: number, content: Uint8Array): PackedValue {
  const { length } = content
  const fixed = fixedLengths.indexOf(length)
  const header =
    fixed >= 0
      ? [0xd4 + fixed]
      : length < 0x100
        ? [0xc7, length]
        : [0xc9, length >>> 24, length >>> 16, length >>> 8, length] // cut to a byte each
  const bytes = new Uint8Array(header.length + 1 + length)
  bytes.set([...header, type])
  bytes.set(content, header.length + 1)
  return new PackedValue(bytes)
}

function float64s(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length))
  values.forEach((value, index) => {
    view.setFloat64(8 * index, value)
  })
  return new Uint8Array(view.buffer)
}
