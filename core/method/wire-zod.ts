import type { ZodType } from 'zod'
import { RemoteError } from '../error/remote-error.ts'
import { compilePassCheck } from '../model/schema-check.ts'
import { failureFromThrown } from './wire-failure.ts'
import { anyFromText, textFromText } from './wire-scalar.ts'
import { ConversionFailure, type StandardSchema, type WireType } from './wire-type.ts'
import { hasTransform, nameOfSchema } from './wire-zod-definition.ts'
import { createSchemaReader } from './wire-zod-reader.ts'

/** Recognises a zod schema made with any copy of zod 4. */
export function isZodSchema(value: unknown): value is ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value
}

/** Recognises a schema of any library that follows the Standard Schema. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    '~standard' in value
  )
}

/**
 * Compiles a zod schema. Text inputs, and dates in JSON, are first brought to the types the schema asks for; then the
 * schema runs and its output is the value. Only synchronous schemas can be used.
 *
 * **Errors**: the first issue with its path (`author.name: Too small: …`); 500 for a schema with an asynchronous check.
 */
export function createZodType(schema: ZodType, dateType: WireType): WireType {
  const reader = createSchemaReader(schema, dateType)
  const acceptsUndefined = takesUndefined(schema)
  const passes = compilePassCheck(schema)
  const parse = (value: unknown): unknown => {
    if (passes?.(value) === true) return value
    if (value === undefined && !acceptsUndefined) return undefined
    if (value instanceof ConversionFailure) return value
    try {
      const result = schema.safeParse(value)
      return result.success ? result.data : failureFromIssues(result.error.issues)
    } catch (error) {
      return failureFromThrown(error)
    }
  }
  const { fromSloppy, fromTyped } = reader
  const validate = (value: unknown): ConversionFailure | undefined => {
    const parsed = parse(value)
    return parsed instanceof ConversionFailure ? parsed : undefined
  }
  return Object.freeze({
    name: nameOfSchema(schema),
    fromSloppy: (value: unknown) => parse(fromSloppy(value)),
    fromTyped: fromTyped === undefined ? parse : (value: unknown) => parse(fromTyped(value)),
    // The output of a transform is no input of the schema.
    validate: hasTransform(schema) ? () => undefined : validate,
    acceptsUndefined,
  })
}

/** Defaults and optional values: asked once, when the method is compiled. */
function takesUndefined(schema: ZodType): boolean {
  try {
    return schema.safeParse(undefined).success
  } catch {
    return false
  }
}

/**
 * Compiles a schema of another library. Nothing is known of its shape, so text is tried as guessed by `any` first and as
 * plain text after that.
 *
 * **Errors**: the first issue with its path; 500 for a schema that answers with a promise.
 */
export function createStandardType(schema: StandardSchema): WireType {
  const run = (value: unknown): unknown => {
    try {
      return outcomeOf(schema['~standard'].validate(value))
    } catch (error) {
      return failureFromThrown(error)
    }
  }
  const acceptsUndefined = !(run(undefined) instanceof ConversionFailure)
  const parse = (value: unknown): unknown =>
    value === undefined && !acceptsUndefined ? undefined : run(value)
  const fromSloppy = (value: unknown): unknown => {
    const guess = anyFromText(value)
    if (guess instanceof ConversionFailure) return guess
    const outcome = parse(guess)
    if (guess === value || !(outcome instanceof ConversionFailure)) return outcome
    const second = parse(textFromText(value))
    return second instanceof ConversionFailure ? outcome : second
  }
  const name = `${schema['~standard'].vendor} schema`
  return Object.freeze({
    name,
    fromSloppy,
    fromTyped: parse,
    validate: () => undefined,
    acceptsUndefined,
  })
}

function outcomeOf(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || 'then' in result) {
    Promise.resolve(result).catch(() => undefined) // nobody waits for it, so nobody would see it fail
    const message = 'a schema with asynchronous checks can not be the type of an argument'
    return failureFromThrown(new RemoteError(message, { code: 'internal' }))
  }
  if ('issues' in result && Array.isArray(result.issues)) return failureFromIssues(result.issues)
  return 'value' in result ? result.value : undefined
}

/** The issues of zod and of the Standard Schema; a path segment may be wrapped in an object. */
interface Issue {
  readonly message: string
  readonly path?: readonly unknown[] | undefined
}

function failureFromIssues(issues: readonly Issue[]): ConversionFailure {
  const first = issues[0]
  if (first === undefined) return new ConversionFailure('Value is not valid.')
  const path = (first.path ?? []).map(segmentText).join('.')
  if (path === '') return new ConversionFailure(first.message)
  return new ConversionFailure(`${path}: ${first.message}`, path)
}

function segmentText(segment: unknown): string {
  return typeof segment === 'object' && segment !== null && 'key' in segment
    ? String(segment.key)
    : String(segment)
}
