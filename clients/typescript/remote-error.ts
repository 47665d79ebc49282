/** What a {@link RemoteError} is made of; the members of an error on the wire. */
export interface RemoteErrorOptions {
  readonly statusCode?: number | undefined
  readonly name?: string | undefined
  /** Stable text that tells what happened, e.g. `MODEL_NOT_FOUND`. */
  readonly code?: string | undefined
  readonly details?: unknown
  readonly cause?: unknown
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfterMs?: number | undefined
}

/** Texts the client itself puts into {@link RemoteError.code}, beside those of the server. */
export type ClientCode =
  | 'UNAVAILABLE'
  | 'DEADLINE_EXCEEDED'
  | 'INVALID_ANSWER'
  | 'CLOSED'
  | 'SESSION_LOST'

/** The one error of the client: what the server answered, or why there is no answer. */
export class RemoteError extends Error {
  /** HTTP status; 503 where the server could not be reached. */
  readonly statusCode: number
  /** Stable text to test, see {@link is}; servers leave it out for validation errors and for 5xx. */
  readonly code: string | undefined
  readonly details: unknown
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: RemoteErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = options.name ?? 'Error'
    this.statusCode = options.statusCode ?? 500
    this.code = options.code
    this.details = options.details
    this.retryAfterMs = options.retryAfterMs
  }

  /** The error of a server in any form it may have here: as JSON, or an error object of the same process. */
  static from(thrown: unknown, statusCode?: number, retryAfterMs?: number): RemoteError {
    if (thrown instanceof RemoteError) return thrown
    const given = typeof thrown === 'object' && thrown !== null ? thrown : { message: thrown }
    const read = (key: string): unknown => Reflect.get(given, key)
    const status = Number(read('statusCode') ?? statusCode)
    return new RemoteError(String(read('message') ?? 'unknown error'), {
      statusCode: status >= 400 ? status : 500,
      name: textOr(read('name')),
      code: textOr('wireCode' in given ? read('wireCode') : read('code')),
      details: read('details'),
      retryAfterMs,
      ...(thrown instanceof Error ? { cause: thrown } : {}),
    })
  }
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Tells an error by its code: `is(error, 'MODEL_NOT_FOUND')`; without a code, whether it is an error of a call at all. */
export function is(error: unknown, code?: ClientCode | (string & {})): error is RemoteError {
  return error instanceof RemoteError && (code === undefined || error.code === code)
}
