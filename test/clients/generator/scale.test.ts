import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Manifest } from 'viaduct'
import { generateClient } from 'viaduct/generator'
import { runProcess } from '../../support/process.ts'
import { createSnippetFolder, repository } from '../../support/snippets.ts'
import { app } from './library.ts'

const modelCount = 100
const methodCount = 20

await app.start({ port: 0 })
const library = app.describe()
await app.stop()

/** The class and model of books, many times, with many methods each. */
function largeManifest(): Manifest {
  const text = JSON.stringify({
    book: library.models.find((model) => isNamed(model, 'Book')),
    shared: library.classes.find((shared) => isNamed(shared, 'Book')),
  })
  const parts = Array.from({ length: modelCount }, (_, index) => {
    const next = `Book${(index + 1) % modelCount}`
    const renamed = text
      .replace(/Book(?=["./])/g, `Book${index}`)
      .replace(/"(Author|Review)"/g, `"${next}"`)
    return JSON.parse(renamed)
  })
  return {
    viaduct: 1,
    models: parts.map(({ book }) => book),
    classes: parts.map(({ shared }) => ({ ...shared, methods: manyMethods(shared.methods) })),
  }
}

function isNamed(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && value.name === name
}

function manyMethods(methods: readonly { name: string }[]): unknown[] {
  const longest = methods.find(({ name }) => name.endsWith('.longest'))
  const copies = Array.from({ length: methodCount - 2 }, (_, index) => ({
    ...longest,
    name: `${longest?.name}${index}`,
  }))
  return [...methods, ...copies]
}

async function compile(folder: string, file: string): Promise<{ stdout: string; seconds: string }> {
  const config = join(folder, `tsconfig.${file}.json`)
  const compilerOptions = { lib: ['es2023', 'dom', 'dom.iterable'] }
  const content = { extends: join(repository, 'tsconfig.json'), compilerOptions, exclude: [] }
  writeFileSync(config, JSON.stringify({ ...content, include: [file] }))
  const compiler = join(repository, 'node_modules/.bin/tsc')
  const { stdout, durationMs } = await runProcess(compiler, ['-p', config], { cwd: folder })
  return { stdout: stdout.trim(), seconds: (durationMs / 1000).toFixed(2) }
}

test('the file of 100 models with 20 methods each type-checks and narrows', async () => {
  const started = performance.now()
  const text = generateClient(largeManifest())
  const generated = performance.now() - started
  const folder = createSnippetFolder()
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'api.ts'), text)
  const client = "import { createClient, type Dialer } from 'viaduct/client'\n"
  const dialer = 'declare const dialer: Dialer\n'
  writeFileSync(
    join(folder, 'small.ts'),
    `${client}${dialer}export const api = createClient<{ A: { a(): Promise<number> } }>(dialer)\n`,
  )
  writeFileSync(
    join(folder, 'large.ts'),
    `${client}import type { Api } from './api.ts'\n${dialer}
    const api = createClient<Api>(dialer)
    const rows = await api.Book3.find({ fields: ['title'], include: { author: { fields: ['pages'] } } })
    export const pages: number | undefined = rows[0]?.author?.pages
    export const longest: { title: string }[] = await api.Book99.longest17({ limit: 3 })\n`,
  )
  const small = await compile(folder, 'small.ts')
  const large = await compile(folder, 'large.ts')
  rmSync(folder, { recursive: true, force: true })
  assert.equal([small.stdout, large.stdout], ['', ''])
  const kilobytes = Math.round(text.length / 1000)
  console.log(
    `${kilobytes} kB in ${generated.toFixed()} ms; tsc ${small.seconds} s -> ${large.seconds} s`,
  )
})

test.run()
