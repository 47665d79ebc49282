import vm from 'node:vm'
import { build } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const folder = new URL('../../../transports/codec/', import.meta.url).pathname

/** One script for a browser, minified. */
async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['viaduct-source'],
  })
  return outputFiles[0]?.text ?? ''
}

/** Runs a script where there is no node and where no text becomes code, as under a strict content security policy. */
function runWithoutEval(script: string): unknown {
  const context = vm.createContext(
    { TextEncoder, TextDecoder },
    { codeGeneration: { strings: false, wasm: false } },
  )
  vm.runInContext(script, context, { timeout: 5000 })
  return vm.runInContext('result', context)
}

const exchange = `
  const value = { at: new Date(7), bytes: Uint8Array.of(1, 2), text: 'é'.repeat(99), list: [1n] }
  const [sender, receiver] = [factory.create(plainRichTypes), factory.create(plainRichTypes)]
  let last
  for (let id = 1; id < 10; id++) last = receiver.decode(sender.encode([[3, id, value]]))[0]
  const { at, bytes, text, list } = last[2]
  globalThis.result = [last[1], at.getTime(), bytes.join(), text.length, String(list[0])].join(' ')
`

for (const [name, factory] of [
  ['json', 'jsonCodec'],
  ['msgpack', 'msgpackCodec'],
  ['compact-msgpack', 'compactMsgpackCodec'],
  ['msgpack with structures', 'msgpackCodecWith({ structures: true })'],
] as const) {
  test(`${name}: works without node, Buffer and eval`, async () => {
    const script = await bundle(`
      import { ${factory.split('(')[0]} } from './${name.split(' ')[0]}.ts'
      import { plainRichTypes } from './rich-types.ts'
      const factory = ${factory}
      ${exchange}`)
    assert.not.match(script, /new Function|\beval\(/)
    assert.is(runWithoutEval(script), '9 7 1,2 99 1')
  })
}

test('a bundle without MessagePack holds none of it', async () => {
  const both = `
    import { jsonCodec } from './json.ts'
    import { plainRichTypes } from './rich-types.ts'
    globalThis.result = jsonCodec.create(plainRichTypes).name`
  const script = await bundle(both)
  assert.is(runWithoutEval(script), 'json')
  assert.not.match(script, /msgpack/i)
})

test.run()
