import { type ProblemOptions, RemoteError } from '../../core/spi.ts'
import type { WireProblem } from './frame.ts'

/** The members of a problem, as `problemFromError` orders them. */
export function problemOf(body: Readonly<Record<string, unknown>>): WireProblem {
  const { statusCode, message, ...rest } = body
  return { ...rest, statusCode: Number(statusCode), message: String(message) }
}

/** For refusals of the session itself: callers have to know that nothing ran, and nothing in them is secret. */
export function asTheyAre(options: ProblemOptions): ProblemOptions {
  return { ...options, safeFields: [...(options.safeFields ?? []), 'name', 'message', 'code'] }
}

/** What a value without a form on the wire, or one too large for it, becomes. */
export function unsendable(cause: unknown): RemoteError {
  return new RemoteError('the result can not be sent', { code: 'internal', cause })
}

/** Why the signal of a call aborts when its caller sends a cancel. */
export function cancelled(): RemoteError {
  return new RemoteError('the caller cancelled', { code: 'canceled' })
}
