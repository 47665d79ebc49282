import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { discoverCtor, discoverMethods } from '../../../core/method/discover.ts'

const shared = <F extends (...values: never[]) => unknown>(run: F, metadata = {}) =>
  Object.assign(run, { shared: true, ...metadata })

function makeClass() {
  function Base() {}
  const inherited = shared(() => 'inherited')
  Object.assign(Base, { inherited })
  function Thing() {}
  Object.setPrototypeOf(Thing, Base)
  const find = shared(() => [1], { accepts: [{ arg: 'a' }, { arg: 'b' }], returns: { arg: 'r' } })
  Object.assign(Thing, {
    find,
    all: find,
    hidden: () => 'not marked',
    super_: shared(() => 'parent'),
    Model: Object.assign(
      shared(() => 'model'),
      { modelName: 'Other' },
    ),
  })
  Object.defineProperty(Thing, 'broken', {
    enumerable: true,
    get() {
      throw new Error('boom')
    },
  })
  Object.assign(Thing.prototype, { rename: shared(() => 'renamed'), find })
  return { Thing, find }
}

test('C-5: enumerable marked functions of the class, inherited ones included, then of its prototype', () => {
  const { Thing } = makeClass()
  const found = discoverMethods(Thing, () => {}).map(
    ({ name, definition }) => `${definition.isStatic ? '' : 'prototype.'}${name}`,
  )
  assert.equal(found, ['find', 'inherited', 'prototype.rename'])
})

test('C-6: one function under several keys is one method with aliases; static wins with a warning', () => {
  const warnings: string[] = []
  const { Thing } = makeClass()
  const find = discoverMethods(Thing, (text) => warnings.push(text)).find(
    ({ name }) => name === 'find',
  )
  assert.equal(find?.definition.aliases, ['all'])
  assert.is(warnings.length, 1)
  assert.match(warnings[0] ?? '', '"find"')
})

test('I-1, I-2: a discovered function gets accepts positionally; this is the class or the instance', () => {
  const seen: unknown[] = []
  const owner = {
    m: shared(function (this: unknown, ...values: unknown[]) {
      seen.push(this, values)
    }),
  }
  const [source] = discoverMethods(owner, () => {})
  source?.handler({ a: undefined, b: 2 } as never, {} as never)
  assert.is(seen[0], owner)
  assert.equal(seen[1], [undefined, 2])
  const instance = { id: 1 }
  source?.handler({} as never, { instance } as never)
  assert.is(seen[2], instance)
})

test('C-4: sharedCtor is optional', () => {
  assert.is(discoverCtor({}), undefined)
  const ctor = discoverCtor({
    sharedCtor: Object.assign(() => ({ id: 1 }), { accepts: [{ arg: 'id' }] }),
  })
  assert.is(ctor?.name, 'sharedCtor')
  assert.equal(ctor?.definition.accepts, [{ arg: 'id' }])
})

test.run()
