import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { connectorConformance } from 'viaduct/conformance/connector'
import type { Connector } from 'viaduct/spi'
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
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
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
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(repository, 'node_modules/.bin/tsc')
  const { stdout } = await runProcess(compiler, ['-p', folder], { cwd: folder, limitMs: 120_000 })
  assert.is(stdout.trim(), '')
})

/** Relative targets of links and images, and the tests a document names in backticks. */
function pathsOf(document: string): string[] {
  const text = readFileSync(join(repository, document), 'utf8').replace(/^```[\s\S]*?^```/gm, '')
  const linked = [...text.matchAll(/\]\((?![a-z]+:)([^)#\s]+)[^)]*\)/g)].map(([, target = '']) =>
    join(repository, dirname(document), target),
  )
  const named = [...text.matchAll(/`((?:test|examples|bench)\/[\w./-]+)`/g)].map(([, path = '']) =>
    join(repository, path),
  )
  return [...linked, ...named]
}

test('every file that README and docs link to or name is there', () => {
  const paths = documents().flatMap(pathsOf)
  assert.ok(paths.length > 50)
  assert.equal(
    paths.filter((path) => !existsSync(path)),
    [],
  )
})

test('every heading that README and docs link to is there', () => {
  const missing = documents().flatMap((document) => {
    const text = readFileSync(join(repository, document), 'utf8')
    return [...text.matchAll(/\]\((?![a-z]+:)([^)#\s]*)#([\w-]+)\)/g)]
      .filter(([, target = '', anchor = '']) => {
        const file = target === '' ? document : join(dirname(document), target)
        return !anchorsOf(file).includes(anchor)
      })
      .map(([link]) => `${document}: ${link}`)
  })
  assert.equal(missing, [])
})

/** The fragments under which a document's headings are found. */
function anchorsOf(document: string): string[] {
  const text = readFileSync(join(repository, document), 'utf8')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

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
          assert.is(text.trimEnd(), step.expected, `${step.method} ${step.path}`)
        }
      } finally {
        await app?.stop()
      }
    })
  }
}

const [listConnector] = snippetsOf('docs/writing-a-connector.md')
const listFile = join(folder, 'list.ts')
writeFileSync(listFile, listConnector?.text ?? '')
const { list } = (await import(pathToFileURL(listFile).href)) as { list: () => Connector } // the block exports it
connectorConformance(test, { name: 'the connector of docs/writing-a-connector.md', create: list })

test.run()
