import { ConversionFailure } from './wire-type.ts'

/*
 * The texts clients see when an argument has the wrong type. The failures hold nothing of the value, so one frozen object
 * of each is enough. Source: remoting E-14.
 */

/** Boolean expected. */
export const notABoolean: ConversionFailure = failure('Value is not a boolean.')
/** Number expected; also said of an integer that is no number at all. */
export const notANumber: ConversionFailure = failure('Value is not a number.')
/** A number, but none that an integer can hold exactly. */
export const notASafeInteger: ConversionFailure = failure('Value is not a safe integer.')
/** String expected. */
export const notAString: ConversionFailure = failure('Value is not a string.')
/** Object expected. */
export const notAnObject: ConversionFailure = failure('Value is not an object.')
/** Array expected. */
export const notAnArray: ConversionFailure = failure('Value is not an array.')
/** Date expected. */
export const notADate: ConversionFailure = failure('Value is not a valid date.')
/** Date expected, in LoopBack 3's words for text and numbers. */
export const notADateByName: ConversionFailure = Object.freeze(
  new ConversionFailure(notADate.message, undefined, undefined, true),
)
/** Buffer expected. Source: remoting TY-4. */
export const notABuffer: ConversionFailure = failure('Value is not a buffer.')
/** An object type with `allowArray` got an array that holds something else too. */
export const notAllObjects: ConversionFailure = failure('Some of array items are not an object.')
/** Text in brackets that is no JSON. */
export const malformedArray: ConversionFailure = failure('Cannot parse JSON-encoded array value.')
/** Text in braces that is no JSON. */
export const malformedObject: ConversionFailure = failure('Cannot parse JSON-encoded object value.')
/** No member of a union took the value. Source: remoting S-17. */
export const noneOfTheTypes: ConversionFailure = failure('Value is none of the accepted types.')

function failure(message: string): ConversionFailure {
  return Object.freeze(new ConversionFailure(message))
}

/** Puts the name of a member, or the index of an item, in front of the path of a failure. */
export function failureAt(key: string, inner: ConversionFailure): ConversionFailure {
  const path = inner.path === undefined ? key : `${key}.${inner.path}`
  return new ConversionFailure(inner.message, path, inner.cause, inner.namesArgument)
}

/** Wraps what code of the application threw: its own status counts, 500 when it has none. Source: remoting TY-8. */
export function failureFromThrown(thrown: unknown): ConversionFailure {
  const message = thrown instanceof Error ? thrown.message : 'conversion failed'
  return new ConversionFailure(message, undefined, thrown ?? new Error(message))
}
