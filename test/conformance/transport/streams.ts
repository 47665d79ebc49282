import assert from 'node:assert/strict'
import type { ProfileName } from '../../../core/spi.ts'
import { collect, eventually, failureOf, streamFrom } from './expect.ts'
import { closeFixture, type Fixture, openFixture } from './fixture.ts'
import type { TestFunction, TransportHarness } from './harness.ts'

/** Results that come piece by piece. Source: remoting section 5. */
export function streamCases(
  test: TestFunction,
  harness: TransportHarness,
  profile: ProfileName,
): void {
  if (!harness.create().supports.streams) return
  const within = async (run: (fixture: Fixture) => Promise<void>) => {
    const fixture = await openFixture(harness, profile)
    try {
      await run(fixture)
    } finally {
      await closeFixture(fixture)
    }
  }

  test('ST-1: items arrive in order and the stream ends', () =>
    within(async ({ client, trace }) => {
      const items = await collect(streamFrom(client, 'Streams.count', { to: 3 }))
      assert.deepEqual(items, [{ n: 1 }, { n: 2 }, { n: 3 }])
      assert.deepEqual(trace, ['count ended'])
    }))

  test('ST-7: leaving a stream ends its source', () =>
    within(async ({ client, trace }) => {
      for await (const _ of streamFrom(client, 'Streams.count', { to: 1e9 })) break
      await eventually(() => trace.includes('count ended'), 'the source ends')
    }))

  test('ST-4: a stream that breaks delivers what came before, then its error', () =>
    within(async ({ client }) => {
      const seen: unknown[] = []
      const failure = await failureOf(
        (async () => {
          for await (const item of streamFrom(client, 'Streams.breaks', {})) seen.push(item)
        })(),
      )
      assert.deepEqual(seen, [{ n: 1 }])
      assert.equal(failure.message, 'broken')
      assert.equal(failure.statusCode, 409)
    }))

  test('ST-10: an argument error before the stream exists is an ordinary error', () =>
    within(async ({ client }) => {
      const failure = await failureOf(collect(streamFrom(client, 'Streams.count', { to: 'x' })))
      assert.equal(failure.statusCode, 400)
    }))

  test('ST-11: a method that yields no stream is a 500', () =>
    within(async ({ client }) => {
      const failure = await failureOf(collect(streamFrom(client, 'Streams.noStream', {})))
      assert.equal(failure.statusCode, 500)
    }))
}
