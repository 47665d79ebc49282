import assert from 'node:assert/strict'
import type { ClientFailure } from './harness.ts'

/** The failure a call must end with. */
export async function failureOf(call: Promise<unknown>): Promise<ClientFailure> {
  let value: unknown
  try {
    value = await call
  } catch (failure) {
    return failure as ClientFailure // the harness promises this shape
  }
  return assert.fail(`expected a failure, got ${JSON.stringify(value)}`)
}

/** Waits until a condition holds, at most two seconds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const until = Date.now() + 2000
  while (!condition()) {
    if (Date.now() > until) assert.fail(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
