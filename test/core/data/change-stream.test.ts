import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import { type ChangeEvent, changeStream } from '../../../core/data/change-stream.ts'
import type { ModelRepository } from '../../../core/data/repository.ts'
import { countCalls } from '../../support/data-counting-connector.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

async function items(forceId: boolean | 'auto' = 'auto') {
  const { layer, models } = await openLayer({
    Item: {
      properties: { name: 'string', size: 'number', secret: 'string' },
      hidden: ['secret'],
      forceId,
    },
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

const big = { where: { size: { gt: 5 } } }

/** What a consumer that follows the events of a stream believes to be the matching rows. */
function follow(events: readonly ChangeEvent[], known: Map<unknown, object>) {
  for (const event of events) {
    if (event.type === 'remove') known.delete(event.target)
    else known.set(event.target, { ...known.get(event.target), ...(event.data as object) })
  }
  return [...known.values()]
}

test('F-8.3: with where, a row the stream never showed is removed by every way of deleting', async () => {
  const { open, settle, Item } = await items()
  await Item.create([1, 7, 8, 9, 10].map((size) => ({ name: `n${size}`, size })))
  const { events } = open(big)
  await settle()
  await Item.deleteById(1)
  await Item.deleteById(2)
  await Item.destroy({ id: 3 })
  await Item.destroyAll({ name: { inq: ['n9', 'n1'] } })
  await settle()
  assert.equal(events, [
    { target: 2, type: 'remove' },
    { target: 3, type: 'remove' },
    { target: 4, type: 'remove' },
  ])
})

const leaving: Readonly<Record<string, (Item: ModelRepository) => Promise<unknown>>> = {
  update: (Item) => Item.update(1, { size: 1 }),
  'update of a row given in part': (Item) => Item.update({ id: 1 }, { size: 1 }),
  updateAll: (Item) => Item.updateAll({ name: 'a' }, { size: 1 }),
  'updateAll by the value that changes': (Item) => Item.updateAll({ size: 9 }, { size: 1 }),
  increment: (Item) => Item.increment({}, { size: -8 }),
  replaceById: (Item) => Item.replaceById(1, { name: 'a', size: 1 }),
  save: (Item) => Item.save({ id: 1, name: 'a', size: 1 }),
  upsertWithWhere: (Item) => Item.upsertWithWhere({ name: 'a' }, { size: 1 }),
  updateOrCreate: (Item) => Item.updateOrCreate({ id: 1, size: 1 }),
  replaceOrCreate: (Item) => Item.replaceOrCreate({ id: 1, name: 'a', size: 1 }),
}

for (const [name, leave] of Object.entries(leaving)) {
  for (const forceId of [true, false]) {
    test(`F-8.3: with where, ${name} tells that a row left (forceId ${forceId})`, async () => {
      const { open, settle, Item } = await items(forceId)
      await Item.create({ name: 'a', size: 9 })
      const { events } = open(big)
      const { events: narrow } = open({ ...big, fields: ['name'] })
      await settle()
      await leave(Item)
      await settle()
      assert.equal(events, [{ target: 1, type: 'remove' }])
      assert.equal(narrow, events)
    })
  }
}

test('F-8.2, F-8.3: with where, a write of many rows tells of each what it means for the view', async () => {
  const { open, settle, Item } = await items()
  await Item.create([
    { name: 'enters', size: 4, secret: 's' },
    { name: 'stays', size: 6, secret: 's' },
    { name: 'stays out', size: 1, secret: 's' },
  ])
  const { events } = open(big)
  const known = new Map<unknown, object>([[2, { name: 'stays', size: 6, id: 2 }]])
  await settle()
  await Item.increment({}, { size: 2 })
  await Item.updateAll({}, { name: 'named' })
  await settle()
  assert.equal(events, [
    { target: 1, type: 'update', data: { name: 'enters', size: 6, id: 1 } },
    { target: 2, type: 'update', data: { name: 'stays', size: 8, id: 2 } },
    { target: 1, type: 'update', data: { name: 'named', size: 6, id: 1 } },
    { target: 2, type: 'update', data: { name: 'named', size: 8, id: 2 } },
  ])
  follow(events, known)
  assert.equal([...known.keys()].sort(), [1, 2])
})

test('F-8.2, F-8.10: with where, a write of more rows than are listed asks to read again', async () => {
  const { open, settle, Item } = await items()
  await Item.createAll(Array.from({ length: 1001 }, () => ({ name: 'a', size: 9 })))
  const { events } = open(big)
  await settle()
  await Item.updateAll({}, { size: 1 })
  await Item.destroyAll({})
  await settle()
  assert.equal(events, [{ type: 'reset' }, { type: 'reset' }])
})

test('F-8.3: with where, a change whose rows are unknown asks to read again', async () => {
  const { open, settle, runtime } = await items()
  const { events } = open(big)
  await settle()
  runtime.changes.publish({ operation: 'test', type: 'remove', id: 1 })
  await settle()
  assert.equal(events, [{ type: 'reset' }])
})

test('F-8.3, D-5.1-7: with where, a transaction is told after the commit and as it ended', async () => {
  const { layer, open, settle, Item } = await items()
  await Item.create({ name: 'a', size: 9 })
  const { events } = open(big)
  await settle()
  await layer.transaction('db', async () => {
    await Item.update(1, { size: 1 })
    await Item.create({ name: 'b', size: 8 })
    await settle()
    assert.equal(events, [])
  })
  await settle()
  assert.equal(events, [
    { target: 1, type: 'remove' },
    { target: 2, type: 'create', data: { name: 'b', size: 8, id: 2 } },
  ])
})

test('F-8.3: nothing more is read when no stream has a where', async () => {
  const counting = countCalls(memory())
  const { layer, models } = await openLayer(
    { Item: { properties: { name: 'string', size: 'number' } } },
    { connector: counting.connector },
  )
  const Item = models['Item'] as ModelRepository
  await Item.create({ name: 'a', size: 9 })
  const listener = layer.runtime('Item').changes.subscribe(() => {})
  counting.reset()
  await Item.update({ id: 1, name: 'a' }, { size: 2 })
  await Item.deleteById(1)
  assert.equal(counting.calls, ['update Item', 'delete Item'])
  listener()
})

test.run()
