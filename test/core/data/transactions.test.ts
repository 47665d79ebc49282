import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import type { ManyRelation } from '../../../core/data/related-many.ts'
import { arrayConnector } from '../../support/data-array-connector.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

const definitions = {
  Account: {
    properties: { name: 'string', balance: 'number' },
    relations: { entries: { hasMany: 'Entry' } },
  },
  Entry: { properties: { amount: 'number' }, relations: { account: { belongsTo: 'Account' } } },
} as const

async function bank() {
  const { layer, models } = await openLayer(definitions)
  return { layer, Account: models.Account!, Entry: models.Entry! }
}

test('D-7-3, D-7-5: everything inside takes part, a rejection undoes all of it', async () => {
  const { layer, Account, Entry } = await bank()
  layer.observe('Entry', 'after save', async () => {
    await Account.increment({}, { balance: 1 })
  })
  await Account.create({ name: 'a', balance: 0 })
  const work = layer.transaction('db', async () => {
    await (Account.related(1, 'entries') as ManyRelation).create({ amount: 5 })
    assert.equal((await Account.find({ include: 'entries' }))[0], {
      name: 'a',
      balance: 1,
      id: 1,
      entries: [{ amount: 5, id: 1, accountId: 1 }],
    })
    throw new Error('undo')
  })
  assert.is(await work.catch((error: Error) => error.message), 'undo')
  assert.is(await Entry.count(), 0)
  assert.is((await Account.findById(1))?.['balance'], 0)
})

test('D-7-5: the result is handed on after the commit', async () => {
  const { layer, Account } = await bank()
  const row = await layer.transaction('db', () => Account.create({ name: 'a' }))
  assert.equal(await Account.findById(row['id']), row)
})

test('D-7-3, D-7-4: an explicit transaction joins, null escapes', async () => {
  const { layer, Account } = await bank()
  const transaction = await Account.beginTransaction()
  await Account.create({ name: 'inside' }, { transaction })
  assert.is(await Account.count(), 0)
  assert.is(await Account.count({}, { transaction }), 1)
  await layer.transaction('db', async () => {
    await Account.create({ name: 'ambient' })
    assert.is(await Account.count({}, { transaction: null as never }), 0)
    assert.is(await Account.count({}, { transaction }), 1)
  })
  await transaction.rollback()
  assert.equal(
    (await Account.find()).map((row) => row['name']),
    ['ambient'],
  )
})

test('D-7-6, D-2.3-15, D-7-8: a transaction ends once', async () => {
  const { Account } = await bank()
  const transaction = await Account.beginTransaction()
  assert.ok(transaction.isActive)
  assert.match(transaction.id, /^[0-9a-f-]{36}$/)
  assert.is(JSON.stringify({ transaction }), JSON.stringify({ transaction: transaction.id }))
  await transaction.commit()
  assert.not(transaction.isActive)
  for (const work of [
    transaction.commit(),
    transaction.rollback(),
    Account.find({}, { transaction }),
  ]) {
    const failure = await failureOf(work)
    assert.equal([failure.status, failure.code], [500, 'TRANSACTION_NOT_ACTIVE'])
  }
})

test('D-7-2, D-2.3-15: after its time limit a transaction is rolled back and refuses', async () => {
  const { Account } = await bank()
  const seen: string[] = []
  const transaction = await Account.beginTransaction({ timeoutMs: 5 })
  transaction.observe('timeout', ({ operation }) => void seen.push(operation))
  await Account.create({ name: 'a' }, { transaction })
  await wait(30)
  assert.equal(seen, ['timeout'])
  assert.is((await failureOf(Account.find({}, { transaction }))).code, 'TRANSACTION_TIMEOUT')
  assert.is(await Account.count(), 0)
})

test('D-7-7: observers run around commit and rollback', async () => {
  const { layer, Account } = await bank()
  const run = async (fails: boolean) => {
    const seen: string[] = []
    const work = layer.transaction('db', (transaction) => {
      for (const event of [
        'before commit',
        'after commit',
        'before rollback',
        'after rollback',
      ] as const) {
        transaction.observe(event, () => void seen.push(event))
      }
      if (fails) throw new Error('undo')
      return Account.create({ name: 'a' })
    })
    await work.catch(() => {})
    return seen
  }
  assert.equal(await run(false), ['before commit', 'after commit'])
  assert.equal(await run(true), ['before rollback', 'after rollback'])
})

test('D-7-1: the isolation level is read committed unless it is named; others are refused', async () => {
  const { Account } = await bank()
  const transaction = await Account.beginTransaction()
  assert.is(transaction.isolation, 'READ COMMITTED')
  await transaction.rollback()
  const serializable = await Account.beginTransaction({ isolation: 'SERIALIZABLE' })
  assert.is(serializable.isolation, 'SERIALIZABLE')
  await serializable.rollback()
  assert.is(
    (await failureOf(Account.beginTransaction({ isolation: 'CHAOS' as never }))).status,
    400,
  )
})

test('D-7-10, D-2.3-14: a connector without transactions answers 501 and runs nothing', async () => {
  const { layer, models } = await openLayer(definitions, { connector: arrayConnector() })
  let ran = false
  const work = layer.transaction('db', () => {
    ran = true
  })
  const failure = await failureOf(work)
  assert.equal([failure.status, failure.code], [501, 'TRANSACTION_NOT_SUPPORTED'])
  assert.is((await failureOf(models.Account!.beginTransaction())).code, 'TRANSACTION_NOT_SUPPORTED')
  assert.not(ran)
})

test('D-7-5: nested transactions on one data source are refused, those on two are independent', async () => {
  const { layer, models } = await openLayer(definitions, {
    others: { second: { connector: memory(), models: ['Entry'] } },
  })
  const { Account, Entry } = models
  const nested = layer.transaction('db', () => layer.transaction('db', () => 1))
  assert.is((await failureOf(nested)).status, 501)
  await layer.transaction('db', () =>
    layer.transaction('second', async () => {
      await Account!.create({ name: 'a' })
      await Entry!.create({ amount: 1 })
    }),
  )
  assert.equal([await Account!.count(), await Entry!.count()], [1, 1])
})

test('D-0-8: an aborted signal keeps the transaction from being committed', async () => {
  const { layer, Account } = await bank()
  const controller = new AbortController()
  const work = layer.transaction(
    'db',
    async () => {
      await Account.create({ name: 'a' })
      controller.abort()
    },
    { signal: controller.signal },
  )
  assert.is(await work.catch((error: Error) => error.name), 'AbortError')
  assert.is(await Account.count(), 0)
})

test('D-7-9: closing rolls open transactions back', async () => {
  const { layer, Account } = await bank()
  const transaction = await Account.beginTransaction()
  await Account.create({ name: 'a' }, { transaction })
  await layer.close()
  assert.not(transaction.isActive)
})

test('D-0-3: anything but a transaction of the application is refused', async () => {
  const { Account } = await bank()
  assert.is((await failureOf(Account.find({}, { transaction: {} as never }))).status, 400)
})

test.run()
