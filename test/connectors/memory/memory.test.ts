import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type MemoryOptions, memory } from '../../../connectors/memory/index.ts'
import {
  type Connector,
  type Model,
  matchAll,
  type Row,
  resolveProfile,
} from '../../../core/spi.ts'
import { findAll, openConnector, plain, refused } from '../../conformance/connector/harness.ts'
import {
  buildModel,
  by,
  equal,
  generatedId,
  givenId,
  Item,
  oneOf,
  queryOf,
} from '../../conformance/connector/models.ts'

test('unknown and wrong options are refused by name', () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [{ fil: 'x' }, 'unknown option "fil"'],
    [{ file: '' }, 'memory.file'],
    [{ file: 5 }, 'memory.file'],
    [{ durability: 'none' }, 'memory.durability'],
    [{ compactAfterBytes: -1 }, 'memory.compactAfterBytes'],
    [[], 'must be an object'],
  ]
  for (const [options, message] of wrong) {
    assert.throws(
      () => memory(options as MemoryOptions),
      (error: Error) => error.message.includes(message),
    )
  }
})

test('D-9.11-5: persistence is claimed with a file only', () => {
  assert.is(memory().supports.persistent, false)
  assert.is(memory({ file: 'x.jsonl' }).supports.persistent, true)
})

test('D-8.2-9: generated text ids are 24 hexadecimal characters in order of creation', () =>
  withModels([TextId], async (connector) => {
    const rows = await connector.create(
      TextId,
      Array.from({ length: 50 }, () => ({})),
      plain,
    )
    const ids = rows.map(({ id }) => String(id))
    assert.is(new Set(ids).size, 50)
    for (const id of ids) assert.match(id, /^[0-9a-f]{24}$/)
    assert.equal(
      (await all(connector, TextId)).map(({ id }) => id),
      ids,
    )
  }))

test('a missing id the store does not make is refused in strict and made in loopback3', async () => {
  await withModels([GivenId], async (connector) => {
    await refused(() => connector.create(GivenId, [{ name: 'a' }], plain), {
      reason: 'INVALID_ARGUMENT',
    })
  })
  const Loose = buildModel('Given', { id: givenId }, { profile: resolveProfile('loopback3') })
  await withModels([Loose], async (connector) => {
    assert.equal(await connector.create(Loose, [{}], plain), [{ id: '1' }])
  })
})

test('D-1.3-12: generated bigint ids are bigints', () =>
  withModels([BigId], async (connector) => {
    await connector.create(BigId, [{ id: 9007199254740993n }], plain)
    await connector.create(BigId, [{}], plain)
    assert.equal(
      (await all(connector, BigId)).map(({ id }) => id),
      [1n, 9007199254740993n],
    )
    assert.is(await connector.count(BigId, equal(BigId, 'id', 9007199254740993n), plain), 1)
  }))

test('D-1.4-10: rows of a model without an id have no artificial key', () =>
  withModels([Nameless], async (connector) => {
    await connector.create(Nameless, [{ name: 'a' }, { name: 'a' }], plain)
    assert.equal(await all(connector, Nameless), [{ name: 'a' }, { name: 'a' }])
    assert.is(await connector.update(Nameless, matchAll, { name: 'b' }, plain), 2)
    assert.is(await connector.delete(Nameless, equal(Nameless, 'name', 'b'), plain), 2)
  }))

test('D-1.1-23: models that name one collection share its rows', () =>
  withModels([Dog, Pet], async (connector) => {
    await connector.create(Dog, [{ name: 'Rex' }], plain)
    await connector.create(Pet, [{ name: 'Tom' }], plain)
    assert.equal(
      (await all(connector, Pet)).map(({ id, name }) => [id, name]),
      [
        [1, 'Rex'],
        [2, 'Tom'],
      ],
    )
  }))

test('the id of a row cannot be changed by a patch', () =>
  withModels([Item], async (connector) => {
    await connector.create(Item, [{ code: 'a' }], plain)
    await refused(() => connector.update(Item, matchAll, { id: 2 }, plain), {
      reason: 'INVALID_ARGUMENT',
    })
    assert.is(await connector.update(Item, matchAll, { id: 1, code: 'b' }, plain), 1)
    assert.equal(
      (await all(connector, Item)).map(({ id, code }) => [id, code]),
      [[1, 'b']],
    )
  }))

test('D-2.7-2: an increment of an id, by no number, or of a text is refused and does nothing', () =>
  withModels([Item], async (connector) => {
    await connector.create(Item, [{ code: 'a', count: 1 }], plain)
    const bad: readonly Record<string, number>[] = [
      { id: 1 },
      { count: Number.NaN },
      { code: 1 },
      { count: 1, code: 1 },
    ]
    for (const deltas of bad) {
      await refused(() => connector.increment?.(Item, matchAll, deltas, plain), {
        reason: 'INVALID_ARGUMENT',
      })
    }
    assert.equal(
      (await all(connector, Item)).map(({ count, code }) => [count, code]),
      [[1, 'a']],
    )
  }))

test('D-1.3-12: decimals and bigints are incremented and summed exactly', () =>
  withModels([Money], async (connector) => {
    await connector.create(Money, [{ price: '0.10', big: 2n ** 70n }], plain)
    await connector.create(Money, [{ price: '-12345678901234567890.05', big: 1n }], plain)
    await connector.increment?.(Money, equal(Money, 'id', 1), { price: 0.2, big: 1 }, plain)
    const [row] = await all(connector, Money)
    assert.equal([row?.price, row?.big], ['0.30', 2n ** 70n + 1n])
    const values = [
      { alias: 'price', operation: 'sum', property: 'price' },
      { alias: 'big', operation: 'sum', property: 'big' },
    ] as const
    const sums = {
      where: matchAll,
      groupBy: [],
      values,
      having: matchAll,
      order: [],
      limit: undefined,
      skip: 0,
    }
    const [sum] = (await connector.aggregate?.(Money, sums, plain)) ?? []
    assert.equal(sum, { price: '-12345678901234567889.75', big: 2n ** 70n + 2n })
  }))

test('a model defined while open gets its indexes over the rows there are', () =>
  withModels([Plain], async (connector) => {
    await connector.create(Plain, [{ code: 'a' }, { code: 'b' }], plain)
    await connector.define?.([Indexed])
    await refused(() => connector.create(Indexed, [{ code: 'a' }], plain), {
      reason: 'DUPLICATE_KEY',
    })
    assert.is(await connector.count(Indexed, equal(Indexed, 'code', 'b'), plain), 1)
  }))

test('D-2.3-5: the error of a duplicate names model, property and index', () =>
  withModels([Item], async (connector) => {
    await connector.create(Item, [{ code: 'a', shelf: 'k', position: 1 }], plain)
    const byCode = await refused(() => connector.create(Item, [{ code: 'a' }], plain), {})
    assert.is(byCode.message, 'Duplicate entry for Item.code')
    assert.equal(byCode.details, { connector: 'memory', index: 'code', properties: ['code'] })
    const both = await refused(
      () => connector.create(Item, [{ shelf: 'k', position: 1 }], plain),
      {},
    )
    assert.equal(both.details, {
      connector: 'memory',
      index: 'shelf_place',
      properties: ['shelf', 'position'],
    })
    const byId = await refused(() => connector.create(Item, [{ id: 1 }], plain), {})
    assert.is(byId.message, 'Duplicate entry for Item.id')
    assert.equal(byId.details, { connector: 'memory', properties: ['id'] })
  }))

test('unique values can be exchanged in one transaction and collide in two', () =>
  withModels([Item], async (connector) => {
    await connector.create(Item, [{ code: 'a' }, { code: 'b' }], plain)
    const transaction = await connector.begin?.({ isolation: 'READ COMMITTED' })
    const inside = { transaction, options: {} }
    await connector.update(Item, equal(Item, 'id', 1), { code: 'c' }, inside)
    await connector.update(Item, equal(Item, 'id', 2), { code: 'a' }, inside)
    await connector.update(Item, equal(Item, 'id', 1), { code: 'b' }, inside)
    await transaction?.commit()
    assert.equal(
      (await all(connector, Item)).map(({ code }) => code),
      ['b', 'a'],
    )
    const first = await connector.begin?.({ isolation: 'READ COMMITTED' })
    const second = await connector.begin?.({ isolation: 'READ COMMITTED' })
    await connector.create(Item, [{ code: 'z' }], { transaction: first, options: {} })
    await connector.create(Item, [{ code: 'z' }], { transaction: second, options: {} })
    await first?.commit()
    const error = await refused(() => second?.commit(), { code: 'aborted', reason: 'CONFLICT' })
    assert.is(error.statusCode, 409)
    assert.is(await connector.count(Item, matchAll, plain), 3)
  }))

test('an update outside conflicts with an open transaction that changed the row before', () =>
  withModels([Item], async (connector) => {
    await connector.create(Item, [{ count: 1 }], plain)
    const transaction = await connector.begin?.({ isolation: 'READ COMMITTED' })
    await connector.update(Item, matchAll, { count: 2 }, { transaction, options: {} })
    await connector.update(Item, matchAll, { count: 3 }, plain)
    await refused(() => transaction?.commit(), { reason: 'CONFLICT' })
    assert.equal(
      (await all(connector, Item)).map(({ count }) => count),
      [3],
    )
  }))

test('D-7-9: closing rolls open transactions back', () =>
  withModels([Item], async (connector) => {
    const transaction = await connector.begin?.({ isolation: 'SERIALIZABLE' })
    await connector.create(Item, [{ code: 'a' }], { transaction, options: {} })
    await connector.close()
    await refused(() => transaction?.commit(), { reason: 'TRANSACTION_NOT_ACTIVE' })
    await openConnector(connector, [Item])
    assert.is(await connector.count(Item, matchAll, plain), 0)
  }))

test('a transaction of another connector is refused', () =>
  withModels([Item], async (connector) => {
    const other = memory()
    await openConnector(other, [Item])
    const transaction = await other.begin?.({ isolation: 'READ COMMITTED' })
    const foreign = { transaction, options: {} }
    await refused(() => connector.create(Item, [{}], foreign), { reason: 'TRANSACTION_NOT_ACTIVE' })
    await other.close()
  }))

test('order and limit are served by an index: a page costs the same among 20 and 20,000 rows', () =>
  withModels([Item], async (connector) => {
    const rows = Array.from({ length: 20_000 }, (_, at) => ({ rank: (at * 7919) % 20_000 }))
    await connector.create(Item, rows, plain)
    const tested: unknown[] = []
    const where = { kind: 'function', test: (row: Row) => tested.push(row) > 0 } as const
    const order = [by(Item, 'rank', -1), by(Item, 'id')]
    const query = queryOf(Item, { where, order, limit: 20, skip: 5 })
    const page = await findAll(connector, Item, query)
    assert.equal(
      page.map(({ rank }) => rank),
      Array.from({ length: 20 }, (_, at) => 19_994 - at),
    )
    assert.is(tested.length, 25, 'rows looked at')
  }))

test('a condition on an indexed column looks at its rows only', () =>
  withModels([Item], async (connector) => {
    const rows = Array.from({ length: 5000 }, (_, at) => ({ group: `g${at % 100}`, rank: at }))
    await connector.create(Item, rows, plain)
    const tested: unknown[] = []
    const spy = { kind: 'function', test: (row: Row) => tested.push(row) > 0 } as const
    const conditions = [spy, equal(Item, 'group', 'g7')]
    assert.is(await connector.count(Item, { kind: 'and', conditions }, plain), 50)
    assert.is(tested.length, 50)
    tested.length = 0
    const several = [spy, oneOf(Item, 'group', ['g1', 'g2', 'none'])]
    assert.is(await connector.count(Item, { kind: 'and', conditions: several }, plain), 100)
    assert.is(tested.length, 100)
  }))

test('D-9.10-1: a function as where cannot change the rows it sees', () =>
  withModels([Item], async (connector) => {
    await connector.create(Item, [{ code: 'a' }], plain)
    const where = {
      kind: 'function',
      test: (row: Row) => Reflect.set(row, 'code', 'changed'),
    } as const
    assert.is(await connector.count(Item, where, plain), 1)
    assert.is((await findAll(connector, Item, queryOf(Item, { where })))[0]?.code, 'a')
  }))

test('a signal that would be made by reading it is not read by calls that are done at once', () =>
  withModels([Item], async (connector) => {
    let reads = 0
    const lazy = Object.create({
      get signal() {
        reads += 1
        return AbortSignal.abort()
      },
    })
    const options = Object.assign(lazy, { options: {} })
    await connector.create(Item, [{ code: 'a' }], options)
    assert.is((await findAll(connector, Item, queryOf(Item), options)).length, 1)
    assert.is(await connector.count(Item, matchAll, options), 1)
    assert.is(await connector.update(Item, matchAll, { rank: 1 }, options), 1)
    assert.is(reads, 0)
    const signal = AbortSignal.abort()
    for (const given of [
      { options: { signal }, signal },
      { options: {}, signal },
    ]) {
      const done = connector.delete(Item, matchAll, given)
      assert.is(await done.catch((error: unknown) => error), signal.reason)
    }
    assert.is(await connector.count(Item, matchAll, plain), 1)
  }))

test('rows of an iteration are those of its first step', () =>
  withModels([Item], async (connector) => {
    await connector.create(Item, [{ code: 'a' }, { code: 'b' }, { code: 'c' }], plain)
    const codes: unknown[] = []
    for await (const row of connector.find(Item, queryOf(Item), plain)) {
      codes.push(row.code)
      if (codes.length === 1) {
        await connector.delete(Item, equal(Item, 'code', 'b'), plain)
        await connector.update(Item, equal(Item, 'code', 'c'), { code: 'z' }, plain)
      }
    }
    assert.equal(codes, ['a', 'b', 'c'])
  }))

const TextId = buildModel('TextId', { id: { type: { kind: 'string' }, id: 1, generated: true } })
const GivenId = buildModel('Given', { id: givenId, name: 'string' })
const BigId = buildModel('BigId', { id: { type: { kind: 'bigint' }, id: 1, generated: true } })
const Nameless = buildModel('Nameless', { name: 'string' })
const shared = { settings: { memory: { collection: 'animals' } } }
const Dog = buildModel('Dog', { id: generatedId, name: 'string' }, shared)
const Pet = buildModel('Pet', { id: generatedId, name: 'string' }, shared)
const Money = buildModel('Money', { id: generatedId, price: 'decimal', big: 'bigint' })
const Plain = buildModel('Coded', { id: generatedId, code: 'string' })
const Indexed = buildModel('Coded', {
  id: generatedId,
  code: { type: { kind: 'string' }, index: { unique: true } },
})

async function withModels(
  models: readonly Model[],
  run: (connector: Connector) => Promise<void>,
): Promise<void> {
  const connector = memory()
  await openConnector(connector, models)
  await run(connector)
  await connector.close()
}

function all(connector: Connector, model: Model): Promise<Row[]> {
  return findAll(connector, model, queryOf(model))
}

test.run()
