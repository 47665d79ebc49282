import { gunzipSync } from 'node:zlib'
import compress from 'koa-compress'
import helmet from 'koa-helmet'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openSocket, request, type Setup, startServer, stopAll } from './rest-harness.ts'

test.after.each(stopAll)

const text = 'compressible '.repeat(500)
const classes: Setup['classes'] = {
  T: {
    methods: {
      text: {
        http: { verb: 'get', path: '/text' },
        returns: { arg: 'r', type: 'string', root: true },
        run: () => text,
      },
      none: { http: { verb: 'get', path: '/none' }, run: () => undefined },
      stream: {
        http: { verb: 'get', path: '/stream' },
        returns: { arg: 'r', type: 'ReadableStream', json: true },
        run: async function* () {
          yield 1
        },
      },
    },
  },
}
const remoting = { errorHandler: { log: false }, streams: { closeAfterEnd: 1 } }

test('koa-helmet sets its headers on answers, empty answers, errors and streams', async () => {
  const server = await startServer({
    classes,
    remoting,
    options: { phases: { initial: helmet() } },
  })
  for (const path of ['/api/T/text', '/api/T/none', '/api/T/nothing', '/other', '/api/T/stream']) {
    const answer = await request(server, 'GET', path)
    assert.match(answer.headers['content-security-policy'] ?? '', "default-src 'self'", path)
    assert.is(answer.headers['x-content-type-options'], 'nosniff')
  }
})

test('koa-compress packs JSON answers and leaves event streams alone', async () => {
  const server = await startServer({
    classes,
    remoting,
    options: { use: [compress({ threshold: 100, br: false })] },
  })
  const socket = await openSocket(server.port)
  socket.write(
    'GET /api/T/text HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n',
  )
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  const raw = Buffer.concat(chunks)
  const split = raw.indexOf('\r\n\r\n')
  assert.match(raw.toString('latin1', 0, split), 'Content-Encoding: gzip')
  assert.is(JSON.parse(gunzipSync(joined(raw.subarray(split + 4))).toString()), text)
  const stream = await request(server, 'GET', '/api/T/stream', {
    headers: { 'Accept-Encoding': 'gzip' },
  })
  assert.match(stream.body, ':ok\n\nevent: data\ndata: 1\n\n')
})

/** The bytes of a chunked body. */
function joined(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let rest = bytes; ; ) {
    const end = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.toString('latin1', 0, end), 16)
    if (!(size > 0)) return Buffer.concat(parts)
    parts.push(rest.subarray(end + 2, end + 2 + size))
    rest = rest.subarray(end + 2 + size + 2)
  }
}

test.run()
