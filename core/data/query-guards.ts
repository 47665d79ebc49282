import { fromWire } from '../method/context.ts'
import type { ParseContext, ParseOptions } from '../query/parse-context.ts'
import type { Operation } from './operation.ts'
import type { OperationOptions } from './repository-types.ts'

/**
 * Marks the options of a call that came over a transport: its filters may hold no functions, no long patterns and no
 * conditions on closed relations. The server made the object for this one call.
 */
export function markFromWire(options: object): OperationOptions {
  if (Reflect.has(options, fromWire)) return options as OperationOptions // the server made it
  const isMarked = Reflect.set(options, fromWire, true)
  const marked = isMarked ? options : { ...options, [fromWire]: true }
  return marked as OperationOptions // the server made it, with the keys this layer knows
}

const guardKeys = [
  'maxDepthOfQuery',
  'maxDepthOfData',
  'prohibitHiddenPropertiesInQuery',
  'prohibitProtectedPropertiesInQuery',
  'normalizeUndefinedInQuery',
  'allowExtendedOperators',
  'disableSanitization',
  'disableDefaultSort',
  'defaultIdSort',
  'geoDefaultUnit',
] as const satisfies readonly (keyof ParseOptions)[]

/** The guards of a query: the prepared ones unless the call's options change one. */
export function parseContextOf(operation: Operation, purpose: 'read' | 'write'): ParseContext {
  const prepared = operation.runtime.contexts[purpose]
  const { options } = operation
  if (options === undefined) return prepared
  const inProcess = !Reflect.has(options, fromWire)
  for (const key of guardKeys) {
    if (options[key] !== undefined) {
      return { ...prepared, inProcess, options: mergeGuards(prepared.options, options) }
    }
  }
  return inProcess ? prepared : { ...prepared, inProcess }
}

/** Settings first, options over them. */
export function mergeGuards(
  base: ParseOptions,
  over: Readonly<Record<string, unknown>>,
): ParseOptions {
  const merged: Record<string, unknown> = { ...base }
  for (const key of guardKeys) {
    if (over[key] !== undefined) merged[key] = over[key]
  }
  return merged
}
