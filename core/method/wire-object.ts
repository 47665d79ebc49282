import { convertItems } from './wire-array.ts'
import {
  failureAt,
  failureFromThrown,
  malformedArray,
  malformedObject,
  notAllObjects,
  notAnObject,
} from './wire-failure.ts'
import { looksLikeJsonArray, looksLikeJsonObject, parseJsonText } from './wire-json.ts'
import { ConversionFailure, type WireType } from './wire-type.ts'

/** Builds an instance of a custom type from its converted data. Source: remoting TY-8. */
export type ObjectFactory = (data: object) => unknown

/** One declared member of an inline object type. */
export interface MemberType {
  readonly name: string
  readonly type: WireType
  readonly required: boolean
}

/** What tells one object type from another. */
export interface ObjectTypeOptions {
  readonly name: string
  /** An array of such objects passes too. Source: remoting CX-4. */
  readonly allowArray: boolean
  /** Makes the value of a custom type; undefined and null bypass it. */
  readonly factory?: ObjectFactory
  /** Members to convert; the others stay as they are. Source: remoting TY-5. */
  readonly members?: readonly MemberType[]
}

type Finish = (value: object, typed: boolean) => unknown

/**
 * Compiles an object type: free-form, with members, or custom. Members of a free-form object are never converted.
 * Source: remoting CW-9, CW-10, CX-6.
 */
export function createObjectType(options: ObjectTypeOptions): WireType {
  const { name, allowArray, factory, members } = options
  const finish = chooseFinish(factory, members)
  const finishOne = (value: unknown, typed: boolean): unknown => {
    if (typeof value !== 'object' || value === null) return value === null ? null : notAnObject
    if (Array.isArray(value) || value instanceof Date) return notAnObject
    if (factory === undefined && isDateEnvelope(value)) return notAnObject
    return finish === undefined ? value : finish(value, typed)
  }
  const typedItem = (item: unknown): unknown => {
    const converted = finishOne(item, true)
    return converted === notAnObject ? notAllObjects : converted
  }
  const fromTyped = (value: unknown): unknown => {
    if (allowArray && Array.isArray(value)) return convertItems(value, typedItem)
    return value === undefined ? undefined : finishOne(value, true)
  }
  const fromText = (text: string): unknown => {
    if (text === '') return undefined
    if (text === 'null') return null
    const isList = allowArray && looksLikeJsonArray(text)
    if (!isList && !looksLikeJsonObject(text)) return notAnObject
    const parsed = parseJsonText(text, isList ? malformedArray : malformedObject)
    return parsed instanceof ConversionFailure ? parsed : fromTyped(parsed)
  }
  const sloppyItem = (item: unknown): unknown =>
    typeof item === 'string' ? fromText(item) : finishOne(item, false)
  const fromSloppy = (value: unknown): unknown => {
    if (typeof value === 'string') return fromText(value)
    if (allowArray && Array.isArray(value)) return convertItems(value, sloppyItem)
    return value === undefined ? undefined : finishOne(value, false)
  }
  const validate = createValidator(allowArray, factory !== undefined, members)
  return Object.freeze({ name, fromSloppy, fromTyped, validate, acceptsUndefined: true })
}

function chooseFinish(
  factory: ObjectFactory | undefined,
  members: readonly MemberType[] | undefined,
): Finish | undefined {
  if (factory !== undefined) {
    return (value) => {
      try {
        return factory(value)
      } catch (error) {
        return failureFromThrown(error)
      }
    }
  }
  if (members === undefined) return undefined
  return (value, typed) => convertMembers(value, members, typed)
}

/** Copies the object only when a member changes; `members` never holds `__proto__`. */
function convertMembers(source: object, members: readonly MemberType[], typed: boolean): unknown {
  let copy: Record<string, unknown> | undefined
  for (const { name, type, required } of members) {
    const given: unknown = Object.hasOwn(source, name) ? Reflect.get(source, name) : undefined
    const converted = typed ? type.fromTyped(given) : type.fromSloppy(given)
    if (converted instanceof ConversionFailure) return failureAt(name, converted)
    if (required && isBlank(converted)) {
      return new ConversionFailure(`${name} is a required member`, name)
    }
    if (converted === given) continue
    copy ??= { ...source }
    copy[name] = converted
  }
  return copy ?? source
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** An object argument that is a date after all. Source: remoting I-9. */
function isDateEnvelope(value: object): boolean {
  return '$type' in value && value.$type === 'date' && '$data' in value
}

/** A factory may make what it likes of its data, dates included. */
function createValidator(
  allowArray: boolean,
  isCustom: boolean,
  members: readonly MemberType[] | undefined,
): WireType['validate'] {
  const validateOne = (value: unknown): ConversionFailure | undefined => {
    if (typeof value !== 'object') return notAnObject
    if (value === null) return undefined
    if (Array.isArray(value) || (value instanceof Date && !isCustom)) return notAnObject
    return members === undefined ? undefined : validateMembers(value, members)
  }
  return (value) => {
    if (value === undefined || value === null) return undefined
    if (!allowArray || !Array.isArray(value)) return validateOne(value)
    for (const item of value) {
      const failure = validateOne(item)
      if (failure !== undefined) return failure === notAnObject ? notAllObjects : failure
    }
    return undefined
  }
}

function validateMembers(
  value: object,
  members: readonly MemberType[],
): ConversionFailure | undefined {
  for (const { name, type } of members) {
    const failure = Object.hasOwn(value, name) ? type.validate(Reflect.get(value, name)) : undefined
    if (failure !== undefined) return failureAt(name, failure)
  }
  return undefined
}
