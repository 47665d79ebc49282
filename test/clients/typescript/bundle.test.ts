import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const root = resolve(import.meta.dirname, '../../..')

/** What a browser loads at first for a piece of code; the code of batches and uploads comes with the first of them. */
async function bundle(code: string): Promise<{ text: string; inputs: string[]; gzipped: number }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: join(root, 'clients/typescript'), loader: 'ts' },
    bundle: true,
    splitting: true,
    outdir: 'out',
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  })
  const [entry, ...others] = outputFiles
  const shared = others.filter(({ path }) => !/\b(batch|form)-\w+\.js$/.test(path))
  assert.equal(
    shared.map(({ path }) => path),
    [],
    'a piece is shared with code that comes later',
  )
  const text = entry?.text ?? ''
  const inputs = Object.keys(metafile.inputs).map((path) => path.replaceAll('\\', '/'))
  return { text, inputs, gzipped: gzipSync(text, { level: 9 }).length }
}

const restOnly = `
  import { createClient, restDialer } from './index.ts'
  export const connect = (url, api) => createClient(restDialer(url, { api }))
`
const overSocket = `
  import { createClient, websocketDialer } from './index.ts'
  export const connect = (url, api) => createClient(websocketDialer(url, { api }))
`
const overSocketPacked = `
  import { createClient } from './index.ts'
  import { websocketDialer } from './msgpack.ts'
  export const connect = (url, api) => createClient(websocketDialer(url, { api }))
`
const everything = `export * from './index.ts'; export { msgpackCodec } from './msgpack.ts'`

for (const [name, code, most] of [
  ['a client over REST', restOnly, 6 * 1024],
  ['a client over WebSocket with JSON', overSocket, 13.5 * 1024],
  ['a client over WebSocket with MessagePack', overSocketPacked, 14 * 1024],
  ['the whole entry with MessagePack, all middleware included', everything, 22 * 1024],
] as const) {
  test(`${name} is at most ${most} bytes, gzipped`, async () => {
    const { gzipped } = await bundle(code)
    console.log(`${name}: ${gzipped} bytes`)
    assert.ok(gzipped <= most, `it is ${gzipped} bytes`)
  })
}

test('a client with MessagePack holds no JSON codec, and none holds a MessagePack library', async () => {
  const { text, inputs } = await bundle(overSocketPacked)
  assert.not.match(text, /bytes that are not base64/)
  const all = [...inputs, ...(await bundle(everything)).inputs]
  assert.equal(
    all.filter((path) => path.includes('node_modules')),
    [],
  )
})

test('no node built-in, no server, no schema library is in the bundle', async () => {
  const { inputs, text } = await bundle(everything)
  assert.equal(
    inputs.filter(
      (path) => !/clients\/typescript\/|transports\/(session|codec)\/|<stdin>/.test(path),
    ),
    [],
  )
  assert.not.match(text, /\bnode:|\brequire\(|\bprocess\.|\bBuffer\.from\b/)
})

test('nothing runs when the client is imported: what is not used is left out', async () => {
  const { text } = await bundle(`import { is } from './index.ts'; console.log(is)`)
  assert.not.match(text, /event-stream|text\/event/)
})

test.run()
