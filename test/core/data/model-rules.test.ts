import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { arrayConnector } from '../../support/data-array-connector.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

const order = {
  properties: {
    number: { type: 'number', id: 1 },
    region: { type: 'string', id: 2 },
    total: 'number',
  },
} as const

const scoped = {
  properties: { name: 'string', kind: 'string' },
  scope: { where: { kind: 'x' }, order: 'name DESC' },
} as const

test('D-1.4-10: a model without id refuses operations by id and keeps the others', async () => {
  const { models } = await openLayer({
    Log: { properties: { text: 'string' }, idInjection: false },
  })
  const { Log } = models
  assert.equal(await Log!.create({ text: 'a' }), { text: 'a' })
  assert.equal(await Log!.find(), [{ text: 'a' }])
  for (const work of [
    Log!.findById(1),
    Log!.findByIds([1]),
    Log!.deleteById(1),
    Log!.destroy({ text: 'a' }),
    Log!.update({ text: 'a' }, { text: 'b' }),
    Log!.replaceById(1, { text: 'b' }),
  ]) {
    const failure = await failureOf(work)
    assert.equal(
      [failure.status, failure.code, failure.name],
      [400, 'PK_MISSING', 'PKMissingError'],
    )
  }
})

test('D-1.4-2: composite ids as object or tuple in every operation by id', async () => {
  const { models } = await openLayer({ Order: order })
  const { Order } = models
  await Order!.create([
    { number: 7, region: 'EU', total: 1 },
    { number: 7, region: 'US', total: 2 },
  ])
  const id = { number: 7, region: 'EU' }
  assert.equal(await Order!.findById(id), { ...id, total: 1 })
  assert.equal(await Order!.findById([7, 'US']), { number: 7, region: 'US', total: 2 })
  assert.equal(
    (await Order!.findByIds([[7, 'US'], id])).map((row) => row.total),
    [2, 1],
  )
  assert.is((await Order!.update([7, 'EU'], { total: 5 })).total, 5)
  assert.is((await Order!.replaceById(id, { total: 6 })).total, 6)
  assert.equal(await Order!.deleteById([7, 'US']), { count: 1 })
  assert.is(await Order!.count(), 1)
  for (const wrong of [7, { number: 7 }, [7], [7, 'EU', 1], { number: 7, region: null }]) {
    assert.is((await failureOf(Order!.findById(wrong))).status, 400)
  }
  assert.is((await failureOf(Order!.update(id, { region: 'US' }))).status, 400)
})

test('D-9.11-7: a need the connector denies stops the start, naming model, feature and connector', async () => {
  const connector = arrayConnector({ compositeIds: false })
  const message = await openLayer({ Order: order }, { connector }).catch(
    (error: Error) => error.message,
  )
  assert.match(String(message), /Order.*composite id.*array connector.*db/)
})

test('D-3.2-19: a scope with an operator the connector denies stops the start', async () => {
  const connector = arrayConnector({ regexp: false })
  const scoped = {
    properties: { name: 'string' },
    scopes: { odd: { where: { name: { regexp: 'x' } } } },
  }
  const message = await openLayer({ Item: scoped }, { connector }).catch(
    (error: Error) => error.message,
  )
  assert.match(String(message), /Item.*"odd".*array connector/)
})

test('D-3.6-7, D-3.6-8, D-3.6-3: the default scope limits reads and writes and sets its values', async () => {
  const { layer, models } = await openLayer({
    Plain: { properties: { name: 'string', kind: 'string' }, memory: { collection: 'Thing' } },
    Item: scoped,
  })
  const { Item } = models
  assert.is((await Item!.create({ name: 'a', kind: 'other' })).kind, 'x')
  await Item!.create({ name: 'b' })
  assert.equal(
    (await Item!.find()).map((row) => row.name),
    ['b', 'a'],
  )
  assert.equal(
    (await Item!.find({ order: 'name' })).map((row) => row.name),
    ['a', 'b'],
  )
  const runtime = layer.runtime('Item')
  await runtime.source.connector.update(
    runtime.model,
    runtime.identity.where(2),
    { kind: 'y' },
    { options: {} },
  )
  assert.is(await Item!.count(), 1)
  assert.is(await Item!.findById(2), null)
  assert.is(await Item!.exists(2), false)
  assert.equal(await Item!.deleteById(2), { count: 0 })
  assert.equal(await Item!.updateAll({}, { name: 'z' }), { count: 1 })
  assert.equal(await Item!.destroyAll(), { count: 1 })
})

test('D-0-7: filters, wheres and data of the caller are never changed', async () => {
  const { layer, models } = await openLayer({ Item: scoped })
  layer.observe('Item', 'access', (context) => {
    context.query.where = { name: 'a' }
  })
  layer.observe('Item', 'before save', (context) => {
    if (context.instance) context.instance.name = 'changed'
  })
  const frozen = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null)
      Object.values(Object.freeze(value)).forEach(frozen)
    return value
  }
  const { Item } = models
  const filter = frozen({ where: { and: [{ name: 'a' }] }, order: ['name'], fields: ['name'] })
  await Item!.create(frozen({ name: 'a' }))
  await Item!.find(filter)
  await Item!.updateAll(frozen({ name: 'a' }), frozen({ kind: 'q' }))
  await Item!.findOrCreate(filter, frozen({ name: 'x' }))
  await Item!.destroyAll(frozen({ name: 'a' }))
})

test.run()
