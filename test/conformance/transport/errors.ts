import assert from 'node:assert/strict'
import type { ProfileName } from '../../../core/spi.ts'
import { failureOf } from './expect.ts'
import { closeFixture, type Fixture, openFixture } from './fixture.ts'
import type { TestFunction, TransportHarness } from './harness.ts'

/** What a misbehaving method costs its caller: an error, never more. Source: remoting 2.5, I-7 … I-12. */
export function errorCases(
  test: TestFunction,
  harness: TransportHarness,
  profile: ProfileName,
): void {
  const { richValues } = harness.create().supports
  const within = async (run: (fixture: Fixture) => Promise<void>) => {
    const fixture = await openFixture(harness, profile)
    try {
      await run(fixture)
      assert.equal(await fixture.client.call('Plain.add', { a: 1, b: 2 }), 3, 'still alive')
    } finally {
      await closeFixture(fixture)
    }
  }

  test('E-13, E-16: a 4xx keeps status, name, message, code and details', () =>
    within(async ({ client }) => {
      const failure = await failureOf(client.call('Fails.throwsRemote', {}))
      assert.equal(failure.statusCode, 404)
      assert.equal(failure.name, 'Error')
      assert.equal(failure.message, 'Unknown "Thing" id "7".')
      assert.deepEqual(failure.details, { id: 7 })
    }))

  test('EB-1, E-2: a foreign 4xx keeps code and details', () =>
    within(async ({ client }) => {
      const failure = await failureOf(client.call('Fails.throwsStatus', {}))
      assert.equal(failure.statusCode, 418)
      assert.equal(failure.code, 'TEA')
      assert.deepEqual(failure.details, { milk: 1 })
      if (!richValues) assert.equal('secret' in failure, false)
    }))

  test('EB-2: a 5xx discloses nothing', () =>
    within(async ({ client }) => {
      const failure = await failureOf(client.call('Fails.throwsError', {}))
      assert.equal(failure.statusCode ?? 500, 500)
      if (!richValues) assert.equal(failure.message, 'Internal Server Error')
    }))

  for (const name of ['rejectsNothing', 'rejectsNull', 'rejectsZero', 'throwsText']) {
    test(`I-11: ${name} is an error`, () =>
      within(async ({ client }) => {
        await assert.rejects(
          client.call(`Fails.${name}`, {}).catch((reason) => {
            throw Object.assign(new Error('rejected'), { reason })
          }),
        )
      }))
  }

  test('I-12: a result that can not be shaped is a 500', () =>
    within(async ({ client }) => {
      const failure = await failureOf(client.call('Fails.badInteger', {}))
      assert.equal(failure.statusCode, 500)
    }))

  test('B-8: a cyclic result is an error, and the process stays up', () =>
    within(async ({ client }) => {
      await failureOf(client.call('Fails.cycle', {}))
    }))

  test('I-7: a method that never settles answers 503 INVOCATION_TIMEOUT', () =>
    within(async ({ client }) => {
      const failure = await failureOf(client.call('Fails.never', {}))
      assert.equal(failure.statusCode, 503)
    }))

  test('I-10: only the first of several completions counts', () =>
    within(async ({ client }) => {
      assert.equal(await client.call('Fails.oddThenable', {}), 'first')
    }))

  test('an unknown class or method is a 404', () =>
    within(async ({ client }) => {
      assert.equal((await failureOf(client.call('Nowhere.find', {}))).statusCode, 404)
      assert.equal((await failureOf(client.call('Plain.nowhere', {}))).statusCode, 404)
    }))

  test('R-1, R-2, I-6: no returns, named returns', () =>
    within(async ({ client }) => {
      assert.equal(await client.call('Plain.nothing', {}), undefined)
      assert.deepEqual(await client.call('Plain.named', {}), { first: 'one', second: 2 })
    }))

  test('R-9, WS-5: a date is an envelope as JSON and a Date on rich transports', () =>
    within(async ({ client }) => {
      const expected = richValues
        ? new Date(0)
        : { $type: 'date', $data: '1970-01-01T00:00:00.000Z' }
      assert.deepEqual(await client.call('Plain.date', {}), expected)
    }))
}
