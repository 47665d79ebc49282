import type { CodecLimits } from './codec.ts'
import { type RichTypes, StreamReference } from './codec.ts'
import * as extensionTypes from './extension-types.ts'
import { malformed } from './limits.ts'
import { valueOfMarkedList } from './marked-list.ts'
import { UnpackedExtension } from './msgpack-extension.ts'
import { bigIntFrom, dateFrom, geoPointFrom, idFrom } from './tagged-value.ts'

/** Keeps a byte order mark. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Makes the walk over what msgpackr read from a scanned message that turns extensions, marked lists and bytes into rich
 * values. It changes the tree it is given. Bytes are copied: what msgpackr hands out is a view of the message.
 *
 * **Errors**: {@link CodecError}.
 */
export function createExtensionWalk(
  types: RichTypes,
  limits: CodecLimits,
): (value: unknown) => unknown {
  function walk(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return walkList(value)
    if (value instanceof UnpackedExtension) return readExtension(value)
    if (value instanceof Uint8Array) return types.makeBytes(new Uint8Array(value))
    // anything else msgpackr makes of a scanned message is a plain object
    return walkMembers(value as Record<string, unknown>)
  }

  function walkMembers(members: Record<string, unknown>): unknown {
    // an object of Object.prototype has no other enumerable members
    for (const key in members) {
      const member = members[key]
      if (typeof member === 'object' && member !== null) members[key] = walk(member)
    }
    return members
  }

  function walkList(list: unknown[]): unknown {
    const marker = list[0]
    const isMarked = marker instanceof UnpackedExtension && marker.type === extensionTypes.list
    for (let index = isMarked ? 1 : 0; index < list.length; index++) {
      const item = list[index]
      if (typeof item === 'object' && item !== null) list[index] = walk(item)
    }
    return isMarked ? valueOfMarkedList(marker.bytes[0], list.slice(1), types, limits) : list
  }

  function readExtension({ type, bytes }: UnpackedExtension): unknown {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    switch (type) {
      case extensionTypes.date: {
        const time = view.getFloat64(0)
        return dateFrom(Number.isNaN(time) ? null : time)
      }
      case extensionTypes.bigint:
        return bigIntFrom(utf8.decode(bytes))
      case extensionTypes.text:
        return utf8.decode(bytes)
      case extensionTypes.geopoint:
        return geoPointFrom(types, view.getFloat64(0), view.getFloat64(8))
      case extensionTypes.stream:
        return new StreamReference(idFrom(view.getFloat64(0)))
      default:
        throw malformed('a kind of list that does not begin one')
    }
  }

  return walk
}
