import { parseDateText } from './date-text.ts'
import { readEnvelope } from './type-envelope.ts'
import { notADate, notADateByName } from './wire-failure.ts'
import type { ConversionFailure, WireType } from './wire-type.ts'

const epochText = /^-?[0-9]+$/

/**
 * Type `date`. `legacy` takes any text the engine parses; `namesArgument` refuses as LoopBack 3 was recorded to.
 * Source: remoting CW-7, CX-1, I-9.
 */
export function createDateType(legacy: boolean, namesArgument: boolean): WireType {
  const refusal = namesArgument ? notADateByName : notADate
  const dateFromNumber = (milliseconds: number): unknown => {
    const date = new Date(milliseconds)
    return Number.isNaN(date.getTime()) ? refusal : date
  }
  const fromTyped = (value: unknown): unknown => {
    if (typeof value === 'string') return dateFromNumber(parseDateText(value, legacy))
    if (typeof value === 'number') return dateFromNumber(value)
    return value === undefined ? undefined : dateFromObject(value, legacy)
  }
  const fromSloppy = (value: unknown): unknown => {
    const text = Array.isArray(value) && value.length === 1 ? value[0] : value
    if (typeof text !== 'string') return fromTyped(value)
    if (epochText.test(text)) return dateFromNumber(Number(text))
    return value === '' ? undefined : fromTyped(value)
  }
  return Object.freeze({ name: 'date', fromSloppy, fromTyped, validate, acceptsUndefined: true })
}

function dateFromObject(value: unknown, legacy: boolean): unknown {
  if (typeof value !== 'object' || value === null) return notADate
  const date = value instanceof Date ? value : readEnvelope(value, legacy)
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : notADate
}

function validate(value: unknown): ConversionFailure | undefined {
  if (value === undefined) return undefined
  return value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : notADate
}
