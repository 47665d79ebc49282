import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type ApiDescription,
  createClient,
  describeApi,
  is,
  type MethodDescription,
  RemoteError,
  restDialer,
} from 'viaduct/client'
import { createLibrary } from './library-app.ts'
import { rejection, withLibrary } from './open-library.ts'

/** A request as a hand-made server saw it. */
interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Runs an action against a server that answers what `listener` says. */
async function withListener(
  listener: RequestListener,
  action: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await action(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

function describing(method: Partial<MethodDescription>): ApiDescription {
  const act: MethodDescription = { verb: 'post', path: '/act', ...method }
  return {
    viaduct: 1,
    classes: {
      Thing: { path: '/Things', instancePath: '/:id', methods: { act, 'prototype.act': act } },
    },
  }
}

interface ThingApi {
  Thing: { act(...values: unknown[]): Promise<unknown> & AsyncIterable<unknown> }
}

/** Sends one call to a server that answers `{}` and gives the request. */
async function sent(
  method: Partial<MethodDescription>,
  values: readonly unknown[],
  headers?: Readonly<Record<string, string>>,
): Promise<Seen> {
  const seen: Seen[] = []
  await withListener(
    async (request, response) => {
      const { method = '', url = '', headers } = request
      seen.push({ method, url, headers, body: await textOf(request) })
      response.setHeader('content-type', 'application/json').end('{}')
    },
    async (url) => {
      const api = describing(method)
      const { Thing } = createClient<ThingApi>(
        restDialer(url, { api, ...(headers && { headers }) }),
      )
      await Thing.act(...values)
    },
  )
  const [only] = seen
  if (only === undefined) throw new Error('nothing was sent')
  return only
}

/** What a client makes of one answer. */
async function answered(
  listener: RequestListener,
  method: Partial<MethodDescription> = {},
  options: { readonly maxAnswerBytes?: number; readonly maxEventLength?: number } = {},
): Promise<unknown> {
  let result: unknown
  await withListener(listener, async (url) => {
    const { Thing } = createClient<ThingApi>(
      restDialer(url, { api: describing(method), ...options }),
    )
    try {
      if (method.streams) {
        const items: unknown[] = []
        for await (const item of Thing.act()) items.push(item)
        result = items
      } else result = await Thing.act()
    } catch (error) {
      result = error
    }
  })
  return result
}

const get = { verb: 'get' } as const

test('CL-5: arguments go where the description says', async () => {
  const args = { q: 'query', h: 'header', f: 'field' } as const
  const seen = await sent({ args }, [{ q: 'a b', h: 'x', f: [1], unknown: 1, g: undefined }])
  assert.is(seen.method, 'POST')
  assert.is(seen.url, '/Things/act?q=a+b')
  assert.is(seen.headers['h'], 'x')
  assert.is(seen.headers['content-type'], 'application/json')
  assert.is(seen.body, '{"f":[1]}')
  const whole = await sent({ args: { data: 'body' } }, [{ data: [1, 2] }])
  assert.is(whole.body, '[1,2]')
})

test('CL-6: objects and lists in a query are JSON text, dates are ISO text', async () => {
  const args = { a: 'query', b: 'query', c: 'query' } as const
  const { url } = await sent({ ...get, args }, [{ a: [1, 2, 3], b: { x: [] }, c: new Date(0) }])
  assert.is(
    url,
    '/Things/act?a=%5B1%2C2%2C3%5D&b=%7B%22x%22%3A%5B%5D%7D&c=1970-01-01T00%3A00%3A00.000Z',
  )
})

test('CL-7: path values are percent-encoded, and a missing one is told before anything is sent', async () => {
  const method = { ...get, path: '/by/:name', args: { name: 'path' } } as const
  assert.is((await sent(method, [{ name: 'a/b?ü' }])).url, '/Things/by/a%2Fb%3F%C3%BC')
  assert.ok(is(await rejection(sent(method, [{ name: '..' }])), 'INVALID_ARGUMENT'))
  const error = await rejection(sent(method, [{}]))
  assert.ok(is(error, 'INVALID_ARGUMENT'))
  assert.equal(error.details, { arg: 'name' })
})

test('a method of a row has its key in the path; the parts of a composite one are joined', async () => {
  assert.is((await sent({}, [7, {}])).url, '/Things/7/act')
  assert.is((await sent({}, [['a,b', 2], {}])).url, '/Things/a%2Cb,2/act')
})

test('CL-8, CL-9: values JSON lacks are written as the server reads them', async () => {
  const { body, headers } = await sent({ args: { f: 'body' } }, [
    {
      f: {
        big: 12n,
        bytes: Uint8Array.of(104, 105),
        buffer: Buffer.from('hi'),
        when: new Date(0),
        title: /a/i,
        name: { like: /b/ },
      },
    },
  ])
  const bytes = { $type: 'base64', $data: 'aGk=' }
  assert.equal(JSON.parse(body), {
    big: '12',
    bytes,
    buffer: bytes,
    when: '1970-01-01T00:00:00.000Z',
    title: { regexp: '/a/i' },
    name: { like: '/b/' },
  })
  assert.is(headers.accept, 'application/json')
})

test('headers of the dialer and metadata of the call are sent, those of the call win', async () => {
  const { headers } = await sent({}, [{}, { metadata: { 'X-Trace': 'call' } }], {
    'x-trace': 'dialer',
    'X-App': 'shop',
  })
  assert.is(headers['x-trace'], 'call')
  assert.is(headers['x-app'], 'shop')
})

test('CL-1: credentials of the URL become basic authorization, and are not in the URL', async () => {
  let seen: IncomingMessage | undefined
  await withListener(
    (request, response) => {
      seen = request
      response.end('{}')
    },
    async (url) => {
      const target = url.replace('//', '//me%40x:p:w@')
      const { Thing } = createClient<ThingApi>(restDialer(`${target}/`, { api: describing({}) }))
      await Thing.act()
    },
  )
  assert.is(seen?.headers.authorization, `Basic ${Buffer.from('me@x:p:w').toString('base64')}`)
  assert.is(seen?.url, '/Things/act')
})

test('CL-13: an error without an envelope keeps its status and its text', async () => {
  const error = await answered((_, response) => response.writeHead(502).end('bad gateway'))
  assert.ok(error instanceof RemoteError)
  assert.is(error.statusCode, 502)
  assert.is(error.message, 'Error: 502')
  assert.is(error.details, 'bad gateway')
})

test('CL-14: text that is no date stays text', async () => {
  const value = await answered((_, response) => response.end('{"a":"never","b":"2020-01-01"}'), {
    result: { a: 'date', b: 'date' },
  })
  assert.equal(value, { a: 'never', b: new Date('2020-01-01') })
})

test('CL-15: envelopes are decoded at any depth, and __proto__ is dropped', async () => {
  const text =
    '{"a":[{"$type":"date","$data":0}],"b":{"$type":"base64","$data":"aGk="},"__proto__":{"x":1}}'
  const value = await answered((_, response) => response.end(text))
  assert.equal(value, { a: [new Date(0)], b: Uint8Array.of(104, 105) })
  assert.is((value as { x?: unknown }).x, undefined)
  assert.is(Object.getPrototypeOf(value), Object.prototype)
})

test('CL-16: 204 is undefined', async () => {
  assert.is(await answered((_, response) => response.writeHead(204).end()), undefined)
})

test('ST-4: frames may arrive in any pieces, with comments in between', async () => {
  const text =
    ':ok\n\nevent: data\ndata: {"when":"1970-01-01T00:00:00.000Z","t":"ü"}\n\n:keepalive\n\nevent: data\ndata: 2\n\nevent: end\ndata: null\n\n'
  const items = await answered(
    async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    { streams: true, result: { when: 'date' } },
  )
  assert.equal(items, [{ when: new Date(0), t: 'ü' }, 2])
})

test('a stream that is cut off fails with UNAVAILABLE', async () => {
  const error = await answered((_, response) => response.end(':ok\n\nevent: data\ndata: 1\n\n'), {
    streams: true,
  })
  assert.ok(is(error, 'UNAVAILABLE'))
})

test('answers and events beyond their limits are refused', async () => {
  const large = 'x'.repeat(1000)
  const whole = await answered(
    (_, response) => response.end(`"${large}"`),
    {},
    { maxAnswerBytes: 500 },
  )
  assert.ok(is(whole, 'INVALID_ANSWER'))
  const chunked =
    (listener: string): RequestListener =>
    (_, response) => {
      response.write(listener)
      response.end(listener)
    }
  const pieces = await answered(chunked(`"${large}"`), {}, { maxAnswerBytes: 1500 })
  assert.ok(is(pieces, 'INVALID_ANSWER'))
  const event = await answered(
    chunked(`event: data\ndata: ${large}`),
    { streams: true },
    { maxEventLength: 500 },
  )
  assert.ok(is(event, 'INVALID_ANSWER'))
})

test('an answer that is no JSON is told as such', async () => {
  assert.ok(is(await answered((_, response) => response.end('<html>')), 'INVALID_ANSWER'))
})

test('a server nobody runs is UNAVAILABLE', async () => {
  let url = ''
  await withListener(
    () => {},
    async (given) => {
      url = given
    },
  )
  const { Thing } = createClient<ThingApi>(restDialer(url, { api: describing({}) }))
  const error = await rejection(Thing.act())
  assert.ok(is(error, 'UNAVAILABLE'))
  assert.is(error.statusCode, 503)
})

test('UP-1: files are uploaded with their names, and fields ahead of them', () =>
  withLibrary('rest', async ({ client: { Files } }) => {
    const rest = { title: 'report', meta: { a: [1] } }
    const blob = new Blob(['blob'], { type: 'text/plain' })
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('stream'))
        controller.close()
      },
    })
    const named = { content: Uint8Array.of(104, 105), filename: 'hi.txt', contentType: 'text/x' }
    const expected = { filename: 'file', contentType: 'application/octet-stream', ...rest }
    assert.equal(await Files.store({ file: named, ...rest }), {
      filename: 'hi.txt',
      contentType: 'text/x',
      text: 'hi',
      ...rest,
    })
    assert.equal(await Files.store({ file: blob, ...rest }), {
      ...expected,
      contentType: 'text/plain',
      text: 'blob',
    })
    assert.equal(await Files.store({ file: stream, ...rest }), { ...expected, text: 'stream' })
    const error = await rejection(Promise.resolve(Files.store({ file: 'text' })))
    assert.ok(is(error, 'INVALID_ARGUMENT'))
  }))

test('FI-2: a downloaded file has its type and its bytes', () =>
  withLibrary('rest', async ({ client: { Files } }) => {
    const file = (await Files.load({})) as { contentType: string; bytes(): Promise<Uint8Array> }
    assert.match(file.contentType, /^text\/csv/)
    assert.is(Buffer.from(await file.bytes()).toString(), 'a,b\n')
  }))

test('a description says everything REST needs, and equal manifests give equal text', async () => {
  const { app } = createLibrary()
  await app.start({ port: 0 })
  const api = describeApi(app.describe())
  const again = describeApi(JSON.parse(JSON.stringify(app.describe())))
  await app.stop()
  assert.is(JSON.stringify(api), JSON.stringify(again))
  const { Book, Tools } = api.classes
  assert.is(Book?.path, '/Books')
  assert.is(Book?.instancePath, '/:id')
  assert.is(Book?.isModel, true)
  assert.equal(Book?.methods['find'], {
    verb: 'get',
    path: '/',
    args: { filter: 'query' },
    isIdempotent: true,
    result: '#Book',
  })
  assert.equal(Tools?.methods['greet'], {
    verb: 'get',
    path: '/hello/:name',
    args: { name: 'path' },
    isIdempotent: true,
  })
  assert.equal(api.models?.['Book'], { published: 'date', author: '#Author', reviews: '#Review' })
  assert.throws(() => describeApi({} as never), /not a manifest/)
})

test.run()
