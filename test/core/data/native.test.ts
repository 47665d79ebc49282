import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import type { Connector, ConnectorOptions } from '../../../core/data/connector.ts'
import type { ModelRepository } from '../../../core/data/repository.ts'
import { countCalls } from '../../support/data-counting-connector.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

/** A memory connector that answers commands with themselves. */
function commanding() {
  const inner = memory()
  const seen: ConnectorOptions[] = []
  const connector: Connector = {
    ...countCalls(inner).connector,
    execute: async (command, options) => {
      seen.push(options)
      return { command }
    },
  }
  return { connector, seen }
}

async function items(connector: Connector) {
  const { layer, models } = await openLayer(
    { Item: { properties: { name: 'string' } } },
    { connector },
  )
  return { layer, Item: models['Item'] as ModelRepository }
}

test('D-7-14: a native command goes to the connector, in the transaction of the running code', async () => {
  const { connector, seen } = commanding()
  const { layer, Item } = await items(connector)
  const command = ['select * from item where id = ?', [1]]
  assert.equal(await Item.dataSource.execute(command, { collation: 'de' }), { command })
  assert.is(seen[0]?.options['collation'], 'de')
  assert.is(seen[0]?.transaction, undefined)
  await layer.transaction('db', async (transaction) => {
    await Item.dataSource.execute(['commit'])
    await Item.dataSource.execute(['commit'], { transaction: null as never })
    assert.is(seen[1]?.transaction, transaction.inner)
    assert.is(seen[2]?.transaction, undefined)
  })
})

test('D-7-14, D-2.3-17: without native commands it is a 501, and what is no list a 400', async () => {
  const { Item } = await items(memory())
  assert.is(Item.dataSource.name, 'db')
  const failure = await failureOf(Item.dataSource.execute(['select 1']))
  assert.equal([failure.status, failure.code], [501, 'NOT_IMPLEMENTED'])
  assert.match(failure.message, 'memory connector')
  assert.is((await failureOf(Item.dataSource.execute('select 1' as never))).status, 400)
})

test('D-8.3-2: ping asks the connector, or counts nothing', async () => {
  const counting = countCalls(memory())
  const { layer, Item } = await items(counting.connector)
  counting.reset()
  await Item.dataSource.ping()
  assert.equal(counting.calls, ['count Item'])
  await layer.close()
  assert.is((await failureOf(Item.dataSource.ping())).status, 503)
  const own = await items(memory())
  await own.Item.dataSource.ping()
  await own.layer.close()
  assert.is((await failureOf(own.Item.dataSource.ping())).status, 503)
})

test.run()
