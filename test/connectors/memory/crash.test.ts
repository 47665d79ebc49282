import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { runCrashRounds } from './crash/rounds.ts'

test('D-7-11, D-8.2-8: 25 killed processes lose no acknowledged write and leave no half transaction', async () => {
  const { rounds, acknowledged } = await runCrashRounds(25)
  assert.is(rounds, 25)
  assert.ok(acknowledged > 25 * 10, `only ${acknowledged} writes were acknowledged`)
})

test.run()
