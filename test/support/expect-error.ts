import * as assert from 'uvu/assert'
import { RemoteError } from '../../core/error/remote-error.ts'

/** Runs a function that must fail with a reason, and returns the error for more checks. */
export function expectError(reason: string, run: () => unknown): RemoteError {
  let thrown: unknown
  try {
    run()
  } catch (error) {
    thrown = error
  }
  if (thrown === undefined) assert.unreachable(`expected ${reason}, nothing was thrown`)
  if (!(thrown instanceof RemoteError)) throw thrown
  assert.is(thrown.reason, reason, `expected ${reason}, got ${thrown.reason}: ${thrown.message}`)
  return thrown
}
