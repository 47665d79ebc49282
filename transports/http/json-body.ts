import { RemoteError, remoteError } from '../../core/spi.ts'

/** What a parsed JSON body may look like. All limits are inclusive. */
export interface JsonLimits {
  /** Levels of objects and lists. @default 32 */
  readonly maxDepth: number
  /** Keys of one object. @default 1000 */
  readonly maxKeys: number
  /** Items of one list. @default 10000 */
  readonly maxItems: number
  /** A member named `constructor` is refused like `__proto__`. @default true; in `loopback3` false */
  readonly refuseConstructor: boolean
}

/** The limits every transport starts with. */
export const defaultJsonLimits: JsonLimits = Object.freeze({
  maxDepth: 32,
  maxKeys: 1000,
  maxItems: 10_000,
  refuseConstructor: true,
})

/**
 * Parses a JSON body. Blank text is `{}`; primitives are accepted unless `strict`.
 *
 * **Errors**: 400 `SyntaxError` with the engine's message, 400 `RESERVED_KEY` for an own key `__proto__` or
 * `constructor` at any depth, 400 for a body beyond the limits. Source: remoting.
 */
export function parseJsonBody(
  text: string,
  options: { readonly strict: boolean; readonly limits: JsonLimits },
): unknown {
  if (text.length === 0) return {}
  if (options.strict && !/^\s*[[{]/.test(text)) throw syntaxError('expected an object or a list')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw syntaxError(error instanceof Error ? error.message : 'malformed JSON')
  }
  if (typeof value === 'object' && value !== null && mayBreak(text, options.limits)) {
    checkMembers(value, 1, options.limits)
  }
  return value
}

/** Characters from which on the text is looked through before its value is walked. */
const longText = 1024

/**
 * Whether the text could hold what a limit refuses. A text without escapes, reserved names and many brackets can
 * not, and needs no walk: a key takes four characters, an item two, a level one bracket.
 */
function mayBreak(text: string, limits: JsonLimits): boolean {
  return (
    text.length < longText ||
    text.length >= 4 * limits.maxKeys ||
    text.length >= 2 * limits.maxItems ||
    text.includes('\\u') ||
    text.includes('__proto__') ||
    (limits.refuseConstructor && text.includes('constructor')) ||
    countOf(text, '{', limits.maxDepth) + countOf(text, '[', limits.maxDepth) > limits.maxDepth
  )
}

/** How often a character stands in a text, counted a little beyond `most`. */
function countOf(text: string, character: string, most: number): number {
  let count = 0
  for (
    let at = text.indexOf(character);
    at >= 0 && count <= most;
    at = text.indexOf(character, at + 1)
  ) {
    count++
  }
  return count
}

function syntaxError(message: string): RemoteError {
  return new RemoteError(message, { name: 'SyntaxError', statusCode: 400 })
}

function checkMembers(value: object, depth: number, limits: JsonLimits): void {
  if (depth > limits.maxDepth) throw beyond(`nested deeper than ${limits.maxDepth} levels`)
  if (Array.isArray(value)) {
    if (value.length > limits.maxItems) throw beyond(`a list of more than ${limits.maxItems} items`)
    for (const item of value) {
      if (typeof item === 'object' && item !== null) checkMembers(item, depth + 1, limits)
    }
    return
  }
  let keys = 0
  // the prototype of parsed JSON has no enumerable members
  for (const key in value) {
    if (key === '__proto__' || (key === 'constructor' && limits.refuseConstructor)) {
      throw remoteError('RESERVED_KEY', `the key "${key}" is reserved`)
    }
    if (++keys > limits.maxKeys) throw beyond(`an object of more than ${limits.maxKeys} keys`)
    const member = (value as Readonly<Record<string, unknown>>)[key] // own key of parsed JSON
    if (typeof member === 'object' && member !== null) checkMembers(member, depth + 1, limits)
  }
}

function beyond(what: string): RemoteError {
  return remoteError('INVALID_ARGUMENT', `the JSON body holds ${what}`)
}
