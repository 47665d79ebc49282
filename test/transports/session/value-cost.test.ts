import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ResultReference } from '../../../transports/codec/codec.ts'
import { resolveReferences } from '../../../transports/session/references.ts'
import { costOf } from '../../../transports/session/value-cost.ts'

const costly = (value: unknown): number => costOf(value, 1_000_000) ?? Number.NaN

test('texts, names and bytes cost what they are long, everything else a little', () => {
  assert.ok(costly('x'.repeat(1000)) >= 1000)
  assert.ok(costly({ ['k'.repeat(1000)]: 1 }) >= 1000)
  assert.ok(costly(Buffer.alloc(1000)) >= 1000)
  assert.ok(costly(new ArrayBuffer(1000)) >= 1000)
  assert.ok(costly(new Map([['a'.repeat(500), 'b'.repeat(500)]])) >= 1000)
  assert.ok(costly(new Set(['x'.repeat(1000)])) >= 1000)
  assert.ok(costly(new Error('x'.repeat(1000))) >= 1000)
  assert.ok(costly(Array(100).fill(null)) >= 100)
  for (const small of [1, true, null, undefined, 5n, new Date(0), '', []]) {
    assert.ok(costly(small) < 20)
  }
})

test('beyond the limit, too deep and in a circle there is no cost', () => {
  assert.is(costOf('x'.repeat(100), 100), undefined)
  assert.is(costOf([[['x'.repeat(100)]]], 100), undefined)
  assert.is(costOf(1, 0), undefined)
  let deep: unknown = 1
  for (let level = 0; level < 33; level++) deep = [deep]
  assert.is(costOf(deep, 1_000_000), undefined)
  const circle: unknown[] = []
  circle.push({ circle })
  assert.is(costOf(circle, 1_000_000), undefined)
})

test('the references of one message share their bytes', async () => {
  const count = { made: 0, copiedBytes: 0 }
  const resolver = {
    stream: () => undefined,
    result: async () => ({ text: 'x'.repeat(400) }),
    count,
    maxReferences: 100,
    maxDepth: 8,
    maxCopiedBytes: 1000,
  }
  const twice = [new ResultReference(1, []), new ResultReference(1, ['text'])]
  assert.equal(await resolveReferences(twice, resolver), [
    { text: 'x'.repeat(400) },
    'x'.repeat(400),
  ])
  const third = resolveReferences([new ResultReference(1, [])], resolver)
  const error = await third.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, RangeError)
  assert.match(String(error), /more than 1000 bytes/)
})

test.run()
