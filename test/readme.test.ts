import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { exchange } from './support/http-exchange.ts'
import { runProcess } from './support/process.ts'
import {
  createSnippetFolder,
  documents,
  repository,
  runnableSnippetsOf,
  type Snippet,
  snippetsOf,
} from './support/snippets.ts'

const folder = createSnippetFolder()
test.after(() => rmSync(folder, { recursive: true, force: true }))

/** A file name from which a compiler message leads back: `docs-queries-md-L12.ts`. */
function fileName({ document, line }: Snippet): string {
  return `${document.replace(/[^\w]+/g, '-')}-L${line}.ts`
}

const blocks = documents()
  .flatMap(snippetsOf)
  .filter(({ language }) => language === 'ts')

test('every ts block of README and docs compiles against the public types', async () => {
  assert.ok(blocks.length > 0)
  for (const block of blocks)
    writeFileSync(join(folder, fileName(block)), `${block.text}\nexport {}\n`)
  const config = {
    extends: join(repository, 'tsconfig.json'),
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ['*.ts'],
    exclude: [],
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(repository, 'node_modules/.bin/tsc')
  const { stdout } = await runProcess(compiler, ['-p', folder], { cwd: folder, limitMs: 120_000 })
  assert.is(stdout.trim(), '')
})

/** What a runnable block may export. */
interface RunningBlock {
  readonly app?: { readonly addresses: readonly string[]; stop(): Promise<void> }
}

for (const document of documents()) {
  for (const { snippet, transcript } of runnableSnippetsOf(document)) {
    test(`${document}:${snippet.line} runs and answers as printed`, async () => {
      const file = join(folder, `run-${fileName(snippet)}`)
      writeFileSync(file, snippet.text.replace(/\bport: \d+/, 'port: 0'))
      const { app } = (await import(pathToFileURL(file).href)) as RunningBlock // a block exports its app
      try {
        for (const step of transcript) {
          const origin = new URL(app?.addresses[0] ?? '').origin
          const { text } = await exchange(origin, step)
          assert.is(text, step.expected, `${step.method} ${step.path}`)
        }
      } finally {
        await app?.stop()
      }
    })
  }
}

test.run()
