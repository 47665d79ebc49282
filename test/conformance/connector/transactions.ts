import assert from 'node:assert/strict'
import {
  type Connector,
  type ConnectorTransaction,
  type IsolationLevel,
  matchAll,
} from '../../../core/spi.ts'
import { claimed, findAll, plain, refused, type Suite } from './harness.ts'
import { between, by, equal, Item, queryOf, Tag } from './models.ts'

const levels: readonly IsolationLevel[] = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE']

/** Commit, rollback, isolation, conflicts. */
export function testTransactions({ test }: Suite): void {
  for (const level of levels) {
    test(
      `D-7-5, D-7-11: ${level}: a commit shows everything, a rollback nothing`,
      [Item, Tag],
      async (connector) => {
        if (!connector.supports.transactions) return
        await connector.create(Item, [{ code: 'a', count: 1 }], plain)
        for (const isCommit of [false, true]) {
          const inside = await begin(connector, level)
          await connector.create(Item, [{ code: 'b' }], inside)
          await connector.create(Tag, [{ slug: 't' }], inside)
          await connector.update(Item, equal(Item, 'code', 'a'), { count: 2 }, inside)
          assert.equal(await connector.count(Item, matchAll, inside), 2)
          assert.equal(await connector.count(Item, equal(Item, 'count', 2), inside), 1)
          assert.equal(
            await connector.count(Item, matchAll, plain),
            1,
            'others see committed rows only',
          )
          assert.equal(await connector.count(Item, equal(Item, 'count', 2), plain), 0)
          if (isCommit) await inside.transaction.commit()
          else await inside.transaction.rollback()
          assert.equal(await connector.count(Item, matchAll, plain), isCommit ? 2 : 1)
          assert.equal(await connector.count(Tag, matchAll, plain), isCommit ? 1 : 0)
          assert.equal(
            await connector.count(Item, equal(Item, 'count', 2), plain),
            isCommit ? 1 : 0,
          )
        }
      },
    )

    test(
      `D-7-11: ${level}: a transaction reads its own writes in order`,
      [Item],
      async (connector) => {
        if (!connector.supports.transactions) return
        for (const rank of [3, 1]) await connector.create(Item, [{ code: `c${rank}`, rank }], plain)
        const inside = await begin(connector, level)
        await connector.create(Item, [{ code: 'c2', rank: 2 }], inside)
        await connector.update(Item, equal(Item, 'rank', 3), { rank: 0 }, inside)
        await connector.delete(Item, equal(Item, 'rank', 1), inside)
        const query = queryOf(Item, {
          order: [by(Item, 'rank')],
          where: between(Item, 'rank', 0, 9),
        })
        const rows = await findAll(connector, Item, query, inside)
        assert.deepEqual(
          rows.map(({ code }) => code),
          ['c3', 'c2'],
        )
        await inside.transaction.rollback()
        const after = await findAll(connector, Item, query)
        assert.deepEqual(
          after.map(({ code }) => code),
          ['c1', 'c3'],
        )
      },
    )
  }

  for (const level of levels.slice(1)) {
    test(
      `D-7-11: ${level}: a transaction sees the data as it was when it began`,
      [Item],
      async (connector) => {
        if (!connector.supports.transactions) return
        for (const code of ['a', 'b', 'c'])
          await connector.create(Item, [{ code, group: 'x' }], plain)
        const inside = await begin(connector, level)
        assert.equal(await connector.count(Item, matchAll, inside), 3)
        await connector.update(Item, equal(Item, 'code', 'a'), { group: 'y', code: 'z' }, plain)
        await connector.delete(Item, equal(Item, 'code', 'b'), plain)
        await connector.create(Item, [{ code: 'd', group: 'x' }], plain)
        const rows = await findAll(
          connector,
          Item,
          queryOf(Item, { where: equal(Item, 'group', 'x') }),
          inside,
        )
        assert.deepEqual(
          rows.map(({ code }) => code),
          ['a', 'b', 'c'],
        )
        assert.equal(await connector.count(Item, equal(Item, 'id', 2), inside), 1)
        assert.equal(await connector.count(Item, equal(Item, 'code', 'z'), inside), 0)
        await inside.transaction.rollback()
        assert.equal(await connector.count(Item, equal(Item, 'group', 'x'), plain), 2)
      },
    )
  }

  test('D-7-1: READ COMMITTED sees what others have committed', [Item], async (connector) => {
    if (!connector.supports.transactions) return
    const inside = await begin(connector, 'READ COMMITTED')
    assert.equal(await connector.count(Item, matchAll, inside), 0)
    await connector.create(Item, [{ code: 'a' }], plain)
    assert.equal(await connector.count(Item, matchAll, inside), 1)
    await inside.transaction.commit()
  })

  test(
    'D-7-11: of two transactions that change one row from a snapshot, one fails as aborted',
    [Item],
    async (connector) => {
      if (!connector.supports.transactions) return
      await connector.create(Item, [{ code: 'a', count: 0 }], plain)
      const outcomes = await Promise.allSettled(
        [1, 2].map(async () => {
          const inside = await begin(connector, 'SERIALIZABLE')
          const [row] = await findAll(connector, Item, queryOf(Item), inside)
          await connector.update(
            Item,
            equal(Item, 'id', 1),
            { count: Number(row?.count) + 1 },
            inside,
          )
          await inside.transaction.commit()
        }),
      )
      const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
      assert.equal(failed.length, 1)
      assert.equal(failed[0]?.reason?.code, 'aborted')
      assert.equal(await connector.count(Item, equal(Item, 'count', 1), plain), 1)
    },
  )

  test(
    'D-7-11: SERIALIZABLE refuses a commit that rests on outdated reading',
    [Item],
    async (connector) => {
      if (!connector.supports.transactions) return
      const outcomes = await Promise.allSettled(
        ['a', 'b'].map(async (code) => {
          const inside = await begin(connector, 'SERIALIZABLE')
          const count = await connector.count(Item, matchAll, inside)
          await connector.create(Item, [{ code, count }], inside)
          await inside.transaction.commit()
        }),
      )
      const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
      assert.equal(failed.length, 1)
      assert.equal(failed[0]?.reason?.code, 'aborted')
      assert.equal(await connector.count(Item, matchAll, plain), 1)
    },
  )

  test(
    'D-7-11: a lost update is impossible: increments in transactions either count or fail',
    [Item],
    async (connector) => {
      if (!connector.supports.transactions || !connector.supports.atomicIncrement) return
      await connector.create(Item, [{ code: 'a', count: 0 }], plain)
      const increment = claimed(connector.increment, 'atomicIncrement')
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, async () => {
          const inside = await begin(connector, 'REPEATABLE READ')
          await increment.call(connector, Item, equal(Item, 'id', 1), { count: 1 }, inside)
          await inside.transaction.commit()
        }),
      )
      const done = outcomes.filter((outcome) => outcome.status === 'fulfilled').length
      const [row] = await findAll(connector, Item, queryOf(Item))
      assert.ok(done >= 1)
      assert.equal(row?.count, done)
    },
  )

  test(
    'D-2.3-5: a unique value is refused in a transaction, and free again after its rollback',
    [Item],
    async (connector) => {
      if (!connector.supports.transactions) return
      await connector.create(Item, [{ code: 'a' }], plain)
      const inside = await begin(connector, 'READ COMMITTED')
      await connector.create(Item, [{ code: 'b' }], inside)
      await refused(() => connector.create(Item, [{ code: 'b' }], inside), {
        code: 'already_exists',
      })
      await inside.transaction.rollback()
      const other = await begin(connector, 'READ COMMITTED')
      await refused(() => connector.create(Item, [{ code: 'a' }], other), {
        code: 'already_exists',
      })
      await other.transaction.rollback()
      await connector.create(Item, [{ code: 'b' }], plain)
      assert.equal(await connector.count(Item, matchAll, plain), 2)
    },
  )

  test('D-7-6, D-2.3-15: a finished transaction cannot be used', [Item], async (connector) => {
    if (!connector.supports.transactions) return
    const inside = await begin(connector, 'READ COMMITTED')
    await inside.transaction.commit()
    const inactive = { reason: 'TRANSACTION_NOT_ACTIVE' }
    await refused(() => inside.transaction.commit(), inactive)
    await refused(() => inside.transaction.rollback(), inactive)
    await refused(() => connector.create(Item, [{ code: 'a' }], inside), inactive)
    assert.equal(await connector.count(Item, matchAll, plain), 0)
  })
}

async function begin(
  connector: Connector,
  isolation: IsolationLevel,
): Promise<{
  readonly transaction: ConnectorTransaction
  readonly options: Record<string, unknown>
}> {
  const transaction = await claimed(connector.begin, 'transactions').call(connector, { isolation })
  assert.equal(transaction.isolation, isolation)
  return { transaction, options: {} }
}
