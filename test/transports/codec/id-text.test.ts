import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { idText } from '../../../transports/codec/id-text.ts'

test('an id is written with the digits every number has', () => {
  const edges = [0, 1, 9, 10, 99, 100, 999, 1000, 1001, 9999, 10_000, 99_999, 100_000, 100_020]
  const more = [999_999, 1_000_000, 1_000_001, 1_002_003, 20_000_300, 999_999_999, 1_000_000_000]
  for (const id of [...edges, ...more, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) {
    assert.is(idText(id), String(id))
  }
  for (let id = 7; id < 2 ** 45; id = Math.floor(id * 1.37) + 3) assert.is(idText(id), String(id))
})

test.run()
