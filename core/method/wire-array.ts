import { remoteError } from '../error/remote-error.ts'
import { malformedArray, notAnArray } from './wire-failure.ts'
import { looksLikeJsonArray, parseJsonText } from './wire-json.ts'
import { ConversionFailure, type WireType } from './wire-type.ts'

/** Takes text apart at the configured delimiters. */
export type TextSplitter = (text: string) => readonly string[]

/**
 * Compiles `rest.arrayItemDelimiters`: a text, a pattern, or several texts. Nothing is trimmed. Source: remoting CX-5.
 *
 * **Errors**: `INVALID_ARGUMENT` for anything else.
 */
export function compileSplitter(
  delimiters: string | RegExp | readonly string[] | undefined,
): TextSplitter | undefined {
  if (delimiters === undefined) return undefined
  if (typeof delimiters === 'string') return splitterAt(delimiters)
  if (delimiters instanceof RegExp) return splitterAt(new RegExp(delimiters))
  if (!Array.isArray(delimiters) || delimiters.some((delimiter) => typeof delimiter !== 'string')) {
    const expected = 'expected string, pattern or array of strings'
    throw remoteError('INVALID_ARGUMENT', `arrayItemDelimiters: ${expected}`)
  }
  return splitterAt(new RegExp(delimiters.map(escapePattern).join('|')))
}

function splitterAt(delimiter: string | RegExp): TextSplitter | undefined {
  const isEmpty = delimiter === '' || (delimiter instanceof RegExp && delimiter.source === '(?:)')
  return isEmpty ? undefined : (text) => text.split(delimiter)
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** Type `[T]`. An array whose items need no conversion is passed on as it is, not copied. Source: remoting CW-11, CX-2. */
export function createArrayType(item: WireType, split: TextSplitter | undefined): WireType {
  const fromTyped = (value: unknown): unknown => {
    if (value === undefined || value === null) return value
    return Array.isArray(value) ? convertItems(value, item.fromTyped) : notAnArray
  }
  const fromText = (text: string): unknown => {
    if (text === '') return undefined
    if (text === 'null') return null
    if (!looksLikeJsonArray(text)) {
      return convertItems(split === undefined ? [text] : split(text), item.fromSloppy)
    }
    const parsed = parseJsonText(text, malformedArray)
    return parsed instanceof ConversionFailure ? parsed : fromTyped(parsed)
  }
  const fromSloppy = (value: unknown): unknown => {
    if (typeof value === 'string') return fromText(value)
    if (value === undefined || value === null) return value
    return convertItems(Array.isArray(value) ? value : [value], item.fromSloppy)
  }
  const validate = (value: unknown): ConversionFailure | undefined => {
    if (value === undefined || value === null) return undefined
    return Array.isArray(value) ? validateItems(value, item) : notAnArray
  }
  const name = `[${item.name}]`
  return Object.freeze({ name, fromSloppy, fromTyped, validate, acceptsUndefined: true })
}

/** The first failing item decides; holes stay holes. Source: remoting CX-2. */
export function convertItems(
  list: readonly unknown[],
  convert: (item: unknown) => unknown,
): unknown {
  let copy: unknown[] | undefined
  for (let index = 0; index < list.length; index++) {
    const given = list[index]
    if (given === undefined && !(index in list)) continue
    const converted = convert(given)
    if (converted instanceof ConversionFailure) return converted
    if (converted === given) continue
    copy ??= list.slice()
    copy[index] = converted
  }
  return copy ?? list
}

function validateItems(list: readonly unknown[], item: WireType): ConversionFailure | undefined {
  for (let index = 0; index < list.length; index++) {
    const failure = index in list ? item.validate(list[index]) : undefined
    if (failure !== undefined) return failure
  }
  return undefined
}
