import { invalidArgument, RemoteError } from '../error/remote-error.ts'
import { isSchema } from '../method/parameter.ts'
import type { Parameter, SharedMethod } from '../method/shared-method.ts'
import { decodeEnvelopes } from '../method/type-envelope.ts'
import { ConversionFailure } from '../method/wire-type.ts'
import type { CallInput } from './call.ts'
import type { InvocationContext } from './invocation-context.ts'

/** How conversion errors are rendered. Source: remoting E-14. */
export interface ArgumentRules {
  /** Sends `code` and `details` with conversion errors. */
  readonly detailed: boolean
  /** Dates inside `$type` envelopes are whatever the engine parses. Source: remoting CX-1. */
  readonly legacyDates: boolean
}

/**
 * Converts raw values into the named arguments of a method, without computed ones. The first failing argument in
 * accepts order decides. Source: remoting A-15.
 *
 * **Errors**: throws `INVALID_ARGUMENT` (400).
 */
export function convertArguments(
  parameters: readonly Parameter[],
  input: CallInput,
  context: InvocationContext,
  rules: ArgumentRules,
): Record<string, unknown> {
  const args: Record<string, unknown> = {}
  const { values, typed } = input
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as Parameter // i is in range
    args[parameter.name] = convertOne(
      parameter,
      values[i],
      typeof typed === 'boolean' ? typed : typed[i] === true,
      context,
      rules,
    )
  }
  return args
}

/** Like {@link convertArguments} for methods with computed arguments, which may be async. */
export async function computeArguments(
  method: SharedMethod,
  input: CallInput,
  context: InvocationContext,
  rules: ArgumentRules,
): Promise<Record<string, unknown>> {
  const args: Record<string, unknown> = {}
  const { values, typed } = input
  for (const parameter of method.parameters) {
    const { index, compute } = parameter
    if (compute !== undefined) {
      const value = await compute(context)
      args[parameter.name] = convertOne(parameter, value, true, context, rules)
    } else {
      const isTyped = typeof typed === 'boolean' ? typed : typed[index] === true
      args[parameter.name] = convertOne(parameter, values[index], isTyped, context, rules)
    }
  }
  return args
}

function convertOne(
  parameter: Parameter,
  value: unknown,
  typed: boolean,
  context: InvocationContext,
  rules: ArgumentRules,
): unknown {
  switch (parameter.source) {
    case 'request':
      return context.request
    case 'response':
      return context.response
    case 'context':
      return context
    case 'options':
      return context.options
    case 'none':
      return undefined
    default: {
      const converted = typed ? parameter.type.fromTyped(value) : parameter.type.fromSloppy(value)
      if (typeof converted !== 'object' || converted === null) return converted
      if (converted instanceof ConversionFailure) throw conversionError(parameter, converted, rules)
      return parameter.source === 'function'
        ? converted
        : decodeEnvelopes(converted, rules.legacyDates)
    }
  }
}

/** Builds the 400 of a failed conversion, or passes on the error a custom type threw. Source: remoting E-14, TY-8. */
function conversionError(
  parameter: Parameter,
  failure: ConversionFailure,
  rules: ArgumentRules,
): unknown {
  if (failure.cause !== undefined) return failure.cause
  const text = textOf(parameter, failure)
  if (!rules.detailed) return new RemoteError(text, { statusCode: 400 })
  return invalidArgument(text, {
    arg: parameter.name,
    source: parameter.source,
    expected: parameter.type.name,
    ...(failure.path === undefined ? {} : { path: failure.path }),
  })
}

/** What a schema says needs the name of its argument; LoopBack's texts are fixed. Source: remoting E-14. */
function textOf({ name, definition }: Parameter, failure: ConversionFailure): string {
  if (failure.namesArgument) return `Invalid argument "${name}". ${failure.message}`
  return isSchema(definition.type) && !failure.message.startsWith('Value is not')
    ? `${name}: ${failure.message}`
    : failure.message
}

/**
 * The required check, and after hooks the type check. Source: remoting I-3 … I-5.
 *
 * **Errors**: throws `INVALID_ARGUMENT`.
 */
export function checkArguments(
  parameters: readonly Parameter[],
  args: Record<string, unknown>,
  rechecks: boolean,
  rules: ArgumentRules,
): void {
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as Parameter // i is in range
    const value = args[parameter.name]
    if (parameter.required && (value === undefined || value === null || value === '')) {
      throw missingArgument(parameter, rules)
    }
    if (!rechecks || value === undefined || !isConverted(parameter)) continue
    const failure = parameter.type.validate(value)
    if (failure !== undefined) {
      const text = `Invalid argument "${parameter.name}". ${failure.message}`
      throw conversionError(parameter, new ConversionFailure(text, failure.path), rules)
    }
  }
}

function isConverted(parameter: Parameter): boolean {
  switch (parameter.source) {
    case 'request':
    case 'response':
    case 'context':
    case 'none':
    case 'options':
      return false
    default:
      return true
  }
}

function missingArgument(parameter: Parameter, rules: ArgumentRules): RemoteError {
  const text = `${parameter.name} is a required argument`
  if (!rules.detailed) return new RemoteError(text, { statusCode: 400 })
  return invalidArgument(text, {
    arg: parameter.name,
    source: parameter.source,
    expected: parameter.type.name,
  })
}
