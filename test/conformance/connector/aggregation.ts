import assert from 'node:assert/strict'
import type { Aggregation, Connector, Row } from '../../../core/spi.ts'
import { claimed, plain, type Suite } from './harness.ts'
import { compare, Item } from './models.ts'

/** Grouping and aggregate functions. */
export function testAggregation({ test }: Suite): void {
  test('D-2.8-1: aggregates over all rows and per group', [Item], async (connector) => {
    if (!connector.supports.aggregate) return
    await fill(connector)
    const values = [
      { alias: 'rows', operation: 'count' },
      { alias: 'ranked', operation: 'count', property: 'rank' },
      { alias: 'ranks', operation: 'countDistinct', property: 'rank' },
      { alias: 'total', operation: 'sum', property: 'rank' },
      { alias: 'mean', operation: 'avg', property: 'rank' },
      { alias: 'least', operation: 'min', property: 'rank' },
      { alias: 'most', operation: 'max', property: 'rank' },
    ] as const
    const [whole] = await aggregate(connector, { values })
    assert.deepEqual(whole, {
      rows: 5,
      ranked: 4,
      ranks: 3,
      total: 10,
      mean: 2.5,
      least: 1,
      most: 5,
    })
    const groups = await aggregate(connector, {
      values: values.slice(0, 4),
      groupBy: ['group'],
      order: [{ name: 'group', direction: 1 }],
    })
    assert.deepEqual(groups.slice(0, 2), [
      { group: 'x', rows: 2, ranked: 2, ranks: 2, total: 3 },
      { group: 'y', rows: 2, ranked: 2, ranks: 2, total: 7 },
    ])
    assert.deepEqual(groups[2], { group: null, rows: 1, ranked: 0, ranks: 0, total: null })
  })

  test(
    'D-2.8-1: where, having, order, limit and skip of an aggregation',
    [Item],
    async (connector) => {
      if (!connector.supports.aggregate) return
      await fill(connector)
      const values = [{ alias: 'total', operation: 'sum', property: 'rank' }] as const
      const having = {
        kind: 'compare',
        path: { segments: ['total'], property: undefined, type: undefined },
        operator: 'gt',
        value: 1,
        loose: false,
      } as const
      const order = [{ name: 'total', direction: -1 }] as const
      const found = await aggregate(connector, { values, groupBy: ['group'], having, order })
      assert.deepEqual(
        found.map(({ group }) => group),
        ['y', 'x'],
      )
      const second = await aggregate(connector, {
        values,
        groupBy: ['group'],
        having,
        order,
        skip: 1,
        limit: 1,
      })
      assert.deepEqual(
        second.map(({ group }) => group),
        ['x'],
      )
      const where = compare(Item, 'rank', 'gt', 4)
      assert.deepEqual(await aggregate(connector, { values, where }), [{ total: 5 }])
      const nobody = compare(Item, 'rank', 'gt', 9)
      assert.deepEqual(await aggregate(connector, { values, where: nobody }), [{ total: null }])
      assert.deepEqual(
        await aggregate(connector, { values, where: nobody, groupBy: ['group'] }),
        [],
      )
    },
  )
}

async function fill(connector: Connector): Promise<void> {
  const rows: Row[] = [
    { code: 'a', rank: 2, group: 'x' },
    { code: 'b', rank: 5, group: 'y' },
    { code: 'c', rank: 1, group: 'x' },
    { code: 'd', rank: 2, group: 'y' },
    { code: 'e' },
  ]
  for (const row of rows) await connector.create(Item, [row], plain)
}

function aggregate(connector: Connector, parts: Partial<Aggregation>): Promise<Row[]> {
  const aggregation: Aggregation = {
    where: { kind: 'all' },
    groupBy: [],
    values: [],
    having: { kind: 'all' },
    order: [],
    limit: undefined,
    skip: 0,
    ...parts,
  }
  return claimed(connector.aggregate, 'aggregate').call(connector, Item, aggregation, plain)
}
