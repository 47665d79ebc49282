/**
 * Measures the memory connector: look-ups among a million rows, and durable writes beside the disk's own rate.
 *
 *   node --conditions=viaduct-source --import tsx scripts/bench-memory.ts [--rows 1000000] [--writes 100000] [--folder DIR]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { memory } from '../connectors/memory/index.ts'
import type { Connector, Row } from '../core/spi.ts'
import { collect, openConnector, plain } from '../test/conformance/connector/harness.ts'
import { between, by, equal, Item, oneOf, queryOf } from '../test/conformance/connector/models.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    writes: { type: 'string', default: '100000' },
    folder: { type: 'string', default: tmpdir() },
  },
})

const rows = Number(values.rows)
const writes = Number(values.writes)

await measureLookups()
await measureWrites()

async function measureLookups(): Promise<void> {
  const connector = memory()
  await openConnector(connector, [Item])
  const started = performance.now()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < rows; index += 1000) {
    await connector.create(
      Item,
      Array.from({ length: 1000 }, (_, at) => rowOf(index + at)),
      plain,
    )
  }
  const seconds = (performance.now() - started) / 1000
  line(`${rows} rows inserted, 1,000 per call`, `${Math.round(rows / seconds)} rows/s`)
  globalThis.gc?.()
  const bytes = (process.memoryUsage().heapUsed - before) / rows
  line('memory per row (6 values, id, 4 indexes)', `${Math.round(bytes)} bytes`)
  const random = () => Math.floor(Math.random() * rows)
  const raw = new Map(Array.from({ length: rows }, (_, at) => [at + 1, rowOf(at)]))
  await time('raw Map.get and copy, for comparison', 200_000, async () => ({
    ...raw.get(random() + 1),
  }))
  raw.clear()
  await time('find by id', 200_000, () =>
    find(connector, { where: equal(Item, 'id', random() + 1) }),
  )
  await time('find by unique text', 200_000, () =>
    find(connector, { where: equal(Item, 'code', `code-${random()}`) }),
  )
  await time('find by indexed property, 10 rows each', 100_000, () =>
    find(connector, { where: equal(Item, 'group', `group-${random() % (rows / 10)}`) }),
  )
  await time('find 20 ids (in)', 20_000, () =>
    find(connector, {
      where: oneOf(
        Item,
        'id',
        Array.from({ length: 20 }, () => random() + 1),
      ),
    }),
  )
  await time('page of 20 by id', 20_000, () => find(connector, { limit: 20 }))
  await time('page of 20 by indexed number, descending', 20_000, () =>
    find(connector, { limit: 20, order: [by(Item, 'rank', -1), by(Item, 'id')] }),
  )
  await time('range of an indexed number, first 20', 20_000, () => {
    const low = random()
    return find(connector, {
      where: between(Item, 'rank', low, low + 100),
      order: [by(Item, 'rank')],
      limit: 20,
    })
  })
  await time('full scan, one condition', 5, () =>
    find(connector, { where: equal(Item, 'count', -1) }),
  )
  await connector.close()
}

async function measureWrites(): Promise<void> {
  const folder = mkdtempSync(join(values.folder, 'viaduct-bench-'))
  try {
    const rate = await rawSyncRate(join(folder, 'raw'))
    line('raw write + fdatasync of 200 bytes', `${rate} per s`)
    for (const writers of [1, 64]) {
      const connector = memory({ file: join(folder, `rows-${writers}.jsonl`) })
      await openConnector(connector, [Item])
      const total = writers === 1 ? Math.min(writes, 2000) : writes
      let next = 0
      const started = performance.now()
      const write = async () => {
        while (next < total) {
          next += 1
          await connector.create(Item, [rowOf(next)], plain)
        }
      }
      await Promise.all(Array.from({ length: writers }, write))
      const seconds = (performance.now() - started) / 1000
      line(`${total} durable creates, ${writers} writers`, `${Math.round(total / seconds)} per s`)
      await connector.close()
      const reopened = performance.now()
      await openConnector(connector, [Item])
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

function rowOf(index: number): Row {
  return {
    code: `code-${index}`,
    shelf: `shelf-${index % 1000}`,
    position: Math.floor(index / 1000),
    count: index % 50,
    group: `group-${index % (rows / 10)}`,
    rank: (index * 7919) % rows,
  }
}

async function find(connector: Connector, parts: Parameters<typeof queryOf>[1]): Promise<Row[]> {
  const found = connector.find(Item, queryOf(Item, parts), plain)
  return found.toArray?.() ?? collect(found)
}

async function time(name: string, count: number, run: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count / 10; index += 1) await run()
  const started = performance.now()
  for (let index = 0; index < count; index += 1) await run()
  const micros = ((performance.now() - started) * 1000) / count
  line(name, `${micros.toFixed(2)} µs`)
}

function line(name: string, value: string): void {
  console.log(`${name.padEnd(48)} ${value.padStart(18)}`)
}
