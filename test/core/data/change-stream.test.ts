import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type ChangeEvent, changeStream } from '../../../core/data/change-stream.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

async function items() {
  const { layer, models } = await openLayer({
    Item: { properties: { name: 'string', size: 'number', secret: 'string' }, hidden: ['secret'] },
  })
  const runtime = layer.runtime('Item')
  const controller = new AbortController()
  const open = (options?: object) => {
    const events: ChangeEvent[] = []
    const stream = changeStream(runtime, options, controller.signal)
    const done = (async () => {
      for await (const event of stream) events.push(event)
    })()
    return { events, done }
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { layer, runtime, controller, open, settle, Item: models.Item! }
}

test('F-8.1, F-8.5, D-5.1-7: creations, patches and deletions arrive, hidden properties do not', async () => {
  const { open, settle, controller, Item } = await items()
  const { events, done } = open()
  await settle()
  const row = await Item.create({ name: 'a', secret: 's' })
  await Item.update(row, { size: 1 })
  await Item.deleteById(1)
  await settle()
  assert.equal(events, [
    { target: 1, data: { name: 'a', id: 1 }, type: 'create' },
    { target: 1, data: { name: 'a', size: 1, id: 1 }, type: 'update' },
    { target: 1, type: 'remove' },
  ])
  controller.abort()
  await done
})

test('F-8.2: writes of many rows name the ids they touched', async () => {
  const { open, settle, Item } = await items()
  await Item.create([{ name: 'a' }, { name: 'b' }])
  const { events } = open()
  await settle()
  await Item.updateAll({}, { size: 2 })
  await Item.destroyAll({})
  await settle()
  assert.equal(events, [
    { target: 1, type: 'update', data: { size: 2 } },
    { target: 2, type: 'update', data: { size: 2 } },
    { target: 1, type: 'remove' },
    { target: 2, type: 'remove' },
  ])
})

test('F-8.3: where and fields choose what is sent; deletions follow rows that matched', async () => {
  const { open, settle, Item } = await items()
  const { events } = open({ where: { size: { gt: 5 } }, fields: ['name'] })
  await settle()
  await Item.create([
    { name: 'small', size: 1 },
    { name: 'big', size: 9 },
  ])
  await Item.deleteById(1)
  await Item.deleteById(2)
  await settle()
  assert.equal(events, [
    { target: 2, data: { name: 'big' }, type: 'create' },
    { target: 2, type: 'remove' },
  ])
})

test('F-8.5: hidden properties can not be asked for', async () => {
  const { runtime, controller } = await items()
  const open = async () => changeStream(runtime, { where: { secret: 's' } }, controller.signal)
  assert.is((await failureOf(open())).code, 'HIDDEN_PROPERTY_IN_QUERY')
})

test('F-8.11: leaving a stream removes its listener, a thousand times over', async () => {
  const { runtime, controller, settle, Item } = await items()
  for (let round = 0; round < 1000; round++) {
    const stream = changeStream(runtime, undefined, controller.signal)[Symbol.asyncIterator]()
    const next = stream.next()
    runtime.changes.publish({ operation: 'test', type: 'remove', id: round })
    assert.is((await next).value.target, round)
    await stream.return?.()
  }
  await settle()
  assert.not(runtime.changes.isWatched)
  await Item.create({ name: 'a' })
})

test('F-8.10: a consumer that falls behind gets a reset instead of a growing queue', async () => {
  const { runtime, controller } = await items()
  const stream = changeStream(runtime, undefined, controller.signal)[Symbol.asyncIterator]()
  const first = stream.next()
  for (let id = 0; id < 1002; id++)
    runtime.changes.publish({ operation: 'test', type: 'remove', id })
  assert.equal((await first).value, { type: 'reset' })
  controller.abort()
  assert.ok((await stream.next()).done)
})

test.run()
