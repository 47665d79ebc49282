import assert from 'node:assert/strict'
import type { Connector, Query } from '../../../core/spi.ts'
import { findAll, plain, type Suite } from './harness.ts'
import { between, by, compare, equal, Item, oneOf, queryOf, Sample } from './models.ts'

/** Order, paging, projection, limit per parent. */
export function testReading({ test }: Suite): void {
  test(
    'D-3.1-9, D-3.1-12: rows come in the asked order, missing values last ascending and first descending',
    [Item],
    async (connector) => {
      await fill(connector)
      assert.deepEqual(await codes(connector, { order: [by(Item, 'id', -1)] }), [
        'e',
        'd',
        'c',
        'b',
        'a',
      ])
      const ascending = { order: [by(Item, 'rank'), by(Item, 'id')] }
      const descending = { order: [by(Item, 'rank', -1), by(Item, 'id', -1)] }
      assert.deepEqual(await codes(connector, ascending), ['c', 'a', 'd', 'b', 'e'])
      assert.deepEqual(await codes(connector, descending), ['e', 'b', 'd', 'a', 'c'])
      const mixed = { order: [by(Item, 'rank', -1), by(Item, 'id')] }
      assert.deepEqual(await codes(connector, mixed), ['e', 'b', 'a', 'd', 'c'])
    },
  )

  test('D-3.1-4: several sort keys decide one after the other', [Item], async (connector) => {
    await fill(connector)
    const order = [by(Item, 'shelf'), by(Item, 'position', -1)]
    assert.deepEqual(await codes(connector, { order }), ['c', 'a', 'd', 'b', 'e'])
  })

  test('D-3.1-2, D-3.1-3: limit and skip cut the ordered rows', [Item], async (connector) => {
    await fill(connector)
    assert.deepEqual(await codes(connector, { limit: 2 }), ['a', 'b'])
    assert.deepEqual(await codes(connector, { limit: 2, skip: 1 }), ['b', 'c'])
    assert.deepEqual(await codes(connector, { skip: 3 }), ['d', 'e'])
    assert.deepEqual(await codes(connector, { limit: 3, skip: 9 }), [])
    const order = [by(Item, 'rank', -1), by(Item, 'id')]
    assert.deepEqual(await codes(connector, { order, limit: 2, skip: 1 }), ['b', 'a'])
    const where = oneOf(Item, 'group', ['x'])
    assert.deepEqual(await codes(connector, { where, order, limit: 1, skip: 1 }), ['c'])
    const single = equal(Item, 'id', 2)
    assert.deepEqual(await codes(connector, { where: single, skip: 1 }), [])
  })

  test(
    'pages of an ordered range follow each other without gap or overlap',
    [Item],
    async (connector) => {
      for (let rank = 0; rank < 60; rank += 1) {
        await connector.create(Item, [{ code: `r${rank}`, rank: (rank * 7) % 20 }], plain)
      }
      const where = between(Item, 'rank', 5, 14)
      const order = [by(Item, 'rank'), by(Item, 'id', -1)]
      const whole = await codes(connector, { where, order })
      const pages: unknown[] = []
      for (let skip = 0; skip < 30; skip += 7) {
        pages.push(...(await codes(connector, { where, order, skip, limit: 7 })))
      }
      assert.equal(whole.length, 30)
      assert.deepEqual(pages, whole)
    },
  )

  test('D-3.1-10: fields that are not asked for are absent', [Sample], async (connector) => {
    await connector.create(Sample, [{ name: 'a', size: 1, place: { city: 'Oslo' } }], plain)
    const [row] = await findAll(connector, Sample, queryOf(Sample, { fields: ['place', 'name'] }))
    assert.deepEqual(Object.keys(row ?? {}).sort(), ['name', 'place'])
    const order = [by(Sample, 'size')]
    const where = compare(Sample, 'size', 'gt', 0)
    const [other] = await findAll(
      connector,
      Sample,
      queryOf(Sample, { fields: ['name'], order, where }),
    )
    assert.deepEqual(other, { name: 'a' })
  })

  test('D-3.4b-2: limit and skip apply per group', [Item], async (connector) => {
    if (connector.supports.includeLimit !== 'native') return
    await fill(connector)
    const options = { ...plain, limitPer: ['group'] }
    const where = oneOf(Item, 'group', ['x', 'y'])
    const order = [by(Item, 'rank', -1), by(Item, 'id')]
    const first = await findAll(connector, Item, queryOf(Item, { where, order, limit: 1 }), options)
    assert.deepEqual(
      first.map(({ code }) => code),
      ['b', 'a'],
    )
    const second = await findAll(
      connector,
      Item,
      queryOf(Item, { where, order, limit: 1, skip: 1 }),
      options,
    )
    assert.deepEqual(
      second.map(({ code }) => code),
      ['d', 'c'],
    )
  })

  test('an aborted signal stops a call', [Item], async (connector) => {
    await fill(connector)
    const options = { ...plain, signal: AbortSignal.abort() }
    await assert.rejects(async () => findAll(connector, Item, queryOf(Item), options))
    await assert.rejects(async () => connector.create(Item, [{ code: 'z' }], options))
    assert.equal(await connector.count(Item, { kind: 'all' }, plain), 5)
  })
}

async function fill(connector: Connector): Promise<void> {
  const rows = [
    { code: 'a', rank: 2, group: 'x', shelf: 'k', position: 1 },
    { code: 'b', rank: 5, group: 'y', shelf: 'm', position: 9 },
    { code: 'c', rank: 1, group: 'x', shelf: 'k', position: 3 },
    { code: 'd', rank: 2, group: 'y', shelf: 'l', position: 2 },
    { code: 'e', shelf: 'n' },
  ]
  for (const row of rows) await connector.create(Item, [row], plain)
}

async function codes(connector: Connector, parts: Partial<Query>): Promise<unknown[]> {
  return (await findAll(connector, Item, queryOf(Item, parts))).map(({ code }) => code)
}
