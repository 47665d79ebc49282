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

/** The call came over a transport. */
export function isFromWire({ options }: Operation): boolean {
  return options !== undefined && Reflect.has(options, fromWire)
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

/** The last context made from a prepared one: calls over a transport nearly always carry the same guards. */
interface Memo {
  readonly inProcess: boolean
  readonly values: readonly unknown[]
  readonly context: ParseContext
}

const memos = new WeakMap<ParseContext, Memo>()

/** The guards of a query: the prepared ones unless the call's options change one. */
export function parseContextOf(operation: Operation, purpose: 'read' | 'write'): ParseContext {
  const prepared = operation.runtime.contexts[purpose]
  const { options } = operation
  if (options === undefined) return prepared
  const inProcess = !isFromWire(operation)
  const memo = memos.get(prepared)
  if (memo !== undefined && memo.inProcess === inProcess && hasValues(options, memo.values)) {
    return memo.context
  }
  const context = { ...prepared, inProcess, options: mergeGuards(prepared.options, options) }
  memos.set(prepared, { inProcess, values: guardKeys.map((key) => options[key]), context })
  return context
}

function hasValues(options: OperationOptions, values: readonly unknown[]): boolean {
  for (let i = 0; i < guardKeys.length; i++) {
    if (options[guardKeys[i] as string] !== values[i]) return false // i is in range
  }
  return true
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
