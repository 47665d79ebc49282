import assert from 'node:assert/strict'
import type { ProfileName } from '../../../core/spi.ts'
import {
  type ArgumentRow,
  type Expected,
  listRows,
  moreListRows,
  moreScalarRows,
  scalarRows,
} from './argument-table.ts'
import { failureOf } from './expect.ts'
import { closeFixture, echoTypes, openFixture } from './fixture.ts'
import type { ConformanceClient, TestFunction, TransportHarness } from './harness.ts'

/** Typed conversion, required checks, extra and missing input. Source: remoting 1.4, 1.5, 3.4, 3.5. */
export function argumentCases(
  test: TestFunction,
  harness: TransportHarness,
  profile: ProfileName,
): void {
  tableCases(test, harness, profile, [...scalarRows, ...moreScalarRows], '')
  tableCases(test, harness, profile, [...listRows, ...moreListRows], 'List')

  test('A-14: unknown arguments are ignored', () =>
    within(harness, profile, async (client) => {
      assert.equal(await client.call('Plain.add', { a: 1, b: 2, c: 3 }), 3)
    }))

  test('I-1: a missing optional argument is undefined, the others keep their place', () =>
    within(harness, profile, async (client) => {
      assert.deepEqual(await client.call('Plain.greet', { name: 'Ada' }), { text: 'Ada' })
      assert.deepEqual(await client.call('Plain.greet', { name: 'Ada', times: 2 }), {
        text: 'Ada Ada',
      })
    }))

  test('I-4: required refuses undefined, null and empty text, and passes empty containers, 0 and false', () =>
    within(harness, profile, async (client) => {
      for (const a of [undefined, null, '']) {
        const failure = await failureOf(client.call('Plain.required', { a }))
        assert.equal(failure.statusCode, 400)
        assert.equal(failure.message, 'a is a required argument')
      }
      for (const a of [[], {}, 0, false]) {
        assert.deepEqual(await client.call('Plain.required', { a }), { a })
      }
    }))

  test('schema arguments are refused with 400 that names the argument', () =>
    within(harness, profile, async (client) => {
      for (const args of [
        { name: '' },
        { name: 'x'.repeat(11) },
        { name: 5 },
        { name: 'ok', times: 1.5 },
        {},
      ]) {
        const failure = await failureOf(client.call('Plain.greet', args))
        assert.equal(failure.statusCode, 400, JSON.stringify(args))
        if (profile === 'strict') {
          assert.equal(failure.code, 'INVALID_ARGUMENT')
          const { arg } = failure.details as { readonly arg: string }
          assert.equal(arg, 'times' in args ? 'times' : 'name')
        }
      }
    }))

  test('arguments and results are isolated from the caller', () =>
    within(harness, profile, async (client) => {
      const a = { deep: { x: 1 } }
      assert.deepEqual(await client.call('Plain.mutates', { a }), { deep: { x: 1 }, changed: true })
      assert.deepEqual(a, { deep: { x: 1 } })
    }))
}

function tableCases(
  test: TestFunction,
  harness: TransportHarness,
  profile: ProfileName,
  rows: readonly ArgumentRow[],
  suffix: string,
): void {
  for (const row of rows) {
    test(`${row.rule}: typed ${JSON.stringify(row.value)} against every ${suffix === '' ? 'scalar' : 'list'} type`, () =>
      within(harness, profile, async (client) => {
        await Promise.all(
          echoTypes.map((type) => {
            const expected = row.expect[type] ?? 'fail'
            if (expected === 'legacyDate' && profile === 'loopback3') return undefined
            return check(client, `Echo.${type}${suffix}`, row.value, expected)
          }),
        )
      }))
  }
}

async function check(
  client: ConformanceClient,
  method: string,
  value: unknown,
  expected: Expected,
): Promise<void> {
  const call = client.call(method, value === undefined ? {} : { a: value })
  if (expected === 'fail' || expected === 'legacyDate') {
    const failure = await failureOf(call)
    assert.equal(failure.statusCode, 400, method)
  } else {
    assert.deepEqual(await call, expected === 'same' ? value : expected.becomes, method)
  }
}

async function within(
  harness: TransportHarness,
  profile: ProfileName,
  run: (client: ConformanceClient) => Promise<void>,
): Promise<void> {
  const fixture = await openFixture(harness, profile)
  try {
    await run(fixture.client)
  } finally {
    await closeFixture(fixture)
  }
}
