import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import type { Connector } from '../../../core/data/connector.ts'
import type { HookName } from '../../../core/model/hook.ts'
import { hookNames } from '../../../core/model/hook.ts'
import { arrayConnector } from '../../support/data-array-connector.ts'
import { openLayer, type TestLayer } from '../../support/data-layer.ts'

const common = new Set(['model', 'models', 'hookState', 'options'])

/** One hook call as `persist(data, isNewInstance=true, currentInstance)`. */
function describe(name: HookName, context: object): string {
  if (Array.isArray(context)) return `${name}[${context.map((item) => keys(item)).join('|')}]`
  return `${name}(${keys(context)})`
}

function keys(context: object): string {
  return Object.entries(context)
    .filter(([key, value]) => !common.has(key) && value !== undefined)
    .map(([key, value]) => (typeof value === 'boolean' ? `${key}=${value}` : key))
    .sort()
    .join(', ')
}

interface Observed extends TestLayer {
  readonly seen: string[]
}

async function observed(
  connector: Connector,
  settings: object = { forceId: false },
): Promise<Observed> {
  const { layer, models } = await openLayer(
    {
      Item: {
        properties: { name: 'string', qty: 'number' },
        ...settings,
      },
    },
    { connector, profile: 'strict' },
  )
  const seen: string[] = []
  for (const name of hookNames) {
    if (name === 'change') continue
    layer.observe('Item', name, (context) => void seen.push(describe(name, context)))
  }
  return { layer, models, seen }
}

/** What the hooks saw while `work` ran. */
async function during(subject: Observed, work: () => Promise<unknown>): Promise<string[]> {
  subject.seen.splice(0)
  await work()
  return [...subject.seen]
}

const created = [
  'before save(instance, isNewInstance=true)',
  'persist(currentInstance, data, isNewInstance=true)',
  'loaded(data, isNewInstance=true)',
  'after save(instance, isNewInstance=true)',
]

const patched = [
  'before save(currentInstance, data, where)',
  'persist(currentInstance, data, isNewInstance=false, where)',
  'loaded(data, isNewInstance=false)',
  'after save(instance, isNewInstance=false)',
]

function upserted(isNew: boolean): string[] {
  return [
    'access(query)',
    'before save(data, where)',
    'persist(currentInstance, data, where)',
    `loaded(data, isNewInstance=${isNew})`,
    `after save(instance, isNewInstance=${isNew})`,
  ]
}

test('D-5.2-1, D-5.4-1, D-5.4-11: create runs its hooks in order', async () => {
  const subject = await observed(memory())
  const seen = await during(subject, () => subject.models.Item!.create({ id: 1, name: 'a' }))
  assert.equal(seen, created)
})

test('D-5.2-2: createAll observes items one by one, persist and loaded once with a list', async () => {
  const subject = await observed(memory())
  const seen = await during(subject, () => subject.models.Item!.createAll([{ id: 1 }, { id: 2 }]))
  assert.equal(seen, [
    'before save(instance, isNewInstance=true)',
    'before save(instance, isNewInstance=true)',
    'persist[currentInstance, data, isNewInstance=true|currentInstance, data, isNewInstance=true]',
    'loaded[data, isNewInstance=true|data, isNewInstance=true]',
    'after save(instance, isNewInstance=true)',
    'after save(instance, isNewInstance=true)',
  ])
})

test('D-5.2-3: reads run access once and loaded per row', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  await Item!.create([{ id: 1 }, { id: 2 }])
  const loaded = 'loaded(data, isNewInstance=false)'
  assert.equal(await during(subject, () => Item!.find()), ['access(query)', loaded, loaded])
  assert.equal(await during(subject, () => Item!.findOne()), ['access(query)', loaded])
  assert.equal(await during(subject, () => Item!.findById(1)), ['access(query)', loaded])
  assert.equal(await during(subject, () => Item!.reload({ id: 1 })), ['access(query)', loaded])
})

test('D-5.2-4: count and exists run access only', async () => {
  const subject = await observed(memory())
  assert.equal(await during(subject, () => subject.models.Item!.count()), ['access(query)'])
  assert.equal(await during(subject, () => subject.models.Item!.exists(1)), ['access(query)'])
})

test('D-5.2-5, D-2.6-3: updateOrCreate with an id', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  assert.equal(
    await during(subject, () => Item!.updateOrCreate({ id: 1, name: 'a' })),
    upserted(true),
  )
  assert.equal(
    await during(subject, () => Item!.updateOrCreate({ id: 1, name: 'b' })),
    upserted(false),
  )
})

test('D-5.2-6: updateOrCreate without an id creates', async () => {
  const subject = await observed(memory())
  assert.equal(
    await during(subject, () => subject.models.Item!.updateOrCreate({ name: 'a' })),
    created,
  )
})

test('D-5.2-7: replaceOrCreate', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  const expected = (isNew: boolean) => [
    'access(query)',
    'before save(instance)',
    'persist(currentInstance, data, where)',
    `loaded(data, isNewInstance=${isNew})`,
    `after save(instance, isNewInstance=${isNew})`,
  ]
  assert.equal(
    await during(subject, () => Item!.replaceOrCreate({ id: 1, name: 'a' })),
    expected(true),
  )
  assert.equal(
    await during(subject, () => Item!.replaceOrCreate({ id: 1, name: 'a' })),
    expected(false),
  )
})

test('D-5.2-8: upsertWithWhere', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  const run = (name: string) =>
    during(subject, () => Item!.upsertWithWhere({ name: 'a' }, { id: 1, name }))
  assert.equal(await run('a'), upserted(true))
  assert.equal(await run('b'), upserted(false))
})

test('D-5.2-9, D-5.2-10: findOrCreate', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  const start = [
    'access(query)',
    'before save(instance, isNewInstance=true)',
    'persist(currentInstance, data, isNewInstance=true, where)',
  ]
  const run = () =>
    during(subject, () => Item!.findOrCreate({ where: { name: 'a' } }, { id: 1, name: 'a' }))
  assert.equal(await run(), [
    ...start,
    'loaded(data, isNewInstance=true)',
    'after save(instance, isNewInstance=true)',
  ])
  assert.equal(await run(), [...start, 'loaded(data, isNewInstance=false)'])
})

test('D-5.2-11: updateAll', async () => {
  const subject = await observed(memory())
  const seen = await during(subject, () =>
    subject.models.Item!.updateAll({ name: 'a' }, { qty: 1 }),
  )
  assert.equal(seen, [
    'access(query)',
    'before save(data, where)',
    'persist(data, where)',
    'after save(data, info, where)',
  ])
})

test('D-2.7-3: increment runs the hooks of updateAll', async () => {
  const subject = await observed(memory())
  const seen = await during(subject, () =>
    subject.models.Item!.increment({ name: 'a' }, { qty: 1 }),
  )
  assert.equal(seen, [
    'access(query)',
    'before save(data, where)',
    'persist(data, where)',
    'after save(data, info, where)',
  ])
})

test('D-5.2-12, D-5.4-2: save of a stored row', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  await Item!.create({ id: 1, name: 'a' })
  assert.equal(await during(subject, () => Item!.save({ id: 1, name: 'b' })), [
    'before save(instance)',
    'persist(currentInstance, data, where)',
    'loaded(data, isNewInstance=false)',
    'after save(instance, isNewInstance=false)',
  ])
})

test('D-5.2-13, D-5.4-3: update of one row', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  const row = await Item!.create({ id: 1, name: 'a' })
  assert.equal(await during(subject, () => Item!.update(row, { name: 'b' })), patched)
})

test('D-5.2-14: replaceById', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  await Item!.create({ id: 1, name: 'a' })
  assert.equal(await during(subject, () => Item!.replaceById(1, { name: 'b' })), [
    'before save(instance, isNewInstance=false)',
    'persist(currentInstance, data, isNewInstance=false, where)',
    'loaded(data, isNewInstance=false)',
    'after save(instance, isNewInstance=false)',
  ])
})

test('D-5.2b-1, D-5.2b-2, D-5.4-4: deletions', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  const row = await Item!.create({ id: 1, name: 'a' })
  assert.equal(await during(subject, () => Item!.destroy(row)), [
    'access(query)',
    'before delete(instance, where)',
    'after delete(info, instance, where)',
  ])
  const bulk = ['access(query)', 'before delete(where)', 'after delete(info, where)']
  assert.equal(await during(subject, () => Item!.deleteById(1)), bulk)
  assert.equal(await during(subject, () => Item!.destroyAll({ name: 'a' })), bulk)
})

test('D-5.3-1, D-5.3-2, D-5.3-10: updateOrCreate without atomic upsert', async () => {
  const subject = await observed(arrayConnector({ transactions: true }))
  const { Item } = subject.models
  assert.equal(await during(subject, () => Item!.updateOrCreate({ id: 1, name: 'a' })), [
    'access(query)',
    ...created,
  ])
  assert.equal(await during(subject, () => Item!.updateOrCreate({ id: 1, name: 'b' })), [
    'access(query)',
    ...patched,
  ])
})

test('D-5.3-3: replaceOrCreate without atomic upsert', async () => {
  const subject = await observed(arrayConnector({ transactions: true }))
  const { Item } = subject.models
  assert.equal(await during(subject, () => Item!.replaceOrCreate({ id: 1, name: 'a' })), [
    'access(query)',
    ...created,
  ])
  assert.equal(await during(subject, () => Item!.replaceOrCreate({ id: 1, name: 'b' })), [
    'access(query)',
    'before save(instance, isNewInstance=false)',
    'persist(currentInstance, data, isNewInstance=false, where)',
    'loaded(data, isNewInstance=false)',
    'after save(instance, isNewInstance=false)',
  ])
})

test('D-5.3-4: findOrCreate without atomic upsert runs no save hooks for a found row', async () => {
  const subject = await observed(arrayConnector({ transactions: true }))
  const { Item } = subject.models
  const run = () =>
    during(subject, () => Item!.findOrCreate({ where: { name: 'a' } }, { id: 1, name: 'a' }))
  assert.equal(await run(), ['access(query)', ...created])
  assert.equal(await run(), ['access(query)', 'loaded(data, isNewInstance=false)'])
})

test('D-5.3-5: upsertWithWhere without atomic upsert', async () => {
  const subject = await observed(arrayConnector({ transactions: true }))
  const { Item } = subject.models
  const run = (name: string) =>
    during(subject, () => Item!.upsertWithWhere({ name: 'a' }, { name }))
  assert.equal(await run('a'), ['access(query)', ...created])
  assert.equal(await run('b'), ['access(query)', ...patched])
})

test('D-1.4-8, D-5.3-1: under forceId updateOrCreate patches', async () => {
  const subject = await observed(memory(), { forceId: true })
  const { Item } = subject.models
  const row = await Item!.create({ name: 'a' })
  assert.equal(await during(subject, () => Item!.updateOrCreate({ id: row.id, name: 'b' })), [
    'access(query)',
    ...patched,
  ])
})

test('D-5.1-4: notify false leaves out what the rule lists and nothing else', async () => {
  const subject = await observed(memory())
  const { Item } = subject.models
  const options = { notify: false }
  const quiet = (work: () => Promise<unknown>) => during(subject, work)
  assert.equal(await quiet(() => Item!.create({ id: 1 }, options)), created.slice(0, 3))
  assert.equal(await quiet(() => Item!.find({}, options)), [])
  assert.equal((await quiet(() => Item!.update(1, { name: 'x' }, options))).at(-1), patched.at(-1))
  assert.equal(await quiet(() => Item!.destroyAll({}, options)), [])
})

test.run()
