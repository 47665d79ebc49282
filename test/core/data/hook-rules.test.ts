import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openLayer } from '../../support/data-layer.ts'

test('D-5.1-3: one hookState per operation, the caller options object in every context', async () => {
  const { layer, models } = await openLayer({ Item: { properties: { name: 'string' } } })
  const states: unknown[] = []
  const given = { note: 1 }
  const optionsSeen: unknown[] = []
  for (const name of ['before save', 'persist', 'loaded', 'after save'] as const) {
    layer.observe('Item', name, (context) => {
      states.push(context.hookState)
      optionsSeen.push(context.options)
    })
  }
  await models.Item!.create({ name: 'a' }, given)
  assert.is(states.length, 4)
  assert.ok(states.every((state) => state === states[0]))
  assert.ok(optionsSeen.every((options) => options === given))
  await models.Item!.create({ name: 'b' }, given)
  assert.is.not(states[4], states[0])
})

test('D-5.1-5, D-5.1-6: replaced instance, data and where are honoured', async () => {
  const { layer, models } = await openLayer({
    Item: { properties: { name: 'string', qty: 'number' } },
  })
  const { Item } = models
  layer.observe('Item', 'before save', (context) => {
    if (context.instance) context.instance = { ...context.instance, qty: '7' }
    else context.data = { ...context.data, qty: 8 }
  })
  layer.observe('Item', 'persist', (context) => {
    context.data = { ...context.data, name: `${String(context.data.name)}!` }
  })
  const row = await Item!.create({ name: 'a' })
  assert.is(row.qty, 7)
  assert.is(row.name, 'a!')
  const patchedRow = await Item!.update(row, { name: 'b' })
  assert.equal([patchedRow.name, patchedRow.qty], ['b!', 8])
  assert.equal(await Item!.findById(row.id), patchedRow)
})

test('D-5.1-5: a where changed before updateAll and before delete decides', async () => {
  const { layer, models } = await openLayer({
    Item: { properties: { name: 'string', qty: 'number' } },
  })
  const { Item } = models
  await Item!.create([{ name: 'a' }, { name: 'b' }])
  const remove = layer.observe('Item', 'before save', (context) => {
    context.where = { name: 'b' }
  })
  assert.equal(await Item!.updateAll({}, { qty: 1 }), { count: 1 })
  remove()
  layer.observe('Item', 'before delete', (context) => {
    context.where = { ...context.where, name: 'a' }
  })
  assert.equal(await Item!.destroyAll({}), { count: 1 })
  assert.equal(
    (await Item!.find()).map((row) => row.name),
    ['b'],
  )
})

test('D-5.1-5: access may narrow every query by id too', async () => {
  const { layer, models } = await openLayer({
    Item: { properties: { name: 'string', owner: 'string' } },
  })
  const { Item } = models
  await Item!.create([
    { name: 'a', owner: 'x' },
    { name: 'b', owner: 'y' },
  ])
  layer.observe('Item', 'access', (context) => {
    context.query = {
      ...context.query,
      where: { and: [context.query.where ?? {}, { owner: 'x' }] },
    }
  })
  assert.is(await Item!.findById(2), null)
  assert.is(await Item!.count(), 1)
  assert.is(await Item!.exists(2), false)
  assert.equal(await Item!.deleteById(2), { count: 0 })
  assert.equal(await Item!.updateAll({ name: 'b' }, { name: 'z' }), { count: 0 })
})

test('D-5.1-5: currentInstance is frozen in strict and the stored row in loopback3', async () => {
  for (const profile of ['strict', 'loopback3'] as const) {
    const { layer, models } = await openLayer(
      { Item: { properties: { name: 'string' } } },
      { profile },
    )
    const row = await models.Item!.create({ name: 'a' })
    let isFrozen: boolean | undefined
    layer.observe('Item', 'before save', (context) => {
      isFrozen = Object.isFrozen(context.currentInstance)
    })
    await models.Item!.update(row, { name: 'b' })
    assert.is(isFrozen, profile === 'strict')
    assert.not(Object.isFrozen(row))
  }
})

test('D-5.1-2: the first error ends the operation before the write', async () => {
  const { layer, models } = await openLayer({ Item: { properties: { name: 'string' } } })
  layer.observe('Item', 'before save', () => {
    throw new Error('no')
  })
  const error = await models.Item!.create({ name: 'a' }).catch((thrown: Error) => thrown.message)
  assert.is(error, 'no')
  assert.is(await models.Item!.count(), 0)
})

test('D-5.1-2: an error after the write rejects although the row is stored, and rolls a transaction back', async () => {
  const { layer, models } = await openLayer({ Item: { properties: { name: 'string' } } })
  layer.observe('Item', 'after save', () => {
    throw new Error('late')
  })
  const message = (error: Error) => error.message
  assert.is(await models.Item!.create({ name: 'a' }).catch(message), 'late')
  assert.is(await models.Item!.count(), 1)
  const inside = layer.transaction('db', () => models.Item!.create({ name: 'b' }))
  assert.is(await inside.catch(message), 'late')
  assert.is(await models.Item!.count(), 1)
})

test('D-1.8-4, D-5.1-2: observers of bases run first, in order of registration', async () => {
  const order: string[] = []
  const note = (name: string) => () => void order.push(name)
  const { layer, models } = await openLayer({
    Base: { properties: { name: 'string' }, hooks: { 'before save': note('base') } },
    Child: { base: 'Base', hooks: { 'before save': [note('child 1'), note('child 2')] } },
  })
  layer.observe('Child', 'before save', note('child at run time'))
  layer.observe('Base', 'before save', note('base at run time'))
  await models.Child!.create({ name: 'a' })
  assert.equal(order, ['base', 'base at run time', 'child 1', 'child 2', 'child at run time'])
})

test('D-1.7-4: loaded reaches the result of create only with updateOnLoad', async () => {
  for (const updateOnLoad of [false, true]) {
    const { layer, models } = await openLayer({
      Item: { properties: { name: 'string' }, updateOnLoad },
    })
    layer.observe('Item', 'loaded', (context) => {
      context.data.name = 'changed'
    })
    const row = await models.Item!.create({ name: 'a' })
    assert.is(row.name, updateOnLoad ? 'changed' : 'a')
    assert.is((await models.Item!.findById(row.id))?.name, 'changed')
  }
})

test('D-5.1-7: change events name operation, id and images, after the commit', async () => {
  const { layer, models } = await openLayer({ Item: { properties: { name: 'string' } } })
  const events: object[] = []
  layer.observe('Item', 'change', (context) => {
    const { operation, id, where, before, after, isNew } = context
    events.push({ operation, id, where, before: before?.name, after: after?.name, isNew })
  })
  const row = await models.Item!.create({ name: 'a' })
  await models.Item!.update(row, { name: 'b' })
  await models.Item!.destroyAll({ name: 'b' })
  const none = undefined
  assert.equal(events, [
    { operation: 'create', id: 1, where: none, before: none, after: 'a', isNew: true },
    { operation: 'update', id: 1, where: none, before: 'a', after: 'b', isNew: false },
    {
      operation: 'destroyAll',
      id: none,
      where: { name: 'b' },
      before: none,
      after: none,
      isNew: none,
    },
  ])
  events.splice(0)
  await layer.transaction('db', async () => {
    await models.Item!.create({ name: 'c' })
    assert.is(events.length, 0)
  })
  assert.is(events.length, 1)
  await layer
    .transaction('db', async () => {
      await models.Item!.create({ name: 'd' })
      throw new Error('undo')
    })
    .catch(() => {})
  assert.is(events.length, 1)
})

test.run()
