import { inspect } from 'node:util'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from '../../../connectors/memory/index.ts'
import {
  applyQuery,
  type Connector,
  type ConnectorOptions,
  matchAll,
  type OrderEntry,
  type Row,
  type Where,
} from '../../../core/spi.ts'
import { findAll, openConnector, plain } from '../../conformance/connector/harness.ts'
import {
  between,
  buildModel,
  by,
  compare,
  equal,
  oneOf,
  queryOf,
} from '../../conformance/connector/models.ts'

const indexed = { unique: false }

/** The same columns twice, with and without an index. */
const Thing = buildModel(
  'Thing',
  {
    id: { type: { kind: 'number' }, id: 1, generated: true },
    number: { type: { kind: 'number' }, index: indexed },
    text: { type: { kind: 'string' }, index: indexed },
    date: { type: { kind: 'date' }, index: indexed },
    flag: { type: { kind: 'boolean' }, index: indexed },
    code: { type: { kind: 'number' }, index: { unique: true } },
    other: 'number',
  },
  {
    indexes: [
      {
        name: 'both',
        keys: [
          ['text', 1],
          ['number', 1],
        ],
        unique: false,
      },
    ],
  },
)

const number = fc.integer({ min: 0, max: 6 })
const text = fc.constantFrom('', 'a', 'b', 'B', 'ab', '10', '9')
const date = fc.integer({ min: 0, max: 4 }).map((ms) => new Date(ms))
const maybe = (value: fc.Arbitrary<unknown>, odd: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 8, arbitrary: value }, fc.constantFrom(null, undefined), odd)

/** Now and then a value that is not of the declared type, as old files hold them. */
const row: fc.Arbitrary<Row> = fc.record(
  {
    number: maybe(number, fc.constantFrom('3', [1, 3], Number.NaN)),
    text: maybe(text, fc.constantFrom(5, ['a', 'b'])),
    date: maybe(date, fc.constantFrom('1970-01-01', new Date(Number.NaN))),
    flag: maybe(fc.boolean(), fc.constant(1)),
    other: number,
  },
  { requiredKeys: [] },
)

/** Rows of declared types only, so that order is served by indexes too. */
const tidyRow: fc.Arbitrary<Row> = fc.record(
  { number, text, date, flag: fc.boolean(), other: number },
  { requiredKeys: ['other'] },
)

/** No order is transitive that has invalid dates among others, and only a full sort tells what LoopBack answers then. */
const datedRow: fc.Arbitrary<Row> = fc.record({
  date: fc.oneof({ weight: 3, arbitrary: date }, fc.constant(new Date(Number.NaN))),
  other: number,
})

const operator = fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte' as const)
const column = fc.constantFrom<readonly [string, fc.Arbitrary<unknown>]>(
  ['number', number],
  ['text', text],
  ['date', date],
  ['flag', fc.boolean()],
  ['id', fc.integer({ min: 1, max: 40 })],
  ['other', number],
)

const leaf: fc.Arbitrary<Where> = column.chain(([name, value]) =>
  fc.oneof(
    fc
      .tuple(operator, fc.oneof(value, fc.constant(null)))
      .map(([one, operand]) => compare(Thing, name, one, operand)),
    fc.tuple(value, value).map(([low, high]) => between(Thing, name, low, high)),
    fc
      .tuple(fc.array(value, { maxLength: 12 }), fc.boolean())
      .map(([values, negated]) => oneOf(Thing, name, values, negated)),
  ),
)

const where: fc.Arbitrary<Where> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Where>({ kind: 'all' }) },
  { weight: 4, arbitrary: leaf },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('and', 'or', 'nor' as const), fc.array(leaf, { maxLength: 3 }))
      .map(([kind, conditions]) => ({ kind, conditions })),
  },
)

const order: fc.Arbitrary<readonly OrderEntry[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom('id', 'number', 'text', 'date', 'flag', 'other'),
      fc.constantFrom(1, -1 as const),
      fc.boolean(),
    )
    .map(([name, direction, loose]) => ({ ...by(Thing, name, direction), loose })),
  { maxLength: 2 },
)

const query = fc.record({
  where,
  order,
  limit: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  skip: fc.integer({ min: 0, max: 6 }),
})

const runs = Number(process.env.FUZZ_RUNS ?? 300)

for (const [name, rows] of [
  ['odd', row],
  ['tidy', tidyRow],
] as const) {
  test(`D-3.2-1, D-3.1-12: queries by index find what a scan finds, in its order (${name} values)`, async () => {
    const property = fc.asyncProperty(
      fc.array(rows, { maxLength: 40 }),
      fc.array(fc.tuple(where, rows), { maxLength: 3 }),
      fc.array(query, { minLength: 5, maxLength: 10 }),
      async (initial, changes, queries) => {
        const { connector, mirror } = await fill(initial)
        for (const [condition, patch] of changes)
          await change(connector, mirror, condition, patch, plain)
        await compareAll(connector, mirror, queries, plain)
      },
    )
    await fc.assert(property, { numRuns: runs })
  })
}

test('D-3.1-12: a small limit takes the rows a full sort puts first, invalid dates among them', async () => {
  const property = fc.asyncProperty(
    fc.array(datedRow, { minLength: 3, maxLength: 12 }),
    fc.constantFrom(1, -1 as const),
    fc.integer({ min: 1, max: 4 }),
    async (rows, direction, limit) => {
      const { connector, mirror } = await fill(rows)
      const order = [{ ...by(Thing, 'date', direction), loose: true }]
      await compareAll(connector, mirror, [{ where: matchAll, order, limit, skip: 0 }], plain)
    },
  )
  await fc.assert(property, { numRuns: runs })
})

test('D-7-11: queries inside a transaction find what a scan of its view finds', async () => {
  const property = fc.asyncProperty(
    fc.array(row, { maxLength: 25 }),
    fc.array(fc.tuple(where, row), { maxLength: 3 }),
    fc.array(fc.tuple(where, row), { maxLength: 3 }),
    fc.array(query, { minLength: 3, maxLength: 6 }),
    async (initial, inside, outside, queries) => {
      const { connector, mirror } = await fill(initial)
      const transaction = await connector.begin?.({ isolation: 'REPEATABLE READ' })
      const options = { transaction, options: {} }
      const unchanged = new Map(mirror)
      for (const [condition, patch] of outside)
        await change(connector, mirror, condition, patch, plain)
      for (const [condition, patch] of inside)
        await change(connector, unchanged, condition, patch, options)
      await compareAll(connector, unchanged, queries, options)
      await compareAll(connector, mirror, queries, plain)
      await transaction?.rollback()
    },
  )
  await fc.assert(property, { numRuns: runs })
})

async function fill(
  rows: readonly Row[],
): Promise<{ connector: Connector; mirror: Map<unknown, Row> }> {
  const connector = memory()
  await openConnector(connector, [Thing])
  const created = await connector.create(Thing, rows, plain)
  return { connector, mirror: new Map(created.map((one) => [one.id, one])) }
}

/** Patches half of the matches and deletes one row by its id, on both sides. */
async function change(
  connector: Connector,
  mirror: Map<unknown, Row>,
  condition: Where,
  patch: Row,
  options: ConnectorOptions,
): Promise<void> {
  const narrow: Where = { kind: 'and', conditions: [condition, compare(Thing, 'other', 'gt', 2)] }
  const matches = scan(mirror, { where: narrow, order: [], limit: undefined, skip: 0 })
  assert.is(await connector.update(Thing, narrow, patch, options), matches.length)
  for (const one of matches) mirror.set(one.id, { ...one, ...patch })
  const victim = Number(patch.other ?? 1) + 1
  const count = await connector.delete(Thing, equal(Thing, 'id', victim), options)
  assert.is(count, mirror.delete(victim) ? 1 : 0)
}

type Parts = Pick<ReturnType<typeof queryOf>, 'where' | 'order' | 'limit' | 'skip'>

async function compareAll(
  connector: Connector,
  mirror: Map<unknown, Row>,
  queries: readonly Parts[],
  options: ConnectorOptions,
): Promise<void> {
  for (const parts of queries) {
    const expected = scan(mirror, parts)
    const found = await findAll(connector, Thing, queryOf(Thing, parts), options)
    assert.equal(
      found.map(({ id }) => id),
      expected.map(({ id }) => id),
    )
    assert.is(inspect(found), inspect(expected))
    const matches = scan(mirror, { ...parts, limit: undefined, skip: 0 }).length
    assert.is(await connector.count(Thing, parts.where, options), matches)
  }
}

/** Sorts everything before it cuts: that is what every short cut has to agree with. */
function scan(mirror: Map<unknown, Row>, parts: Parts): Row[] {
  const { skip, limit, ...whole } = parts
  const all = queryOf(Thing, { ...whole, limit: undefined, skip: 0 })
  const end = limit === undefined ? undefined : skip + limit
  return applyQuery([...mirror.values()], all).slice(skip, end)
}

test.run()
