import { notABoolean, notANumber, notASafeInteger, notAString } from './wire-failure.ts'
import { looksLikeJsonArray, looksLikeJsonObject, parseJsonText } from './wire-json.ts'
import { ConversionFailure, type WireType } from './wire-type.ts'

/** Integers without leading zero, and decimal fractions. Source: remoting CW-2. */
const plainNumber = /^-?(?:0|[1-9][0-9]*|[0-9]*\.[0-9]+)$/
const digitNine = 57
const openBracket = 91
const openBrace = 123

function passAll(): undefined {
  return undefined
}

function same(value: unknown): unknown {
  return value
}

/** Guesses the type of text: null, booleans, numbers that survive, JSON; everything else stays. Source: remoting CW-2. */
export function anyFromText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value === '') return undefined
  const first = value.charCodeAt(0)
  if (first <= digitNine) return plainNumber.test(value) ? numberIfExact(value) : value
  if (first === openBracket) return looksLikeJsonArray(value) ? jsonIfParsed(value) : value
  if (first === openBrace) return looksLikeJsonObject(value) ? jsonIfParsed(value) : value
  return wordFromText(value)
}

function numberIfExact(text: string): unknown {
  const number = Number(text)
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : text
}

function jsonIfParsed(text: string): unknown {
  const parsed = parseJsonText(text, undefined)
  return parsed === undefined ? text : parsed
}

function wordFromText(text: string): unknown {
  if (text.length !== 4 && text.length !== 5) return text
  if (text === 'null') return null
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : text
}

/** Text that must stay text: ids like `0668`. Blank counts as missing. Source: remoting S-16. */
export function textFromText(value: unknown): unknown {
  return value === '' ? undefined : value
}

/** `true`, `false` in any case, `1`, `0`. Source: remoting CW-3. */
export function booleanFromText(value: unknown): unknown {
  if (typeof value !== 'string') return booleanFromTyped(value)
  if (value.length > 5) return notABoolean
  switch (value.toLowerCase()) {
    case '':
      return undefined
    case 'true':
    case '1':
      return true
    case 'false':
    case '0':
      return false
    default:
      return notABoolean
  }
}

function booleanFromTyped(value: unknown): unknown {
  return typeof value === 'boolean' || value === undefined ? value : notABoolean
}

/** What unary plus makes of text; a list of one text counts as that text. Source: remoting CW-4, CS-42. */
export function numberFromText(value: unknown): unknown {
  if (value === '') return undefined
  const text = Array.isArray(value) && value.length === 1 ? value[0] : value
  if (typeof text !== 'string') return numberFromTyped(value)
  const number = Number(text)
  return Number.isNaN(number) ? notANumber : number
}

function numberFromTyped(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isNaN(value)) return value
  return value === undefined ? undefined : notANumber
}

function integerFromText(value: unknown): unknown {
  return safeInteger(numberFromText(value))
}

function integerFromTyped(value: unknown): unknown {
  return safeInteger(numberFromTyped(value))
}

function safeInteger(number: unknown): unknown {
  return typeof number !== 'number' || Number.isSafeInteger(number) ? number : notASafeInteger
}

function stringFromText(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? undefined : value
  return value === undefined ? undefined : textOf(value, 0)
}

function stringFromTyped(value: unknown): unknown {
  return typeof value === 'string' || value === undefined ? value : notAString
}

/** The text of lists and objects as JavaScript makes it, without running code found in the value. */
function textOf(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return value.toString()
  if (!Array.isArray(value)) return '[object Object]'
  if (depth > 32) return ''
  return value
    .map((item) => (item === null || item === undefined ? '' : textOf(item, depth + 1)))
    .join(',')
}

function scalar(
  name: string,
  fromSloppy: (value: unknown) => unknown,
  fromTyped: (value: unknown) => unknown,
): WireType {
  const validate = (value: unknown): ConversionFailure | undefined => {
    const checked = fromTyped(value)
    return checked instanceof ConversionFailure ? checked : undefined
  }
  return Object.freeze({ name, fromSloppy, fromTyped, validate, acceptsUndefined: true })
}

/** Anything; text is guessed. Source: remoting CW-2. */
export const anyType: WireType = Object.freeze({
  name: 'any',
  fromSloppy: anyFromText,
  fromTyped: same,
  validate: passAll,
  acceptsUndefined: true,
})

/** Anything; text stays text. Source: remoting S-16. */
export const textType: WireType = Object.freeze({ ...anyType, fromSloppy: textFromText })

/** Source: remoting CW-3. */
export const booleanType: WireType = scalar('boolean', booleanFromText, booleanFromTyped)

/** Source: remoting CW-4. */
export const numberType: WireType = scalar('number', numberFromText, numberFromTyped)

/** Source: remoting CW-5. */
export const integerType: WireType = scalar('integer', integerFromText, integerFromTyped)

/** Source: remoting CW-6. */
export const stringType: WireType = scalar('string', stringFromText, stringFromTyped)
