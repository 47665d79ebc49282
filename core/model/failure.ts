import { inspect } from 'node:util'
import { type RemoteError, validationError } from '../error/remote-error.ts'
import type { Model } from './model.ts'

/** One thing wrong with one property of a row, found by conversion or validation. */
export interface ValidationFailure {
  /** Property name, or a dotted path into nested data: `address.street`, `items.0.qty`. */
  readonly path: string
  /** Machine code: `presence`, `type`, `length.min`, … */
  readonly code: string
  /** Text of the failure: `can't be blank`. */
  readonly message: string
  /** The offending value, shown shortened in the error's message. */
  readonly value: unknown
}

/** Longest value text in the message of a validation error, in characters. Source: data D-6-27. */
export const maxShownValue = 32

/** Code of a property the model does not declare; such failures are listed last. Source: data D-6-12. */
export const unknownProperty = 'unknown-property'

/**
 * Builds the 422 of a row from its failures, in their order, unknown properties last.
 *
 * **Shape**: message `The \`Author\` instance is not valid. Details: \`name\` can't be blank (value: undefined).`
 * **Source**: data D-6-27, D-6-28.
 */
export function errorFromFailures(
  model: Pick<Model, 'name' | 'hidden' | 'protected'>,
  failures: readonly ValidationFailure[],
): RemoteError {
  const codes: Record<string, string[]> = Object.create(null)
  const messages: Record<string, string[]> = Object.create(null)
  const shown: string[] = []
  for (const failure of inOrder(failures)) {
    const { path, code, message } = failure
    codes[path] = [...(codes[path] ?? []), code]
    messages[path] = [...(messages[path] ?? []), message]
    const value = isSecret(model, path) ? '[hidden]' : showValue(failure.value)
    shown.push(`\`${path}\` ${message} (value: ${value})`)
  }
  return validationError(
    `The \`${model.name}\` instance is not valid. Details: ${shown.join('; ')}.`,
    { context: model.name, codes: { ...codes }, messages: { ...messages } },
  )
}

/** Failures of one property stand together, in the order their properties first failed. */
function inOrder(failures: readonly ValidationFailure[]): readonly ValidationFailure[] {
  const byPath = new Map<string, ValidationFailure[]>()
  const last: ValidationFailure[] = []
  for (const failure of failures) {
    if (failure.code === unknownProperty) {
      last.push(failure)
      continue
    }
    const same = byPath.get(failure.path)
    if (same === undefined) byPath.set(failure.path, [failure])
    else same.push(failure)
  }
  return [...[...byPath.values()].flat(), ...last]
}

function isSecret(model: Pick<Model, 'hidden' | 'protected'>, path: string): boolean {
  return path
    .split('.')
    .some((segment) => model.hidden.has(segment) || model.protected.has(segment))
}

/** Shows a value in a message: text quoted, dates in ISO form, objects one level deep, everything cut at 32 characters. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value))
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  }
  if (typeof value !== 'object' || value === null) return shorten(String(value))
  return shorten(
    inspect(value, {
      depth: Array.isArray(value) ? 1 : 0,
      breakLength: Number.POSITIVE_INFINITY,
      maxArrayLength: maxShownValue,
      maxStringLength: maxShownValue,
      customInspect: false,
    }),
  )
}

/** The closing brackets at the end, at most three characters, or else the last three. */
function tailOf(text: string): string {
  let length = 0
  while (length < 3 && ' \t})]'.includes(text.charAt(text.length - 1 - length))) length++
  return text.slice(length === 0 ? -3 : -length)
}

function shorten(text: string): string {
  if (text.length <= maxShownValue) return text
  const tail = tailOf(text)
  return `${text.slice(0, maxShownValue - tail.length - 4)}...${tail}`
}
