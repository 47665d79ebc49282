import { invalidArgument } from '../error/remote-error.ts'
import type { Profile } from '../profile.ts'
import type { PropertyDefault, PropertyType } from './property.ts'
import { createShortId, createUuidV1, createUuidV4 } from './unique-id.ts'

const functions: Readonly<Record<string, PropertyDefault>> = {
  guid: createUuidV1,
  uuid: createUuidV1,
  uuidv4: createUuidV4,
  now: () => new Date(),
  nanoid: createShortId,
  shortid: createShortId,
}

/** What a property's default is compiled against. */
export interface DefaultContext {
  readonly profile: Profile
  readonly warn: (message: string) => void
  /** `Book.isbn`, for messages. */
  readonly place: string
}

/**
 * Compiles `default` and `defaultFn` of a property.
 *
 * **Errors**: `INVALID_ARGUMENT` for an unknown `defaultFn` (a warning in loopback3). Source: data D-1.2-6, D-1.2-7.
 */
export function compileDefault(
  options: Readonly<Record<string, unknown>>,
  type: PropertyType,
  context: DefaultContext,
): PropertyDefault | undefined {
  if (options['default'] !== undefined) return defaultOfValue(options['default'], type)
  const name = options['defaultFn']
  if (name === undefined) return undefined
  if (typeof name === 'string' && Object.hasOwn(functions, name)) return functions[name]
  const message = `${context.place}.defaultFn: there is no function "${String(name)}"`
  if (!context.profile.compat['D-1.2-7']) throw invalidArgument(message)
  context.warn(message)
  return undefined
}

function defaultOfValue(value: unknown, type: PropertyType): PropertyDefault {
  if (value === Date) return () => new Date()
  if (typeof value === 'function') return () => (value as () => unknown)() // any function is called without arguments
  if (value === '$now' && type.kind === 'date') return () => new Date()
  if (typeof value === 'object' && value !== null) return () => structuredClone(value)
  return () => value
}
