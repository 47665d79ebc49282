import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ModelRepository } from '../../core/data/repository.ts'
import type { OperationOptions } from '../../core/data/repository-types.ts'
import { openLayer } from '../support/data-layer.ts'

const definitions = {
  Author: {
    properties: { name: 'string' },
    relations: { books: { hasMany: 'Book' }, profile: { hasOne: 'Profile' } },
    scopes: { named: { where: { name: 'Ola' } } },
  },
  Book: { properties: { title: 'string' }, relations: { author: { belongsTo: 'Author' } } },
  Profile: { properties: { url: 'string' }, relations: { author: { belongsTo: 'Author' } } },
} as const

type Models = Readonly<Record<keyof typeof definitions, ModelRepository>>

function books(models: Models, id: unknown) {
  const found = models.Author.related(id, 'books')
  if (!found.many) throw new Error('books are a list')
  return found
}

function one(repository: ModelRepository, id: unknown, relation: string) {
  const found = repository.related(id, relation)
  if (found.many) throw new Error(`${relation} is one row`)
  return found
}

/** Writes through relations and scopes. Author 1 has book 1 and profile 1; author 2 has neither. */
const writes: Readonly<Record<string, (models: Models, options: OperationOptions) => unknown>> = {
  'hasMany create': (models, options) => books(models, 1).create({ title: 'b' }, options),
  'hasMany create of a list': (models, options) => books(models, 1).create([{}, {}], options),
  'hasMany updateById': (models, options) =>
    books(models, 1).updateById(1, { title: 'x' }, options),
  'hasMany updateAll': (models, options) => books(models, 1).updateAll({}, { title: 'x' }, options),
  'hasMany destroy': (models, options) => books(models, 1).destroy(1, options),
  'hasMany destroyAll': (models, options) => books(models, 1).destroyAll({}, options),
  'hasOne create': (models, options) =>
    one(models.Author, 2, 'profile').create({ url: 'u' }, options),
  'hasOne update': (models, options) =>
    one(models.Author, 1, 'profile').update({ url: 'x' }, options),
  'hasOne destroy': (models, options) => one(models.Author, 1, 'profile').destroy(options),
  'belongsTo create': (models, options) =>
    one(models.Book, 1, 'author').create({ name: 'New' }, options),
  'belongsTo update': (models, options) =>
    one(models.Book, 1, 'author').update({ name: 'x' }, options),
  'belongsTo destroy': (models, options) => one(models.Book, 1, 'author').destroy(options),
  'scope create': (models, options) => models.Author.scope('named').create({}, options),
  'scope updateAll': (models, options) =>
    models.Author.scope('named').updateAll({}, { name: 'x' }, options),
  'scope destroyAll': (models, options) => models.Author.scope('named').destroyAll({}, options),
}

async function library() {
  const { layer, models } = await openLayer(definitions)
  const all = models as Models
  await all.Author.create([{ name: 'Ola' }, { name: 'Pia' }])
  await all.Book.create({ title: 'a', authorId: 1 })
  await all.Profile.create({ url: 'u', authorId: 1 })
  const everything = async (options?: OperationOptions) =>
    JSON.stringify([
      await all.Author.find({}, options),
      await all.Book.find({}, options),
      await all.Profile.find({}, options),
    ])
  return { layer, models: all, everything }
}

for (const [name, write] of Object.entries(writes)) {
  test(`D-4.4-3, D-7-4, D-0-4: ${name} takes part in the caller's transaction and shows its options to hooks`, async () => {
    const { layer, models, everything } = await library()
    const before = await everything()
    const transaction = await models.Author.beginTransaction()
    const options = { transaction, caller: 'me' }
    const seen = new Set<unknown>()
    for (const model of Object.keys(definitions)) {
      for (const hook of ['access', 'before save', 'after save', 'before delete'] as const) {
        layer.observe(model, hook, (context) => void seen.add(context.options))
      }
    }
    await write(models, options)
    assert.is(seen.size, 1)
    assert.ok(seen.has(options))
    assert.not.equal(await everything({ transaction }), before)
    assert.is(await everything(), before)
    await transaction.rollback()
    assert.is(await everything(), before)
  })
}

test('D-4.4-3, D-7-4: reading through a relation sees what the transaction wrote', async () => {
  const { models } = await library()
  const transaction = await models.Author.beginTransaction()
  const options = { transaction }
  await models.Book.create({ title: 'inside', authorId: 1 }, options)
  await models.Profile.create({ url: 'inside', authorId: 2 }, options)
  await models.Author.create({ name: 'Ola' }, options)
  const rows = books(models, 1)
  assert.equal([(await rows.find({}, options)).length, (await rows.find()).length], [2, 1])
  assert.equal([await rows.count({}, options), await rows.count()], [2, 1])
  assert.equal([await rows.exists(2, options), await rows.exists(2)], [true, false])
  assert.is((await rows.findById(2, options))['title'], 'inside')
  assert.is((await rows.findOne({ order: 'id DESC' }, options))?.['title'], 'inside')
  const profile = one(models.Author, 2, 'profile')
  assert.is((await profile.get({}, options))?.['url'], 'inside')
  assert.is(await profile.get(), null)
  assert.is((await one(models.Book, 2, 'author').get({}, options))?.['name'], 'Ola')
  const scope = models.Author.scope('named')
  assert.equal([await scope.count({}, options), await scope.count()], [2, 1])
  assert.is((await scope.find({}, options)).length, 2)
  await transaction.rollback()
})

test.run()
