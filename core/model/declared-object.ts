import { invalidArgument } from '../error/remote-error.ts'
import { isPlainObject } from './plain-object.ts'

/**
 * An object a definition may hold, e.g. a scope; nothing for undefined and null. Filters of definitions are data: a
 * function in their place would select every row if it were passed over.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the place. **Source**: data D-1.1-13, D-1.1-14, D-4.1-11, D-4.8-1.
 */
export function declaredObject(
  given: unknown,
  place: string,
): Readonly<Record<string, unknown>> | undefined {
  if (given === undefined || given === null) return undefined
  if (isPlainObject(given)) return given
  throw invalidArgument(
    `${place} must be an object, got ${Array.isArray(given) ? 'array' : typeof given}`,
  )
}
