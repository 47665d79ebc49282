/**
 * Measures the memory connector: look-ups among a million rows, called directly and through a repository, inserts, and
 * durable writes beside the disk's own rate. Each figure is the median of several passes.
 *
 *   node --expose-gc --conditions=viaduct-source --import tsx scripts/bench-memory.ts [--rows 1000000] [--writes 100000]
 *     [--passes 7] [--folder DIR]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { memory } from '../connectors/memory/index.ts'
import { createApp, defineModel, type Repository } from '../core/index.ts'
import type { Connector, Row } from '../core/spi.ts'
import { collect, openConnector, plain } from '../test/conformance/connector/harness.ts'
import {
  between,
  buildModel,
  by,
  equal,
  generatedId,
  oneOf,
  queryOf,
} from '../test/conformance/connector/models.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    writes: { type: 'string', default: '100000' },
    passes: { type: 'string', default: '7' },
    folder: { type: 'string', default: tmpdir() },
  },
})

const rows = Number(values.rows)
const writes = Number(values.writes)
const passes = Number(values.passes)

/** The same model for both levels: eight columns, one unique text, one text for ten rows each, one number in order. */
const Book = buildModel('Book', {
  title: 'string',
  isbn: { type: { kind: 'string' }, index: { unique: true } },
  genre: { type: { kind: 'string' }, index: { unique: false } },
  rank: { type: { kind: 'number' }, index: { unique: false } },
  pages: 'number',
  price: 'number',
  lang: 'string',
  id: generatedId,
})
const books = defineModel('Book', {
  properties: {
    title: 'string',
    isbn: { type: 'string', index: { unique: true } },
    genre: { type: 'string', index: true },
    rank: { type: 'number', index: true },
    pages: 'number',
    price: 'number',
    lang: 'string',
  },
})
/** Ten columns and no index, for the price of a create. */
const text = 'string' as const
const flat = {
  a: text,
  b: text,
  c: text,
  d: text,
  e: text,
  f: text,
  g: text,
  h: text,
  i: text,
  j: text,
}
const Flat = buildModel('Flat', { ...flat, id: generatedId })
const models = { Book: books, Flat: defineModel('Flat', { properties: flat }) }

/** One line of the table. */
interface Measure {
  readonly name: string
  /** Calls per pass. */
  readonly count: number
  readonly connector: () => Promise<unknown>
  readonly repository: () => Promise<unknown>
}

let flatRows = 0

await measureInProcess()
await measureWrites()

/** Both levels look at the same rows: the application's connector is also called directly, with a model of the same table. */
async function measureInProcess(): Promise<void> {
  const connector = memory()
  const app = createApp({ models, dataSources: { db: connector } })
  await app.start()
  const repositories = app.models
  const before = process.memoryUsage().heapUsed
  const direct = await insertRows(0, (batch) => connector.create(Book, batch, plain))
  const through = await insertRows(rows / 2, (batch) => repositories.Book.createAll(batch))
  globalThis.gc?.()
  const bytes = (process.memoryUsage().heapUsed - before) / rows
  line('memory per row (8 columns, 4 indexes)', `${Math.round(bytes)} bytes`)
  table('', 'connector', 'repository')
  table('insert, 5,000 rows per call', `${direct} rows/s`, `${through} rows/s`)
  for (const measure of lookUps(connector, repositories.Book)) await time(measure)
  for (const measure of ranges(connector, repositories.Book)) await time(measure)
  await time({
    name: 'create of a row with 10 columns, no index',
    count: 20_000,
    connector: () => connector.create(Flat, [flatRow()], plain),
    repository: () => repositories.Flat.create(flatRow()),
  })
  await app.stop()
}

function lookUps(connector: Connector, repository: Repository<typeof models, 'Book'>): Measure[] {
  const isbn = () => `isbn-${random()}`
  const genre = () => `genre-${random() % (rows / 10)}`
  const ids = () => Array.from({ length: 20 }, () => random() + 1)
  return [
    {
      name: 'by id',
      count: 50_000,
      connector: () => find(connector, { where: equal(Book, 'id', random() + 1), limit: 1 }),
      repository: () => repository.findById(random() + 1),
    },
    {
      name: 'by unique text',
      count: 50_000,
      connector: () => find(connector, { where: equal(Book, 'isbn', isbn()) }),
      repository: () => repository.find({ where: { isbn: isbn() } }),
    },
    {
      name: 'by indexed text, 10 rows each',
      count: 20_000,
      connector: () => find(connector, { where: equal(Book, 'genre', genre()) }),
      repository: () => repository.find({ where: { genre: genre() } }),
    },
    {
      name: '20 ids (in)',
      count: 5_000,
      connector: () => find(connector, { where: oneOf(Book, 'id', ids()) }),
      repository: () => repository.find({ where: { id: { inq: ids() } } }),
    },
  ]
}

function ranges(connector: Connector, repository: Repository<typeof models, 'Book'>): Measure[] {
  const pair = (): [number, number] => {
    const low = random()
    return [low, low + 100]
  }
  return [
    {
      name: 'page of 20 by id',
      count: 10_000,
      connector: () => find(connector, { limit: 20 }),
      repository: () => repository.find({ limit: 20 }),
    },
    {
      name: 'page of 20 by indexed number, descending',
      count: 10_000,
      connector: () => find(connector, { limit: 20, order: [by(Book, 'rank', -1)] }),
      repository: () => repository.find({ limit: 20, order: 'rank DESC' }),
    },
    {
      name: 'range of an indexed number, 100 rows',
      count: 5_000,
      connector: () =>
        find(connector, { where: between(Book, 'rank', ...pair()), order: [by(Book, 'rank')] }),
      repository: () => repository.find({ where: { rank: { between: pair() } }, order: 'rank' }),
    },
    {
      name: 'scan of all rows, one condition',
      count: 1,
      connector: () => find(connector, { where: equal(Book, 'pages', -1) }),
      repository: () => repository.find({ where: { pages: -1 } }),
    },
  ]
}

async function measureWrites(): Promise<void> {
  const folder = mkdtempSync(join(values.folder, 'viaduct-bench-'))
  try {
    const rate = await rawSyncRate(join(folder, 'raw'))
    line('raw write + fdatasync of 200 bytes', `${rate} per s`)
    for (const writers of [1, 64]) {
      const connector = memory({ file: join(folder, `rows-${writers}.jsonl`) })
      await openConnector(connector, [Book])
      const total = writers === 1 ? Math.min(writes, 2000) : writes
      let next = 0
      const started = performance.now()
      const write = async () => {
        while (next < total) {
          next += 1
          await connector.create(Book, [rowOf(next)], plain)
        }
      }
      await Promise.all(Array.from({ length: writers }, write))
      const seconds = (performance.now() - started) / 1000
      line(`${total} durable creates, ${writers} writers`, `${Math.round(total / seconds)} per s`)
      await connector.close()
      const reopened = performance.now()
      await openConnector(connector, [Book])
      line('  opening that file', `${Math.round(performance.now() - reopened)} ms`)
      await connector.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function rawSyncRate(path: string): Promise<number> {
  const handle = await open(path, 'w')
  const bytes = Buffer.alloc(200, 'x')
  const count = 500
  const started = performance.now()
  for (let index = 0; index < count; index += 1) {
    await handle.write(bytes, 0, bytes.length, index * bytes.length)
    await handle.datasync()
  }
  await handle.close()
  return Math.round(count / ((performance.now() - started) / 1000))
}

/** Inserts half of the rows; answers rows per second. */
async function insertRows(
  first: number,
  insert: (batch: Row[]) => Promise<unknown>,
): Promise<number> {
  const size = Math.min(5000, rows / 2)
  const started = performance.now()
  for (let index = first; index < first + rows / 2; index += size) {
    await insert(Array.from({ length: size }, (_, at) => rowOf(index + at)))
  }
  return Math.round(rows / 2 / ((performance.now() - started) / 1000))
}

function rowOf(index: number) {
  return {
    title: `title of book ${index}`,
    isbn: `isbn-${index}`,
    genre: `genre-${index % (rows / 10)}`,
    rank: (index * 7919) % rows,
    pages: index % 900,
    price: index / 7,
    lang: 'en',
  }
}

function flatRow() {
  flatRows += 1
  const last = `text ${flatRows}`
  return { a: 'a', b: 'b', c: 'c', d: 'd', e: 'e', f: 'f', g: 'g', h: 'h', i: 'i', j: last }
}

function random(): number {
  return Math.floor(Math.random() * rows)
}

async function find(connector: Connector, parts: Parameters<typeof queryOf>[1]): Promise<Row[]> {
  const found = connector.find(Book, queryOf(Book, parts), plain)
  return found.toArray?.() ?? collect(found)
}

async function time({ name, count, connector, repository }: Measure): Promise<void> {
  const direct = await medianOf(count, connector)
  const through = await medianOf(count, repository)
  table(name, `${direct.toFixed(2)} µs`, `${through.toFixed(2)} µs`)
}

/** Microseconds per call. */
async function medianOf(count: number, run: () => Promise<unknown>): Promise<number> {
  const found: number[] = []
  for (let pass = 0; pass <= passes; pass += 1) {
    const started = performance.now()
    for (let index = 0; index < count; index += 1) await run()
    if (pass > 0) found.push(((performance.now() - started) * 1000) / count) // the first one warms up
  }
  return found.sort((a, b) => a - b)[passes >>> 1] ?? Number.NaN
}

function table(name: string, first: string, second: string): void {
  console.log(`${name.padEnd(44)} ${first.padStart(14)} ${second.padStart(14)}`)
}

function line(name: string, value: string): void {
  console.log(`${name.padEnd(44)} ${value.padStart(29)}`)
}
