import Router from '@koa/router'
import { createApp } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'
import { loadAtlas } from './load.ts'
import { methods } from './methods.ts'
import { models } from './models.ts'
import { startPage } from './start-page.ts'

/** Where the journal is kept; created on the first start. */
const file = process.env['ATLAS_FILE'] ?? new URL('data/atlas.journal', import.meta.url).pathname
const mount = '/api'

const pages = new Router()
const transport = rest({ path: mount, routers: [pages] })

export const app = createApp({
  models,
  methods,
  dataSources: { atlas: memory({ file }) },
  remoting: { sharedMethods: { createChangeStream: false } },
}).install(transport)

pages.get('/', (context) => {
  context.type = 'html'
  context.body = startPage(
    `${context.protocol}://${context.host}`,
    mount,
    transport.allRoutes().map(({ verb, path, method, description }) => ({
      verb,
      path: mount + path,
      method,
      description: String(description ?? ''),
    })),
  )
})

await app.start({ port: Number(process.env['PORT'] ?? 3000) })
await loadAtlas(app.models)

const origin = app.addresses[0]?.slice(0, -mount.length)
process.stdout.write(`the atlas is ready: open ${origin}/\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.stop(AbortSignal.timeout(5_000)).then(() => process.exit(0)))
}
