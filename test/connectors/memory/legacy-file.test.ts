import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from '../../../connectors/memory/index.ts'
import { type Connector, GeoPoint, type Model, matchAll, type Row } from '../../../core/spi.ts'
import { findAll, openConnector, plain, refused } from '../../conformance/connector/harness.ts'
import {
  buildModel,
  equal,
  generatedId,
  givenId,
  queryOf,
} from '../../conformance/connector/models.ts'
import { inFolder } from './temporary-folder.ts'

const Book = buildModel('Book', {
  title: 'string',
  published: 'date',
  cover: 'buffer',
  shop: 'geopoint',
  editions: { type: { kind: 'list', item: { kind: 'date' } } },
  id: generatedId,
})
const Tag = buildModel('Tag', { slug: givenId, label: 'string' })

/** As LoopBack's memory connector writes it. */
const legacy = JSON.stringify(
  {
    ids: { Book: 8, Tag: 1 },
    models: {
      Book: {
        '3': '{"title":"Ash","published":"2001-03-14T00:00:00.000Z","cover":{"type":"Buffer","data":[104,105]},"shop":{"lat":52.5,"lng":13.4},"editions":["2001-03-14T00:00:00.000Z"],"id":3}',
        '5': '{"title":"Blue","published":null,"id":5}',
      },
      Tag: { sea: '{"slug":"sea","label":"Sea"}' },
    },
  },
  null,
  2,
)

test('D-8.2-8, D-9.10-3: a file of LoopBack is read with the declared types', () =>
  withLegacy(async (connector, file) => {
    const [first, second] = await all(connector, Book)
    assert.equal(first?.published, new Date('2001-03-14'))
    assert.equal(first?.editions, [new Date('2001-03-14')])
    assert.equal(first?.cover, Buffer.from('hi'))
    assert.instance(first?.shop, GeoPoint)
    assert.equal(second, { title: 'Blue', published: null, id: 5 })
    assert.is(await connector.count(Tag, equal(Tag, 'slug', 'sea'), plain), 1)
    assert.is(readFileSync(file, 'utf8'), legacy, 'reading leaves it alone')
  }))

test('D-8.2-8: the first write replaces a file of LoopBack, and nothing is lost', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'db.json')
    writeFileSync(file, legacy)
    const connector = memory({ file })
    await openConnector(connector, [Book])
    const [created] = await connector.create(Book, [{ title: 'New' }], plain)
    assert.is(created?.id, 8, 'the sequence goes on')
    assert.match(readFileSync(file, 'utf8'), /^\["[0-9a-f]{8}",0,\[\["viaduct-memory",1\]\]\]\n/)
    await connector.close()
    await openConnector(connector, [Book, Tag])
    assert.equal(
      (await all(connector, Book)).map(({ title }) => title),
      ['Ash', 'Blue', 'New'],
    )
    assert.equal((await all(connector, Book))[0]?.published, new Date('2001-03-14'))
    assert.equal(await all(connector, Tag), [{ slug: 'sea', label: 'Sea' }])
    await connector.close()
  }))

test('rows of LoopBack get their types when their model is defined later', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'db.json')
    writeFileSync(file, legacy)
    const connector = memory({ file })
    await openConnector(connector, [])
    await connector.define?.([Book])
    const [first] = await all(connector, Book)
    assert.equal(first?.published, new Date('2001-03-14'))
    assert.is(await connector.update(Book, equal(Book, 'id', 5), { title: 'B' }, plain), 1)
    await connector.close()
    await openConnector(connector, [Book])
    assert.equal(
      (await all(connector, Book)).map(({ id, title }) => [id, title]),
      [
        [3, 'Ash'],
        [5, 'B'],
      ],
    )
    await connector.close()
  }))

test('parallel first writes to a file of LoopBack are all kept', () =>
  withLegacy(async (connector) => {
    await Promise.all(
      Array.from({ length: 50 }, () => connector.create(Book, [{ title: 'x' }], plain)),
    )
    await connector.close()
    await openConnector(connector, [Book, Tag])
    assert.is(await connector.count(Book, matchAll, plain), 52)
  }))

test('D-1.2-18: a hostile key in a file of LoopBack is refused', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'db.json')
    writeFileSync(
      file,
      JSON.stringify({ ids: {}, models: { Book: { 1: '{"__proto__":{"a":1},"id":1}' } } }),
    )
    await refused(() => openConnector(memory({ file }), [Book]), { reason: 'RESERVED_KEY' })
  }))

function withLegacy(run: (connector: Connector, file: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const file = join(folder, 'db.json')
    writeFileSync(file, legacy)
    const connector = memory({ file })
    await openConnector(connector, [Book, Tag])
    try {
      await run(connector, file)
    } finally {
      await connector.close()
    }
  })
}

function all(connector: Connector, model: Model): Promise<Row[]> {
  return findAll(connector, model, queryOf(model))
}

test.run()
