import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, defineModel, sharedMethods, silentLogger } from 'viaduct'
import { createClient, describeApi, restDialer } from 'viaduct/client'
import { memory } from 'viaduct/connectors/memory'
import { generateClient } from 'viaduct/generator'
import { rest } from 'viaduct/transports/rest'
import { z } from 'zod'

const method = sharedMethods()
const get = { verb: 'get' } as const

test('M-5: what is a date says the manifest, not the look of a text', () => {
  const Event = defineModel('Event', {
    properties: {
      at: z.date().optional(),
      text: z.iso.datetime().optional(),
      nested: z.object({ at: z.date(), text: z.iso.datetime() }).optional(),
      days: z.array(z.date()).optional(),
      plain: 'date',
      bytes: 'buffer',
    },
  })
  const both = z.object({
    at: z.date(),
    text: z.iso.datetime(),
    list: z.array(z.date().nullable()),
  })
  const app = createApp({
    logger: silentLogger,
    models: { Event },
    dataSources: { db: memory() },
    methods: {
      Clock: {
        both: method({ returns: both, http: get }, () => ({ at: new Date(0), text: '', list: [] })),
        text: method({ returns: z.iso.datetime(), http: get }, () => ''),
        inline: method(
          {
            returns: { arg: 'r', type: { at: Date, of: 'Event', text: 'string' }, root: true },
            http: get,
          },
          () => undefined,
        ),
      },
    },
  })
  const { classes, models } = describeApi(app.describe())
  const { methods = {} } = classes['Clock'] ?? {}
  assert.equal(methods['both']?.result, { at: 'date', list: 'date' })
  assert.is(methods['text']?.result, undefined)
  assert.equal(methods['inline']?.result, { at: 'date', of: '#Event' })
  assert.equal(models?.['Event'], {
    at: 'date',
    nested: { at: 'date' },
    days: 'date',
    plain: 'date',
    bytes: 'bytes',
  })
})

test('S-7: methods with documented: false are no part of the description, arguments stay', () => {
  const app = createApp({
    logger: silentLogger,
    methods: {
      Tools: {
        known: method(
          { accepts: [{ arg: 'a', type: 'string', documented: false }], http: get },
          () => undefined,
        ),
        secret: method({ documented: false, http: get }, () => undefined),
      },
    },
  })
  const manifest = app.describe()
  const { methods = {} } = describeApi(manifest).classes['Tools'] ?? {}
  assert.equal(Object.keys(methods), ['known'])
  assert.equal(methods['known']?.args, { a: 'query' })
  assert.not.match(generateClient(manifest), 'secret')
})

test('U-5, CL-4: clients of a server that normalises its paths call the right ones', async () => {
  const BookReview = defineModel('BookReview', { properties: { text: 'string' } })
  const newestOne = method({ returns: z.string(), http: get }, () => 'newest')
  for (const isOption of [true, false]) {
    const app = createApp({
      logger: silentLogger,
      models: { BookReview },
      methods: { BookReview: { newestOne } },
      dataSources: { db: memory() },
      remoting: isOption ? {} : { rest: { normalizeHttpPath: true } },
    }).install(rest(isOption ? { normalizeHttpPath: true } : {}))
    await app.start({ port: 0 })
    const api = describeApi(app.describe())
    const client = createClient<{ BookReview: { newestOne(): Promise<string> } }>(
      restDialer(app.addresses[0] ?? '', { api }),
    )
    assert.is(await client.BookReview.newestOne(), 'newest')
    await client.$close()
    await app.stop()
  }
})

test.run()
