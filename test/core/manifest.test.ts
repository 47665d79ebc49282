import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, defineModel, sharedMethods, silentLogger, streamOf } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { z } from 'zod'

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

test.run()
