import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { absent } from '../../../core/method/output.ts'
import {
  call,
  request,
  type Setup,
  startServer,
  stopAll,
  type TestMethod,
  ways,
} from './rest-harness.ts'

test.after.each(stopAll)

const yields = new Map<string, () => unknown>([
  ['absent', () => absent],
  ['undefined', () => undefined],
  ['null', () => null],
  ['false', () => false],
  ['zero', () => 0],
  ['empty', () => ''],
  ['text', () => 'x'],
  ['nan', () => Number.NaN],
  ['date', () => new Date(0)],
  ['buffer', () => Buffer.from('hi')],
  ['nested', () => ({ d: new Date(0) })],
  ['dates', () => [new Date(0)]],
  ['list', () => []],
  ['toJSON', () => [{ toJSON: () => ({ a: 1 }) }]],
  ['holes', () => ({ a: undefined, b: Number.POSITIVE_INFINITY })],
  ['bigint', () => ({ n: 1n })],
  ['cycle', () => cyclic()],
])

function cyclic(): object {
  const value: Record<string, unknown> = {}
  value['self'] = value
  return value
}

function yielding(root: boolean): TestMethod {
  return {
    accepts: { arg: 'kind', type: 'string', http: { source: 'query' } },
    returns: { arg: 'v', type: 'any', root },
    http: { verb: 'get', path: root ? '/root' : '/named' },
    run: ({ kind }: { kind: string }) => yields.get(kind)?.(),
  }
}

const classes: Setup['classes'] = {
  Thing: {
    methods: {
      root: yielding(true),
      named: yielding(false),
      created: {
        http: { verb: 'post', path: '/', status: 201 },
        returns: { arg: 'x', type: 'object', root: true },
        run: () => ({ id: 1 }),
      },
      accepted: { http: { verb: 'post', path: '/accepted', status: 202 }, run: () => undefined },
      targets: {
        http: { verb: 'get', path: '/targets' },
        returns: [
          { arg: 'status', type: 'number', http: { target: 'status' } },
          { arg: 'body', type: 'string' },
          { arg: 'X-Trace', type: 'string', http: { target: 'header' } },
          { arg: 'kind', type: 'string', http: { target: 'header', header: 'Content-Type' } },
        ],
        run: () => [203, 'b', 't1', 'application/vnd.thing+json'],
      },
      moved: {
        http: { verb: 'get', path: '/moved' },
        run: (_: unknown, { response }) =>
          void (response as unknown as { status(n: number): { set(k: string, v: string): void } })
            .status(302)
            .set('Location', '/other'),
      },
      own: {
        http: { verb: 'get', path: '/own' },
        run: (_: unknown, { response }) =>
          (response as unknown as { json(v: unknown): void }).json({ mine: true }),
      },
      typed: {
        http: { verb: 'get', path: '/typed' },
        returns: { arg: 'x', type: 'object', root: true },
        run: (_: unknown, { response }) => {
          ;(response as unknown as { set(k: string, v: string): void }).set(
            'Content-Type',
            'application/x-own+json',
          )
          return { a: 1 }
        },
      },
      late: {
        http: { verb: 'get', path: '/late' },
        run: (_: unknown, { response }) => {
          ;(response as unknown as { raw: import('node:http').ServerResponse }).raw.write('begun')
          throw new Error('too late')
        },
      },
      junk: {
        http: { verb: 'get', path: '/junk' },
        returns: [{ arg: 'h', type: 'string', http: { target: 'header', header: 'X-H' } }],
        run: () => 'a\r\nSet-Cookie: stolen=1',
      },
    },
  },
}

const table: readonly (readonly [id: string, kind: string, root: string | 204, named: string])[] = [
  ['BT-1', 'absent', '{}', '{}'],
  ['BT-2', 'undefined', 204, '{}'],
  ['BT-3', 'null', 'null', '{"v":null}'],
  ['BT-4', 'false', 'false', '{"v":false}'],
  ['BT-4', 'zero', '0', '{"v":0}'],
  ['BT-4', 'empty', '""', '{"v":""}'],
  ['BT-4', 'text', '"x"', '{"v":"x"}'],
  ['BT-5', 'nan', 'null', '{"v":null}'],
  [
    'BT-6',
    'date',
    '{"$type":"date","$data":"1970-01-01T00:00:00.000Z"}',
    '{"v":{"$type":"date","$data":"1970-01-01T00:00:00.000Z"}}',
  ],
  [
    'BT-7',
    'buffer',
    '{"$type":"base64","$data":"aGk="}',
    '{"v":{"$type":"base64","$data":"aGk="}}',
  ],
  ['BT-8', 'nested', '{"d":"1970-01-01T00:00:00.000Z"}', '{"v":{"d":"1970-01-01T00:00:00.000Z"}}'],
  ['BT-8', 'dates', '["1970-01-01T00:00:00.000Z"]', '{"v":["1970-01-01T00:00:00.000Z"]}'],
  ['B-6', 'list', '[]', '{"v":[]}'],
  ['B-9', 'toJSON', '[{"a":1}]', '{"v":[{"a":1}]}'],
  ['B-7', 'holes', '{"b":null}', '{"v":{"b":null}}'],
]

for (const profile of ['strict', 'loopback3'] as const) {
  for (const way of ways) {
    const setup = {
      profile,
      options: way.options,
      classes,
      remoting: { errorHandler: { log: false } },
    }

    test(`${profile}, ${way.name}: B-1: every kind of result has its status and body`, async () => {
      const server = await startServer(setup)
      for (const [id, kind, root, named] of table) {
        const one = await request(server, 'GET', `/api/Thing/root?kind=${kind}`)
        assert.is(one.status, root === 204 ? 204 : 200, `${id} ${kind}`)
        assert.is(one.body, root === 204 ? '' : root, `${id} ${kind} root`)
        const two = await request(server, 'GET', `/api/Thing/named?kind=${kind}`)
        assert.is(two.body, named, `${id} ${kind} named`)
      }
      await server.stop()
    })

    test(`${profile}, ${way.name}: B-4, B-5, B-10: a JSON answer has these headers and no others`, async () => {
      const server = await startServer(setup)
      const answer = await request(server, 'GET', '/api/Thing/root?kind=text')
      assert.is(
        answer.text,
        'HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n' +
          `ETag: ${answer.headers['etag']}\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"x"`,
      )
      assert.match(answer.headers['etag'] ?? '', /^W\/"[\w-]+"$/)
      await server.stop()
    })

    test(`${profile}, ${way.name}: B-4: a 204 keeps the negotiated type, with its charset in loopback3`, async () => {
      const server = await startServer(setup)
      const answer = await request(server, 'GET', '/api/Thing/root?kind=undefined')
      const type = profile === 'strict' ? 'application/json' : 'application/json; charset=utf-8'
      assert.is(
        answer.text,
        `HTTP/1.1 204 No Content\r\nContent-Type: ${type}\r\nConnection: close\r\n\r\n`,
      )
      await server.stop()
    })

    test(`${profile}, ${way.name}: B-2, B-3: http.status replaces 200 and is kept without a body`, async () => {
      const server = await startServer(setup)
      assert.equal((await call(server, 'POST', '/api/Thing', {})).status, 201)
      const empty = await request(server, 'POST', '/api/Thing/accepted')
      assert.is(empty.status, 202)
      assert.is(empty.headers['content-length'], '0')
      await server.stop()
    })

    test(`${profile}, ${way.name}: R-5, R-6, R-7, B-4: returns may be aimed at the status and at headers`, async () => {
      const server = await startServer(setup)
      const answer = await request(server, 'GET', '/api/Thing/targets')
      assert.is(answer.status, 203)
      assert.is(answer.body, '{"body":"b"}')
      assert.is(answer.headers['x-trace'], 't1')
      assert.is(answer.headers['content-type'], 'application/vnd.thing+json')
      await server.stop()
    })

    test(`${profile}, ${way.name}: B-3, B-4: a status set by the method is kept, 3xx gets no type`, async () => {
      const server = await startServer(setup)
      const answer = await request(server, 'GET', '/api/Thing/moved')
      assert.is(answer.status, 302)
      assert.is(answer.headers['location'], '/other')
      assert.is(answer.headers['content-type'], undefined)
      await server.stop()
    })

    test(`${profile}, ${way.name}: B-4: a type set on the response wins`, async () => {
      const server = await startServer(setup)
      const answer = await request(server, 'GET', '/api/Thing/typed')
      assert.is(answer.headers['content-type'], 'application/x-own+json')
      assert.is(answer.body, '{"a":1}')
      await server.stop()
    })

    test(`${profile}, ${way.name}: B-11: a method may answer by itself, nothing is written after it`, async () => {
      const server = await startServer(setup)
      const answer = await request(server, 'GET', '/api/Thing/own')
      assert.is(answer.status, 200)
      assert.is(answer.body, '{"mine":true}')
      await server.stop()
    })

    test(`${profile}, ${way.name}: B-8: an unserialisable result is a 500 and the process stays up`, async () => {
      const server = await startServer(setup)
      for (const kind of ['bigint', 'cycle']) {
        const { status, body } = await call(server, 'GET', `/api/Thing/root?kind=${kind}`)
        assert.is(status, 500)
        assert.is((body as { error: { message: string } }).error.message, 'Internal Server Error')
      }
      assert.is((await request(server, 'GET', '/api/Thing/root?kind=text')).status, 200)
      await server.stop()
    })

    test(`${profile}, ${way.name}: a header value with a line end is a 500, never a second header`, async () => {
      const server = await startServer(setup)
      const answer = await request(server, 'GET', '/api/Thing/junk')
      assert.is(answer.status, 500)
      assert.is(answer.headers['set-cookie'], undefined)
      await server.stop()
    })

    test(`${profile}, ${way.name}: E-11: an error after the first byte destroys the socket`, async () => {
      const server = await startServer(setup)
      const answer = await request(server, 'GET', '/api/Thing/late')
      assert.not.match(answer.text, 'too late')
      assert.not.match(answer.text, '\r\n0\r\n')
      await server.stop()
    })

    test(`${profile}, ${way.name}: B-5: If-None-Match answers 304 to GET and HEAD without a type`, async () => {
      const server = await startServer(setup)
      const path = '/api/Thing/root?kind=text'
      const etag = (await request(server, 'GET', path)).headers['etag'] ?? ''
      const hit = await request(server, 'GET', path, { headers: { 'If-None-Match': etag } })
      assert.is(hit.text, `HTTP/1.1 304 Not Modified\r\nETag: ${etag}\r\nConnection: close\r\n\r\n`)
      for (const candidates of ['*', `"other", ${etag}`, etag.slice(2)]) {
        const answer = await request(server, 'GET', path, {
          headers: { 'If-None-Match': candidates },
        })
        assert.is(answer.status, 304, candidates)
      }
      assert.is(
        (await request(server, 'HEAD', path, { headers: { 'If-None-Match': etag } })).status,
        304,
      )
      for (const headers of [
        { 'If-None-Match': 'W/"x"' },
        { 'If-None-Match': etag, 'Cache-Control': 'no-cache' },
      ]) {
        assert.is((await request(server, 'GET', path, { headers })).status, 200)
      }
      const post = await request(server, 'POST', '/api/Thing', {
        headers: { 'If-None-Match': '*' },
      })
      assert.is(post.status, 201)
      await server.stop()
    })

    test(`${profile}, ${way.name}: U-10: HEAD has the headers of GET and no body`, async () => {
      const server = await startServer(setup)
      const get = await request(server, 'GET', '/api/Thing/root?kind=text')
      const head = await request(server, 'HEAD', '/api/Thing/root?kind=text')
      assert.equal(head.lines, get.lines)
      assert.is(head.body, '')
      await server.stop()
    })
  }
}

test('BT-9: an after hook that clears the result makes a 204', async () => {
  const hook = (context: { result: unknown }) => {
    context.result = undefined
  }
  const server = await startServer({
    classes,
    hooks: { after: [{ pattern: '**', hook }] } as never,
  })
  assert.is((await request(server, 'GET', '/api/Thing/root?kind=text')).status, 204)
  await server.stop()
})

test.run()
