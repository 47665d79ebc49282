import { type Code, codeFromStatus, statusFromCode } from './code.ts'
import { type Reason, reasonEntry, reasons } from './reason.ts'

/** What a {@link RemoteError} is made of. */
export interface RemoteErrorOptions {
  /** One of the sixteen codes. @default from the reason, else from `statusCode`, else `internal` */
  readonly code?: Code
  /** Stable, upper-case text that clients test (`MODEL_NOT_FOUND`). */
  readonly reason?: Reason | (string & {})
  /** HTTP status. @default from the reason, else from the code */
  readonly statusCode?: number
  /** The `name` clients see. @default 'Error' */
  readonly name?: string
  /** Anything JSON can hold; sent with 4xx answers. */
  readonly details?: unknown
  /** What went wrong underneath; never leaves the process. */
  readonly cause?: unknown
}

/**
 * The one error class that crosses the wire.
 *
 * **Shape** on the wire: `{ statusCode: 404, name: 'Error', message: 'Unknown "Book" id "7".', code: 'MODEL_NOT_FOUND' }`;
 * the wire's `code` is {@link RemoteError.reason}, a name LoopBack's clients know.
 */
export class RemoteError extends Error {
  readonly code: Code
  readonly reason: string | undefined
  readonly statusCode: number
  readonly details: unknown

  constructor(message: string, options: RemoteErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    const entry = reasonEntry(options.reason)
    this.name = options.name ?? 'Error'
    this.reason = options.reason
    this.code =
      options.code ??
      entry?.code ??
      (options.statusCode === undefined ? 'internal' : codeFromStatus(options.statusCode))
    this.statusCode = options.statusCode ?? entry?.statusCode ?? statusFromCode(this.code)
    this.details = options.details
  }

  /** What clients see as `error.code`; `undefined` where LoopBack sends none. */
  get wireCode(): string | undefined {
    return reasonEntry(this.reason)?.onWire === false ? undefined : this.reason
  }

  /** Wraps anything thrown; a RemoteError is returned as it is, the rest becomes `internal` with the value as cause. */
  static from(thrown: unknown): RemoteError {
    if (thrown instanceof RemoteError) return thrown
    const message = thrown instanceof Error ? thrown.message : 'unknown error'
    return new RemoteError(message, { code: 'internal', cause: thrown })
  }
}

/** Builds an error of one of Viaduct's reasons; code and status follow from the reason. */
export function remoteError(reason: Reason, message: string, details?: unknown): RemoteError {
  return new RemoteError(message, { reason, ...(details === undefined ? {} : { details }) })
}

/** Builds a 400 `INVALID_ARGUMENT`. */
export function invalidArgument(message: string, details?: unknown): RemoteError {
  return remoteError('INVALID_ARGUMENT', message, details)
}

/** Builds a not-found error; the reason decides between `MODEL_NOT_FOUND`, `NOT_FOUND` and `METHOD_NOT_FOUND`. */
export function notFound(reason: Reason, message: string, details?: unknown): RemoteError {
  return new RemoteError(message, {
    reason,
    code: 'not_found',
    statusCode: reasons[reason].statusCode,
    ...(details === undefined ? {} : { details }),
  })
}

/** The failures of one row, by property. Source: data D-6-27. */
export interface ValidationDetails {
  /** Model name. */
  readonly context: string
  /** Property → machine codes, e.g. `{ name: ['presence'] }`. */
  readonly codes: Readonly<Record<string, readonly string[]>>
  /** Property → texts, e.g. `{ name: ["can't be blank"] }`. */
  readonly messages: Readonly<Record<string, readonly string[]>>
}

/** A 422 named `ValidationError`; clients test `details.codes`. Source: data D-6-27. */
export function validationError(message: string, details: ValidationDetails): RemoteError {
  return new RemoteError(message, { reason: 'VALIDATION_FAILED', name: 'ValidationError', details })
}
