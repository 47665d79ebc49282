import { remoteError } from '../error/remote-error.ts'
import type { Profile } from '../profile.ts'
import { compileLike } from './like-pattern.ts'
import type { Pattern } from './query.ts'
import { invalidFilter, kindOf, tooComplex } from './query-error.ts'
import { compileRegularExpression } from './regular-expression.ts'
import { PatternFault } from './regular-expression-syntax.ts'

/** Longest pattern from the wire, in characters. Source: data D-3.5-7. */
export const maxPatternLength = 512

/** The circumstances of one pattern. */
export interface PatternContext {
  readonly path: string
  readonly profile: Profile
  readonly inProcess: boolean
  readonly warn: ((message: string) => void) | undefined
  /** Counts the instructions of a compiled pattern; throws when the filter has too many of them. */
  readonly spend?: (instructions: number) => void
}

/** A pattern with the operator it stands for: a RegExp given for `like` is a `regexp`. */
export interface ReadPattern {
  readonly operator: 'like' | 'ilike' | 'regexp'
  readonly pattern: Pattern
}

/**
 * Reads the operand of `like` or `ilike`.
 *
 * strict: SQL's LIKE. loopback3: an unanchored regular expression with `%` and `_` translated (data D-3.2-7).
 *
 * **Errors** (400): `INVALID_FILTER` for other operands, bad flags and (strict) bad patterns, `QUERY_TOO_COMPLEX` for
 * patterns over {@link maxPatternLength}.
 */
export function readLike(
  operator: 'like' | 'ilike',
  operand: unknown,
  options: unknown,
  context: PatternContext,
): ReadPattern {
  if (operand instanceof RegExp) return readRegularExpression(operand, options, context)
  const source = readSource(operand, context)
  const flags = readFlags(options ?? '', context)
  const ignoreCase = operator === 'ilike' || flags.includes('i')
  if (context.profile.compat['D-3.2-7']) {
    const test = searchOf(expressionOfLike(source), ignoreCase ? `i${flags}` : flags, context)
    return {
      operator,
      pattern: Object.freeze({ source, flags, test: test ?? literalLike(source, context) }),
    }
  }
  const test = compileLike(source, ignoreCase)
  if (test === undefined) {
    if (!context.profile.compat['D-3.5-8']) throw invalidPattern(context, 'ends in a lone "\\"')
    context.warn?.(`${context.path}: the pattern ends in a lone "\\" and is used as text`)
  }
  return {
    operator,
    pattern: Object.freeze({ source, flags, test: test ?? ((text) => text === source) }),
  }
}

/** Reads the operand of `regexp`: text, `/source/flags` or, in process, a RegExp. Errors as {@link readLike}. */
export function readRegularExpression(
  operand: unknown,
  options: unknown,
  context: PatternContext,
): ReadPattern {
  const [source, own] = sourceAndFlags(operand, context)
  const flags = readFlags(own + (options === undefined ? '' : readText(options, context)), context)
  const test =
    operand instanceof RegExp ? testOfGiven(operand, flags) : searchOf(source, flags, context)
  return {
    operator: 'regexp',
    pattern: Object.freeze(
      test === undefined
        ? { source: escapeExpression(source), flags, test: (text: string) => text.includes(source) }
        : { source, flags, test },
    ),
  }
}

/** Text that follows `/source/flags` is taken apart, any other is the source. */
function sourceAndFlags(operand: unknown, context: PatternContext): readonly [string, string] {
  if (operand instanceof RegExp) {
    if (!context.inProcess) throw invalidPattern(context, 'a RegExp is accepted in process only')
    return [operand.source, operand.flags]
  }
  const text = readSource(operand, context)
  const end = text.lastIndexOf('/')
  return text.startsWith('/') && end > 0 && /^[a-z]*$/.test(text.slice(end + 1))
    ? [text.slice(1, end), text.slice(end + 1)]
    : [text, '']
}

function readSource(operand: unknown, context: PatternContext): string {
  if (typeof operand !== 'string') {
    throw invalidFilter(context.path, `${context.path}: expected text, got ${kindOf(operand)}`)
  }
  if (!context.inProcess && operand.length > maxPatternLength) {
    throw tooComplex(
      `${context.path}: a pattern may have ${maxPatternLength} characters`,
      context.path,
    )
  }
  return operand
}

function readText(value: unknown, context: PatternContext): string {
  if (typeof value === 'string') return value
  throw invalidPattern(context, `has flags of type ${kindOf(value)}`)
}

/** Each of `i`, `m` and `g` at most once. Source: data D-3.2-9, D-3.2-10. */
function readFlags(given: unknown, context: PatternContext): string {
  const flags = [...new Set(readText(given, context).slice(0, 16))].sort().join('')
  if (!/^g?i?m?$/.test(flags)) throw invalidPattern(context, 'has flags other than i, m and g')
  return flags
}

/** A RegExp of the application may say what the engine cannot; it is trusted then. */
function testOfGiven(expression: RegExp, flags: string): (text: string) => boolean {
  try {
    return compileRegularExpression(expression.source, flags)
  } catch (fault) {
    if (!(fault instanceof PatternFault)) throw fault
    const own = new RegExp(expression.source, flags.replace('g', ''))
    return (text) => own.test(text)
  }
}

/** `undefined`: the pattern is invalid and to be used as text. */
function searchOf(
  source: string,
  flags: string,
  context: PatternContext,
): ((text: string) => boolean) | undefined {
  try {
    return compileRegularExpression(source, flags, context.spend)
  } catch (fault) {
    if (!(fault instanceof PatternFault)) throw fault
    if (fault.kind === 'unsupported' || !context.profile.compat['D-3.5-8']) {
      throw invalidPattern(context, `is not usable: ${fault.message}`)
    }
    context.warn?.(`${context.path}: the pattern is invalid (${fault.message}) and is used as text`)
    return undefined
  }
}

function invalidPattern(context: PatternContext, message: string): Error {
  return remoteError('INVALID_FILTER', `${context.path}: the pattern ${message}`, {
    path: context.path,
  })
}

/** LoopBack 3's translation: `%` → `.*`, `_` → `.`; everything else keeps its meaning in a regular expression. */
function expressionOfLike(source: string): string {
  return source.replace(/\\[\s\S]|[%_]/g, (found) => {
    if (found === '%') return '.*'
    if (found === '_') return '.'
    return found === '\\%' || found === '\\_' ? found.slice(1) : found
  })
}

/** An invalid pattern as text: found anywhere, with its wildcards. */
function literalLike(source: string, context: PatternContext): (text: string) => boolean {
  const parts = source.split('%').map((part) => [...part].map(escapeUnlessWildcard).join(''))
  return compileRegularExpression(parts.join('.*'), '', context.spend)
}

function escapeUnlessWildcard(character: string): string {
  return character === '_' ? '.' : escapeExpression(character)
}

function escapeExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
