import assert from 'node:assert/strict'
import { matchAll } from '../../../core/spi.ts'
import { collect, findAll, plain, type Suite } from './harness.ts'
import { equal, Item, Price, queryOf, Sample, Tag } from './models.ts'

/** Creating, reading, changing and deleting rows. */
export function testRows({ test, harness }: Suite): void {
  test(
    'D-9.10-1: create makes ids from 1 and returns rows in input order',
    [Item],
    async (connector) => {
      const [first] = await connector.create(Item, [{ code: 'a' }], plain)
      const [second, third] = connector.supports.multiInsert
        ? await connector.create(Item, [{ code: 'b' }, { code: 'c' }], plain)
        : [
            ...(await connector.create(Item, [{ code: 'b' }], plain)),
            ...(await connector.create(Item, [{ code: 'c' }], plain)),
          ]
      assert.equal(first?.id, 1)
      assert.deepEqual([second?.code, third?.code], ['b', 'c'])
      assert.deepEqual([second?.id, third?.id], [2, 3])
    },
  )

  test('D-9.10-1: an explicit numeric id moves the sequence', [Item], async (connector) => {
    await connector.create(Item, [{ id: 40, code: 'a' }], plain)
    const [next] = await connector.create(Item, [{ code: 'b' }], plain)
    assert.equal(next?.id, 41)
  })

  test('every kind of value comes back as it went in', [Sample], async (connector) => {
    const row = {
      name: 'Ä "quoted" \u2028 😀',
      size: -0.5,
      flag: false,
      seen: new Date('2001-02-03T04:05:06.789Z'),
      tags: ['x', ''],
      place: { city: 'Oslo', floor: 0 },
    }
    const [created] = await connector.create(Sample, [row], plain)
    const [found] = await findAll(connector, Sample, queryOf(Sample))
    assert.deepEqual(defined(created), { id: 1, ...row })
    assert.deepEqual(defined(found), { id: 1, ...row })
    assert.ok(found?.seen instanceof Date)
  })

  test('D-9.10-1: rows are copies, in both directions', [Sample], async (connector) => {
    const place = { city: 'Oslo', floor: 1 }
    const given = { name: 'a', tags: ['x'], place, seen: new Date(0) }
    const [created] = await connector.create(Sample, [given], plain)
    place.city = 'changed'
    given.tags.push('changed')
    given.seen.setFullYear(1999)
    spoil(created)
    const [found] = await findAll(connector, Sample, queryOf(Sample))
    spoil(found)
    const [again] = await findAll(connector, Sample, queryOf(Sample))
    assert.deepEqual(again?.tags, ['x'])
    assert.deepEqual(again?.place, { city: 'Oslo', floor: 1 })
    assert.deepEqual(again?.seen, new Date(0))
  })

  test('find iterates the rows that toArray returns', [Item], async (connector) => {
    for (const code of ['a', 'b', 'c']) await connector.create(Item, [{ code }], plain)
    const iterated = await collect(connector.find(Item, queryOf(Item), plain))
    assert.deepEqual(iterated, await findAll(connector, Item, queryOf(Item)))
    assert.deepEqual(
      iterated.map(({ code }) => code),
      ['a', 'b', 'c'],
    )
  })

  test('D-2.1-12: count counts matches', [Item], async (connector) => {
    for (const group of ['x', 'y', 'x']) await connector.create(Item, [{ group }], plain)
    assert.equal(await connector.count(Item, matchAll, plain), 3)
    assert.equal(await connector.count(Item, equal(Item, 'group', 'x'), plain), 2)
    assert.equal(await connector.count(Item, { kind: 'none' }, plain), 0)
  })

  test(
    'D-9.10-2: update merges the top level and replaces nested values',
    [Sample],
    async (connector) => {
      const place = { city: 'Oslo', floor: 1 }
      await connector.create(Sample, [{ name: 'a', size: 1, place }], plain)
      const count = await connector.update(
        Sample,
        equal(Sample, 'id', 1),
        { size: 2, place: { city: 'Bern' } },
        plain,
      )
      const [row] = await findAll(connector, Sample, queryOf(Sample))
      assert.equal(count, 1)
      assert.equal(row?.name, 'a')
      assert.equal(row?.size, 2)
      assert.deepEqual(defined(row?.place as Record<string, unknown>), { city: 'Bern' })
    },
  )

  test('D-2.1-13: update counts matched rows, changed or not', [Item], async (connector) => {
    for (const group of ['x', 'y', 'x']) await connector.create(Item, [{ group, count: 1 }], plain)
    assert.equal(await connector.update(Item, equal(Item, 'group', 'x'), { count: 1 }, plain), 2)
    assert.equal(await connector.update(Item, equal(Item, 'group', 'z'), { count: 1 }, plain), 0)
    assert.equal(await connector.update(Item, matchAll, { group: 'z' }, plain), 3)
    assert.equal(await connector.count(Item, equal(Item, 'group', 'z'), plain), 3)
  })

  test(
    'D-2.1-16: a replacement removes what it leaves out and keeps the key',
    [Tag],
    async (connector) => {
      await connector.create(Tag, [{ slug: 'a', label: 'A' }], plain)
      const options = { ...plain, replace: true }
      assert.equal(await connector.update(Tag, equal(Tag, 'slug', 'a'), {}, options), 1)
      const [row] = await findAll(connector, Tag, queryOf(Tag))
      assert.equal(row?.slug, 'a')
      assert.equal(row?.label ?? null, null)
    },
  )

  test('D-2.1-14: delete removes matches and says how many', [Item], async (connector) => {
    for (const group of ['x', 'y', 'x']) await connector.create(Item, [{ group }], plain)
    assert.equal(await connector.delete(Item, equal(Item, 'group', 'x'), plain), 2)
    assert.equal(await connector.delete(Item, equal(Item, 'group', 'x'), plain), 0)
    assert.deepEqual(
      (await findAll(connector, Item, queryOf(Item))).map(({ id }) => id),
      [2],
    )
    assert.equal(await connector.delete(Item, matchAll, plain), 1)
    assert.equal(await connector.count(Item, matchAll, plain), 0)
  })

  test('an indexed property is found under its new value only', [Item], async (connector) => {
    await connector.create(Item, [{ code: 'a', group: 'x' }], plain)
    await connector.update(Item, equal(Item, 'id', 1), { group: 'y', code: 'b' }, plain)
    assert.equal(await connector.count(Item, equal(Item, 'group', 'x'), plain), 0)
    assert.equal(await connector.count(Item, equal(Item, 'group', 'y'), plain), 1)
    assert.equal(await connector.count(Item, equal(Item, 'code', 'a'), plain), 0)
    assert.equal(await connector.count(Item, equal(Item, 'code', 'b'), plain), 1)
    await connector.delete(Item, equal(Item, 'group', 'y'), plain)
    assert.equal(await connector.count(Item, equal(Item, 'code', 'b'), plain), 0)
  })

  test(
    'D-1.4-2: rows with a composite id are told apart by all parts',
    [Price],
    async (connector) => {
      if (!connector.supports.compositeIds) return
      await connector.create(Price, [{ product: 1, region: 'EU', amount: 10 }], plain)
      await connector.create(Price, [{ product: 1, region: 'US', amount: 20 }], plain)
      const where = {
        kind: 'and',
        conditions: [equal(Price, 'product', 1), equal(Price, 'region', 'US')],
      } as const
      assert.equal(await connector.update(Price, where, { amount: 30 }, plain), 1)
      const rows = await findAll(connector, Price, queryOf(Price))
      assert.deepEqual(
        rows.map(({ region, amount }) => [region, amount]),
        [
          ['EU', 10],
          ['US', 30],
        ],
      )
    },
  )

  test(
    'calls with the same model do not see the rows of another',
    [Item, Tag],
    async (connector) => {
      await connector.create(Item, [{ code: 'a' }], plain)
      await connector.create(Tag, [{ slug: 'a' }], plain)
      await connector.delete(Tag, matchAll, plain)
      assert.equal(await connector.count(Item, matchAll, plain), 1, harness.name)
    },
  )
}

/** Engines with columns answer null where nothing was given. */
function defined(row: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row ?? {}).filter(([, value]) => value !== null && value !== undefined),
  )
}

/** Changes everything a row refers to. */
function spoil(row: Readonly<Record<string, unknown>> | undefined): void {
  const { tags, place, seen } = row ?? {}
  if (Array.isArray(tags)) tags.push('changed')
  if (typeof place === 'object' && place !== null) Object.assign(place, { city: 'changed' })
  if (seen instanceof Date) seen.setFullYear(1999)
}
