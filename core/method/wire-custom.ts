import { RemoteError } from '../error/remote-error.ts'
import { failureFromThrown } from './wire-failure.ts'
import { ConversionFailure, type TypeOptions, type WireType } from './wire-type.ts'

/** What a converter yields: exactly one of the two. Source: remoting TY-2. */
export type ConverterResult =
  | { readonly value: unknown; readonly error?: undefined }
  | { readonly error: Error }

/** What a converter may ask: the registry, to hand parts of a value to other types. */
export interface ConverterContext {
  readonly typeRegistry: {
    /** The converter of any declared type. */
    getConverter(type: unknown): TypeConverter
  }
}

/** A type of the application. All three are synchronous. Source: remoting TY-2. */
export interface TypeConverter {
  fromTypedValue(context: ConverterContext, value: unknown, options?: TypeOptions): ConverterResult
  fromSloppyValue(context: ConverterContext, value: unknown, options?: TypeOptions): ConverterResult
  /** Answers the error, or nothing. */
  validate(
    context: ConverterContext,
    value: unknown,
    options?: TypeOptions,
  ): Error | null | undefined
}

/**
 * Compiles a converter of the application.
 *
 * **Errors**: an `{error}` is a 400 with its message, or has the error's own status; what the converter throws, and any
 * other result, is a 500.
 */
export function createCustomType(
  name: string,
  converter: TypeConverter,
  context: ConverterContext,
  options: TypeOptions,
): WireType {
  const convert =
    (method: 'fromTypedValue' | 'fromSloppyValue') =>
    (value: unknown): unknown => {
      try {
        return unwrap(name, converter[method](context, value, options))
      } catch (error) {
        return failureFromThrown(error)
      }
    }
  return Object.freeze({
    name,
    fromSloppy: convert('fromSloppyValue'),
    fromTyped: convert('fromTypedValue'),
    validate: (value: unknown) => {
      try {
        const error = converter.validate(context, value, options)
        return error === null || error === undefined ? undefined : failureFromError(error)
      } catch (error) {
        return failureFromThrown(error)
      }
    },
    acceptsUndefined: true,
  })
}

function unwrap(name: string, result: unknown): unknown {
  if (typeof result === 'object' && result !== null) {
    if ('error' in result && result.error) return failureFromError(result.error)
    if ('value' in result) return result.value
  }
  const message = `the converter of type ${name} answered neither value nor error`
  return failureFromThrown(new RemoteError(message, { code: 'internal' }))
}

function failureFromError(error: unknown): ConversionFailure {
  const message = error instanceof Error ? error.message : String(error)
  const hasStatus =
    typeof error === 'object' && error !== null && ('statusCode' in error || 'status' in error)
  return new ConversionFailure(message, undefined, hasStatus ? error : undefined)
}

/** The way back: lets a converter hand a value to a compiled type. */
export function converterFromType(type: WireType): TypeConverter {
  return {
    fromTypedValue: (_context, value) => resultOf(type.fromTyped(value)),
    fromSloppyValue: (_context, value) => resultOf(type.fromSloppy(value)),
    validate: (_context, value) => {
      const failure = type.validate(value)
      return failure === undefined ? undefined : errorOf(failure)
    },
  }
}

function resultOf(converted: unknown): ConverterResult {
  return converted instanceof ConversionFailure
    ? { error: errorOf(converted) }
    : { value: converted }
}

function errorOf(failure: ConversionFailure): Error {
  if (failure.cause instanceof Error) return failure.cause
  return new RemoteError(failure.message, { reason: 'INVALID_ARGUMENT' })
}
