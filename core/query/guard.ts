import { remoteError } from '../error/remote-error.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { ParseOptions } from './parse-context.ts'
import { reservedKey, tooComplex } from './query-error.ts'

/** Levels of nesting in a where unless a setting says otherwise. Source: data D-3.5-2. */
export const defaultDepthOfQuery = 32

/** Levels of nesting in data unless a setting says otherwise. Source: data D-3.5-3. */
export const defaultDepthOfData = 64

/** Objects and lists in one where; shared ones count each time they are met. Lists of scalars count once. */
const maxContainers = 100_000

/** Operators that run code in the database; refused in both profiles. Source: data D-3.2-16, D-3.5-9. */
const codeOperators: ReadonlySet<string> = new Set([
  '$where',
  '$function',
  '$accumulator',
  '$expr',
  '$mapReduce',
])

interface Walk {
  readonly root: object
  readonly maxDepth: number
  readonly extended: boolean
  readonly code: boolean
  containers: number
}

/**
 * Refuses a where that is hostile before anything else looks at it. Instances of classes are leaves.
 *
 * **Errors** (400): `QUERY_OBJECT_TOO_DEEP`, `QUERY_OBJECT_IS_CIRCULAR`, `OPERATOR_NOT_ALLOWED_IN_QUERY` for keys that
 * start with `$`, `RESERVED_KEY`, `QUERY_TOO_COMPLEX`. **Source**: data D-3.5-1, D-3.5-2, D-3.5-4, D-3.5-5, D-1.2-18.
 */
export function checkWhere(where: object, options: ParseOptions, inProcess: boolean): void {
  walk(where, 0, {
    root: where,
    maxDepth: options.maxDepthOfQuery ?? defaultDepthOfQuery,
    extended: options.allowExtendedOperators === true,
    code: inProcess && options.disableSanitization === true,
    containers: 0,
  })
}

/** The same checks for data of a write, with the depth limit of data. Source: data D-3.5-1, D-3.5-3. */
export function checkData(data: object, options: ParseOptions): void {
  walk(data, 0, {
    root: data,
    maxDepth: options.maxDepthOfData ?? defaultDepthOfData,
    extended: options.allowExtendedOperators === true,
    code: false,
    containers: 0,
  })
}

function walk(value: object, level: number, state: Walk): void {
  if (Array.isArray(value)) {
    enter(level, value.length, state)
    for (const item of value) {
      if (typeof item === 'object' && item !== null) walk(item, level + 1, state)
    }
    return
  }
  if (!isPlainObject(value)) return
  const keys = Object.keys(value)
  enter(level, keys.length, state)
  for (const key of keys) {
    const item = value[key]
    checkKey(key, item, state)
    if (typeof item === 'object' && item !== null) walk(item, level + 1, state)
  }
}

function enter(level: number, size: number, state: Walk): void {
  if (size > 0 && level >= state.maxDepth) throw depthError(state)
  if (++state.containers > maxContainers) {
    throw isCircular(state.root) ? circularError() : tooComplex('the query has too many objects')
  }
}

function checkKey(key: string, value: unknown, state: Walk): void {
  const first = key.charCodeAt(0)
  if (first === 0x24) {
    if (state.code || (state.extended && !codeOperators.has(key))) return
    throw remoteError(
      'OPERATOR_NOT_ALLOWED_IN_QUERY',
      'operators that start with "$" are not allowed in this query',
      { operators: dollarKeys(state.root), where: state.root },
    )
  }
  if (key === '__proto__' || (key === 'constructor' && typeof value !== 'function')) {
    throw reservedKey(key)
  }
}

function depthError(state: Walk): Error {
  if (isCircular(state.root)) return circularError()
  return remoteError(
    'QUERY_OBJECT_TOO_DEEP',
    `the query object has more than ${state.maxDepth} levels`,
  )
}

function circularError(): Error {
  return remoteError('QUERY_OBJECT_IS_CIRCULAR', 'the query object contains itself')
}

/** Depth-first with an explicit stack: linear in the size of the graph, at any depth. */
function isCircular(root: object): boolean {
  const done = new Set<object>()
  const open = new Set<object>()
  const stack: { readonly value: object; readonly leave: boolean }[] = [
    { value: root, leave: false },
  ]
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { value, leave } = step
    if (leave) {
      open.delete(value)
      done.add(value)
    } else if (open.has(value)) {
      return true
    } else if (!done.has(value)) {
      open.add(value)
      stack.push({ value, leave: true })
      for (const child of childrenOf(value)) stack.push({ value: child, leave: false })
    }
  }
  return false
}

function childrenOf(value: object): object[] {
  if (!Array.isArray(value) && !isPlainObject(value)) return []
  return Object.values(value).filter(
    (child): child is object => typeof child === 'object' && child !== null,
  )
}

/** The names shown in the error, at most ten; walks no deeper than the check itself got. */
function dollarKeys(root: object): string[] {
  const found = new Set<string>()
  const seen = new Set<object>([root])
  for (const value of seen) {
    if (found.size >= 10 || seen.size > 1000) break
    if (!Array.isArray(value)) {
      for (const key of Object.keys(value)) if (key.startsWith('$')) found.add(key)
    }
    for (const child of childrenOf(value)) seen.add(child)
  }
  return [...found].slice(0, 10)
}
