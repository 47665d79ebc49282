import { STATUS_CODES } from 'node:http'
import { RemoteError } from './remote-error.ts'

/** What decides how much of an error a caller sees. */
export interface ProblemOptions {
  /** Full errors with stack. Source: remoting CF-12. @default false */
  readonly debug?: boolean
  /** Properties sent beside the standard ones, with 4xx and 5xx. Source: remoting CF-14. @default [] */
  readonly safeFields?: readonly string[]
  /** Sends `status`, equal to `statusCode`. Source: remoting E-1. @default false */
  readonly includeStatus?: boolean
  /** The status of an error that names none, when it is 400 or above. Source: remoting E-0, E-3. @default 500 */
  readonly fallbackStatus?: number | undefined
}

/** An error ready for the wire. */
export interface Problem {
  /** 400 … 999 */
  readonly statusCode: number
  /**
   * The members a caller sees, in order, e.g. `{ statusCode: 404, name: 'Error', message: 'Unknown "Book" id "7".',
   * code: 'MODEL_NOT_FOUND' }`. Members without a value are left out.
   */
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Renders anything thrown under the disclosure rules every transport shares: 4xx show name, message, code and details;
 * 5xx show the standard phrase of their status and nothing else. Never throws for a thrown value with hostile getters.
 * Source: remoting 2.5 (EB-1 … EB-5, E-0 … E-2, E-12, E-16).
 */
export function problemFromError(error: unknown, options: ProblemOptions = {}): Problem {
  try {
    return renderProblem(error, options)
  } catch {
    return problemFromPrimitive('an error that can not be read', options) // a revoked proxy
  }
}

function renderProblem(error: unknown, options: ProblemOptions): Problem {
  if (Array.isArray(error)) return problemFromList(error, options)
  if (typeof error !== 'object' || error === null) return problemFromPrimitive(error, options)
  const thrown = error as Readonly<Record<string, unknown>> // read member by member below
  const statusCode = statusOf(thrown, options.fallbackStatus)
  const body = start(statusCode, options)
  if (options.debug === true) fillEverything(body, thrown)
  else if (statusCode < 500) fillClientError(body, thrown)
  else body['message'] = phraseOf(statusCode)
  for (const field of options.safeFields ?? []) fill(body, field, memberOf(thrown, field))
  return { statusCode, body }
}

/** The phrase of a status as callers see it, `Unknown Error` for a number outside the standard. */
export function phraseOf(statusCode: number): string {
  return STATUS_CODES[statusCode] ?? 'Unknown Error'
}

/** The status an error asks for itself: `statusCode`, else `status`, numeric text accepted. Source: remoting E-0. */
export function ownStatusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    if (Array.isArray(error)) return undefined
    const { statusCode, status } = error as Readonly<Record<string, unknown>> // read only
    const asked = Number(statusCode || status)
    return Number.isInteger(asked) && asked > 0 && asked <= 999 ? asked : undefined
  } catch {
    return undefined // a getter that throws, a revoked proxy
  }
}

function statusOf(error: Readonly<Record<string, unknown>>, fallback: number | undefined): number {
  return atLeast400(ownStatusOf(error) ?? fallback)
}

function atLeast400(status: number | undefined): number {
  return status === undefined || status < 400 || status > 999 ? 500 : status
}

function start(statusCode: number, options: ProblemOptions): Record<string, unknown> {
  return options.includeStatus === true ? { statusCode, status: statusCode } : { statusCode }
}

function problemFromPrimitive(error: unknown, options: ProblemOptions): Problem {
  const statusCode = atLeast400(options.fallbackStatus)
  const body = start(statusCode, options)
  body['message'] = options.debug === true ? String(error) : phraseOf(statusCode)
  return { statusCode, body }
}

/** Several errors at once; items that succeeded stand as null. Source: remoting EB-5. */
function problemFromList(errors: readonly unknown[], options: ProblemOptions): Problem {
  const body = start(500, options)
  body['message'] = 'Failed with multiple errors, see `details` for more information.'
  body['details'] = errors.map((error) =>
    error === null || error === undefined
      ? null
      : problemFromError(error, { ...options, fallbackStatus: undefined }).body,
  )
  return { statusCode: 500, body }
}

function fillClientError(
  body: Record<string, unknown>,
  error: Readonly<Record<string, unknown>>,
): void {
  fill(body, 'name', error['name'])
  fill(body, 'message', error['message'])
  fill(body, 'code', memberOf(error, 'code'))
  fill(body, 'details', error['details'])
}

const standard = new Set(['statusCode', 'status', 'name', 'message', 'stack', 'cause'])

function fillEverything(
  body: Record<string, unknown>,
  error: Readonly<Record<string, unknown>>,
): void {
  fill(body, 'name', error['name'])
  fill(body, 'message', error['message'])
  for (const key of Object.keys(error)) {
    if (standard.has(key) || (error instanceof RemoteError && key === 'reason')) continue
    fill(body, key, memberOf(error, key))
  }
  fill(body, 'stack', error['stack'])
}

/** The wire's `code` of a {@link RemoteError} is its reason. */
function memberOf(error: Readonly<Record<string, unknown>>, key: string): unknown {
  return key === 'code' && error instanceof RemoteError ? error.wireCode : error[key]
}

/** Keys come from thrown objects: `__proto__` is never assigned. */
function fill(body: Record<string, unknown>, key: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function' && key !== '__proto__') body[key] = value
}
