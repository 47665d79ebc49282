import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Manifest } from 'viaduct'
import { createClient, type Model, restDialer, type Stream } from 'viaduct/client'
import { generateClient, hashManifest } from 'viaduct/generator'
import { runProcess } from '../../support/process.ts'
import { createSnippetFolder, repository } from '../../support/snippets.ts'
import { app, mirrored } from './library.ts'

const golden = join(import.meta.dirname, 'golden/library.ts.txt')

await Promise.all([app.start({ port: 0 }), mirrored.start()])
const manifest = app.describe()
test.after(async () => {
  await Promise.all([app.stop(), mirrored.stop()])
})

/** A manifest nobody checked: the given classes and models. */
function manifestOf(parts: { classes?: unknown[]; models?: unknown[] }): Manifest {
  return JSON.parse(JSON.stringify({ viaduct: 1, classes: [], models: [], ...parts }))
}

function expectTypeError(run: () => unknown, pattern: RegExp): void {
  try {
    run()
  } catch (error) {
    assert.instance(error, TypeError)
    assert.match((error as Error).message, pattern)
    return
  }
  assert.unreachable('nothing was thrown')
}

test('a small application gives the file that is kept beside this test', () => {
  const text = generateClient(manifest)
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text)
  assert.is(text, readFileSync(golden, 'utf8'))
})

test('M-5: the order of registration and a way through JSON change no byte', () => {
  assert.is(generateClient(mirrored.describe()), generateClient(manifest))
  const parsed = JSON.parse(JSON.stringify(manifest, null, 2)) as Manifest
  assert.is(generateClient(parsed), generateClient(manifest))
  assert.is(hashManifest(parsed), hashManifest(manifest))
})

test('another description gives another hash', () => {
  const other = { ...manifest, classes: manifest.classes.slice(1) }
  assert.is.not(hashManifest(other), hashManifest(manifest))
})

test('the types come from another module when asked', () => {
  assert.match(generateClient(manifest, { clientModule: './client.ts' }), "from './client.ts'")
})

test('unknown options and what is no manifest are refused, naming the place', () => {
  const options = { clientModul: 'x' } as object
  expectTypeError(() => generateClient(manifest, options), /unknown option "clientModul"/)
  expectTypeError(() => generateClient(manifestOf({ classes: [{ name: 1 }] })), /classes\.0\.name/)
  const reserved = manifestOf({ classes: [{ name: '__proto__', paths: [], methods: [] }] })
  expectTypeError(() => generateClient(reserved), /reserved name at classes\.0\.name/)
  expectTypeError(() => generateClient(JSON.parse('{"viaduct":2}')), /not a manifest of viaduct/)
  expectTypeError(() => generateClient(JSON.parse('null')), /not a manifest of viaduct/)
})

const method = { isStatic: true, http: [{ verb: 'get', path: '/x' }], accepts: [], returns: [] }

const hostile = manifestOf({
  classes: [
    {
      name: "A'; process.exit(1); '",
      paths: ["/'; process.exit(1)//"],
      methods: [
        { ...method, name: "A'; process.exit(1); '.prototype.x'" },
        { ...method, name: "A'; process.exit(1); '.x\n}", description: '*/ process.exit(1) /*' },
      ],
    },
    { name: 'constructor', paths: ['/p'], methods: [{ ...method, name: 'constructor.toString' }] },
    { name: 'Api', paths: ['/api'], methods: [{ ...method, name: 'Api.run' }] },
  ],
  models: ['Date', 'Model', 'class', 'a-b', 'a_b', 'Ünicode'].map((name) => ({
    name,
    description: 'two\n*/ process.exit(1)',
    id: ['id'],
    properties: [
      { name: 'id', type: 'number', id: 1 },
      { name: 'a b', type: "string; process.exit(1)'", description: '*/' },
      { name: 'type', type: 'x', schema: { enum: ["'; process.exit(1); '", '\u2028\\'] } },
      {
        name: 'deep',
        type: 'x',
        schema: { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } },
      },
    ],
    relations: [{ name: 'constructor', kind: 'hasMany', target: 'Date', many: true }],
  })),
})

test('names and texts of a hostile manifest stay names and texts', () => {
  const text = generateClient(hostile)
  const code = text.replace(/'(?:\\.|[^'\\\n])*'/g, "''").replace(/\/\*\*[\s\S]*?\*\//g, '')
  assert.not.match(code, 'process.exit')
  for (const name of ['Date_', 'Model_', 'class_', 'a_b', 'a_b_']) {
    assert.match(text, `export interface ${name} {`)
  }
})

test('a class that does not serve all of its model says what it serves', () => {
  assert.match(
    generateClient(manifest),
    "Review: Pick<Model<Review, ReviewData, ReviewRelations, Pick<Review, 'book' | 'reader'>>, 'find' | 'create'>",
  )
})

test('CL-4, CL-5: the description leads calls over REST to the application', async () => {
  const folder = createSnippetFolder()
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const file = join(folder, 'library.ts')
  writeFileSync(file, generateClient(manifest))
  const generated = await import(file)
  rmSync(folder, { recursive: true, force: true })
  assert.is(generated.manifestHash, hashManifest(manifest))
  const [url = ''] = app.addresses
  const api = createClient<LibraryApi>(restDialer(url, { api: generated.api }))
  const published = new Date('1815-12-23T00:00:00.000Z')
  const book = await api.Book.create({ title: 'Emma', pages: 474, published })
  assert.equal([book.title, book.published], ['Emma', published])
  assert.equal(await api.Book.longest({ limit: 1 }), [{ title: 'Emma', pages: 474 }])
  assert.is(await api.Book.rename(book.id, { to: 'Persuasion' }), 'Persuasion')
  const left: number[] = []
  for await (const item of api.Tools.countdown({ from: 3 })) left.push(item.left)
  assert.equal(left, [3, 2, 1])
  await api.$close()
})

/** What the test calls, as the generated file has it. */
interface LibraryApi {
  Book: Model<{ title: string; pages?: number; published?: Date; id: number }, object> & {
    longest(args: { limit: number }): Promise<unknown>
    rename(id: number, args: { to: string }): Promise<string>
  }
  Tools: { countdown(args: { from: number }): Stream<{ left: number }> }
}

const usage = `
import { createClient, restDialer } from 'viaduct/client'
import { api as description, type Api, type Book, type BookData } from './library.ts'

const api = createClient<Api>(restDialer('http://127.0.0.1:1/api', { api: description }))
const titles = await api.Book.find({
  where: { pages: { gt: 300 }, author: { name: 'Ursula' } },
  fields: ['title'],
  include: { author: { fields: ['name'], include: { books: { fields: ['pages'] } } } },
})
const pages: number | undefined = titles[0]?.author?.books[0]?.pages
const title: string | undefined = titles[0]?.title
// @ts-expect-error it was not asked for
titles[0]?.rating
// @ts-expect-error there is no such property
await api.Book.find({ where: { page: 3 } })
const data: BookData = { title: 'Emma', size: { width: 3 } }
const book: Book = await api.Book.create(data)
const state: 'draft' | 'printed' = book.state
const longest: { title: string; pages?: number }[] = await api.Book.longest()
const name: string = await api.Book.rename(book.id, { to: 'Persuasion' })
// @ts-expect-error it needs an argument
await api.Book.rename(book.id)
for await (const { left, at } of api.Tools.countdown({ from: 3 })) at.getTime() + left
await api.Tools.ping()
// @ts-expect-error nobody documents it
await api.Tools.internal()
await api.Review.find()
// @ts-expect-error it is not served
await api.Review.count()
export { longest, name, pages, state, title }
`

test('the generated file type-checks against the client, and narrows', async () => {
  const folder = createSnippetFolder()
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'library.ts'), generateClient(manifest))
  writeFileSync(join(folder, 'hostile.ts'), generateClient(hostile))
  writeFileSync(join(folder, 'usage.ts'), usage)
  const config = {
    extends: join(repository, 'tsconfig.json'),
    compilerOptions: { lib: ['es2023', 'dom', 'dom.iterable'] },
    include: ['*.ts'],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(repository, 'node_modules/.bin/tsc')
  const { stdout } = await runProcess(compiler, ['-p', folder], { cwd: folder })
  rmSync(folder, { recursive: true, force: true })
  assert.is(stdout.trim(), '')
})

test.run()
