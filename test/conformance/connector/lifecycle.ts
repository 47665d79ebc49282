import assert from 'node:assert/strict'
import { type Connector, matchAll, type Row } from '../../../core/spi.ts'
import { findAll, openConnector, plain, refused, type Suite } from './harness.ts'
import { buildModel, equal, generatedId, Item, queryOf, Sample } from './models.ts'

/** Stores that are not open yet, closed, opened again; hostile keys; aggregation. */
export function testLifecycle({ harness, test }: Suite): void {
  test('D-8.4-1: a closed connector refuses every call', [Item], async (connector) => {
    await connector.create(Item, [{ code: 'a' }], plain)
    await connector.close()
    for (const call of callsOf(connector)) await refused(call, { code: 'unavailable' })
  })

  test('closing twice is no error', [Item], async (connector) => {
    await connector.close()
    await connector.close()
  })

  test('a connector that was never opened refuses every call', [Item], async () => {
    const connector = await harness.create()
    for (const call of callsOf(connector)) await refused(call, { code: 'unavailable' })
  })

  test('close waits for writes under way', [Item], async (connector) => {
    const writes = Array.from({ length: 20 }, (_, index) =>
      connector.create(Item, [{ code: `c${index}` }], plain),
    )
    await connector.close()
    const outcomes = await Promise.allSettled(writes)
    assert.ok(outcomes.every(({ status }) => status === 'fulfilled'))
  })

  test(
    'a connector can be opened again, and keeps its rows if it claims to',
    [Sample],
    async (connector) => {
      const row = { name: 'a', seen: new Date(5), tags: ['x'], place: { city: 'Oslo', floor: 1 } }
      await connector.create(Sample, [row], plain)
      await connector.create(Sample, [{ name: 'gone' }], plain)
      await connector.delete(Sample, equal(Sample, 'name', 'gone'), plain)
      await connector.close()
      await openConnector(connector, [Sample], harness.profile)
      if (connector.supports.persistent) {
        const [found, ...others] = await findAll(connector, Sample, queryOf(Sample))
        assert.equal(others.length, 0)
        assert.deepEqual([found?.name, found?.seen, found?.tags], ['a', new Date(5), ['x']])
        assert.deepEqual(found?.place, { city: 'Oslo', floor: 1 })
      }
      const [next] = await connector.create(Sample, [{ name: 'b' }], plain)
      assert.equal(await connector.count(Sample, equal(Sample, 'id', next?.id), plain), 1)
      if (connector.supports.persistent) assert.equal(next?.id, 3, 'ids are not used twice')
    },
  )

  test(
    'D-1.2-18, D-12-15: data with hostile keys changes no prototype',
    [Open],
    async (connector) => {
      const hostile: readonly Row[] = [
        JSON.parse('{"__proto__":{"polluted":true}}'),
        JSON.parse('{"data":{"__proto__":{"polluted":true}}}'),
        JSON.parse('{"data":{"constructor":{"prototype":{"polluted":true}}}}'),
        JSON.parse('{"data":[{"__proto__":{"polluted":true}}]}'),
      ]
      for (const row of hostile) {
        await refused(() => connector.create(Open, [row], plain), { reason: 'RESERVED_KEY' })
        await refused(() => connector.update(Open, matchAll, row, plain), {
          reason: 'RESERVED_KEY',
        })
      }
      assert.equal(await connector.count(Open, matchAll, plain), 0)
      assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
      assert.equal('polluted' in {}, false)
    },
  )

  test('D-11-5: values that look like code are values', [Item], async (connector) => {
    const hostile = ["'; DROP TABLE Item; --", '$where', '\0', '%', '{"$ne":null}', '\\', '"']
    for (const code of hostile) await connector.create(Item, [{ code, group: code }], plain)
    for (const code of hostile) {
      assert.equal(await connector.count(Item, equal(Item, 'code', code), plain), 1)
      assert.equal(await connector.count(Item, equal(Item, 'group', code), plain), 1)
    }
    assert.equal(await connector.count(Item, matchAll, plain), hostile.length)
  })
}

/** A model that stores what it does not declare, where the connector can. */
const Open = buildModel('Open', { id: generatedId, data: 'object' }, { strict: 'open' })

function callsOf(connector: Connector): (() => unknown)[] {
  return [
    () => connector.create(Item, [{ code: 'z' }], plain),
    () => findAll(connector, Item, queryOf(Item)),
    () => connector.count(Item, matchAll, plain),
    () => connector.update(Item, matchAll, { count: 1 }, plain),
    () => connector.delete(Item, matchAll, plain),
  ]
}
