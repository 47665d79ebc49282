import assert from 'node:assert/strict'
import { type Connector, type ConnectorSupport, matchAll, type Where } from '../../../core/spi.ts'
import { findAll, plain, refused, type Suite } from './harness.ts'
import { compare, equal, Item, Price, pathOf, pattern, queryOf, Sample } from './models.ts'

/** Operators a manifest can deny, each with a condition that uses it and would match the one row there is. */
const operators: readonly (readonly [claim: keyof ConnectorSupport, where: Where])[] = [
  ['ilike', pattern(Sample, 'name', 'ilike', 'a%')],
  ['regexp', pattern(Sample, 'name', 'regexp', 'A')],
  ['exists', { kind: 'exists', path: pathOf(Sample, 'name'), exists: true }],
  ['nor', { kind: 'nor', conditions: [equal(Sample, 'name', 'x')] }],
  ['nestedProperty', compare(Sample, 'place.floor', 'gt', 0)],
  ['near', { kind: 'near', path: pathOf(Sample, 'at'), near: { lat: 1, lng: 1, unit: 'miles' } }],
  ['functionWhere', { kind: 'function', test: () => true }],
]

/** What the manifest says is true: a claimed feature is there, a denied one is refused and does nothing. */
export function testClaims({ test }: Suite): void {
  test('D-9.11-7: the manifest is frozen and names every flag', [Item], async (connector) => {
    assert.ok(Object.isFrozen(connector.supports))
    for (const [flag, value] of Object.entries(connector.supports)) {
      assert.notEqual(value, undefined, flag)
    }
    assert.ok(connector.supports.maxInValues > 0)
    assert.ok(Array.isArray(connector.supports.filterKeys))
  })

  test(
    'D-9.11-5: claimed methods exist, denied ones are missing or refuse',
    [Item],
    async (connector) => {
      const { supports } = connector
      await connector.create(Item, [{ code: 'a', count: 1 }], plain)
      const where = equal(Item, 'code', 'a')
      const request = { where, create: { code: 'b' }, update: { count: 2 } }
      const aggregation = {
        where: matchAll,
        groupBy: [],
        values: [],
        having: matchAll,
        order: [],
        limit: undefined,
        skip: 0,
      }
      const isolation = 'READ COMMITTED' as const
      await check(supports.atomicUpsert, connector.upsert, () =>
        connector.upsert?.(Item, request, plain),
      )
      await check(supports.atomicIncrement, connector.increment, () =>
        connector.increment?.(Item, where, { count: 1 }, plain),
      )
      await check(supports.aggregate, connector.aggregate, () =>
        connector.aggregate?.(Item, aggregation, plain),
      )
      await check(supports.transactions, connector.begin, () => connector.begin?.({ isolation }))
      if (!supports.atomicUpsert && !supports.atomicIncrement) {
        assert.equal(await connector.count(Item, equal(Item, 'count', 1), plain), 1)
      }
    },
  )

  test(
    'D-3.2-19, D-9.11-2: a denied operator is refused by find, count, update and delete',
    [Sample],
    async (connector) => {
      const row = { name: 'A', place: { floor: 1 }, at: { lat: 1, lng: 1 } }
      await connector.create(Sample, [row], plain)
      for (const [claim, where] of operators) {
        if (connector.supports[claim] !== false) {
          assert.equal(await connector.count(Sample, where, plain), 1, `claims ${claim}`)
          continue
        }
        const denied = { code: 'unimplemented' }
        await refused(() => findAll(connector, Sample, queryOf(Sample, { where })), denied)
        await refused(() => connector.count(Sample, where, plain), denied)
        await refused(() => connector.update(Sample, where, { name: 'x' }, plain), denied)
        await refused(() => connector.delete(Sample, where, plain), denied)
      }
      const [left] = await findAll(connector, Sample, queryOf(Sample))
      assert.equal(left?.name, 'A')
    },
  )

  test(
    'D-9.11-5: without the claim, several rows and composite ids are refused',
    [Item, Price],
    async (connector) => {
      const denied = { code: 'unimplemented' }
      if (!connector.supports.multiInsert) {
        await refused(() => connector.create(Item, [{ code: 'a' }, { code: 'b' }], plain), denied)
      }
      if (!connector.supports.compositeIds) {
        await refused(() => connector.create(Price, [{ product: 1, region: 'EU' }], plain), denied)
      }
      if (connector.supports.includeLimit === false) {
        const options = { ...plain, limitPer: ['group'] }
        await refused(() => findAll(connector, Item, queryOf(Item, { limit: 1 }), options), denied)
      }
      assert.equal(await connector.count(Item, matchAll, plain), 0)
    },
  )
}

async function check(
  isClaimed: boolean,
  method: Connector[keyof Connector],
  call: () => unknown,
): Promise<void> {
  if (isClaimed) assert.equal(typeof method, 'function')
  else if (method !== undefined) await refused(call, { code: 'unimplemented' })
}
