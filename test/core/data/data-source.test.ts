import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connector } from '../../../core/data/connector.ts'
import { compileModels } from '../../../core/model/compile-models.ts'
import { defineModel } from '../../../core/model/define-model.ts'
import { strictProfile } from '../../../core/profile.ts'
import { arrayConnector } from '../../support/data-array-connector.ts'
import { failureOf } from '../../support/data-errors.ts'
import { openLayer } from '../../support/data-layer.ts'

const definitions = { Item: { properties: { name: 'string' } } } as const

/** A connector whose `open` waits for the test. */
function slowConnector() {
  let opened = 0
  let finish: (error?: Error) => void = () => {}
  const inner = arrayConnector()
  const connector: Connector = {
    ...inner,
    open: () =>
      new Promise((resolve, reject) => {
        opened++
        finish = (error) => (error === undefined ? resolve() : reject(error))
      }),
  }
  return { connector, opened: () => opened, finish: (error?: Error) => finish(error) }
}

test('D-8.4-1, D-0-6, D-8.3-2: calls wait for the connection and share one attempt', async () => {
  const slow = slowConnector()
  const { layer, models } = await openLayer(definitions, {
    connector: slow.connector,
    opens: false,
  })
  const opening = layer.open()
  const calls = [models.Item!.create({ name: 'a' }), models.Item!.count(), models.Item!.find()]
  await Promise.resolve()
  assert.is(slow.opened(), 1)
  slow.finish()
  await opening
  assert.equal((await Promise.all(calls)).length, 3)
  assert.is(slow.opened(), 1)
  assert.is(await models.Item!.count(), 1)
})

test('D-8.4-2: a failed connection fails every waiting call with 503 and its cause', async () => {
  const slow = slowConnector()
  const { layer, models } = await openLayer(definitions, {
    connector: slow.connector,
    opens: false,
  })
  const opening = layer.open().catch((error: Error) => error.message)
  const waiting = models.Item!.count().catch((error) => error)
  await Promise.resolve()
  slow.finish(new Error('refused'))
  assert.is(await opening, 'refused')
  const error = await waiting
  assert.equal(
    [error.statusCode, error.reason, error.cause.message],
    [503, 'UNAVAILABLE', 'refused'],
  )
})

test('D-8.2-3: a waiting call gives up after the connection timeout', async () => {
  const slow = slowConnector()
  const { layer, models } = await openLayer(definitions, {
    connector: slow.connector,
    opens: false,
    settings: { db: { connectionTimeout: 10 } },
  })
  const opening = layer.open()
  const failure = await failureOf(models.Item!.count())
  assert.is(failure.status, 503)
  assert.match(failure.message, /^Timeout in connecting/)
  slow.finish()
  await opening
})

test('D-8.2-4: more calls than may wait are refused with QUEUE_FULL', async () => {
  const slow = slowConnector()
  const { layer, models } = await openLayer(definitions, {
    connector: slow.connector,
    opens: false,
    settings: { db: { maxOfflineRequests: 2 } },
  })
  const opening = layer.open()
  const waiting = [models.Item!.count(), models.Item!.count()]
  const failure = await failureOf(models.Item!.count())
  assert.equal([failure.status, failure.code], [503, 'QUEUE_FULL'])
  slow.finish()
  await opening
  assert.equal(await Promise.all(waiting), [0, 0])
})

test('D-8.2-4: a limit that is no number is a start-up error', async () => {
  const settings = { db: { maxOfflineRequests: 'many' as never } }
  const message = await openLayer(definitions, { settings }).catch((error: Error) => error.message)
  assert.match(String(message), /dataSources\.db\.maxOfflineRequests/)
})

test('D-0-8: a waiting call is given up when its signal aborts', async () => {
  const slow = slowConnector()
  const { layer, models } = await openLayer(definitions, {
    connector: slow.connector,
    opens: false,
  })
  const opening = layer.open()
  const controller = new AbortController()
  const waiting = models.Item!.count({}, { signal: controller.signal })
  await Promise.resolve()
  controller.abort()
  assert.is(await waiting.catch((error: Error) => error.name), 'AbortError')
  slow.finish()
  await opening
})

test('D-8.4-4: a closed data source refuses, an opened one works again', async () => {
  const { layer, models } = await openLayer(definitions, { connector: arrayConnector() })
  await models.Item!.create({ name: 'a' })
  await layer.close()
  assert.is((await failureOf(models.Item!.count())).code, 'UNAVAILABLE')
  await layer.open()
  assert.is(await models.Item!.count(), 1)
})

type Settings = Readonly<Record<string, number>>

test('D-0-5: a setting is taken from the call, then the model, then the data source', async () => {
  const deep = { where: { and: [{ and: [{ name: 'a' }] }] } }
  const outcome = async (model: Settings, source: Settings, options: Settings) => {
    const { models } = await openLayer(
      { Item: { ...definitions.Item, ...model } },
      { settings: { db: source } },
    )
    return models.Item!.find(deep, options).then(
      () => 'found',
      (error) => error.reason,
    )
  }
  const limit = { maxDepthOfQuery: 2 }
  const wide = { maxDepthOfQuery: 12 }
  assert.is(await outcome({}, {}, {}), 'found')
  assert.is(await outcome({}, limit, {}), 'QUERY_OBJECT_TOO_DEEP')
  assert.is(await outcome(wide, limit, {}), 'found')
  assert.is(await outcome(limit, wide, {}), 'QUERY_OBJECT_TOO_DEEP')
  assert.is(await outcome(limit, {}, wide), 'found')
})

test('D-0-4: the connector gets the options object of the caller', async () => {
  const inner = arrayConnector()
  const seen: unknown[] = []
  const connector: Connector = {
    ...inner,
    count: (model, where, options) => {
      seen.push(options.options)
      return inner.count(model, where, options)
    },
  }
  const { models } = await openLayer(definitions, { connector })
  const options = { collation: 'de' }
  await models.Item!.count({}, options)
  assert.is(seen[0], options)
})

test('a model added while the layer runs gets a repository, the others keep theirs', async () => {
  const { layer, models } = await openLayer(definitions)
  const before = models.Item
  await models.Item!.create({ name: 'a' })
  const changed = compileModels(
    {
      Item: defineModel('Item', {
        properties: { name: 'string', size: { type: 'number', default: 1 } },
      }),
      Extra: defineModel('Extra', { properties: { note: 'string' } }),
    },
    { profile: strictProfile, dataSourceOf: () => 'db', warn: () => {} },
  )
  await layer.update(changed)
  assert.is(models.Item, before)
  assert.equal(await models.Item!.create({ name: 'b' }), { name: 'b', size: 1, id: 2 })
  assert.equal(await layer.repository('Extra').create({ note: 'x' }), { note: 'x', id: 1 })
  assert.throws(() => layer.repository('Nope'), /Nope/)
})

test.run()
