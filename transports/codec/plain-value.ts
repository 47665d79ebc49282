import { isReservedKey } from './reserved-key.ts'

/** Levels up to which a value is looked through; deeper ones are left to the preparation, which finds cycles. */
const maxLevels = 64

/**
 * Whether a list holds nothing but what JSON has a form for, in plain lists and objects, so that it can be written as it
 * is. It may say no of a plain one.
 */
export function isPlainList(list: readonly unknown[], level = 0): boolean {
  if (level > maxLevels) return false
  for (let index = 0; index < list.length; index++) {
    if (!isPlainItem(list[index], level)) return false
  }
  return true
}

function isPlainItem(value: unknown, level: number): boolean {
  switch (typeof value) {
    case 'string':
      return !hasByteOrderMark(value)
    case 'number':
      return isOrdinaryNumber(value)
    case 'boolean':
      return true
    case 'object':
      if (value === null) return true
      if (Array.isArray(value)) return isPlainList(value, level + 1)
      // the members are looked at by name
      return isPlainObject(value as Readonly<Record<string, unknown>>, level + 1)
    default:
      return false
  }
}

function isPlainObject(value: Readonly<Record<string, unknown>>, level: number): boolean {
  if (level > maxLevels || Object.getPrototypeOf(value) !== Object.prototype) return false
  // an object of Object.prototype has no other enumerable members
  for (const key in value) {
    if (key === '$' || isReservedKey(key) || !isPlainItem(value[key], level)) return false
  }
  return true
}

/** Whether a number is none of NaN, the infinities and −0. */
export function isOrdinaryNumber(value: number): boolean {
  return value === 0 ? 1 / value > 0 : value - value === 0
}

/** Whether a text begins with U+FEFF. */
export function hasByteOrderMark(text: string): boolean {
  return text.charCodeAt(0) === 0xfeff
}
