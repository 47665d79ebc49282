import type { CodecLimits, RichTypes } from './codec.ts'
import { malformed } from './limits.ts'
import * as listKinds from './list-kinds.ts'
import { errorFrom, referenceFrom } from './tagged-value.ts'

/** Makes what a marked list of MessagePack stands for, of the items behind its marker. **Errors**: {@link CodecError}. */
export function valueOfMarkedList(
  kind: number | undefined,
  items: readonly unknown[],
  types: RichTypes,
  limits: CodecLimits,
): unknown {
  switch (kind) {
    case listKinds.map:
      return mapFrom(items)
    case listKinds.set:
      return new Set(items)
    case listKinds.error: {
      const [name, message, code, details] = items
      if (items.length < 3 || items.length > 4) throw malformed('an error of wrong length')
      return errorFrom(types, name, message, code ?? undefined, details)
    }
    case listKinds.reference:
      return referenceFrom(items[0], items.slice(1), limits)
    default:
      throw malformed('an unknown kind of list')
  }
}

function mapFrom(items: readonly unknown[]): Map<unknown, unknown> {
  if (items.length % 2 !== 0) throw malformed('a map with a key too many')
  const map = new Map<unknown, unknown>()
  for (let index = 0; index < items.length; index += 2) map.set(items[index], items[index + 1])
  return map
}
