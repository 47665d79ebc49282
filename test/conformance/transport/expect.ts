import assert from 'node:assert/strict'
import type { ClientCallOptions, ClientFailure, ConformanceClient } from './harness.ts'

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

/** How a promise ended; a rejection with nothing is told from success. */
export async function settled<T>(pending: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([pending])
  return outcome
}

/** The items of a streaming method. */
export function streamFrom(
  client: ConformanceClient,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
  options?: ClientCallOptions,
): AsyncIterable<unknown> {
  assert.ok(client.stream, 'the harness must stream when the transport claims it')
  return client.stream(name, args, options)
}

/** Reads a stream to its end. */
export async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const item of items) all.push(item)
  return all
}
