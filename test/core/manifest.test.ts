import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, defineModel, sharedMethods, silentLogger, streamOf } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { inProcess } from 'viaduct/transports/in-process'
import { rest } from 'viaduct/transports/rest'
import { z } from 'zod'
import * as mini from 'zod/mini'

const method = sharedMethods()

/** The manifest of an application, as any JSON. */
async function describe(options: Parameters<typeof createApp>[0]) {
  const app = await createApp({ logger: silentLogger, ...options }).start()
  const manifest = JSON.parse(JSON.stringify(app.describe()))
  await app.stop()
  return manifest
}

const dateSchema = { type: 'string', format: 'date-time', 'x-type': 'date' }

test('M-5: dates are told from texts that look like one, in arguments and in results', async () => {
  const at = method(
    {
      accepts: { since: z.date(), text: z.iso.datetime() },
      returns: z.object({ at: z.date(), big: z.bigint() }),
    },
    ({ since }) => ({ at: since, big: 1n }),
  )
  const { classes } = await describe({ methods: { Clock: { at } } })
  const [{ accepts, returns }] = classes[0].methods
  assert.equal(accepts[0].schema, dateSchema)
  assert.is(accepts[1].schema['x-type'], undefined)
  assert.equal(returns[0].schema.properties, { at: dateSchema, big: { 'x-type': 'bigint' } })
})

test('M-5: the items of a stream have a schema', async () => {
  const tick = method({ returns: streamOf(z.object({ at: z.date() })) }, async function* () {
    yield { at: new Date(0) }
  })
  const { classes } = await describe({ methods: { Clock: { tick } } })
  const [{ streams, returns }] = classes[0].methods
  assert.is(streams, true)
  assert.equal(returns[0].items.properties, { at: dateSchema })
})

test('M-5, TY-5, TY-6: inline types have a schema', async () => {
  const save = method(
    {
      accepts: [
        {
          arg: 'book',
          type: { title: { type: 'string', required: true }, at: Date, of: 'Author' },
        },
        { arg: 'either', type: { anyOf: ['number', ['geopoint']] } },
        { arg: 'rows', type: [{ n: 'number' }], nullable: true },
        { arg: 'one', type: 'object', allowArray: true },
      ],
    },
    () => undefined,
  )
  const { classes } = await describe({ methods: { Books: { save } } })
  const [book, either, rows, one] = classes[0].methods[0].accepts
  assert.equal(book.schema, {
    type: 'object',
    properties: { title: { type: 'string' }, at: dateSchema, of: { 'x-type': 'Author' } },
    required: ['title'],
  })
  assert.equal(either.schema.anyOf, [
    { type: 'number' },
    { type: 'array', items: { 'x-type': 'geopoint' } },
  ])
  const row = { type: 'object', properties: { n: { type: 'number' } } }
  assert.equal(rows.schema, { type: 'array', items: row })
  assert.is(rows.nullable, true)
  assert.equal([one.allowArray, one.schema], [true, undefined])
})

test('M-5: properties say what is filled, may be null and is written in another form', async () => {
  const Book = defineModel('Book', {
    description: ['What is', 'read'],
    properties: {
      state: z.enum(['draft', 'printed']).default('draft'),
      rating: { type: 'number', default: 0 },
      title: { type: 'string', required: true },
      note: 'string',
      size: { width: { type: 'number', required: true }, unit: 'string' },
      length: z
        .string()
        .transform((text) => text.length)
        .optional(),
    },
  })
  const { models } = await describe({ models: { Book }, dataSources: { db: memory() } })
  const [{ properties, description }] = models
  const [state, rating, title, note, size, length, id] = properties
  assert.is(description, 'What is\nread')
  assert.equal(state.schema.enum, ['draft', 'printed'])
  assert.equal(
    [state, rating, title, note].map(({ filled }) => filled),
    [true, true, undefined, undefined],
  )
  assert.equal(
    [state, rating, title, note, id].map(({ nullable }) => nullable),
    [undefined, undefined, undefined, true, undefined],
  )
  assert.equal(size.schema.required, ['width'])
  assert.equal(size.schema.properties.unit, { anyOf: [{ type: 'string' }, { type: 'null' }] })
  assert.is(length.inputSchema.type, 'string')
})

test('M-5: hidden properties are left out, however they are hidden', async () => {
  const Book = defineModel('Book', {
    properties: { title: 'string', a: { type: 'string', hidden: true }, b: 'string' },
    hidden: ['b'],
  })
  const { models } = await describe({ models: { Book }, dataSources: { db: memory() } })
  assert.equal(
    models[0].properties.map(({ name }: { name: string }) => name),
    ['title', 'id'],
  )
})

test('M-5: foreign keys come in the same order, whatever the order of the models', async () => {
  const C = defineModel('C', { properties: { name: 'string' } })
  const A = defineModel('A', { properties: {}, relations: { cs: { hasMany: 'C' } } })
  const B = defineModel('B', { properties: {}, relations: { cs: { hasMany: 'C' } } })
  const forward = await describe({ models: { A, B, C }, dataSources: { db: memory() } })
  const backward = await describe({ models: { C, B, A }, dataSources: { db: memory() } })
  assert.is(JSON.stringify(forward), JSON.stringify(backward))
  assert.equal(
    forward.models[2].properties.map(({ name }: { name: string }) => name),
    ['name', 'id', 'aId', 'bId'],
  )
})

const Review = defineModel('BookReview', {
  properties: { text: 'string' },
  relations: { hugeBook: { belongsTo: 'BookReview' } },
})
const Untouched = defineModel('OtherThing', { properties: { text: 'string' } })

test('U-5: paths stand in the manifest as they are served, whoever normalises them', async () => {
  const models = { BookReview: Review, OtherThing: Untouched }
  const newest = method({ http: { verb: 'get', path: '/newestOne/:byWhom' } }, () => undefined)
  const common = { models, methods: { BookReview: { newest } }, dataSources: { db: memory() } }
  const configs = [
    { ...common, remoting: { rest: { normalizeHttpPath: true } } },
    { ...common, modelConfig: { BookReview: { remoting: { normalizeHttpPath: true } } } },
  ]
  for (const [index, options] of configs.entries()) {
    const { classes } = await describe(options)
    const [review, other] = classes
    assert.equal([review.normalizeHttpPath, review.paths], [true, ['/book-reviews']])
    assert.equal(review.sharedCtor.http[0].path, '/:id')
    const paths = review.methods.flatMap((one: { http: { path: string }[] }) =>
      one.http.map(({ path }) => path),
    )
    assert.ok(paths.includes('/newest-one/:byWhom'))
    assert.ok(paths.includes('/huge-book'))
    assert.equal(other.paths, [index === 0 ? '/other-things' : '/OtherThings'])
  }
})

test('U-5, M-8: settings given to the REST transport count, and a class may say no', async () => {
  const app = createApp({
    logger: silentLogger,
    models: { BookReview: Review, OtherThing: Untouched },
    dataSources: { db: memory() },
    modelConfig: { OtherThing: { remoting: { normalizeHttpPath: false } } },
    remoting: { rest: { normalizeHttpPath: false } },
  }).install(rest({ normalizeHttpPath: true }))
  const { classes } = JSON.parse(JSON.stringify(app.describe()))
  assert.equal(classes[0].paths, ['/book-reviews'])
  assert.equal([classes[1].paths, classes[1].normalizeHttpPath], [['/OtherThings'], false])
})

test('M-5: an application is described without connecting its data sources, as it is once started', async () => {
  const tick = method({ http: { verb: 'get' } }, () => undefined)
  const models = { BookReview: Review, OtherThing: Untouched }
  const options = { logger: silentLogger, models, methods: { Clock: { tick } } }
  // a file below what is no folder can not be opened
  const unreachable = createApp({
    ...options,
    dataSources: { db: memory({ file: '/dev/null/x' }) },
  })
  const started = await createApp({ ...options, dataSources: { db: memory() } }).start({ port: 0 })
  const text = JSON.stringify(started.describe())
  await started.stop()
  assert.is(JSON.stringify(unreachable.describe()), text)
  assert.is(JSON.stringify(unreachable.describe()), text)
  const error = await unreachable.start().catch((reason: unknown) => reason)
  assert.match(String(error), /ENOTDIR|\/dev\/null/)
  assert.throws(() => unreachable.catalog, 'not started')
})

test('an application that was described starts and works as any other', async () => {
  const local = inProcess()
  const app = createApp({
    logger: silentLogger,
    models: { BookReview: Review },
    dataSources: { db: memory() },
  }).install(local)
  const before = JSON.stringify(app.describe())
  app.defineType('Money', (data) => data)
  app.change((classOf) => classOf('BookReview').disableMethodByName('count'))
  const without = JSON.stringify(app.describe())
  assert.ok(before.includes('"BookReview.count"'))
  assert.not.ok(without.includes('"BookReview.count"'))
  const starting = app.start({ port: 0 })
  assert.is(JSON.stringify(app.describe()), without)
  await starting
  assert.is(JSON.stringify(app.describe()), without)
  const row = (await local.invoke('BookReview.create', { data: { text: 'good' } })) as {
    id: number
  }
  assert.equal(await app.models.BookReview.findById(row.id), { text: 'good', id: 1 })
  await app.stop()
})

test('describing finds what is wrong with the models', () => {
  const app = createApp({
    logger: silentLogger,
    models: { BookReview: Review },
    dataSources: { db: memory() },
    modelConfig: { BookReview: { dataSource: 'other' } },
  })
  assert.throws(() => app.describe(), /there is no data source "other"/)
})

test('M-5: schemas of zod/mini, which can not describe themselves, are described, too', async () => {
  const accepts = { since: mini.date(), of: mini.object({ name: mini.string() }) }
  const at = method({ accepts }, () => 'now')
  const { classes } = await describe({ methods: { Clock: { at } } })
  const [since, of] = classes[0].methods[0].accepts
  assert.equal(since.schema, dateSchema)
  assert.equal(of.schema.properties, { name: { type: 'string' } })
})

test('nothing in core loads zod by itself: who has no schemas starts without it', () => {
  const core = resolve(import.meta.dirname, '../../core')
  for (const file of readdirSync(core, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const source = readFileSync(join(core, file), 'utf8')
    assert.not.match(source, /^import (?!type )[^\n]*from 'zod/m, file)
  }
})

test.run()
