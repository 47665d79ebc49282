import { join } from 'node:path'
import Router from '@koa/router'
import { createApp } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'
import { loadAtlas } from './load.ts'
import { methods } from './methods.ts'
import { models } from './models.ts'
import { startPage } from './start-page.ts'

/** Where the journal is kept; created on the first start. */
const file = process.env['ATLAS_FILE'] ?? join(import.meta.dirname, 'data/atlas.journal')
const mount = '/api'

const pages = new Router()
const transport = rest({ path: mount, routers: [pages] })

export const app = createApp({
  models,
  methods,
  dataSources: { atlas: memory({ file }) },
  remoting: { sharedMethods: { createChangeStream: false } },
}).install(transport)

pages.get('/', async (context) => {
  context.type = 'html'
  context.body = startPage({
    base: `${context.protocol}://${context.host}`,
    mount,
    routes: transport.allRoutes().map(({ verb, path, method, description = '' }) => ({
      verb,
      path: mount + path,
      method,
      description,
    })),
    countries: await app.models.Country.count(),
    cities: await app.models.City.count(),
  })
})

await app.start({ port: Number(process.env['PORT'] ?? 3000) })
await loadAtlas(app.models)

const origin = app.addresses[0]?.slice(0, -mount.length)
process.stdout.write(`the atlas is ready: open ${origin}/\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.stop(AbortSignal.timeout(5_000)).then(() => process.exit(0)))
}
