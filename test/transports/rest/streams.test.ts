import { EventEmitter, once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../../core/error/remote-error.ts'
import {
  call,
  openSocket,
  request,
  type Setup,
  sendRaw,
  startServer,
  stopAll,
  type TestMethod,
  ways,
} from './rest-harness.ts'

test.after.each(stopAll)

const events = new EventEmitter()

function stream(path: string, run: TestMethod['run'], more: object = {}): TestMethod {
  return {
    http: { verb: 'get', path },
    returns: { arg: 'changes', type: 'ReadableStream', json: true, ...more },
    run,
  }
}

async function* two() {
  yield { a: 1 }
  yield 'x'
}

async function* endless() {
  try {
    for (let n = 0; ; n++) {
      yield { n }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  } finally {
    events.emit('released')
  }
}

let produced = 0

const classes: Setup['classes'] = {
  S: {
    methods: {
      two: stream('/two', () => two()),
      typed: stream('/typed', () => two(), { contentType: 'application/x-lines' }),
      node: stream('/node', () => Readable.from([1, 2])),
      client: stream('/client', async function* () {
        yield 1
        throw new RemoteError('bad', { statusCode: 400, reason: 'BAD', details: { a: 1 } })
      }),
      server: stream('/server', async function* () {
        yield 1
        throw new Error('secret')
      }),
      odd: stream('/odd', async function* () {
        yield 1n
      }),
      endless: stream('/endless', () => endless()),
      stuck: stream('/stuck', () => {
        const through = new PassThrough({ objectMode: true })
        through.once('close', () => events.emit('released'))
        return through
      }),
      early: stream('/early', () => Promise.reject(new RemoteError('no', { statusCode: 403 }))),
      none: stream('/none', () => null),
      text: stream('/text', () => 'x'),
      flood: stream('/flood', async function* () {
        produced = 0
        const chunk = 'x'.repeat(100_000)
        for (; produced < 1000; produced++) yield chunk
      }),
    },
  },
}

const quiet = { errorHandler: { log: false } }
const fast = { closeAfterEnd: 5 }

for (const way of ways) {
  const suite = (
    name: string,
    run: (server: Awaited<ReturnType<typeof startServer>>) => Promise<void>,
    more: object = {},
  ) =>
    test(`${way.name}: ${name}`, async () => {
      const server = await startServer({
        classes,
        options: way.options,
        remoting: { ...quiet, streams: fast },
        ...more,
      })
      await run(server)
      await server.stop()
    })

  suite('ST-3, ST-4, ST-5: the frames and headers of an event stream', async (server) => {
    const answer = await request(server, 'GET', '/api/S/two')
    assert.equal(answer.lines, [
      'Content-Type: text/event-stream',
      'Cache-Control: no-cache, no-transform',
      'Connection: keep-alive',
      'Content-Encoding: x-no-compression',
      'Transfer-Encoding: chunked',
    ])
    assert.is(
      answer.body,
      ':ok\n\nevent: data\ndata: {"a":1}\n\nevent: data\ndata: "x"\n\nevent: end\ndata: null\n\n',
    )
  })

  suite('ST-2: event stream for */*, none and by name; lines for the rest; _format overrides', async (server) => {
    const typeFor = async (accept: string | undefined, query = '') =>
      (
        await request(server, 'GET', `/api/S/two${query}`, {
          headers: accept === undefined ? {} : { Accept: accept },
        })
      ).headers['content-type']
    for (const accept of [undefined, '*/*', 'text/event-stream', 'text/*'])
      assert.is(await typeFor(accept), 'text/event-stream')
    for (const accept of ['application/json', 'image/png'])
      assert.is(await typeFor(accept), 'application/json; boundary=NL')
    assert.is(await typeFor('application/json', '?_format=event-stream'), 'text/event-stream')
    assert.is(await typeFor(undefined, '?_format=json'), 'application/json; boundary=NL')
  })

  suite('ST-9: one stream of the line protocol, and its content type', async (server) => {
    const answer = await request(server, 'GET', '/api/S/typed', {
      headers: { Accept: 'application/json' },
    })
    assert.is(answer.headers['content-type'], 'application/x-lines')
    assert.is(
      answer.body.replace(/"[0-9a-f]{16}"/g, '"id"'),
      '["id","new",{"opts":{"writable":false,"readable":true}}]\n["id","data",{"a":1}]\n["id","data","x"]\n["id","end"]\n["id","close"]\n',
    )
  })

  suite(
    'ST-9: plain lines for application/x-ndjson',
    async (server) => {
      const answer = await request(server, 'GET', '/api/S/node', {
        headers: { Accept: 'application/x-ndjson' },
      })
      assert.is(answer.headers['content-type'], 'application/x-ndjson')
      assert.is(answer.body, '1\n2\n')
    },
    { remoting: { ...quiet, streams: { closeAfterEnd: 60_000 } } },
  )

  suite('ST-4, ST-9: a failing stream ends in an error frame under the disclosure rules', async (server) => {
    const body = async (path: string) => (await request(server, 'GET', path)).body
    assert.match(
      await body('/api/S/client'),
      'event: error\ndata: {"message":"bad","name":"Error","statusCode":400,"code":"BAD","details":{"a":1}}\n\n',
    )
    assert.match(
      await body('/api/S/server'),
      'event: error\ndata: {"message":"Internal Server Error","statusCode":500}\n\n',
    )
    assert.match(
      await body('/api/S/odd'),
      'event: error\ndata: {"message":"Internal Server Error","statusCode":500}\n\n',
    )
    const lines = (
      await request(server, 'GET', '/api/S/client', { headers: { Accept: 'application/json' } })
    ).body
    assert.match(lines, /\["[0-9a-f]{16}","error",\{"message":"bad"/)
    assert.match(lines, /"close"\]\n$/)
  })

  suite('ST-10: an error before the stream exists is an ordinary answer, in both formats', async (server) => {
    for (const accept of ['text/event-stream', 'application/json']) {
      const { status, body } = await call(server, 'GET', '/api/S/early', undefined, {
        Accept: accept,
      })
      assert.is(status, 403)
      assert.equal(body, { error: { statusCode: 403, name: 'Error', message: 'no' } })
    }
  })

  suite('ST-11: null and things that are no stream are a 500', async (server) => {
    for (const path of ['/api/S/none', '/api/S/text'])
      assert.is((await call(server, 'GET', path)).status, 500)
  })

  suite(
    'ST-6: a comment line while nothing happens',
    async (server) => {
      const text = await sendRaw(server.port, 'GET /api/S/stuck HTTP/1.1\r\nHost: x\r\n\r\n', {
        until: ':keepalive\n\n',
      })
      assert.match(text, ':ok\n\n')
    },
    { remoting: { ...quiet, streams: { keepAlive: 10 } } },
  )

  suite('ST-7: a client that leaves releases the source, in both formats, also while it waits', async (server) => {
    for (const path of ['/api/S/endless', '/api/S/stuck']) {
      for (const accept of ['text/event-stream', 'application/json']) {
        const released = once(events, 'released')
        const socket = await openSocket(server.port)
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\n\r\n`)
        await once(socket, 'data')
        socket.destroy()
        await released
      }
    }
  })

  suite('ST-8: the source is not read while the client does not read', async (server) => {
    const socket = await openSocket(server.port)
    socket.pause()
    socket.write('GET /api/S/flood HTTP/1.1\r\nHost: x\r\n\r\n')
    let before = -1
    while (produced !== before || produced === 0) {
      before = produced
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    assert.ok(produced < 500, `${produced} chunks of 100 kB were read ahead`)
    socket.destroy()
  })

  suite(
    'ST-5: loopback3 keeps the response open until the client closes',
    async (server) => {
      const socket = await openSocket(server.port)
      let text = ''
      let ended = false
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('end', () => {
        ended = true
      })
      socket.write('GET /api/S/two HTTP/1.1\r\nHost: x\r\n\r\n')
      while (!text.includes('event: end')) await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setTimeout(resolve, 40))
      assert.not(ended)
      assert.not.match(text, '\r\n0\r\n')
      socket.destroy()
    },
    { profile: 'loopback3', remoting: { ...quiet, streams: { closeAfterEnd: 5 } } },
  )

  suite(
    'ST-5: loopback3 closes after lingerAfterEnd at the latest',
    async (server) => {
      assert.match((await request(server, 'GET', '/api/S/two')).body, 'event: end')
    },
    { profile: 'loopback3', remoting: { ...quiet, streams: { lingerAfterEnd: 5 } } },
  )

  suite('HEAD on a stream sends the head and releases the source', async (server) => {
    const answer = await request(server, 'HEAD', '/api/S/endless')
    assert.is(answer.headers['content-type'], 'text/event-stream')
    assert.is(answer.body, '')
  })

  suite('a host that closes ends its streams', async (server) => {
    const socket = await openSocket(server.port)
    socket.write('GET /api/S/endless HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
    const released = once(events, 'released')
    await server.stop()
    await released
    socket.destroy()
  })
}

test.run()
