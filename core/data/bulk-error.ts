import { RemoteError } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'

/** What became of a bulk create that failed. Source: framework F-2.30. */
export type BulkOutcome = 'BULK_CREATE_ROLLED_BACK' | 'BULK_CREATE_PARTIAL'

const message = 'Failed with multiple errors, see `details` for more information.'

/**
 * Several rows could not be created. `details` has one entry per item, `null` for those without a failure.
 *
 * **Source**: data D-2.1-1, framework F-2.30.
 */
export class BulkError extends RemoteError {
  /** The failure of each item by index; `null` where there was none. */
  readonly errors: readonly (RemoteError | null)[]
  /** The rows that were stored, by index; `null` where none was. */
  readonly results: readonly (Row | null)[]

  constructor(
    outcome: BulkOutcome,
    errors: readonly (RemoteError | null)[],
    results: readonly (Row | null)[],
  ) {
    super(message, {
      reason: outcome,
      code: 'invalid_argument',
      statusCode: 422,
      details: errors.map((error) => (error === null ? null : describe(error))),
    })
    this.errors = errors
    this.results = results
  }
}

function describe(error: RemoteError): Readonly<Record<string, unknown>> {
  const { wireCode } = error
  return {
    statusCode: error.statusCode,
    name: error.name,
    message: error.message,
    ...(wireCode === undefined ? {} : { code: wireCode }),
    ...(error.details === undefined ? {} : { details: error.details }),
  }
}
