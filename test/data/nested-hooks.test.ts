import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, defineModel, RemoteError, silentLogger } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'

async function statusOfNested(
  nestRemoting: boolean | { readonly hooks: boolean },
): Promise<number> {
  const A = defineModel('A', {
    properties: {},
    relations: { bs: { hasMany: 'B', options: { nestRemoting } } },
  })
  const B = defineModel('B', { properties: {}, relations: { cs: { hasMany: 'C' } } })
  const C = defineModel('C', { properties: {} })
  const app = createApp({
    models: { A, B, C },
    dataSources: { db: memory() },
    logger: silentLogger,
  })
  app.install(rest()).before('B.prototype.__get__cs', () => {
    throw new RemoteError('guarded', { statusCode: 403 })
  })
  await app.start({ port: 0 })
  await app.models.A.create({})
  await app.models.B.create({ aId: 1 })
  const { status } = await fetch(`${app.addresses[0]}/As/1/bs/1/cs`)
  await app.stop()
  return status
}

test('D-4.9-22: the hooks of the target guard its nested methods, unless hooks: false', async () => {
  assert.is(await statusOfNested(true), 403)
  assert.is(await statusOfNested({ hooks: false }), 200)
})

test.run()
