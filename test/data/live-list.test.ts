import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LibraryClient, until, withLibrary } from '../clients/typescript/open-library.ts'

const long = { pages: { gt: 100 } }

/** Keeps the titles of the long books as an application's list would, from the changes of a stream alone. */
function followLong(Book: LibraryClient['Book']) {
  const titles = new Map<number, string>()
  const changes = Book.watch({ where: long })[Symbol.asyncIterator]()
  let seen = 0
  const done = (async () => {
    for (let next = await changes.next(); !next.done; next = await changes.next()) {
      const { type, target, data } = next.value
      seen++
      if (type === 'reset') titles.clear()
      else if (type === 'remove') titles.delete(Number(target))
      else titles.set(Number(target), String(data?.title))
    }
  })()
  const leave = async () => {
    await changes.return?.()
    await done
  }
  return { titles, count: () => seen, leave }
}

/** Nobody tells when a stream has begun: rows that match come and go until one is seen. */
async function begun(Book: LibraryClient['Book'], seen: () => number): Promise<void> {
  for (let round = 0; round < 200 && seen() === 0; round++) {
    await Book.create({ title: 'probe', pages: 101 })
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.ok(seen() > 0)
}

for (const dialer of ['rest', 'websocket', 'in-process'] as const) {
  test(`F-8.2, F-8.3: a live list with where is right over ${dialer}`, () =>
    withLibrary(dialer, async ({ client: { Book } }) => {
      const old = await Book.create({ title: 'old', pages: 500 })
      const list = followLong(Book)
      await begun(Book, list.count)
      for (const row of await Book.find({ where: long })) list.titles.set(row.id, row.title)

      await Book.delete(old.id)
      const grown = await Book.create({ title: 'grown', pages: 10 })
      await Book.update(grown.id, { pages: 150 })
      await Book.updateAll({ title: 'probe' }, { pages: 1 })
      const last = await Book.create({ title: 'last', pages: 300 })
      const replaced = await Book.create({ title: 'shrinks', pages: 300 })
      await Book.replace(replaced.id, { title: 'shrinks' })
      await Book.update(last.id, { title: 'very last' })

      await until(() => list.titles.get(last.id) === 'very last')
      const expected = (await Book.find({ where: long })).map((row) => row.title)
      assert.equal([...list.titles.values()].sort(), [...expected].sort())
      assert.equal([...expected].sort(), ['grown', 'very last'])
      await list.leave()
    }))
}

test.run()
