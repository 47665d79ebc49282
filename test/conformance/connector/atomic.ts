import assert from 'node:assert/strict'
import { type Connector, matchAll, type Upsert } from '../../../core/spi.ts'
import { claimed, findAll, plain, refused, type Suite } from './harness.ts'
import { equal, Item, queryOf, Tag } from './models.ts'

/** Upserts, counters, unique keys, insertions of several rows. */
export function testAtomicWrites({ test }: Suite): void {
  test(
    'D-2.6-2: 100 parallel upserts of one key make one row, and one of them made it',
    [Tag],
    async (connector) => {
      if (!connector.supports.atomicUpsert) return
      const request = { where: equal(Tag, 'slug', 'a'), create: { slug: 'a', label: 'A' } }
      const results = await Promise.all(
        Array.from({ length: 100 }, () => upsertIn(connector, request)),
      )
      assert.equal(results.filter(({ isNew }) => isNew).length, 1)
      assert.equal(await connector.count(Tag, matchAll, plain), 1)
      for (const { row } of results) assert.deepEqual(row, { slug: 'a', label: 'A' })
    },
  )

  test(
    'D-2.6-1: an upsert patches, replaces or leaves the row it finds',
    [Tag],
    async (connector) => {
      if (!connector.supports.atomicUpsert) return
      const where = equal(Tag, 'slug', 'a')
      const create = { slug: 'a', label: 'new' }
      assert.equal((await upsertIn(connector, { where, create })).isNew, true)
      const left = await upsertIn(connector, { where, create: { slug: 'a', label: 'other' } })
      assert.deepEqual([left.isNew, left.row.label], [false, 'new'])
      const patched = await upsertIn(connector, { where, create, update: { label: 'patched' } })
      assert.deepEqual([patched.isNew, patched.row.label], [false, 'patched'])
      const replaced = await upsertIn(connector, { where, create, update: {}, replace: true })
      assert.deepEqual([replaced.isNew, replaced.row.label ?? null], [false, null])
      assert.equal(replaced.row.slug, 'a')
    },
  )

  test('D-2.1-4: an upsert that matches several rows writes nothing', [Item], async (connector) => {
    if (!connector.supports.atomicUpsert) return
    for (const code of ['a', 'b']) await connector.create(Item, [{ code, group: 'x' }], plain)
    const upsert = claimed(connector.upsert, 'atomicUpsert')
    const where = equal(Item, 'group', 'x')
    const request = { where, create: { code: 'c' }, update: { group: 'y' } }
    const result = await upsert.call(connector, Item, request, plain)
    assert.equal(result.ambiguous, true)
    assert.equal(await connector.count(Item, where, plain), 2)
    assert.equal(await connector.count(Item, matchAll, plain), 2)
  })

  test('D-2.7-4: 1,000 parallel increments of 1 add exactly 1,000', [Item], async (connector) => {
    if (!connector.supports.atomicIncrement) return
    await connector.create(Item, [{ code: 'a' }], plain)
    const where = equal(Item, 'id', 1)
    const counts = await Promise.all(
      Array.from({ length: 1000 }, () => incrementIn(connector, where, { count: 1 })),
    )
    assert.ok(counts.every((count) => count === 1))
    const [row] = await findAll(connector, Item, queryOf(Item))
    assert.equal(row?.count, 1000)
  })

  test(
    'D-2.7-1: an increment takes missing values as 0, negative steps and several fields',
    [Item],
    async (connector) => {
      if (!connector.supports.atomicIncrement) return
      await connector.create(Item, [{ code: 'a', group: 'x', count: 5 }], plain)
      await connector.create(Item, [{ code: 'b', group: 'x', count: null, rank: 1 }], plain)
      const deltas = { count: -2, rank: 0.5 }
      assert.equal(await incrementIn(connector, equal(Item, 'group', 'x'), deltas), 2)
      assert.equal(await incrementIn(connector, equal(Item, 'group', 'z'), deltas), 0)
      const rows = await findAll(connector, Item, queryOf(Item))
      assert.deepEqual(
        rows.map(({ count, rank }) => [count, rank]),
        [
          [3, 0.5],
          [-2, 1.5],
        ],
      )
      assert.equal(await connector.count(Item, equal(Item, 'rank', 1.5), plain), 1)
    },
  )

  test('D-2.3-5: a second row with the same id is refused', [Tag], async (connector) => {
    await connector.create(Tag, [{ slug: 'a', label: 'first' }], plain)
    const error = await refused(() => connector.create(Tag, [{ slug: 'a' }], plain), duplicate)
    assert.equal(error.statusCode, 409)
    assert.match(error.message, /^Duplicate entry for/)
    assert.equal((error.details as { connector?: unknown }).connector, connector.name)
    const [row] = await findAll(connector, Tag, queryOf(Tag))
    assert.equal(row?.label, 'first')
  })

  test(
    'D-1.2-11: a unique property is unique in create, update and upsert',
    [Item],
    async (connector) => {
      await connector.create(Item, [{ code: 'a' }], plain)
      await connector.create(Item, [{ code: 'b' }], plain)
      await refused(() => connector.create(Item, [{ code: 'a' }], plain), duplicate)
      const second = equal(Item, 'id', 2)
      await refused(() => connector.update(Item, second, { code: 'a' }, plain), duplicate)
      await refused(() => connector.update(Item, matchAll, { code: 'z' }, plain), duplicate)
      assert.equal(await connector.update(Item, second, { code: 'b' }, plain), 1)
      assert.deepEqual(
        (await findAll(connector, Item, queryOf(Item))).map(({ code }) => code),
        ['a', 'b'],
      )
    },
  )

  test(
    'D-1.2-11: null and missing values of a unique property do not collide',
    [Item],
    async (connector) => {
      for (const row of [{}, {}, { code: null }]) await connector.create(Item, [row], plain)
      assert.equal(await connector.count(Item, matchAll, plain), 3)
    },
  )

  test('D-9.9-1: a unique index over two properties compares both', [Item], async (connector) => {
    await connector.create(Item, [{ shelf: 'k', position: 1 }], plain)
    await connector.create(Item, [{ shelf: 'k', position: 2 }], plain)
    await connector.create(Item, [{ shelf: 'l', position: 1 }], plain)
    await refused(() => connector.create(Item, [{ shelf: 'k', position: 2 }], plain), duplicate)
    assert.equal(await connector.count(Item, matchAll, plain), 3)
  })

  test('a deleted key and a released unique value can be used again', [Item], async (connector) => {
    await connector.create(Item, [{ id: 1, code: 'a' }], plain)
    await connector.delete(Item, equal(Item, 'id', 1), plain)
    await connector.create(Item, [{ id: 1, code: 'a' }], plain)
    await connector.update(Item, matchAll, { code: 'b' }, plain)
    await connector.create(Item, [{ code: 'a' }], plain)
    assert.equal(await connector.count(Item, matchAll, plain), 2)
  })

  test('D-2.1-2: several rows are inserted together or not at all', [Item], async (connector) => {
    if (!connector.supports.multiInsert) return
    await connector.create(Item, [{ code: 'c' }], plain)
    const rows = [{ code: 'a' }, { code: 'b' }, { code: 'c' }]
    await refused(() => connector.create(Item, rows, plain), duplicate)
    await refused(() => connector.create(Item, [{ code: 'x' }, { code: 'x' }], plain), duplicate)
    assert.equal(await connector.count(Item, matchAll, plain), 1)
    assert.deepEqual(await connector.create(Item, [], plain), [])
  })
}

const duplicate = { code: 'already_exists', reason: 'DUPLICATE_KEY' } as const

function upsertIn(connector: Connector, request: Upsert) {
  return claimed(connector.upsert, 'atomicUpsert').call(connector, Tag, request, plain)
}

function incrementIn(
  connector: Connector,
  where: Upsert['where'],
  deltas: Readonly<Record<string, number>>,
): Promise<number> {
  return claimed(connector.increment, 'atomicIncrement').call(connector, Item, where, deltas, plain)
}
