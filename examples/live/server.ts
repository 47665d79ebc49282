import { app, pages } from './app.ts'
import { loadAtlas } from './load.ts'
import { addPage } from './serve-page.ts'

await addPage(pages)
await app.start({ port: Number(process.env['PORT'] ?? 3000) })
await loadAtlas(app.models)

const origin = app.addresses.find((address) => address.startsWith('http'))?.replace(/\/api$/, '')
process.stdout.write(`the live atlas is ready: open ${origin}/\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.stop(AbortSignal.timeout(5_000)).then(() => process.exit(0)))
}
