import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from 'viaduct/connectors/memory'
import { arrayConnector } from '../support/data-array-connector.ts'
import { openBooks } from '../support/data-books.ts'
import { failureOf } from '../support/data-errors.ts'

/** One with an atomic upsert, one that needs a transaction for it: nobody may see the difference. */
const connectors = [() => memory(), () => arrayConnector({ transactions: true })] as const

const stored = { title: 'Anchor', price: 5, inStock: true, id: 1 }

for (const connector of connectors) {
  const { name } = connector()
  const open = async () => {
    const { Book } = await openBooks({ connector: connector() }, { forceId: false })
    await Book.create({ ...stored })
    return Book
  }

  test(`D-1.7-2, D-2.1-3, D-2.1-4: a patch that meets a row is validated together with it (${name})`, async () => {
    const Book = await open()
    const cheaper = { ...stored, price: 4 }
    assert.equal(await Book.updateOrCreate({ id: 1, price: 4 }), cheaper)
    assert.equal(await Book.upsertWithWhere({ title: 'Anchor' }, { price: 3 }), {
      ...stored,
      price: 3,
    })
    assert.equal(await Book.find(), [{ ...stored, price: 3 }])
  })

  test(`D-1.7-2: a patch that empties a required property is a 422 (${name})`, async () => {
    const Book = await open()
    for (const work of [
      Book.updateOrCreate({ id: 1, title: '' }),
      Book.upsertWithWhere({ title: 'Anchor' }, { title: null }),
      Book.upsertWithWhere({ title: 'Anchor' }, { price: 'cheap' }),
    ]) {
      assert.is((await failureOf(work)).status, 422)
    }
    assert.equal(await Book.find(), [stored])
  })

  test(`D-1.7-2: a patch that would become an incomplete row is a 422 (${name})`, async () => {
    const Book = await open()
    for (const work of [
      Book.updateOrCreate({ id: 2, price: 4 }),
      Book.upsertWithWhere({ title: 'Bramble' }, { price: 4 }),
    ]) {
      assert.is((await failureOf(work)).status, 422)
    }
    assert.equal(await Book.find(), [stored])
  })

  test(`D-2.1-4: an incomplete patch that meets several rows changes none of them (${name})`, async () => {
    const Book = await open()
    await Book.create({ ...stored, id: 2 })
    assert.is((await failureOf(Book.upsertWithWhere({ price: 5 }, { price: 4 }))).status, 400)
    assert.is(await Book.count({ price: 5 }), 2)
  })
}

test.run()
