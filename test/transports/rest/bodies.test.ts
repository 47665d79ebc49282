import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  any,
  call,
  number,
  openSocket,
  post,
  request,
  type Setup,
  sendRaw,
  startServer,
  stopAll,
  ways,
} from './rest-harness.ts'

test.after.each(stopAll)

const classes: Setup['classes'] = {
  In: {
    methods: {
      body: post('/body', any('data', 'body')),
      object: post('/object', {
        arg: 'data',
        type: 'object',
        required: true,
        http: { source: 'body' },
      }),
      form: post('/form', any('a', 'form')),
      implicit: post('/implicit', any('a')),
      number: post('/number', number('a')),
      get: { ...post('/get', number('a')), http: { verb: 'get', path: '/get' } },
      raw: post('/raw', any('req', 'req'), async ({ req }) => {
        let text = ''
        for await (const chunk of req.raw) text += chunk
        return { text, body: req.body }
      }),
    },
  },
}

const quiet = { errorHandler: { log: false } }
const json = { 'Content-Type': 'application/json' }
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const messageOf = (body: unknown) =>
  (body as { error: { name: string; message: string; code?: string } }).error

for (const way of ways) {
  const setup = { classes, remoting: quiet, options: way.options }
  const suite = (
    name: string,
    run: (server: Awaited<ReturnType<typeof startServer>>) => Promise<void>,
    more: object = {},
  ) =>
    test(`${way.name}: ${name}`, async () => {
      const server = await startServer({ ...setup, ...more })
      await run(server)
      await server.stop()
    })

  suite('Q-1, A-2: primitives are JSON bodies too', async (server) => {
    for (const [text, value] of [
      ['5', 5],
      ['"x"', 'x'],
      ['[1]', [1]],
      ['true', true],
      ['{"a":1}', { a: 1 }],
    ] as const) {
      assert.equal((await call(server, 'POST', '/api/In/body', text)).body, { data: value })
    }
  })

  suite(
    'Q-2: json options are merged over the defaults, limits are sizes',
    async (server) => {
      assert.equal((await call(server, 'POST', '/api/In/body', '5')).body, { data: 5 })
      assert.is(
        (await call(server, 'POST', '/api/In/body', JSON.stringify('x'.repeat(2000)))).status,
        413,
      )
    },
    { remoting: { ...quiet, json: { limit: '1kb' } } },
  )

  suite('Q-3, CM-5: urlencoded bodies nest, repeat, and are converted as text', async (server) => {
    const send = async (path: string, body: string) =>
      JSON.parse((await request(server, 'POST', path, { headers: form, body })).body)
    assert.equal(await send('/api/In/body', 'a[b][c]=1&d=2&d=3&e[]=4'), {
      data: { a: { b: { c: '1' } }, d: ['2', '3'], e: ['4'] },
    })
    assert.equal(await send('/api/In/number', 'a=5'), { a: 5 })
    assert.equal(await send('/api/In/form', 'a=true'), { a: true })
  })

  suite(
    'Q-3: extended:false keeps names as they are',
    async (server) => {
      const answer = await request(server, 'POST', '/api/In/body', {
        headers: form,
        body: 'a[b]=1&c=2',
      })
      assert.is(answer.body, '{"data":{"a[b]":"1","c":"2"}}')
    },
    { remoting: { ...quiet, urlencoded: { extended: false } } },
  )

  suite('Q-4: a body beyond the limit is a 413 with its name, announced or chunked, in both parsers', async (server) => {
    const big = JSON.stringify({ a: 'x'.repeat(1024 * 1024) })
    const announced = await call(server, 'POST', '/api/In/body', big)
    assert.is(announced.status, 413)
    assert.equal(announced.body, {
      error: { statusCode: 413, name: 'PayloadTooLargeError', message: 'request entity too large' },
    })
    const chunk = 'x'.repeat(70_000)
    const chunks = Array.from(
      { length: 16 },
      () => `${chunk.length.toString(16)}\r\n${chunk}\r\n`,
    ).join('')
    const head =
      'POST /api/In/body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    assert.match(await sendRaw(server.port, `${head}${chunks}0\r\n\r\n`), 'HTTP/1.1 413')
    assert.is(
      (
        await request(server, 'POST', '/api/In/body', {
          headers: form,
          body: `a=${'x'.repeat(1_100_000)}`,
        })
      ).status,
      413,
    )
    const many = Array.from({ length: 1001 }, (_, i) => `k${i}=1`).join('&')
    assert.is(
      (await request(server, 'POST', '/api/In/body', { headers: form, body: many })).status,
      413,
    )
  })

  suite('Q-5: malformed JSON is a 400 SyntaxError with the message of the engine', async (server) => {
    for (const text of ['{bad', '{"a":', 'undefined', '   ', '{"a":1}x']) {
      const { status, body } = await call(server, 'POST', '/api/In/body', text)
      assert.is(status, 400, text)
      assert.is(messageOf(body).name, 'SyntaxError')
      assert.match(messageOf(body).message, 'JSON')
    }
  })

  suite('Q-6: an empty JSON body is {}, with Content-Length 0 and chunked', async (server) => {
    assert.is(
      (await request(server, 'POST', '/api/In/body', { headers: json, body: '' })).body,
      '{"data":{}}',
    )
    const head =
      'POST /api/In/body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
    assert.match(await sendRaw(server.port, head), '{"data":{}}')
  })

  suite('Q-7, Q-8: other types leave {} and the stream untouched', async (server) => {
    assert.is((await request(server, 'POST', '/api/In/object')).body, '{"data":{}}')
    assert.is(
      (
        await request(server, 'POST', '/api/In/object', {
          headers: { 'Content-Type': 'text/plain' },
          body: 'hi',
        })
      ).body,
      '{"data":{}}',
    )
    const multipart = { 'Content-Type': 'multipart/form-data; boundary=x' }
    const answer = await request(server, 'POST', '/api/In/raw', {
      headers: multipart,
      body: '--x--',
    })
    assert.is(answer.body, '{"text":"--x--","body":{}}')
  })

  suite('Q-9: null is a body, and no fields for the other sources', async (server) => {
    assert.equal((await call(server, 'POST', '/api/In/body', 'null')).body, { data: null })
    assert.equal((await call(server, 'POST', '/api/In/form', 'null')).body, {})
    assert.equal((await call(server, 'POST', '/api/In/implicit?a=q', 'null')).body, { a: 'q' })
    assert.equal((await call(server, 'POST', '/api/In/implicit?a=q', { a: null })).body, {
      a: null,
    })
  })

  suite('Q-11: reserved keys at any depth are a 400 RESERVED_KEY, escaped ones too', async (server) => {
    const texts = [
      '{"__proto__":{"polluted":1}}',
      '{"a":[{"\\u005f_proto__":1}]}',
      '{"a":{"constructor":{"prototype":{}}}}',
    ]
    for (const text of texts) {
      const { status, body } = await call(server, 'POST', '/api/In/body', text)
      assert.is(status, 400)
      assert.is(messageOf(body).code, 'RESERVED_KEY', text)
    }
    const dropped = await request(server, 'POST', '/api/In/body', {
      headers: form,
      body: '__proto__[x]=1&a[__proto__][x]=1&b=2',
    })
    assert.is(dropped.body, '{"data":{"a":{},"b":"2"}}')
    assert.is(({} as Record<string, unknown>)['x'], undefined)
  })

  suite('deep, wide and long JSON bodies are refused', async (server) => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    assert.is((await call(server, 'POST', '/api/In/body', nested(32))).status, 200)
    assert.is((await call(server, 'POST', '/api/In/body', nested(33))).status, 400)
    assert.is((await call(server, 'POST', '/api/In/body', nested(100_000))).status, 400)
    const keys = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${i}`, 1]))
    assert.is((await call(server, 'POST', '/api/In/body', keys)).status, 400)
    assert.is((await call(server, 'POST', '/api/In/body', new Array(10_001).fill(1))).status, 400)
  })

  suite('bytes that are not UTF-8 are a 400, unknown charsets a 415, a byte order mark is dropped', async (server) => {
    const send = (type: string, body: Buffer) =>
      request(server, 'POST', '/api/In/body', { headers: { 'Content-Type': type }, body })
    assert.is((await send('application/json', Buffer.from([0x22, 0xff, 0x22]))).status, 400)
    assert.is(
      (await send('application/json; charset=utf-16', Buffer.from('"é"', 'utf16le'))).body,
      '{"data":"é"}',
    )
    assert.is((await send('application/json; charset=iso-8859-1', Buffer.from('"e"'))).status, 415)
    assert.is(
      (await send('application/json; charset="UTF-8"', Buffer.from('\ufeff"é"'))).body,
      '{"data":"é"}',
    )
    assert.is(
      (
        await send(
          'application/x-www-form-urlencoded; charset=latin1',
          Buffer.from('a=\xe9', 'latin1'),
        )
      ).body,
      '{"data":{"a":"é"}}',
    )
  })

  suite('compressed bodies are inflated within the limit, unknown encodings are a 415', async (server) => {
    const send = (encoding: string, body: Buffer) =>
      request(server, 'POST', '/api/In/body', {
        headers: { ...json, 'Content-Encoding': encoding },
        body,
      })
    const text = Buffer.from('{"a":1}')
    for (const [name, packed] of [
      ['gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['br', brotliCompressSync(text)],
      ['identity', text],
    ] as const) {
      assert.is((await send(name, packed)).body, '{"data":{"a":1}}', name)
    }
    assert.is((await send('gzip', gzipSync(Buffer.alloc(4_000_000, 32)))).status, 413)
    assert.is((await send('gzip', Buffer.from('no gzip'))).status, 400)
    assert.is((await send('lzma', text)).status, 415)
  })

  suite('Expect: 100-continue is answered when the body is wanted, a too large one refused at once', async (server) => {
    const head = (length: number) =>
      `POST /api/In/body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`
    const socket = await openSocket(server.port)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('"x"')
    })
    socket.write(head(3))
    await new Promise((resolve) => socket.once('close', resolve))
    assert.match(text, '{"data":"x"}')
    const refused = await sendRaw(server.port, head(2_000_000), { until: '413' })
    assert.match(refused, 'HTTP/1.1 413')
    if (way.name === 'direct') assert.not.match(refused, '100 Continue')
  })

  suite('an aborted body ends quietly, the server goes on', async (server) => {
    const socket = await openSocket(server.port)
    socket.write(
      'POST /api/In/body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"a"',
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    socket.destroy()
    assert.is((await call(server, 'POST', '/api/In/body', '1')).status, 200)
  })

  suite('pipelined requests are answered in order', async (server) => {
    const one = (a: string, more = '') =>
      `GET /api/In/get?a=${a} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
    const text = await sendRaw(server.port, one('1') + one('2') + one('3', 'Connection: close\r\n'))
    assert.equal(text.match(/\{"a":\d\}/g), ['{"a":1}', '{"a":2}', '{"a":3}'])
  })

  suite('a half-closed client gets its answer', async (server) => {
    const text = await sendRaw(server.port, 'GET /api/In/get?a=1 HTTP/1.1\r\nHost: x\r\n\r\n', {
      halfClose: true,
    })
    assert.match(text, '{"a":1}')
  })
}

test('limits follow the profile: 1 MiB in strict, 100 KiB in loopback3', async () => {
  const body = JSON.stringify('x'.repeat(200_000))
  for (const [profile, status] of [
    ['strict', 200],
    ['loopback3', 413],
  ] as const) {
    const server = await startServer({ classes, profile, remoting: quiet })
    assert.is((await call(server, 'POST', '/api/In/body', body)).status, status)
    await server.stop()
  }
})

test.run()
