import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { generateClient } from 'viaduct/generator'
import { type ProcessResult, runProcess } from '../../support/process.ts'
import { repository } from '../../support/snippets.ts'
import { app } from './library.ts'

const program = join(repository, 'clients/cli/main.ts')
const library = join(import.meta.dirname, 'library.ts')
const folder = mkdtempSync(join(tmpdir(), 'viaduct-cli-'))
const committed = join(folder, 'manifest.json')

await app.start({ port: 0 })
const manifest = app.describe()
await app.stop()
const client = generateClient(manifest)
writeFileSync(committed, JSON.stringify(manifest))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
test.after(() => rmSync(folder, { recursive: true, force: true }))

function viaduct(...args: string[]): Promise<ProcessResult> {
  const node = ['--conditions=viaduct-source', '--import', 'tsx', program, ...args]
  return runProcess(process.execPath, node, { cwd: repository, limitMs: 30_000 })
}

/** A manifest with one change, in a file. */
function changed(name: string, edit: (text: string) => string): string {
  const path = join(folder, name)
  writeFileSync(path, edit(JSON.stringify(manifest)))
  return path
}

test('generates a client from a manifest, into folders that are made', async () => {
  const out = join(folder, 'deep/er/api.ts')
  const { code, stdout, stderr } = await viaduct(
    ...['generate', 'client', '--from', committed, '--out', out],
  )
  assert.equal([code, stdout, stderr], [0, '', ''])
  assert.is(readFileSync(out, 'utf8'), client)
})

test('describes the application of a module without letting its transports listen', async () => {
  const path = join(folder, 'unserved.ts')
  writeFileSync(
    path,
    `import { app } from '${library}'
    app.install({ kind: 'transport', name: 'loud', supports: {}, listen: async () => {
      throw new Error('it listens')
    } })
    setInterval(() => undefined, 1000)
    export default app`,
  )
  const { code, stdout, stderr } = await viaduct('manifest', '--from', path)
  assert.equal([code, stderr], [0, ''])
  assert.equal(JSON.parse(stdout), JSON.parse(JSON.stringify(manifest)))
})

test('describes an application whose data source cannot be opened', async () => {
  const path = join(folder, 'unreachable.ts')
  writeFileSync(
    path,
    `import { createApp, defineModel } from '${join(repository, 'core/index.ts')}'
    import { memory } from '${join(repository, 'connectors/memory/index.ts')}'
    const Book = defineModel('Book', { properties: { title: 'string' } })
    export const app = createApp({ models: { Book }, dataSources: { db: memory({ file: '/dev/null/x' }) } })`,
  )
  const { code, stdout, stderr } = await viaduct('generate', 'client', '--from', path)
  assert.equal([code, stderr], [0, ''])
  assert.match(stdout, 'Book: Model<Book, BookData, BookRelations>')
})

test('describes an application that its module starts, with or without waiting for it', async () => {
  for (const start of ['await app.start({ port: 0 })', 'void app.start({ port: 0 })']) {
    const path = join(folder, 'started.ts')
    writeFileSync(path, `import { app } from '${library}'\n${start}\nexport { app }`)
    const { code, stdout, stderr } = await viaduct('generate', 'client', '--from', path)
    assert.equal([code, stderr], [0, ''])
    assert.is(stdout, client)
  }
})

test('asks a running server, with the headers it is given', async () => {
  const server = createServer((request, response) => {
    const isKnown = request.headers['authorization'] === 'Bearer a: b'
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' })
    response.end(isKnown ? JSON.stringify(manifest) : '{}')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const from = ['--from', `http://127.0.0.1:${port}/manifest`]
  const known = await viaduct(
    'generate',
    'client',
    ...from,
    '--header',
    'authorization: Bearer a: b',
  )
  const unknown = await viaduct('generate', 'client', ...from)
  server.close()
  assert.equal([known.code, known.stdout], [0, client])
  assert.is(unknown.code, 2)
  assert.match(unknown.stderr, 'the server answered 401')
})

test('--check names breaking changes, fails and writes nothing', async () => {
  const out = join(folder, 'broken.ts')
  const from = changed('breaking.json', (text) => text.replace('"Book.longest"', '"Book.shortest"'))
  const { code, stdout, stderr } = await viaduct(
    ...['generate', 'client', '--from', from, '--out', out, '--check', committed],
  )
  assert.is(code, 1)
  assert.is(stdout, '')
  assert.is(
    stderr,
    'breaking: Book.longest: the method was removed\nnote: Book.shortest: the method is new\n',
  )
  assert.not.ok(existsSync(out))
})

test('--check lets other changes pass as notes', async () => {
  const out = join(folder, 'wider.json')
  const from = changed('wider-source.json', (text) =>
    text.replace('"name":"tags"', '"name":"isbn","type":"string"},{"name":"tags"'),
  )
  const { code, stderr } = await viaduct(
    ...['manifest', '--from', from, '--out', out, '--check', committed],
  )
  assert.equal([code, stderr], [0, 'note: Book.isbn: the property is new\n'])
  assert.equal(JSON.parse(readFileSync(out, 'utf8')), JSON.parse(readFileSync(from, 'utf8')))
})

test('--check takes a generated file', async () => {
  const file = join(folder, 'committed.ts')
  writeFileSync(file, client)
  const same = await viaduct('generate', 'client', '--from', committed, '--check', file)
  assert.equal([same.code, same.stdout, same.stderr], [0, '', ''])
  const from = changed('renamed.json', (text) => text.replace('"name":"tags"', '"name":"labels"'))
  const other = await viaduct('generate', 'client', '--from', from, '--check', file)
  assert.is(other.code, 1)
  assert.match(other.stderr, 'breaking: Book.tags: it was removed\n')
})

test('what cannot be done is said in a line', async () => {
  const text = join(folder, 'text.json')
  writeFileSync(text, 'no json')
  const empty = join(folder, 'empty.ts')
  writeFileSync(empty, 'export const a = 1')
  const cases: [args: string[], pattern: string][] = [
    [['generate', 'server', '--from', committed], 'there is no command "generate server"'],
    [['generate', 'client'], '--from is missing'],
    [['manifest', '--from', committed, '--frm', 'x'], '--frm'],
    [['manifest', '--from', text], 'the manifest is no JSON'],
    [['manifest', '--from', join(repository, 'package.json')], 'not a manifest of viaduct'],
    [['manifest', '--from', empty], 'exports no application as app or default'],
  ]
  const results = await Promise.all(cases.map(([args]) => viaduct(...args)))
  for (const [index, { code, stderr }] of results.entries()) {
    assert.is(code, 2)
    assert.match(stderr, cases[index]?.[1] ?? '')
  }
})

test('--help says what there is', async () => {
  const { code, stdout } = await viaduct('--help')
  assert.is(code, 0)
  assert.match(stdout, 'viaduct generate client --from')
})

test.run()
