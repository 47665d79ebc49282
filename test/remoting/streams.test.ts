import { EventEmitter, once } from 'node:events'
import { Readable } from 'node:stream'
import { Observable } from 'rxjs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defineModel, RemoteError } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { call, openSocket, request, sendRaw } from '../transports/rest/rest-harness.ts'
import { eventually, method, type OpenApp, openApp, rejectionOf, stopAll } from './open-app.ts'

test.after.each(stopAll)

const remoting = { errorHandler: { log: false }, streams: { closeAfterEnd: 0 } }
const released = new EventEmitter()

/** Every form a stream may have: `items` of them, then the end or `failure`; without a limit it goes on until it is left. */
type Maker = (items: number, failure?: Error) => unknown

async function* generate(items: number, failure?: Error): AsyncGenerator<number> {
  try {
    for (let n = 1; n <= items; n++) {
      yield n
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    if (failure !== undefined) throw failure
  } finally {
    released.emit('released')
  }
}

const makers: Readonly<Record<string, Maker>> = {
  'an AsyncIterable': (items, failure) => ({
    [Symbol.asyncIterator]: () => generate(items, failure),
  }),
  'an async generator': generate,
  'a Node stream': (items, failure) => Readable.from(generate(items, failure)),
  'a web ReadableStream': (items, failure) => {
    const source = generate(items, failure)
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await source.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await source.return(undefined)
      },
    })
  },
  'an rxjs Observable': (items, failure) =>
    new Observable<number>((subscriber) => {
      let n = 0
      const timer = setInterval(() => {
        if (n < items) subscriber.next(++n)
        else if (failure === undefined) subscriber.complete()
        else subscriber.error(failure)
      }, 1)
      return () => {
        clearInterval(timer)
        released.emit('released')
      }
    }),
}

const returns = { arg: 's', type: 'ReadableStream', json: true }
const http = { verb: 'get' }

function openStream(make: Maker): Promise<OpenApp> {
  const conflict = () => new RemoteError('broken', { statusCode: 409, reason: 'CONFLICT' })
  return openApp({
    remoting,
    methods: {
      S: {
        three: method({ http, returns }, () => make(3)),
        breaks: method({ http, returns }, () => make(1, conflict())),
        endless: method({ http, returns }, async () => make(Number.POSITIVE_INFINITY)),
      },
    },
  })
}

async function collect(items: unknown): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const item of items as AsyncIterable<unknown>) all.push(item)
  return all
}

for (const [name, make] of Object.entries(makers)) {
  test(`ST-1, ST-4, ST-9: ${name} is a stream result, over REST and in process`, async () => {
    const { port, local } = await openStream(make)
    const events = await request({ port }, 'GET', '/api/S/three')
    const frames = [1, 2, 3].map((n) => `event: data\ndata: ${n}\n\n`).join('')
    assert.is(events.body, `:ok\n\n${frames}event: end\ndata: null\n\n`)
    const headers = { Accept: 'application/x-ndjson' }
    assert.is((await request({ port }, 'GET', '/api/S/three', { headers })).body, '1\n2\n3\n')
    assert.equal(await collect(await local.invoke('S.three')), [1, 2, 3])
  })

  test(`ST-4: ${name} that fails delivers what came before and then its error`, async () => {
    const { port, local } = await openStream(make)
    const events = await request({ port }, 'GET', '/api/S/breaks')
    const error = '{"message":"broken","name":"Error","statusCode":409,"code":"CONFLICT"}'
    assert.is(events.body, `:ok\n\nevent: data\ndata: 1\n\nevent: error\ndata: ${error}\n\n`)
    const items = (await local.invoke('S.breaks')) as AsyncIterable<unknown>
    const seen: unknown[] = []
    const failure = await rejectionOf(
      (async () => {
        for await (const item of items) seen.push(item)
      })(),
    )
    assert.equal(seen, [1])
    assert.is(failure['message'], 'broken')
  })

  test(`ST-7: ${name} is released when its client leaves, and when a reader in process stops`, async () => {
    const { port, local } = await openStream(make)
    const socket = await openSocket(port)
    socket.write('GET /api/S/endless HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
    const gone = once(released, 'released')
    socket.destroy()
    await gone
    const left = once(released, 'released')
    for await (const item of (await local.invoke('S.endless')) as AsyncIterable<unknown>) {
      assert.is(item, 1)
      break
    }
    await left
  })
}

test('ST-11: nothing, a value and a list are no streams: a 500 before any frame', async () => {
  const { port, local } = await openApp({
    remoting,
    methods: {
      S: {
        undefined: method({ http, returns }, () => undefined),
        null: method({ http, returns }, () => null),
        text: method({ http, returns }, () => 'text'),
        list: method({ http, returns }, () => [1, 2]),
      },
    },
  })
  for (const name of ['undefined', 'null', 'text', 'list']) {
    const { status, answer } = await call({ port }, 'GET', `/api/S/${name}`)
    assert.is(status, 500, name)
    assert.is(answer.headers['content-type'], 'application/json; charset=utf-8')
    await rejectionOf(local.invoke(`S.${name}`))
  }
})

test('ST-10: hooks and failures ahead of the stream answer as for any other method', async () => {
  let opened = 0
  const { port } = await openApp(
    {
      remoting,
      methods: {
        S: {
          m: method({ http, returns, accepts: [{ arg: 'n', type: 'number' }] }, () => {
            opened++
            return generate(1)
          }),
        },
      },
    },
    (app) =>
      app.after('S.m', () => {
        throw new RemoteError('after', { statusCode: 409 })
      }),
  )
  for (const accept of ['text/event-stream', 'application/json']) {
    const headers = { Accept: accept }
    assert.is((await call({ port }, 'GET', '/api/S/m?n=x', undefined, headers)).status, 400)
    assert.is(opened, 0)
    assert.is((await call({ port }, 'GET', '/api/S/m', undefined, headers)).status, 409)
    opened = 0
  }
})

for (const profile of ['strict', 'loopback3'] as const) {
  test(`ST-12: ${profile}: the change stream of a model, by GET and by POST`, async () => {
    const Book = defineModel('Book', { properties: { title: 'string', pages: 'number' } })
    const { app, port } = await openApp({
      profile,
      remoting: { ...remoting, streams: {} },
      models: { Book },
      dataSources: { db: memory() },
    })
    const route = app.catalog.methods.get('Book.createChangeStream')
    assert.equal(
      route?.parameters
        .filter(({ source }) => source !== 'options')
        .map(({ name, type }) => [name, type.name]),
      [['options', 'object']],
    )
    assert.is(route?.returns[0]?.name, 'changes')
    const heads = [
      'GET /api/Books/change-stream HTTP/1.1\r\nHost: x\r\n\r\n',
      'POST /api/Books/change-stream HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
    ]
    for (const head of heads) {
      let text = ''
      const socket = await openSocket(port)
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.write(head)
      await eventually(() => text.includes(':ok'), 'the stream opens')
      const created = await call({ port }, 'POST', '/api/Books', { title: 'a' })
      const { id } = created.body as { id: number }
      await call({ port }, 'PATCH', `/api/Books/${id}`, { pages: 5 })
      await call({ port }, 'DELETE', `/api/Books/${id}`)
      await eventually(() => text.includes('"remove"'), 'the last change arrives')
      socket.destroy()
      const chunks = [...text.matchAll(/data: (\{.*\})/g)].map((match) =>
        JSON.parse(match[1] ?? ''),
      )
      assert.equal(
        chunks.map(({ type, target }) => [type, target]),
        [
          ['create', id],
          ['update', id],
          ['remove', id],
        ],
      )
      assert.equal(chunks[0].data, { title: 'a', id })
      assert.is(chunks[1].data.pages, 5)
    }
  })
}

test('ST-12: where in options chooses the rows whose changes are sent', async () => {
  const Book = defineModel('Book', { properties: { title: 'string', pages: 'number' } })
  const { port } = await openApp({ remoting, models: { Book }, dataSources: { db: memory() } })
  const options = encodeURIComponent('{"where":{"pages":{"gt":5}}}')
  const head = `GET /api/Books/change-stream?options=${options} HTTP/1.1\r\nHost: x\r\n\r\n`
  const reading = sendRaw(port, head, { until: 'large' })
  const timer = setInterval(() => {
    void call({ port }, 'POST', '/api/Books', [
      { title: 'small', pages: 1 },
      { title: 'large', pages: 9 },
    ])
  }, 10)
  const text = await reading
  clearInterval(timer)
  assert.match(text, '"title":"large"')
  assert.not.match(text, 'small')
})

test.run()
