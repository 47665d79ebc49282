import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { memory } from '../../connectors/memory/index.ts'
import { createApp, defineModel, type Logger, silentLogger } from '../../core/index.ts'

const Account = defineModel('Account', { properties: { owner: z.string(), balance: z.int() } })

const rejects = (promise: Promise<unknown>, pattern: RegExp) =>
  promise.then(
    () => assert.unreachable('it must reject'),
    (error) => assert.match(error.message, pattern),
  )

test('D-7-3, D-7-5: a transaction of the application commits or rolls back everything inside it', async () => {
  const app = createApp({
    models: { Account },
    dataSources: { db: memory() },
    logger: silentLogger,
  })
  await app.start()
  const moments: string[] = []
  await app.transaction(async ({ Account }, transaction) => {
    transaction.observe('after commit', () => moments.push('committed'))
    await Account.create({ owner: 'Ada', balance: 5 })
    await Account.create({ owner: 'Bob', balance: 5 })
  })
  assert.equal(moments, ['committed'])
  await rejects(
    app.transaction(async ({ Account }) => {
      await Account.updateAll({ owner: 'Ada' }, { balance: 0 })
      throw new Error('no')
    }),
    /no/,
  )
  assert.equal(
    (await app.models.Account.find()).map(({ balance }) => balance),
    [5, 5],
  )
  await app.stop()
})

test('start refuses options it does not know and ports that are none', async () => {
  for (const options of [{ prot: 1 }, { port: 'abc' }, { port: 70_000 }, { host: '' }]) {
    await rejects(createApp({ logger: silentLogger }).start(options as never), /^start: /)
  }
})

test('what is configured must exist: models, hooks, data sources', async () => {
  const start = (options: object) =>
    createApp({ logger: silentLogger, models: { Account }, ...options }).start()
  const dataSources = { db: memory() }
  await rejects(
    start({ dataSources, modelConfig: { Acount: {} } }),
    /modelConfig\.Acount: there is no such model/,
  )
  await rejects(
    start({ dataSources, modelConfig: { Account: { dataSource: 'dc' } } }),
    /no data source "dc"/,
  )
  assert.throws(
    () => createApp({ models: { Account } }).observe('Account', 'befor save' as never, () => {}),
    /there is no hook "befor save"/,
  )
  const Odd = defineModel('Odd', { properties: {}, hooks: { 'befor save': () => {} } as never })
  await rejects(start({ dataSources, models: { Odd } }), /Odd: there is no hook "befor save"/)
})

test('models without any data source are named when the application starts', async () => {
  const lines: string[] = []
  const logger: Logger = { ...silentLogger, warn: (text) => void lines.push(text) }
  const app = await createApp({ models: { Account }, logger }).start()
  assert.ok(lines.some((line) => /no data source: Account/.test(line)))
  await app.stop()
})

test.run()
