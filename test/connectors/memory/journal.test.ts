import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type MemoryOptions, memory } from '../../../connectors/memory/index.ts'
import {
  type Connector,
  GeoPoint,
  type Model,
  matchAll,
  type Row,
  resolveProfile,
} from '../../../core/spi.ts'
import { findAll, openConnector, plain, refused } from '../../conformance/connector/harness.ts'
import {
  buildModel,
  equal,
  generatedId,
  Item,
  queryOf,
} from '../../conformance/connector/models.ts'
import { inFolder } from './temporary-folder.ts'

const Anything = buildModel('Anything', { id: generatedId }, { strict: 'open' })

test('every kind of value survives a restart', () =>
  inFolder(async (folder) => {
    const row = {
      date: new Date('2001-02-03T04:05:06.789Z'),
      invalid: new Date(Number.NaN),
      bytes: Buffer.from([0, 255, 10]),
      array: new Uint8Array([1, 2]),
      point: new GeoPoint(52.5, 13.4),
      big: 123456789012345678901234567890n,
      nothing: null,
      missing: undefined,
      numbers: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -0],
      nested: { list: [{ at: new Date(1) }], $: 'own', deep: { $: ['date', 5] } },
      $: ['bigint', '7'],
      text: 'line\nfeed \u2028 "quote" 😀',
    }
    await withFile(folder, [Anything], async (connector) => {
      await connector.create(Anything, [row], plain)
    })
    await withFile(folder, [Anything], async (connector) => {
      const [found] = await all(connector, Anything)
      assert.is(String(found?.invalid), 'Invalid Date')
      assert.instance(found?.point, GeoPoint)
      assert.ok(Buffer.isBuffer(found?.bytes))
      assert.ok(found !== undefined && 'missing' in found)
      const rest: Row = { ...found, invalid: 0 }
      assert.equal(rest, { ...row, invalid: 0, id: 1 })
      assert.ok(Object.is((found.numbers as number[])[4], -0))
    })
  }))

test('the file docs/memory.md shows opens, and the next id is the one it says', () =>
  inFolder(async (folder) => {
    const document = fileURLToPath(new URL('../../../docs/memory.md', import.meta.url))
    const [, lines = ''] = /```text\n(\[[\s\S]*?)```/.exec(readFileSync(document, 'utf8')) ?? []
    writeFileSync(join(folder, 'rows.jsonl'), lines)
    const Book = buildModel('Book', { title: 'string', id: generatedId })
    await withFile(folder, [Book], async (connector) => {
      assert.equal(await all(connector, Book), [{ title: 'The Dispossessed', id: 1 }])
      const [next] = await connector.create(Book, [{ title: 'Solaris' }], plain)
      assert.is(next?.id, 8)
    })
  }))

test('D-8.2-8: a file cut off at any byte opens with every whole commit before the cut', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    const ends: number[] = []
    const connector = memory({ file })
    await openConnector(connector, [Item])
    ends.push(statSync(file).size)
    for (let id = 1; id <= 4; id += 1) {
      const transaction = await connector.begin?.({ isolation: 'READ COMMITTED' })
      await connector.create(Item, [{ id, code: `a${id}` }], { transaction, options: {} })
      await connector.create(Item, [{ id: id + 10, code: `b${id}` }], { transaction, options: {} })
      await transaction?.commit()
      ends.push(statSync(file).size)
    }
    const whole = readFileSync(file)
    await connector.close()
    const cut = join(folder, 'cut.jsonl')
    for (let size = ends[0] ?? 0; size <= whole.length; size += 7) {
      writeFileSync(cut, whole.subarray(0, size))
      const commits = ends.filter((end) => end <= size).length - 1
      await withFile(
        folder,
        [Item],
        async (reopened) => {
          assert.is(await reopened.count(Item, matchAll, plain), commits * 2, `cut at ${size}`)
          await reopened.create(Item, [{ id: 99, code: 'after' }], plain)
        },
        { file: cut },
      )
      await withFile(
        folder,
        [Item],
        async (again) => {
          assert.is(await again.count(Item, matchAll, plain), commits * 2 + 1)
        },
        { file: cut },
      )
    }
  }))

test('garbage behind the last good line is cut off', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    await withFile(folder, [Item], (connector) => createItems(connector, 3))
    for (const garbage of [
      Buffer.alloc(5000),
      Buffer.from('["00000000",4,[["put"'),
      Buffer.from('\n\n'),
    ]) {
      writeFileSync(file, Buffer.concat([readFileSync(file), garbage]))
      const warnings: string[] = []
      await withFile(
        folder,
        [Item],
        async (connector) => {
          assert.is(await connector.count(Item, matchAll, plain), 3)
        },
        {},
        warnings,
      )
      assert.match(warnings.join(), `${garbage.length} bytes`)
    }
  }))

test('a file that is damaged before its end is refused, naming file and offset', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    await withFile(folder, [Item], (connector) => createItems(connector, 5))
    const bytes = readFileSync(file)
    const offset = bytes.indexOf('"code-2"')
    const line = bytes.lastIndexOf('\n', offset) + 1
    bytes[offset + 2] = 0x58
    writeFileSync(file, bytes)
    const connector = memory({ file })
    const error = await refused(() => openConnector(connector, [Item]), { code: 'data_loss' })
    assert.match(error.message, `${file} is damaged at byte ${line}`)
    assert.equal(readFileSync(file), bytes, 'the file is left as it was')
    assert.not(existsSync(`${file}.lock`))
  }))

test('a missing line in the middle is damage too', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    await withFile(folder, [Item], (connector) => createItems(connector, 5))
    const lines = readFileSync(file, 'utf8').split('\n')
    lines.splice(3, 1)
    writeFileSync(file, lines.join('\n'))
    await refused(() => openConnector(memory({ file }), [Item]), { code: 'data_loss' })
  }))

test('a file of another kind is refused and not touched', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    for (const text of ['hello', '{"a":1}', '[]', '{"models":[]}']) {
      writeFileSync(file, text)
      const error = await refused(() => openConnector(memory({ file }), [Item]), {
        code: 'failed_precondition',
      })
      assert.match(error.message, file)
      assert.is(readFileSync(file, 'utf8'), text)
    }
  }))

test('D-9.10-5: writes of one moment are one line of the file', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    await withFile(folder, [Item], async (connector) => {
      await Promise.all(
        Array.from({ length: 500 }, (_, index) =>
          connector.create(Item, [{ code: `c${index}` }], plain),
        ),
      )
      assert.is(readFileSync(file, 'utf8').trimEnd().split('\n').length, 2)
    })
  }))

test('D-9.10-1: the sequence of ids survives deletion, compaction and restarts', () =>
  inFolder(async (folder) => {
    await withFile(folder, [Item], async (connector) => {
      await createItems(connector, 5)
      await connector.delete(Item, matchAll, plain)
    })
    await withFile(folder, [Item], async (connector) => {
      const [row] = await connector.create(Item, [{ code: 'x' }], plain)
      assert.is(row?.id, 6)
      for (let index = 0; index < 100; index += 1)
        await connector.update(Item, matchAll, { count: index }, plain)
      await connector.delete(Item, matchAll, plain)
    })
    const size = statSync(join(folder, 'rows.jsonl')).size
    assert.ok(size < 200, `compacted on close, ${size} bytes`)
    await withFile(folder, [Item], async (connector) => {
      const [row] = await connector.create(Item, [{ code: 'x' }], plain)
      assert.is(row?.id, 7)
    })
  }))

test('compaction while writers go on loses nothing and keeps the file small', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    const options = { compactAfterBytes: 4096, durability: 'os' as const }
    const copy = join(folder, 'copy.jsonl')
    await withFile(
      folder,
      [Item],
      async (connector) => {
        for (let id = 1; id <= 20; id += 1)
          await connector.create(Item, [{ id, code: `c${id}`, count: 0 }], plain)
        const writer = async (id: number) => {
          for (let step = 0; step < 200; step += 1) {
            await connector.increment?.(Item, equal(Item, 'id', id), { count: 1 }, plain)
          }
        }
        await Promise.all(Array.from({ length: 20 }, (_, index) => writer(index + 1)))
        copyFileSync(file, copy)
      },
      options,
    )
    for (const one of [copy, file]) {
      await withFile(
        folder,
        [Item],
        async (connector) => {
          const rows = await all(connector, Item)
          assert.equal(
            rows.map(({ count }) => count),
            Array(20).fill(200),
          )
        },
        { file: one },
      )
    }
    assert.ok(statSync(copy).size < 60_000, `${statSync(copy).size} bytes`)
  }))

test('rows of models that are not defined now stay in the file', () =>
  inFolder(async (folder) => {
    await withFile(folder, [Item, Anything], async (connector) => {
      await createItems(connector, 2)
      await connector.create(Anything, [{ at: new Date(9) }], plain)
    })
    await withFile(folder, [Item], async (connector) => {
      for (let index = 0; index < 100; index += 1)
        await connector.update(Item, matchAll, { count: index }, plain)
    })
    await withFile(folder, [Item], async (connector) => {
      await connector.define?.([Anything])
      const [row] = await all(connector, Anything)
      assert.equal(row, { id: 1, at: new Date(9) })
    })
  }))

test('rows follow a changed definition of the id', () =>
  inFolder(async (folder) => {
    const ById = buildModel('Thing', { id: generatedId, slug: 'string' })
    const BySlug = buildModel('Thing', { id: 'number', slug: { type: { kind: 'string' }, id: 1 } })
    await withFile(folder, [ById], async (connector) => {
      for (const slug of ['a', 'b']) await connector.create(ById, [{ slug }], plain)
    })
    await withFile(folder, [BySlug], async (connector) => {
      assert.is(await connector.update(BySlug, equal(BySlug, 'slug', 'b'), { id: 7 }, plain), 1)
      await refused(() => connector.create(BySlug, [{ slug: 'a' }], plain), {
        reason: 'DUPLICATE_KEY',
      })
    })
    await withFile(folder, [BySlug], async (connector) => {
      assert.equal(await all(connector, BySlug), [
        { slug: 'a', id: 1 },
        { slug: 'b', id: 7 },
      ])
    })
  }))

test('a second connector cannot open the file, and can once the first is closed', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    const second = memory({ file })
    await withFile(folder, [Item], async (connector) => {
      const error = await refused(() => openConnector(second, [Item]), {
        code: 'failed_precondition',
      })
      assert.match(error.message, 'in use by this process')
      await createItems(connector, 1)
    })
    await openConnector(second, [Item])
    assert.is(await second.count(Item, matchAll, plain), 1)
    await second.close()
  }))

test('a lock is respected while its process lives and taken over when it is gone', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    writeFileSync(`${file}.lock`, JSON.stringify({ pid: process.ppid }))
    const error = await refused(() => openConnector(memory({ file }), [Item]), {
      code: 'failed_precondition',
    })
    assert.match(error.message, `in use by process ${process.ppid}`)
    const gone = spawnSync(process.execPath, ['-e', '0']).pid
    const reused = { pid: process.ppid, started: '1' }
    for (const lock of [{ pid: gone }, { pid: process.pid }, reused, 'nonsense']) {
      writeFileSync(`${file}.lock`, JSON.stringify(lock))
      await withFile(folder, [Item], (connector) => createItems(connector, 0))
      assert.not(existsSync(`${file}.lock`))
    }
  }))

test('a full disk: the write and all later ones reject, rows are those that are durable', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    const child = fileURLToPath(new URL('./full-disk-child.ts', import.meta.url))
    const command = `ulimit -f 64; exec "${process.execPath}" --conditions=viaduct-source --import tsx "${child}" "${file}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
    assert.match(stdout, /^acknowledged \d+\n/, stderr)
    const result = JSON.parse(stdout.slice(stdout.indexOf('{')))
    assert.is(result.code, 'unavailable')
    assert.is(result.later, 'unavailable')
    assert.is(result.rows, result.acknowledged, 'what was refused is not there')
    await withFile(folder, [Item], async (connector) => {
      assert.is(await connector.count(Item, matchAll, plain), result.acknowledged)
    })
  }))

test('truncating the header leaves no journal behind', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    await withFile(folder, [Item], (connector) => createItems(connector, 1))
    truncateSync(file, 0)
    await withFile(folder, [Item], async (connector) => {
      assert.is(await connector.count(Item, matchAll, plain), 0)
    })
  }))

async function withFile(
  folder: string,
  models: readonly Model[],
  run: (connector: Connector) => Promise<void>,
  options: MemoryOptions = {},
  warnings: string[] = [],
): Promise<void> {
  const connector = memory({ file: join(folder, 'rows.jsonl'), ...options })
  await connector.open({
    dataSource: 'db',
    models,
    profile: resolveProfile(),
    signal: new AbortController().signal,
    warn: (message) => warnings.push(message),
  })
  try {
    await run(connector)
  } finally {
    await connector.close()
  }
}

async function createItems(connector: Connector, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await connector.create(Item, [{ code: `code-${index}` }], plain)
  }
}

function all(connector: Connector, model: Model): Promise<Row[]> {
  return findAll(connector, model, queryOf(model))
}

test.run()
