import { remoteError } from '../error/remote-error.ts'
import { ConversionFailure } from './wire-type.ts'

const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

/** Text that begins with `[` and ends with `]`. Nothing is trimmed. Source: remoting CW-11, CA-20. */
export function looksLikeJsonArray(text: string): boolean {
  return (
    text.charCodeAt(0) === openBracket &&
    text.length > 1 &&
    text.charCodeAt(text.length - 1) === closeBracket
  )
}

/** Text that begins with `{` and ends with `}`. */
export function looksLikeJsonObject(text: string): boolean {
  return (
    text.charCodeAt(0) === openBrace &&
    text.length > 1 &&
    text.charCodeAt(text.length - 1) === closeBrace
  )
}

/**
 * Parses JSON that came as text in a query, path, header or form.
 *
 * **Errors**: returns `malformed` for text that is no JSON, and a failure with reason `RESERVED_KEY` when an object holds
 * an own key `__proto__` at any depth (remoting Q-11).
 */
export function parseJsonText(text: string, malformed: ConversionFailure | undefined): unknown {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return malformed
  }
  if (mayBeTooDeep(text) && isTooDeep(parsed)) return tooDeep
  if (!mayHoldReservedKey(text)) return parsed
  const path = findReservedKey(parsed)
  return path === undefined ? parsed : reservedKey(path)
}

/** Levels of objects and lists JSON in a text may have, as many as a JSON body. */
const maxDepth = 32

const tooDeep = new ConversionFailure(
  'nested too deeply',
  undefined,
  remoteError('INVALID_ARGUMENT', `the JSON text is nested deeper than ${maxDepth} levels`),
)

/** A level takes a bracket; few texts have that many. */
function mayBeTooDeep(text: string): boolean {
  let count = 0
  for (let at = 0; at < text.length && count <= maxDepth; at++) {
    const code = text.charCodeAt(at)
    if (code === openBracket || code === openBrace) count++
  }
  return count > maxDepth
}

function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return true
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    )
  }
  return false
}

/**
 * A cheap test before {@link findReservedKey}: `false` is certain, `true` means the parsed value has to be searched. The
 * key may hide behind an escape (`\u005f`).
 */
export function mayHoldReservedKey(text: string): boolean {
  return text.includes('__proto__') || text.includes('\\u')
}

/**
 * Finds an own key `__proto__` anywhere in parsed data; answers its path (`filter.where.__proto__`).
 * A member `constructor` is ordinary data here; models refuse it where rows are made. Source: remoting Q-11.
 */
export function findReservedKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const seen = new Set<object>([value])
  const queue: { readonly holder: object; readonly path: string }[] = [{ holder: value, path: '' }]
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const [key, member] of Object.entries(at.holder)) {
      const path = at.path === '' ? key : `${at.path}.${key}`
      if (key === '__proto__') return path
      if (typeof member !== 'object' || member === null || seen.has(member)) continue
      seen.add(member)
      queue.push({ holder: member, path })
    }
  }
  return undefined
}

function reservedKey(path: string): ConversionFailure {
  const message = 'reserved key "__proto__"'
  return new ConversionFailure(message, path, remoteError('RESERVED_KEY', message, { path }))
}
