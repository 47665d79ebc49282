import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OrderedMap } from '../../../connectors/memory/ordered-map.ts'

const key = fc.integer({ min: 0, max: 5000 })
const bound = fc.option(fc.record({ key, inclusive: fc.boolean() }), { nil: undefined })

test('an ordered map agrees with a sorted list, through splits and merges', () => {
  const steps = fc.array(fc.tuple(fc.boolean(), key), { maxLength: 4000, minLength: 500 })
  fc.assert(
    fc.property(steps, bound, bound, (operations, from, to) => {
      const map = new OrderedMap<number, string>()
      const model = new Map<number, string>()
      for (const [isSet, one] of operations) {
        if (isSet) {
          map.set(one, `v${model.size}`)
          model.set(one, `v${model.size}`)
        } else assert.is(map.delete(one), model.delete(one))
      }
      const keys = [...model.keys()].sort((a, b) => a - b)
      assert.is(map.size, keys.length)
      assert.equal(walk(map, {}, false), keys)
      assert.equal(walk(map, {}, true), keys.toReversed())
      const inRange = keys.filter((one) => isBehind(one, from) && isBefore(one, to))
      assert.equal(walk(map, { from, to }, false), inRange)
      assert.equal(walk(map, { from, to }, true), inRange.toReversed())
      assert.is(map.countRange({ from, to }), inRange.length)
      for (const one of keys) assert.type(map.get(one), 'string')
      assert.is(map.get(5001), undefined)
    }),
    { numRuns: 60 },
  )
})

test('an ordered map shrinks to nothing and can be filled again', () => {
  const map = new OrderedMap<string, number>()
  for (let index = 0; index < 3000; index += 1) map.set(`k${index}`, index)
  for (let index = 2999; index >= 0; index -= 1) assert.ok(map.delete(`k${index}`))
  assert.is(map.size, 0)
  assert.equal(walk(map, {}, false), [])
  map.set('a', 1)
  assert.is(map.get('a'), 1)
  map.clear()
  assert.is(map.get('a'), undefined)
})

test('keys that were set without a look in between stand where they belong, once', () => {
  const text = fc.integer({ min: 0, max: 30_000 }).map((one) => `k${one}`)
  const batches = fc.array(fc.array(text, { minLength: 20, maxLength: 3000 }), { maxLength: 12 })
  fc.assert(
    fc.property(batches, (all) => {
      const map = new OrderedMap<string, number>()
      const model = new Map<string, number>()
      for (const batch of all) {
        for (const [index, one] of batch.entries()) {
          map.set(one, index)
          model.set(one, index)
        }
        compareTexts(map, model)
      }
    }),
    { numRuns: 30 },
  )
})

test('more keys than may wait are put in their places without being asked for', () => {
  const map = new OrderedMap<string, number>()
  const model = new Map<string, number>()
  for (let index = 0; index < 30_000; index += 1) {
    const one = `k${(index * 7919) % 25_000}`
    map.set(one, index)
    model.set(one, index)
  }
  compareTexts(map, model)
})

test('an ordered map takes over the content of another map', () => {
  const map = new OrderedMap<string, number>()
  map.set('gone', 1)
  for (const count of [0, 1, 512, 513, 5000]) {
    const model = new Map(Array.from({ length: count }, (_, one) => [`k${(one * 7) % count}`, one]))
    map.fill(model)
    compareTexts(map, model)
    map.set('a', -1)
    compareTexts(map, new Map([...model, ['a', -1]]))
  }
})

function compareTexts(map: OrderedMap<string, number>, model: ReadonlyMap<string, number>): void {
  const keys = [...model.keys()].sort()
  assert.equal(walk(map, {}, false), keys)
  assert.is(map.size, keys.length)
  for (const one of keys) assert.is(map.get(one), model.get(one))
}

test('a walk stops when it is told to', () => {
  const map = new OrderedMap<number, number>()
  for (let index = 0; index < 1000; index += 1) map.set(index, index)
  const seen: number[] = []
  const isDone = map.walk({}, true, (value) => seen.push(value) < 3)
  assert.is(isDone, false)
  assert.equal(seen, [999, 998, 997])
})

type Bound = { readonly key: number; readonly inclusive: boolean } | undefined

function isBehind(one: number, from: Bound): boolean {
  return from === undefined || one > from.key || (from.inclusive && one === from.key)
}

function isBefore(one: number, to: Bound): boolean {
  return to === undefined || one < to.key || (to.inclusive && one === to.key)
}

function walk<K extends string | number>(
  map: OrderedMap<K, unknown>,
  range: Parameters<OrderedMap<K, unknown>['walk']>[0],
  descending: boolean,
): K[] {
  const keys: K[] = []
  map.walk(range, descending, (_, one) => keys.push(one) > 0)
  return keys
}

test.run()
