import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, silentLogger } from 'viaduct'
import { isDelegateFor, isDelegateForName } from 'viaduct/spi'

async function methods() {
  const find = () => []
  const patch = () => ({})
  const marked = Object.assign(() => 1, { shared: true })
  class Old {
    static marked = marked
    keep() {}
  }
  Object.assign(Old.prototype, { keep: Object.assign(Old.prototype.keep, { shared: true }) })
  Object.defineProperty(Old.prototype, 'keep', { enumerable: true })
  const app = createApp({
    logger: silentLogger,
    classes: {
      Thing: {
        methods: {
          find: { definition: { aliases: ['all'] }, handler: find },
          patch: { definition: { isStatic: false, aliases: ['update'] }, handler: patch },
        },
        sharedCtor: { definition: {}, handler: () => ({}) },
      },
      Old: { from: Old, sharedCtor: { definition: {}, handler: () => new Old() } },
    },
  })
  await app.start()
  const named = (name: string) => {
    const method = app.catalog.classes
      .flatMap((one) => one.methods)
      .find((one) => one.fullName === name)
    if (method === undefined) throw new Error(`no ${name}`)
    return method
  }
  return { app, named, find, patch, marked, Old }
}

test('S-13: a method is a delegate for its name and its aliases, statics and prototype apart', async () => {
  const { app, named } = await methods()
  const find = named('Thing.find')
  const patch = named('Thing.prototype.patch')
  assert.ok(isDelegateFor(find, 'find', true))
  assert.ok(isDelegateFor(find, 'all', true))
  assert.not(isDelegateFor(find, 'find'), 'an instance method unless told otherwise')
  assert.ok(isDelegateFor(patch, 'patch'))
  assert.ok(isDelegateFor(patch, 'update', false))
  assert.not(isDelegateFor(patch, 'patch', true))
  assert.not(isDelegateFor(find, 'other', true))
  await app.stop()
})

test('S-13: isDelegateForName takes the name inside the class', async () => {
  const { app, named } = await methods()
  const find = named('Thing.find')
  const patch = named('Thing.prototype.patch')
  assert.ok(isDelegateForName(find, 'all'))
  assert.not(isDelegateForName(find, 'prototype.find'))
  assert.ok(isDelegateForName(patch, 'prototype.patch'))
  assert.ok(isDelegateForName(patch, 'prototype.update'))
  assert.not(isDelegateForName(patch, 'patch'))
  await app.stop()
})

test('S-13: a method is a delegate for the function it runs, a discovered one too', async () => {
  const { app, named, find, patch, marked, Old } = await methods()
  assert.ok(isDelegateFor(named('Thing.find'), find))
  assert.not(isDelegateFor(named('Thing.find'), patch))
  assert.ok(isDelegateFor(named('Old.marked'), marked))
  assert.ok(isDelegateFor(named('Old.prototype.keep'), Old.prototype.keep))
  assert.not(isDelegateFor(named('Old.marked'), find))
  await app.stop()
})

test('S-13: what is no name is refused', async () => {
  const { app, named } = await methods()
  for (const name of [undefined, null, 5, {}, ['find']]) {
    const bad = name as never
    assert.throws(() => isDelegateFor(named('Thing.find'), bad, true), /must be a text/)
    assert.throws(() => isDelegateForName(named('Thing.find'), bad), /must be a text/)
  }
  assert.throws(() => isDelegateForName(named('Thing.find'), (() => 1) as never), /must be a text/)
  await app.stop()
})

test.run()
