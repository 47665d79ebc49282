import { remoteError } from '../error/remote-error.ts'
import type { CallContext } from './context.ts'

/** A remote hook or phase handler. A throw or rejection becomes the call's error. Source: remoting H-4. */
export type Hook = (context: CallContext) => unknown

/** When a hook runs. */
export type HookMoment = 'before' | 'after' | 'afterError'

/** A hook with the pattern of the methods it belongs to. */
export interface HookEntry {
  /** Dot-segmented; `*` is one segment, `**` any run of segments. */
  readonly pattern: string
  readonly hook: Hook
}

/** `specificity` runs narrow patterns first; `registration` keeps the order of registration. Source: remoting HM-1, HM-2. */
export type HookOrder = 'specificity' | 'registration'

/** The pattern matches the full name of a method. Source: remoting 4.2. */
export function matchesPattern(pattern: string, name: string): boolean {
  return matchSegments(pattern.split('.'), 0, name.split('.'), 0)
}

function matchSegments(
  pattern: readonly string[],
  at: number,
  name: readonly string[],
  from: number,
): boolean {
  const segment = pattern[at]
  if (segment === undefined) return from === name.length
  if (segment === '**') {
    for (let next = from; next <= name.length; next++) {
      if (matchSegments(pattern, at + 1, name, next)) return true
    }
    return false
  }
  if (from === name.length) return false
  return (
    (segment === '*' || segment === name[from]) && matchSegments(pattern, at + 1, name, from + 1)
  )
}

/** Orders patterns from narrow to wide: literal before `*` before `**`, segment by segment. Source: remoting HM-3, HM-4. */
export function comparePatterns(a: string, b: string): number {
  const left = a.split('.')
  const right = b.split('.')
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = widthOf(left[i]) - widthOf(right[i])
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function widthOf(segment: string | undefined): number {
  if (segment === '**') return 2
  return segment === '*' ? 1 : 0
}

/** Picks and orders the hooks of one method; done once, when the method's plan is compiled. */
export function selectHooks(
  entries: readonly HookEntry[],
  fullName: string,
  order: HookOrder,
): readonly Hook[] {
  const matching = entries.filter((entry) => matchesPattern(entry.pattern, fullName))
  if (order === 'specificity') matching.sort((a, b) => comparePatterns(a.pattern, b.pattern))
  return matching.map((entry) => entry.hook)
}

/** Refuses a pattern that can match nothing because it is empty or has an empty segment. */
export function checkPattern(pattern: string): string {
  if (typeof pattern !== 'string' || pattern === '' || pattern.split('.').includes('')) {
    throw remoteError('INVALID_ARGUMENT', `hook pattern "${String(pattern)}" has an empty segment`)
  }
  return pattern
}
