import assert from 'node:assert/strict'
import type { Connector, ConnectorSupport, Where } from '../../../core/spi.ts'
import { findAll, plain, type Suite } from './harness.ts'
import { between, compare, equal, oneOf, pathOf, pattern, queryOf, Sample } from './models.ts'

const early = new Date('2001-01-01T00:00:00Z')
const late = new Date('2020-02-29T23:59:59.999Z')

/** Two full rows, one of nulls, one with nothing, one with lists and nested values that overlap the first's. */
const rows = [
  {
    name: 'Ash',
    size: 5,
    flag: true,
    seen: early,
    tags: ['a', 'b'],
    place: { city: 'Oslo', floor: 1 },
  },
  { name: 'birch', size: 10, flag: false, seen: late, tags: [], place: { city: 'Bern', floor: 2 } },
  { name: null, size: null, flag: null, seen: null, tags: null, place: null },
  {},
  { name: 'ash', size: 7, tags: ['b', 'c'], place: { city: 'oslo', floor: null } },
]

/** One condition and the ids it matches; `needs` names the claim without which it is not asked. */
interface OperatorCase {
  readonly title: string
  readonly where: Where
  readonly ids: readonly number[]
  readonly needs?: keyof ConnectorSupport
}

const value: readonly OperatorCase[] = [
  { title: 'eq text', where: equal(Sample, 'name', 'Ash'), ids: [1] },
  { title: 'neq text', where: compare(Sample, 'name', 'neq', 'Ash'), ids: [2, 3, 4, 5] },
  { title: 'eq number', where: equal(Sample, 'size', 7), ids: [5] },
  { title: 'eq boolean', where: equal(Sample, 'flag', false), ids: [2] },
  { title: 'neq boolean', where: compare(Sample, 'flag', 'neq', true), ids: [2, 3, 4, 5] },
  { title: 'eq date', where: equal(Sample, 'seen', new Date(early)), ids: [1] },
  { title: 'gt', where: compare(Sample, 'size', 'gt', 5), ids: [2, 5] },
  { title: 'gte', where: compare(Sample, 'size', 'gte', 5), ids: [1, 2, 5] },
  { title: 'lt', where: compare(Sample, 'size', 'lt', 7), ids: [1] },
  { title: 'lte', where: compare(Sample, 'size', 'lte', 7), ids: [1, 5] },
  { title: 'gt date', where: compare(Sample, 'seen', 'gt', early), ids: [2] },
  { title: 'between', where: between(Sample, 'size', 5, 7), ids: [1, 5] },
  { title: 'between dates', where: between(Sample, 'seen', early, late), ids: [1, 2] },
  { title: 'in', where: oneOf(Sample, 'size', [5, 10, 11]), ids: [1, 2] },
  { title: 'in nothing', where: oneOf(Sample, 'size', []), ids: [] },
  { title: 'nin', where: oneOf(Sample, 'size', [5, 10], true), ids: [3, 4, 5] },
  { title: 'nin nothing', where: oneOf(Sample, 'size', [], true), ids: [1, 2, 3, 4, 5] },
  { title: 'like', where: pattern(Sample, 'name', 'like', '%i_ch'), ids: [2] },
  { title: 'nlike', where: pattern(Sample, 'name', 'like', 'b%', true), ids: [1, 3, 4, 5] },
  { title: 'ilike', where: pattern(Sample, 'name', 'ilike', 'A%'), ids: [1, 5], needs: 'ilike' },
  {
    title: 'nilike',
    where: pattern(Sample, 'name', 'ilike', 'A%', true),
    ids: [2, 3, 4],
    needs: 'ilike',
  },
  {
    title: 'regexp',
    where: pattern(Sample, 'name', 'regexp', 's+h$'),
    ids: [1, 5],
    needs: 'regexp',
  },
]

const missing: readonly OperatorCase[] = [
  { title: 'eq null', where: equal(Sample, 'name', null), ids: [3, 4] },
  { title: 'neq null', where: compare(Sample, 'name', 'neq', null), ids: [1, 2, 5] },
  { title: 'eq null on a date', where: equal(Sample, 'seen', null), ids: [3, 4, 5] },
  { title: 'exists', where: exists('name', true), ids: [1, 2, 5], needs: 'exists' },
  { title: 'exists false', where: exists('name', false), ids: [3, 4], needs: 'exists' },
]

const lists: readonly OperatorCase[] = [
  { title: 'eq any item', where: equal(Sample, 'tags', 'b'), ids: [1, 5] },
  { title: 'neq no item', where: compare(Sample, 'tags', 'neq', 'b'), ids: [2, 3, 4] },
  { title: 'in any item', where: oneOf(Sample, 'tags', ['a', 'c']), ids: [1, 5] },
  { title: 'nin no item', where: oneOf(Sample, 'tags', ['a'], true), ids: [2, 3, 4, 5] },
  { title: 'gt any item', where: compare(Sample, 'tags', 'gt', 'b'), ids: [5] },
  { title: 'like any item', where: pattern(Sample, 'tags', 'like', 'c%'), ids: [5] },
]

const nested: readonly OperatorCase[] = [
  { title: 'eq', where: equal(Sample, 'place.city', 'Oslo'), ids: [1] },
  { title: 'neq', where: compare(Sample, 'place.city', 'neq', 'Oslo'), ids: [2, 3, 4, 5] },
  { title: 'gt number', where: compare(Sample, 'place.floor', 'gt', 1), ids: [2] },
  { title: 'between', where: between(Sample, 'place.floor', 1, 2), ids: [1, 2] },
  { title: 'in', where: oneOf(Sample, 'place.city', ['Oslo', 'Bern']), ids: [1, 2] },
  { title: 'nin', where: oneOf(Sample, 'place.city', ['Oslo', 'Bern'], true), ids: [3, 4, 5] },
  { title: 'eq null', where: equal(Sample, 'place.floor', null), ids: [3, 4, 5] },
  { title: 'like', where: pattern(Sample, 'place.city', 'like', 'B%'), ids: [2] },
  { title: 'exists', where: exists('place.floor', true), ids: [1, 2], needs: 'exists' },
]

const small = compare(Sample, 'size', 'lt', 7)
const named = equal(Sample, 'name', 'birch')

const logic: readonly OperatorCase[] = [
  { title: 'all', where: { kind: 'all' }, ids: [1, 2, 3, 4, 5] },
  { title: 'none', where: { kind: 'none' }, ids: [] },
  { title: 'and', where: { kind: 'and', conditions: [small, named] }, ids: [] },
  { title: 'or', where: { kind: 'or', conditions: [small, named] }, ids: [1, 2] },
  {
    title: 'nor',
    where: { kind: 'nor', conditions: [small, named] },
    ids: [3, 4, 5],
    needs: 'nor',
  },
  { title: 'empty and', where: { kind: 'and', conditions: [] }, ids: [1, 2, 3, 4, 5] },
  { title: 'empty or', where: { kind: 'or', conditions: [] }, ids: [] },
  {
    title: 'two operators on one property',
    where: {
      kind: 'and',
      conditions: [compare(Sample, 'size', 'gt', 5), compare(Sample, 'size', 'lt', 10)],
    },
    ids: [5],
  },
]

/** Every operator on a value, null, a missing value, a list and a nested path, each in find, count, update and delete. */
export function testOperators({ test }: Suite): void {
  group('D-3.2-1 to D-3.2-10: operators on values', value)
  group('D-2.5-3, D-2.5-4, D-3.2-11: operators on null and missing', missing)
  group('D-3.3-14: operators on lists', lists)
  group('D-3.3-13: operators on nested paths', nested, 'nestedProperty')
  group('D-3.2-13, D-3.2-17: conditions combined', logic)

  test(
    'D-3.2-12, D-3.7-3: near orders by distance and filters by it',
    [Sample],
    async (connector) => {
      if (connector.supports.near === false) return
      const places = { oslo: [59.91, 10.75], bern: [46.95, 7.45], rome: [41.9, 12.5] } as const
      for (const [name, [lat, lng]] of Object.entries(places)) {
        await connector.create(Sample, [{ name, at: { lat, lng } }], plain)
      }
      const near = { lat: 45, lng: 8, unit: 'kilometers' } as const
      const path = pathOf(Sample, 'at')
      assert.deepEqual(await names(connector, { kind: 'near', path, near }, 2), ['bern', 'rome'])
      const within = { kind: 'near', path, near: { ...near, maxDistance: 300 } } as const
      assert.deepEqual(await names(connector, within), ['bern'])
      const beyond = { kind: 'near', path, near: { ...near, minDistance: 1000 } } as const
      assert.deepEqual(await names(connector, beyond), ['oslo'])
    },
  )

  test('D-3.1-7: a function as where', [Sample], async (connector) => {
    if (!connector.supports.functionWhere) return
    await fill(connector)
    const where: Where = { kind: 'function', test: ({ size }) => size === 7 || size === 10 }
    assert.deepEqual(await idsOf(connector, where), [2, 5])
  })

  function group(
    title: string,
    cases: readonly OperatorCase[],
    needs?: keyof ConnectorSupport,
  ): void {
    test(title, [Sample], async (connector) => {
      if (needs !== undefined && connector.supports[needs] === false) return
      await fill(connector)
      for (const one of cases) {
        if (one.needs !== undefined && connector.supports[one.needs] === false) continue
        assert.deepEqual(await idsOf(connector, one.where), one.ids, `find: ${one.title}`)
        const count = await connector.count(Sample, one.where, plain)
        assert.equal(count, one.ids.length, `count: ${one.title}`)
      }
    })
  }

  test('update and delete reach the rows that find reaches', [Sample], async (connector) => {
    for (const one of [...value, ...missing]) {
      if (one.needs !== undefined && connector.supports[one.needs] === false) continue
      await fill(connector)
      const updated = await connector.update(Sample, one.where, { place: { city: 'here' } }, plain)
      assert.equal(updated, one.ids.length, `update: ${one.title}`)
      assert.equal(await connector.delete(Sample, one.where, plain), one.ids.length, one.title)
      const left = await findAll(connector, Sample, queryOf(Sample))
      const expected = [1, 2, 3, 4, 5].filter((id) => !one.ids.includes(id))
      assert.deepEqual(
        left.map(({ id }) => id),
        expected,
        `delete: ${one.title}`,
      )
    }
  })
}

async function fill(connector: Connector): Promise<void> {
  await connector.delete(Sample, { kind: 'all' }, plain)
  for (const [index, row] of rows.entries()) {
    await connector.create(Sample, [{ id: index + 1, ...row }], plain)
  }
}

async function idsOf(connector: Connector, where: Where): Promise<unknown[]> {
  return (await findAll(connector, Sample, queryOf(Sample, { where }))).map(({ id }) => id)
}

async function names(connector: Connector, where: Where, limit?: number): Promise<unknown[]> {
  const found = await findAll(connector, Sample, queryOf(Sample, { where, limit }))
  return found.map(({ name }) => name)
}

function exists(name: string, isThere: boolean): Where {
  return { kind: 'exists', path: pathOf(Sample, name), exists: isThere }
}
