import assert from 'node:assert/strict'
import { failureOf } from './expect.ts'
import { type Check, type Row, titlesOf } from './model-stage.ts'

const at = { ctorArgs: { id: 1 } }

/** Cases with an author of two books. */
const withAuthors =
  (check: Check): Check =>
  (name, run) =>
    check(name, async (stage) => {
      const { client } = stage
      await client.call('Author.create', { data: { name: 'Ada', secret: 's' } })
      for (const title of ['One', 'Two']) {
        await client.call('Author.prototype.__create__books', { data: { title } }, at)
      }
      await run(stage)
    })

/** Methods of relations, nested below their owner. Source: data 4.9, framework F-2.66 … F-2.69. */
export function relationCases(check: Check): void {
  nestedCases(withAuthors(check))
  includeCases(withAuthors(check))
}

function nestedCases(withAuthor: Check): void {
  withAuthor('a hasMany creates, lists, counts and deletes', async ({ client }) => {
    const rows = await client.call(
      'Author.prototype.__get__books',
      { filter: { order: 'title' } },
      at,
    )
    assert.deepEqual(titlesOf(rows), ['One', 'Two'])
    const where = { title: 'One' }
    assert.deepEqual(await client.call('Author.prototype.__count__books', { where }, at), {
      count: 1,
    })
    await client.call('Author.prototype.__delete__books', {}, at)
    assert.deepEqual(await client.call('Author.prototype.__count__books', {}, at), { count: 0 })
    assert.deepEqual(await client.call('Book.count', {}), { count: 3 })
  })

  withAuthor('one row of a hasMany is found, patched and deleted by its id', async ({ client }) => {
    const fk = 4
    const found = (await client.call('Author.prototype.__findById__books', { fk }, at)) as Row
    assert.equal(found['title'], 'One')
    const data = { title: 'One!' }
    const patched = (await client.call(
      'Author.prototype.__updateById__books',
      { fk, data },
      at,
    )) as Row
    assert.equal(patched['title'], 'One!')
    await client.call('Author.prototype.__destroyById__books', { fk }, at)
    assert.equal((await failureOf(client.call('Book.findById', { id: fk }))).statusCode, 404)
  })

  withAuthor('a row of somebody else is not found through the relation', async ({ client }) => {
    for (const name of ['__findById__books', '__destroyById__books']) {
      const failure = await failureOf(client.call(`Author.prototype.${name}`, { fk: 1 }, at))
      assert.equal(failure.statusCode, 404, name)
    }
    assert.deepEqual(await client.call('Book.exists', { id: 1 }), { exists: true })
  })

  withAuthor('a missing owner is a 404', async ({ client }) => {
    const nobody = { ctorArgs: { id: 9 } }
    const failure = await failureOf(client.call('Author.prototype.__get__books', {}, nobody))
    assert.equal(failure.statusCode, 404)
    assert.equal(failure.code, 'MODEL_NOT_FOUND')
  })
}

function includeCases(withAuthor: Check): void {
  withAuthor('include brings related rows, without their hidden properties', async ({ client }) => {
    const [author] = (await client.call('Author.find', { filter: { include: 'books' } })) as Row[]
    assert.deepEqual(titlesOf(author?.['books']), ['One', 'Two'])
    const filter = {
      where: { title: 'One' },
      include: { relation: 'author', scope: { fields: ['name'] } },
    }
    const [book] = (await client.call('Book.find', { filter })) as Row[]
    assert.deepEqual(book?.['author'], { name: 'Ada' })
    assert.equal(JSON.stringify([author, book]).includes('secret'), false)
  })

  withAuthor('a belongsTo answers its row', async ({ client }) => {
    const author = (await client.call(
      'Book.prototype.__get__author',
      {},
      { ctorArgs: { id: 4 } },
    )) as Row
    assert.equal(author['name'], 'Ada')
    assert.equal('secret' in author, false)
  })
}
