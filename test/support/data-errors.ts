import * as assert from 'uvu/assert'
import { RemoteError } from '../../core/error/remote-error.ts'

/** What clients would see of a failure. */
export interface Failure {
  readonly status: number
  readonly code: string | undefined
  readonly message: string
  readonly name: string
  readonly details: unknown
}

/** Awaits a rejection and returns what clients would see of it. */
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    const { statusCode: status, wireCode: code, message, name, details } = error
    return { status, code, message, name, details }
  }
  assert.unreachable('nothing was thrown')
  throw new Error('nothing was thrown')
}
