import type { Code } from './code.ts'

/** What a stable reason fixes: its code, its HTTP status and whether clients see it as `error.code`. */
export interface ReasonEntry {
  readonly code: Code
  readonly statusCode: number
  /** `false` for reasons that LoopBack sends without a `code` member (validation errors). @default true */
  readonly onWire?: boolean
}

/**
 * The reasons Viaduct itself answers with. Applications may use any other upper-case text as a reason.
 * Source: remoting E-13, data 2.3, framework 2.3.
 */
export const reasons = {
  INVALID_ARGUMENT: { code: 'invalid_argument', statusCode: 400 },
  RESERVED_KEY: { code: 'invalid_argument', statusCode: 400 },
  VALIDATION_FAILED: { code: 'invalid_argument', statusCode: 422, onWire: false },
  INVALID_FILTER: { code: 'invalid_argument', statusCode: 400 },
  INVALID_OPERATOR: { code: 'invalid_argument', statusCode: 400 },
  INVALID_VALUE: { code: 'invalid_argument', statusCode: 400 },
  UNKNOWN_PROPERTY: { code: 'invalid_argument', statusCode: 400 },
  UNKNOWN_RELATION: { code: 'invalid_argument', statusCode: 400 },
  OPERATOR_NOT_ALLOWED_IN_QUERY: { code: 'permission_denied', statusCode: 400 },
  OPERATOR_NOT_SUPPORTED: { code: 'unimplemented', statusCode: 400 },
  HIDDEN_PROPERTY_IN_QUERY: { code: 'permission_denied', statusCode: 400 },
  QUERY_OBJECT_TOO_DEEP: { code: 'resource_exhausted', statusCode: 400 },
  QUERY_OBJECT_IS_CIRCULAR: { code: 'invalid_argument', statusCode: 400 },
  QUERY_TOO_COMPLEX: { code: 'resource_exhausted', statusCode: 400 },
  WHERE_REQUIRED: { code: 'invalid_argument', statusCode: 400 },
  PK_MISSING: { code: 'failed_precondition', statusCode: 400 },
  MODEL_NOT_FOUND: { code: 'not_found', statusCode: 404 },
  NOT_FOUND: { code: 'not_found', statusCode: 404 },
  METHOD_NOT_FOUND: { code: 'not_found', statusCode: 404 },
  DUPLICATE_KEY: { code: 'already_exists', statusCode: 409 },
  RELATION_EXISTS: { code: 'already_exists', statusCode: 409 },
  CONFLICT: { code: 'aborted', statusCode: 409 },
  TRANSACTION_NOT_SUPPORTED: { code: 'unimplemented', statusCode: 501 },
  TRANSACTION_TIMEOUT: { code: 'deadline_exceeded', statusCode: 500 },
  TRANSACTION_NOT_ACTIVE: { code: 'failed_precondition', statusCode: 500 },
  NOT_IMPLEMENTED: { code: 'unimplemented', statusCode: 501 },
  AUTHORIZATION_REQUIRED: { code: 'unauthenticated', statusCode: 401 },
  ACCESS_DENIED: { code: 'permission_denied', statusCode: 403 },
  INVOCATION_TIMEOUT: { code: 'deadline_exceeded', statusCode: 503 },
  DEADLINE_EXCEEDED: { code: 'deadline_exceeded', statusCode: 504 },
  PAYLOAD_TOO_LARGE: { code: 'resource_exhausted', statusCode: 413 },
  REQUEST_TIMEOUT: { code: 'deadline_exceeded', statusCode: 408 },
  QUEUE_FULL: { code: 'resource_exhausted', statusCode: 503 },
  UNAVAILABLE: { code: 'unavailable', statusCode: 503 },
} as const satisfies Readonly<Record<string, ReasonEntry>>

/** A reason Viaduct defines. */
export type Reason = keyof typeof reasons

/** Finds the entry of a reason, `undefined` for one an application made up. */
export function reasonEntry(reason: string | undefined): ReasonEntry | undefined {
  return reason !== undefined && Object.hasOwn(reasons, reason)
    ? reasons[reason as Reason] // checked by hasOwn
    : undefined
}
