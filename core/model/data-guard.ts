import { invalidArgument, type RemoteError, remoteError } from '../error/remote-error.ts'

/** Levels of nesting data may have where nothing else is said. Source: data D-1.6-7. */
export const defaultDataDepth = 32

/** The 400 for keys that could change a prototype. Source: data D-1.2-18. */
export function reservedKey(key: string): RemoteError {
  return remoteError('RESERVED_KEY', `the key ${key} is not allowed in data`)
}

/** The key could change a prototype, or pretend to be a constructor. */
export function isReserved(key: string, value: unknown): boolean {
  return key === '__proto__' || (key === 'constructor' && typeof value !== 'function')
}

/**
 * Walks plain data and refuses reserved keys and too many levels. Instances of classes are leaves. Circular data runs
 * into the limit.
 *
 * `depth` counts the levels left. **Errors**: 400 `RESERVED_KEY`, 400 `INVALID_ARGUMENT`. **Source**: data D-1.2-18, D-0-4.
 */
export function guardData(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth <= 0) throw tooDeep()
  if (Array.isArray(value)) {
    for (const item of value) guardData(item, depth - 1)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return
  for (const [key, member] of Object.entries(value)) {
    if (isReserved(key, member)) throw reservedKey(key)
    guardData(member, depth - 1)
  }
}

/** The 400 for data nested beyond the limit. */
export function tooDeep(): RemoteError {
  return invalidArgument('the data is nested too deep')
}
