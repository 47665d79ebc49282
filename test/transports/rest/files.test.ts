import { EventEmitter, once } from 'node:events'
import { Readable } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../../core/error/remote-error.ts'
import type { UploadedFile } from '../../../transports/rest/index.ts'
import {
  call,
  openSocket,
  request,
  type Setup,
  startServer,
  stopAll,
  type TestMethod,
  ways,
} from './rest-harness.ts'

test.after.each(stopAll)

const events = new EventEmitter()

function file(path: string, run: TestMethod['run'], type?: string): TestMethod {
  const body = { arg: 'body', type: 'file', root: true }
  const header = {
    arg: 'type',
    type: 'string',
    http: { target: 'header' as const, header: 'Content-Type' },
  }
  return { http: { verb: 'get', path }, returns: type === undefined ? body : [body, header], run }
}

async function textOf(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

const describe = async (given: UploadedFile | undefined) =>
  given && {
    name: given.filename,
    type: given.contentType,
    size: given.size,
    text: await textOf(given.stream),
  }

const upload = (
  path: string,
  accepts: TestMethod['accepts'],
  run: TestMethod['run'],
): TestMethod => ({
  ...(accepts === undefined ? {} : { accepts }),
  http: { verb: 'post', path },
  returns: { arg: 'r', type: 'any', root: true },
  run,
})

// biome-ignore lint/correctness/useYield: it fails before its first item
async function* refuse(): AsyncGenerator<string> {
  throw new RemoteError('no', { statusCode: 410 })
}

const one = { arg: 'file', type: 'file' }
const classes: Setup['classes'] = {
  F: {
    methods: {
      buffer: file('/buffer', () => Buffer.from('bytes')),
      text: file('/text', () => 'täxt'),
      typed: file('/typed', () => ['a,b', 'text/csv'], 'text/csv'),
      iterable: file('/iterable', async function* () {
        yield 'a'
        yield Buffer.from('b')
      }),
      node: file('/node', () => Readable.from(['x', 'y'])),
      piped: file('/piped', () => {
        const source = Readable.from(['p'])
        return { pipe: (target: NodeJS.WritableStream) => source.pipe(target) }
      }),
      nothing: file('/nothing', () => undefined),
      number: file('/number', () => 5),
      failsFirst: file('/failsFirst', () => Readable.from(refuse())),
      failsLater: file('/failsLater', async function* () {
        yield 'some'
        await new Promise((resolve) => setTimeout(resolve, 10))
        throw new Error('secret')
      }),
      endless: file('/endless', async function* () {
        try {
          for (;;) {
            yield 'x'.repeat(1000)
            await new Promise((resolve) => setTimeout(resolve, 2))
          }
        } finally {
          events.emit('released')
        }
      }),
      upload: upload(
        '/upload',
        [one, { arg: 'title', type: 'string' }, { arg: 'meta', type: 'object' }],
        async (args) => ({
          title: args.title,
          meta: args.meta,
          file: await describe(args.file),
        }),
      ),
      pair: upload(
        '/pair',
        [
          { arg: 'a', type: 'file' },
          { arg: 'b', type: 'file' },
        ],
        async ({ a, b }) => ({
          b: await describe(b),
          a: await describe(a),
        }),
      ),
      many: upload('/many', [{ arg: 'files', type: ['file'] }], async ({ files }) =>
        Promise.all((files as UploadedFile[]).map(describe)),
      ),
      ignore: upload('/ignore', [one], () => 'ignored'),
      needed: upload('/needed', [{ ...one, required: true }], () => 'ok'),
    },
  },
}

const quiet = { errorHandler: { log: false } }

interface Part {
  readonly name: string
  readonly filename?: string
  readonly type?: string
  readonly text: string
}

function multipart(
  parts: readonly Part[],
  boundary = 'bound',
): { headers: Record<string, string>; body: string } {
  const body = parts.map(({ name, filename, type, text }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    const header = type === undefined ? '' : `Content-Type: ${type}\r\n`
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${header}\r\n${text}\r\n`
  })
  return {
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: `${body.join('')}--${boundary}--\r\n`,
  }
}

for (const way of ways) {
  const suite = (
    name: string,
    run: (server: Awaited<ReturnType<typeof startServer>>) => Promise<void>,
    more: object = {},
  ) =>
    test(`${way.name}: ${name}`, async () => {
      const server = await startServer({ classes, options: way.options, remoting: quiet, ...more })
      await run(server)
      await server.stop()
    })

  suite('FI-1: buffers and texts are raw bodies, everything readable is streamed', async (server) => {
    const get = async (path: string) =>
      request(server, 'GET', `/api/F/${path}`, { headers: { Accept: 'image/png' } })
    assert.is((await get('buffer')).body, 'bytes')
    assert.is((await get('buffer')).headers['content-length'], '5')
    assert.is((await get('text')).body, 'täxt')
    for (const [path, text] of [
      ['iterable', 'ab'],
      ['node', 'xy'],
      ['piped', 'p'],
    ]) {
      const answer = await get(path ?? '')
      assert.is(answer.body, text)
      assert.is(answer.headers['content-length'], undefined)
    }
    const wrong = (await call(server, 'GET', '/api/F/number')).status
    assert.is(wrong, 500)
    assert.match(String(server.logged.length), /\d/)
  })

  suite(
    'FI-1: the error of a value that is no file names its type',
    async (server) => {
      const { body } = await call(server, 'GET', '/api/F/number')
      assert.match(JSON.stringify(body), 'cannot create a file response from number')
    },
    { remoting: { errorHandler: { log: false, debug: true } } },
  )

  suite('FI-2: the type comes from a header, else octet-stream; undefined is a 204', async (server) => {
    assert.is((await request(server, 'GET', '/api/F/typed')).headers['content-type'], 'text/csv')
    assert.is(
      (await request(server, 'GET', '/api/F/buffer')).headers['content-type'],
      'application/octet-stream',
    )
    assert.is((await request(server, 'GET', '/api/F/nothing')).status, 204)
  })

  suite(
    'FI-2: loopback3 keeps the JSON type',
    async (server) => {
      assert.is(
        (await request(server, 'GET', '/api/F/buffer')).headers['content-type'],
        'application/json',
      )
    },
    { profile: 'loopback3' },
  )

  suite('FI-3: a failure before the first byte is an envelope, a later one destroys the socket', async (server) => {
    assert.is((await call(server, 'GET', '/api/F/failsFirst')).status, 410)
    const later = await request(server, 'GET', '/api/F/failsLater')
    assert.is(later.status, 200)
    assert.not.match(later.text, '\r\n0\r\n')
    assert.not.match(later.text, 'secret')
  })

  suite('FI-3: a client that leaves releases the source', async (server) => {
    const released = once(events, 'released')
    const socket = await openSocket(server.port)
    socket.write('GET /api/F/endless HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    await released
  })

  suite('UP-1: a file arrives as a stream, with the fields before it', async (server) => {
    const sent = multipart([
      { name: 'title', text: 'T' },
      { name: 'meta[a]', text: '1' },
      { name: 'file', filename: 'C:\\x\\a.txt', type: 'text/plain', text: 'one\r\n--boun\r\ntwo' },
    ])
    const answer = await request(server, 'POST', '/api/F/upload', sent)
    assert.equal(JSON.parse(answer.body), {
      title: 'T',
      meta: { a: '1' },
      file: { name: 'a.txt', type: 'text/plain', text: 'one\r\n--boun\r\ntwo' },
    })
  })

  suite('UP-1: a large file comes through whole, piece by piece', async (server) => {
    const text = 'a'.repeat(3_000_000)
    const answer = await request(
      server,
      'POST',
      '/api/F/upload',
      multipart([{ name: 'file', filename: 'big', text }]),
    )
    assert.is(JSON.parse(answer.body).file.text.length, text.length)
  })

  suite('UP-1: several files, read in any order; empty ones too', async (server) => {
    const pair = multipart([
      { name: 'a', filename: '1', text: '' },
      { name: 'b', filename: '2', text: 'B' },
    ])
    assert.equal(JSON.parse((await request(server, 'POST', '/api/F/pair', pair)).body), {
      a: { name: '1', type: 'application/octet-stream', size: 0, text: '' },
      b: { name: '2', type: 'application/octet-stream', text: 'B' },
    })
    const many = multipart([
      { name: 'files', filename: '1', text: 'A' },
      { name: 'files', filename: '2', text: 'B' },
    ])
    const list = JSON.parse((await request(server, 'POST', '/api/F/many', many)).body)
    assert.equal(
      list.map((entry: { text: string }) => entry.text),
      ['A', 'B'],
    )
  })

  suite(
    'UP-1: over a limit is a 413',
    async (server) => {
      const big = multipart([{ name: 'file', filename: 'x', text: 'x'.repeat(200) }])
      for (const path of ['upload', 'pair', 'needed']) {
        const renamed = {
          ...big,
          body: big.body.replace('name="file"', path === 'pair' ? 'name="a"' : 'name="file"'),
        }
        const { status } = await request(server, 'POST', `/api/F/${path}`, renamed)
        assert.is(status, path === 'needed' ? 200 : 413, path)
      }
      const files = multipart(
        ['1', '2', '3'].map((name) => ({ name: 'files', filename: name, text: name })),
      )
      assert.is((await request(server, 'POST', '/api/F/many', files)).status, 413)
      const fields = multipart(['1', '2', '3'].map((name) => ({ name, text: name })))
      assert.is((await request(server, 'POST', '/api/F/upload', fields)).status, 413)
    },
    { remoting: { ...quiet, rest: { upload: { maxFileSize: 100, maxFiles: 2, maxFields: 2 } } } },
  )

  suite('UP-1: a file nobody reads does not hold the answer', async (server) => {
    const sent = multipart([{ name: 'file', filename: 'x', text: 'x'.repeat(500_000) }])
    assert.is((await request(server, 'POST', '/api/F/ignore', sent)).body, '"ignored"')
  })

  suite('UP-1: malformed multipart bodies are a 400, a missing file is a missing argument', async (server) => {
    const headers = { 'Content-Type': 'multipart/form-data; boundary=bound' }
    for (const body of [
      '',
      'nonsense',
      '--bound\r\nContent-Disposition: form-data; name="x"\r\n\r\nno end',
      `--bound\r\n${'x'.repeat(20_000)}`,
    ]) {
      const { status } = await request(server, 'POST', '/api/F/upload', { headers, body })
      assert.is(status, 400, body.slice(0, 40))
    }
    assert.is(
      (
        await request(server, 'POST', '/api/F/upload', {
          headers: { 'Content-Type': 'multipart/form-data' },
          body: 'x',
        })
      ).status,
      400,
    )
    assert.is(
      (await request(server, 'POST', '/api/F/needed', multipart([{ name: 'title', text: 'T' }])))
        .status,
      400,
    )
  })
}

test.run()
