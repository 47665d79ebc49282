import type { PropertyType } from '../../core/spi.ts'
import type { Scalar } from './block.ts'
import { encodeText } from './codec.ts'

/** What the values of an indexed column are; `undefined` in an {@link IndexPart} where an index could not agree with `where`. */
export type KeyKind = 'number' | 'string' | 'bigint' | 'boolean' | 'date' | 'bytes'

/** One column of an index. */
export interface IndexPart {
  readonly property: string
  readonly kind: KeyKind | undefined
}

/** Key of a value in an index: `null` for null and missing, `undefined` for a value that is not of the column's kind. */
export type IndexKey = Scalar | null | undefined

/** The kind of key a declared type gives. */
export function keyKindOf(type: PropertyType | undefined): KeyKind | undefined {
  switch (type?.kind) {
    case 'number':
    case 'integer':
      return 'number'
    case 'string':
    case 'text':
      return 'string'
    case 'bigint':
      return 'bigint'
    case 'boolean':
      return 'boolean'
    case 'date':
      return 'date'
    case 'buffer':
      return 'bytes'
    default:
      return undefined
  }
}

/** The key of one value; two values of a kind are equal exactly if their keys are, and sort as their keys do. */
export function keyOfValue(value: unknown, kind: KeyKind | undefined): IndexKey {
  if (value === null || value === undefined) return null
  if (typeof value === kind) return Number.isNaN(value) ? undefined : (value as Scalar) // kinds other than date and bytes are names of scalar types
  if (kind === 'date' && value instanceof Date) {
    const time = value.getTime()
    return Number.isNaN(time) ? undefined : time
  }
  if (kind === 'bytes' && value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  return undefined
}

/** Text that is equal for equal values of any type; starts with a character no plain key starts with. */
export function canonicalKey(value: unknown): string {
  return `\0${encodeText(value)}`
}

/** Key over several columns; see {@link IndexKey}. */
export function compoundKey(values: readonly unknown[], parts: readonly IndexPart[]): IndexKey {
  let text = ''
  for (let index = 0; index < parts.length; index += 1) {
    const key = keyOfValue(values[index], parts[index]?.kind)
    if (key === null || key === undefined) return key
    const part = String(key)
    text += `${part.length}:${part}`
  }
  return text
}
