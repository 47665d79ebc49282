import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  auth,
  type ClientMiddleware,
  createClient,
  describeApi,
  is,
  restDialer,
} from 'viaduct/client'
import { createLibrary } from './library-app.ts'
import { type LibraryClient, rejection, until, withLibrary } from './open-library.ts'

interface Echoed {
  readonly value: unknown
}

/** The batch without the types of its methods. */
type Loose = Record<
  string,
  Record<string, (...values: readonly unknown[]) => Record<string, unknown>>
>

const runLoose = (client: LibraryClient, build: (batch: Loose) => unknown): Promise<unknown> =>
  client.$batch((batch) => build(batch as never as Loose))

const echoed = (client: LibraryClient, value: unknown): Promise<Echoed> =>
  runLoose(client, (batch) => batch['Tools']?.['echo']?.({ value })) as Promise<Echoed>

/** Requests a dialer has sent. */
interface Sent {
  readonly url: string
  readonly init: RequestInit
}

function recording(sent: Sent[]) {
  return (url: string, init: RequestInit): Promise<Response> => {
    sent.push({ url, init })
    return fetch(url, init)
  }
}

test('CL-1: a batch is one POST below the base, with the headers of the dialer and of its calls', async () => {
  const sent: Sent[] = []
  await withLibrary(
    'rest',
    async ({ client, address }) => {
      const options = { metadata: { 'X-Trace': '7' } }
      const titles = await client.$batch((batch) => {
        const book = batch.Book.create({ title: 'Earthsea' }, options)
        return [book.title, batch.Book.findById(book.id, undefined, options).title]
      })
      assert.equal(titles, ['Earthsea', 'Earthsea'])
      assert.equal(
        sent.map(({ url, init }) => [init.method, url]),
        [['POST', `${address}/$batch`]],
      )
      const headers = new Headers(sent[0]?.init.headers)
      assert.is(headers.get('x-trace'), '7')
      assert.is(headers.get('x-app'), 'shop')
      assert.is(headers.get('content-type'), 'application/json')
    },
    {},
    { fetch: recording(sent), headers: { 'X-App': 'shop' } },
  )
})

test('a token of the middleware signs every call in; calls with different values of a header are refused', async () => {
  await withLibrary(
    'rest',
    async ({ client }) => {
      assert.equal(
        await client.$batch((batch) => [batch.Tools.whoami({}), batch.Tools.whoami({})]),
        ['fresh', 'fresh'],
      )
    },
    { use: [auth({ token: 'fresh', scheme: '' })] },
  )
  let calls = 0
  const differing: ClientMiddleware = (next) => (call) =>
    next({ ...call, metadata: { authorization: `${++calls}` } })
  await withLibrary(
    'rest',
    async ({ client, witness }) => {
      const error = await rejection(
        client.$batch((batch) => [batch.Tools.now({}), batch.Tools.whoami({})]),
      )
      assert.ok(is(error, 'INVALID_ARGUMENT'), String(error))
      assert.match(String(error), /authorization/)
      assert.is(witness.tokens.size, 0)
    },
    { use: [differing] },
  )
})

test('values keep their types both ways', () =>
  withLibrary('rest', async ({ client }) => {
    const error = Object.assign(new TypeError('no'), { code: 'X', details: { at: new Date(1) } })
    const value = {
      date: new Date(86_400_000),
      none: new Date(Number.NaN),
      big: 12n ** 30n,
      list: [undefined, Number.NaN, -0, Number.NEGATIVE_INFINITY],
      map: new Map<unknown, unknown>([['a', new Set([1, new Date(2)])]]),
      tagged: { $: ['date', 0], other: { $: 1 } },
      error,
    }
    const result = (await echoed(client, value)).value as typeof value
    assert.equal(result.date, value.date)
    assert.ok(Number.isNaN(result.none.getTime()))
    assert.equal([result.big, result.list, result.map], [value.big, value.list, value.map])
    assert.ok(Object.is(result.list[2], -0))
    assert.equal(result.tagged, value.tagged)
    assert.is(result.error.name, 'TypeError')
    assert.equal({ ...result.error }, { code: 'X', details: { at: new Date(1) } })
    const bytes = Uint8Array.from({ length: 300 }, (_, at) => at)
    assert.equal(new Uint8Array((await echoed(client, bytes)).value as Uint8Array), bytes)
    const now = await client.$batch((batch) => batch.Tools.now({}))
    assert.equal(now, new Date(0))
    assert.is(await client.$batch((batch) => batch.Tools.nothing({})), undefined)
  }))

test('streams and files among the arguments are a 400 of their call, and the others run', () =>
  withLibrary('rest', async ({ client }) => {
    const bad = [
      new Blob(['x']),
      new Response('x').body,
      { content: new Blob(['x']), filename: 'a' },
      { stream: new Response('x').body },
      [new Blob(['x'])],
    ]
    for (const file of bad) {
      const error = await rejection(
        runLoose(client, (batch) => [
          batch['Author']?.['create']?.({ name: 'Ursula' }),
          batch['Files']?.['store']?.({ file }),
        ]),
      )
      assert.ok(is(error, 'INVALID_ARGUMENT'), String(error))
      assert.is(error.statusCode, 400)
    }
    assert.is(await client.Author.count(), bad.length)
  }))

test('a hundred calls fit into a batch, one more is refused and none is sent', () =>
  withLibrary('rest', async ({ client }) => {
    const creating = (length: number) =>
      client.$batch((batch) => Array.from({ length }, () => batch.Author.create({ name: 'a' })))
    assert.instance(await rejection(creating(101)), RangeError)
    assert.is(await client.Author.count(), 0)
    assert.is((await creating(100)).length, 100)
    assert.is(await client.Author.count(), 100)
  }))

test('I-13: each call has a deadline of its own; when all calls are aborted, so is the request', () =>
  withLibrary('rest', async ({ client, witness }) => {
    const late = client.$batch((batch) => [
      batch.Tools.now({}),
      batch.Tools.wait({}, { timeoutMs: 30 }),
    ])
    assert.ok(is(await rejection(late), 'DEADLINE_EXCEEDED'))
    await until(() => witness.aborted === 1)
    const leaving = new AbortController()
    const options = { signal: leaving.signal }
    const left = client.$batch((batch) => [
      batch.Tools.wait({}, options),
      batch.Tools.wait({}, options),
    ])
    setTimeout(() => leaving.abort(new Error('enough')), 30)
    assert.is(((await rejection(left)) as Error).message, 'enough')
    await until(() => witness.aborted === 3)
  }))

test('an answer that is none is INVALID_ANSWER for every call', async () => {
  const answers: readonly (readonly [string, RegExp])[] = [
    ['<html>', /no list/],
    ['{"a":1}', /no list/],
    ['[1]', /no list/],
    ['[[3,1,{"$":["what",1]}]]', /no list/],
    ['[[3,1,{"$":1}]]', /no list/],
    ['[[3,1,{"$":["set",1]}]]', /no list/],
    ['[]', /lacks a reply/],
    ['[[3,2,1]]', /lacks a reply/],
    [`[[3,1,"${'x'.repeat(2000)}"]]`, /too large/],
  ]
  for (const [text, message] of answers) {
    const answer = async () => new Response(text, { status: 200 })
    const limits = { fetch: answer, maxAnswerBytes: 1000 }
    await withLibrary(
      'rest',
      async ({ client }) => {
        const error = await rejection(client.$batch((batch) => batch.Author.count()))
        assert.ok(is(error, 'INVALID_ANSWER'), `${text}: ${error}`)
        assert.match(String(error), message)
      },
      {},
      limits,
    )
  }
})

test('CL-13: a server without batches, and one nobody reaches, fail every call', async () => {
  const { app } = createLibrary()
  await app.start({ port: 0 })
  const api = describeApi(app.describe())
  const address = app.addresses[0] ?? ''
  const elsewhere = createClient<LibraryClient>(restDialer(`${address}/other`, { api }))
  const error = await rejection(elsewhere.$batch((batch) => batch.Author.count()))
  assert.ok(is(error) && error.statusCode === 404, String(error))
  await elsewhere.$close()
  await app.stop(AbortSignal.abort())
  const gone = createClient<LibraryClient>(restDialer(address, { api }))
  const lost = await rejection(gone.$batch((batch) => batch.Author.count()))
  assert.ok(is(lost, 'UNAVAILABLE'), String(lost))
  await gone.$close()
})

test('closing waits for a batch under way, and later ones are refused', () =>
  withLibrary('rest', async ({ client }) => {
    let isAnswered = false
    const batch = client
      .$batch((all) => all.Author.create({ name: 'a' }))
      .then(() => {
        isAnswered = true
      })
    await new Promise((resolve) => setTimeout(resolve, 20))
    await client.$close()
    assert.ok(isAnswered)
    await batch
    assert.ok(is(await rejection(client.$batch((all) => all.Author.count())), 'CLOSED'))
  }))

test.run()
