import * as extensionTypes from './extension-types.ts'
import * as listKinds from './list-kinds.ts'
import { hasByteOrderMark } from './plain-value.ts'
import type { ObjectForms } from './rich-object.ts'

/** msgpackr's own type: the definition of a record structure. */
export const structureType = 0x72

/** A value that is MessagePack already; msgpackr copies its bytes. */
export class PackedValue {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** The content of one of the `extension-types.ts` as msgpackr read it. */
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

/** Objects as extensions and marked lists; bytes have a form of their own in MessagePack. */
export const packedForms: ObjectForms = Object.freeze<ObjectForms>({
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
})

/** A BigInt of at most {@link maxBigIntDigits} digits. */
export function packBigInt(value: bigint): PackedValue {
  return packExtension(extensionTypes.bigint, utf8From(String(value)))
}

function packMarker(kind: number): PackedValue {
  return packExtension(extensionTypes.list, Uint8Array.of(kind))
}

/** A text; packed when it begins with a byte order mark. */
export function packText(text: string): string | PackedValue {
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
