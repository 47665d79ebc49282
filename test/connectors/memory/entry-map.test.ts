import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Entry, Key } from '../../../connectors/memory/entry.ts'
import { EntryMap } from '../../../connectors/memory/entry-map.ts'

/** Ids that grow, some skipped or taken again, and keys no list has a place for. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('next'), by: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('next'), by: fc.integer({ min: 1, max: 5000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('set'), by: fc.integer({ min: -3, max: 40 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('odd'), by: fc.integer({ min: 0, max: 3 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete'), by: fc.nat() }) },
)
const oddKeys: readonly Key[] = ['7', 1.5, 2 ** 40, 9n]

test('a map of rows agrees with a plain one, in content and order', () => {
  const steps = fc.array(step, { maxLength: 300 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), steps, (first, operations) => {
      const map = new EntryMap()
      const model = new Map<Key, Entry>()
      let newest = first
      for (const { kind, by } of operations) {
        if (kind === 'delete') {
          const key = [...model.keys()][by % Math.max(1, model.size)] ?? by
          map.delete(key)
          model.delete(key)
          continue
        }
        if (kind === 'next') newest += by
        const key = kind === 'next' ? newest : kind === 'set' ? by : (oddKeys[by] ?? by)
        if (!model.has(key)) addTo(map, model, key)
      }
      compare(map, model)
    }),
    { numRuns: 300 },
  )
})

test('a queue of rows that come and go leaves no places behind it that are in the way', () => {
  const map = new EntryMap()
  const model = new Map<Key, Entry>()
  for (let key = 1; key <= 20_000; key += 1) {
    addTo(map, model, key)
    if (key > 5) {
      map.delete(key - 5)
      model.delete(key - 5)
    }
  }
  compare(map, model)
  let visited = 0
  map.visit(() => {
    visited += 1
    return visited < 3
  })
  assert.is(visited, 3)
  map.clear()
  assert.is(map.size, 0)
  assert.is(map.get(19_999), undefined)
})

test('rows that stay are read although others come and go meanwhile', () => {
  const map = new EntryMap()
  const model = new Map<Key, Entry>()
  for (const key of [1, 2, 3, 4, 'a', 'b', 9]) addTo(map, model, key)
  const reading = map.values()
  assert.is(reading.next().value?.key, 1)
  for (const key of [2, 3, 'a']) map.delete(key)
  addTo(map, model, 2)
  addTo(map, model, 10)
  const read = [...reading].map(({ key }) => key)
  assert.equal(
    read.filter((key) => key === 4 || key === 'b' || key === 9),
    [4, 'b', 9],
  )
  assert.not(read.includes(3))
})

let sequence = 0

function addTo(map: EntryMap, model: Map<Key, Entry>, key: Key): void {
  sequence += 1
  const entry = { key, sequence, row: { key }, size: 0 }
  map.add(entry)
  model.set(key, entry)
}

function compare(map: EntryMap, model: ReadonlyMap<Key, Entry>): void {
  assert.is(map.size, model.size)
  const visited: Entry[] = []
  assert.ok(map.visit((entry) => visited.push(entry) > 0))
  assert.equal(visited, [...model.values()])
  assert.equal([...map.values()], visited)
  for (const [key, entry] of model) assert.is(map.get(key), entry)
  for (const key of [-1, 0, 1, 1.25, 41, 2 ** 41, 'x']) assert.is(map.has(key), model.has(key))
}

test.run()
