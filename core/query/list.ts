import { isPlainObject } from '../model/plain-object.ts'

/**
 * Reads a list: an array, or the object with the keys `0` to `n - 1` that query strings make of one.
 * Anything else gives `undefined`. Source: data D-3.2-5, D-3.2-13, D-3.3-8.
 */
export function listFrom(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (!isPlainObject(value)) return undefined
  const keys = Object.keys(value)
  if (keys.length === 0) return undefined
  const items: unknown[] = new Array(keys.length)
  for (let index = 0; index < keys.length; index++) {
    const key = String(index)
    if (!Object.hasOwn(value, key)) return undefined
    items[index] = value[key]
  }
  return items
}
