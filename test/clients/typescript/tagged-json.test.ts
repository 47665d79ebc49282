import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ResultPlace, readTagged, writeTagged } from '../../../clients/typescript/tagged-json.ts'
import { fingerprint, valueFrom } from '../../transports/codec/describe.ts'

interface Vector {
  readonly name: string
  readonly value: unknown
  readonly json?: string
}

function vectors(name: string): readonly Vector[] {
  const file = new URL(`../../vectors/codec/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** What a client has no type of its own for: it reads a geo point as a plain one, and nobody sends it references. */
const isServers = (json: string) => /\["(?:geopoint|stream|ref)"/.test(json)

for (const { name, value, json } of [...vectors('values'), ...vectors('accepted')]) {
  if (json === undefined || isServers(json)) continue
  test(`${name}: read`, () => {
    assert.is(fingerprint(readTagged(json)), fingerprint([[3, 1, valueFrom(value)]]))
  })
}

for (const { name, value, json } of vectors('values')) {
  if (json === undefined || isServers(json)) continue
  test(`${name}: written`, () => assert.is(writeTagged([[3, 1, valueFrom(value)]]), json))
}

test('a place is written as a reference, a geo point read as a plain one', () => {
  const place = new ResultPlace(4, ['a', 'b'])
  assert.is(writeTagged({ place }), '{"place":{"$":["ref",4,["a","b"]]}}')
  assert.equal(readTagged('{"$":["geopoint",1,2]}'), { lat: 1, lng: 2 })
})

test('members without a form and reserved names are left out, in lists they are undefined', () => {
  const value = JSON.parse('{"__proto__":1,"constructor":2,"a":3}')
  assert.is(writeTagged({ ...value, b: undefined, c: () => 1 }), '{"a":3}')
  assert.is(writeTagged([() => 1]), '[{"$":["undefined"]}]')
  const read = readTagged('{"__proto__":{"x":1},"a":1}') as Record<string, unknown>
  assert.equal(Object.keys(read), ['a'])
  assert.is(Reflect.get(read, 'x'), undefined)
})

test('a cycle is a TypeError, as are unknown tags', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = [cycle]
  assert.throws(() => writeTagged(cycle), /cycle/)
  for (const text of ['{"$":1}', '{"$":["what"]}', '{"$":["map",1]}', '{"$":["object",1]}']) {
    assert.throws(() => readTagged(text), TypeError)
  }
})

test.run()
