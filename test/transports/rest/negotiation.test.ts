import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../../core/error/remote-error.ts'
import type { Model } from '../../../core/model/model.ts'
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

let invocations = 0

const byId: TestMethod = {
  accepts: { arg: 'id', type: 'string', http: { source: 'path' } },
  http: { verb: 'get', path: '/:id' },
  returns: { arg: 'data', type: 'Book', root: true },
  run: ({ id }: { id: string }) => {
    invocations++
    if (id !== '1')
      throw new RemoteError(`Unknown "Book" id "${id}".`, {
        reason: 'MODEL_NOT_FOUND',
        statusCode: 404,
      })
    return { title: 'Neg', id: 1 }
  },
}

function value(name: string, result: unknown, more: object = {}): TestMethod {
  return {
    http: { verb: 'get', path: `/${name}` },
    returns: { arg: 'data', type: 'any', root: true, ...more },
    run: () => result,
  }
}

const books: Setup['classes'][string] = {
  paths: ['/Books'],
  methods: {
    byId,
    write: {
      http: { verb: 'post', path: '/write' },
      returns: { arg: 'r', type: 'any' },
      run: () => ++invocations,
    },
    list: value('list', [{ a: 1 }, { a: 2 }]),
    named: {
      http: { verb: 'get', path: '/named' },
      returns: { arg: 'book', type: 'any' },
      run: () => [{ a: 1 }, { a: 2 }],
    },
    nothing: value('nothing', null),
    zero: value('zero', 0),
    date: value('date', {
      when: new Date(0),
      'odd key': '<&>',
      empty: '',
      none: [],
      deep: { x: { y: 1 } },
      gone: undefined,
    }),
    own: value('own', { toXML: () => '<own/>', toJSON: () => ({ a: 1 }) }),
    wrapped: value('wrapped', { a: 1 }, { xml: { wrapperElement: 'book', declaration: false } }),
    cycle: value('cycle', cyclic()),
    script: value('script', { t: '\u2028<\u2029' }),
  },
}

function cyclic(): object {
  const loop: Record<string, unknown> = {}
  loop['loop'] = loop
  return loop
}

const classes: Setup['classes'] = { Book: books }
const quiet = { errorHandler: { log: false } }
const head = '<?xml version="1.0" encoding="UTF-8"?>\n'

for (const way of ways) {
  const setup = { classes, remoting: quiet, options: way.options }
  const withXml = { ...setup, options: { ...way.options, xml: true } }

  test(`${way.name}: N-1: no Accept, anything and a browser's Accept give JSON`, async () => {
    const server = await startServer(setup)
    const browser = 'text/html,application/xhtml+xml,*/*;q=0.8'
    for (const accept of [
      undefined,
      '*/*',
      'application/json',
      browser,
      'application/json;q=0.1, application/xml',
      'application/*',
    ]) {
      const headers: Record<string, string> = accept === undefined ? {} : { Accept: accept }
      const answer = await request(server, 'GET', '/api/Books/1', { headers })
      assert.is(answer.status, 200, String(accept))
      assert.is(answer.headers['content-type'], 'application/json; charset=utf-8')
    }
    await server.stop()
  })

  test(`${way.name}: N-1, N-2: with xml on, a browser and the XML types get XML, */* gets JSON`, async () => {
    const server = await startServer(withXml)
    const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
    const types = [
      [browser, 'application/xml'],
      ['text/xml', 'text/xml'],
      ['application/xml', 'application/xml'],
      ['*/*', 'application/json'],
    ]
    for (const [accept = '', type] of types) {
      const answer = await request(server, 'GET', '/api/Books/1', { headers: { Accept: accept } })
      assert.is(answer.headers['content-type'], `${type}; charset=utf-8`, accept)
    }
    await server.stop()
  })

  test(`${way.name}: N-3: a JSON type of another name, when it is supported`, async () => {
    const supportedTypes = ['application/json', 'application/vnd.api+json']
    const server = await startServer({ ...setup, options: { ...way.options, supportedTypes } })
    const headers = { Accept: 'application/vnd.api+json' }
    const answer = await request(server, 'GET', '/api/Books/1', { headers })
    assert.is(answer.headers['content-type'], 'application/vnd.api+json; charset=utf-8')
    assert.is(answer.body, '{"title":"Neg","id":1}')
    await server.stop()
    const other = await startServer(setup)
    assert.is((await request(other, 'GET', '/api/Books/1', { headers })).status, 406)
    await other.stop()
  })

  test(`${way.name}: N-4: 406 is decided before the method is invoked`, async () => {
    const server = await startServer(setup)
    const before = invocations
    for (const accept of ['image/png', 'text/html', 'application/xml', 'application/json;q=0']) {
      const answer = await request(server, 'GET', '/api/Books/1', { headers: { Accept: accept } })
      assert.is(answer.status, 406)
      assert.is(answer.headers['content-type'], 'text/plain; charset=utf-8')
      assert.ok(answer.headers['etag'])
      assert.is(answer.body, 'Not Acceptable')
    }
    assert.is(
      (await request(server, 'POST', '/api/Books/write', { headers: { Accept: 'image/png' } }))
        .status,
      406,
    )
    assert.is(invocations, before)
    await server.stop()
  })

  test(`${way.name}: N-4: in loopback3 a GET finds out about 404 first, a POST has no side effect`, async () => {
    const server = await startServer({ ...setup, profile: 'loopback3' })
    const headers = { Accept: 'image/png' }
    assert.is((await request(server, 'GET', '/api/Books/1', { headers })).status, 406)
    assert.is((await request(server, 'GET', '/api/Books/2', { headers })).status, 404)
    const before = invocations
    assert.is((await request(server, 'POST', '/api/Books/write', { headers })).status, 406)
    assert.is(invocations, before)
    await server.stop()
  })

  test(`${way.name}: N-5, N-7: _format overrides Accept, in any case; unknown or repeated ones are 406`, async () => {
    const server = await startServer(withXml)
    const headers = { Accept: 'image/png' }
    for (const [format, type] of [
      ['json', 'application/json'],
      ['JSON', 'application/json'],
      ['xml', 'text/xml'],
      ['application/xml', 'application/xml'],
      ['text/javascript', 'application/json'],
      ['*/*', 'application/json'],
    ]) {
      const answer = await request(server, 'GET', `/api/Books/1?_format=${format}`, { headers })
      assert.is(answer.headers['content-type'], `${type}; charset=utf-8`, format)
    }
    for (const query of [
      '_format=js',
      '_format=bogus',
      '_format=json&_format=json',
      '_format=event-stream',
    ]) {
      assert.is((await request(server, 'GET', `/api/Books/1?${query}`)).status, 406, query)
    }
    await server.stop()
  })

  test(`${way.name}: N-6: _format=xml obeys the list in strict, always answers XML in loopback3`, async () => {
    const strict = await startServer(setup)
    assert.is((await request(strict, 'GET', '/api/Books/1?_format=xml')).status, 406)
    await strict.stop()
    const other = await startServer({ ...setup, compat: { 'N-6': true } })
    assert.is((await request(other, 'GET', '/api/Books/1?_format=xml')).status, 200)
    await other.stop()
  })

  test(`${way.name}: N-10: JSONP, with a cleaned name and escaped line separators`, async () => {
    const server = await startServer(setup)
    const headers = { Accept: 'application/javascript' }
    const answer = await request(server, 'GET', '/api/Books/script?callback=a.b[0]()%3Balert', {
      headers,
    })
    assert.is(
      answer.body,
      `/**/ typeof a.b[0]alert === 'function' && a.b[0]alert({"t":"\\u2028<\\u2029"});`,
    )
    assert.is(answer.headers['content-type'], 'text/javascript; charset=utf-8')
    assert.is(answer.headers['x-content-type-options'], 'nosniff')
    const none = await request(server, 'GET', '/api/Books/nothing?callback=cb', { headers })
    assert.is(none.body, "/**/ typeof cb === 'function' && cb(null);")
    await server.stop()
  })

  test(`${way.name}: N-11: without a callback, or with JSON accepted, plain JSON`, async () => {
    const server = await startServer(setup)
    const script = { headers: { Accept: 'text/javascript' } }
    for (const answer of [
      await request(server, 'GET', '/api/Books/1', script),
      await request(server, 'GET', '/api/Books/1?callback=cb', {
        headers: { Accept: 'application/json' },
      }),
      await request(server, 'GET', '/api/Books/1?callback=cb'),
    ]) {
      assert.is(answer.body, '{"title":"Neg","id":1}')
      assert.is(answer.headers['content-type'], 'application/json; charset=utf-8')
    }
    await server.stop()
  })

  test(`${way.name}: N-20: XML of objects, lists, null, other falsy values and dates`, async () => {
    const server = await startServer(withXml)
    const xml = async (path: string) =>
      (await request(server, 'GET', `/api/Books/${path}?_format=xml`)).body
    assert.is(await xml('1'), `${head}<response>\n  <title>Neg</title>\n  <id>1</id>\n</response>`)
    assert.is(
      await xml('list'),
      `${head}<response>\n  <result>\n    <a>1</a>\n  </result>\n  <result>\n    <a>2</a>\n  </result>\n</response>`,
    )
    assert.is(
      await xml('named'),
      `${head}<response>\n  <book>\n    <a>1</a>\n  </book>\n  <book>\n    <a>2</a>\n  </book>\n</response>`,
    )
    assert.is(await xml('nothing'), '<null/>')
    assert.is(await xml('zero'), '')
    assert.is(
      await xml('date'),
      `${head}<response>\n  <when>1970-01-01T00:00:00.000Z</when>\n  <odd_key>&lt;&amp;></odd_key>\n  <empty/>\n  <deep>\n    <x>\n      <y>1</y>\n    </x>\n  </deep>\n</response>`,
    )
    await server.stop()
  })

  test(`${way.name}: N-21: toXML wins, returns may name the root and drop the declaration; a failure is a 500`, async () => {
    const server = await startServer(withXml)
    const xml = async (path: string) => request(server, 'GET', `/api/Books/${path}?_format=xml`)
    assert.is((await xml('own')).body, '<own/>')
    assert.is((await xml('wrapped')).body, '<book>\n  <a>1</a>\n</book>')
    assert.is((await xml('cycle')).status, 500)
    await server.stop()
  })
}

test('N-20: loopback3 shows unset properties of a row as undefined, hidden ones never', async () => {
  const model = {
    properties: new Map(['title', 'isbn', 'secret', 'id'].map((name) => [name, {}])),
    hidden: new Set(['secret']),
  } as unknown as Model
  const server = await startServer({
    profile: 'loopback3',
    classes,
    models: new Map([['Book', model]]),
  })
  const answer = await request(server, 'GET', '/api/Books/1?_format=xml')
  assert.is(answer.headers['content-type'], 'text/xml; charset=utf-8')
  assert.is(
    answer.body,
    `${head}<response>\n  <title>Neg</title>\n  <isbn>undefined</isbn>\n  <id>1</id>\n</response>`,
  )
  await server.stop()
})

test('E-4, E-5: the recorded error bodies of loopback3, by Accept and by _format', async () => {
  const server = await startServer({
    profile: 'loopback3',
    classes,
    remoting: quiet,
    options: { handleErrors: false },
  })
  const xml =
    "<?xml version='1.0'?>\n<error>\n    <statusCode>404</statusCode>\n    <name>Error</name>\n" +
    '    <message>Unknown "Book" id "99999".</message>\n    <code>MODEL_NOT_FOUND</code>\n    <details>undefined</details>\n</error>'
  for (const accept of ['application/xml', 'text/xml']) {
    const answer = await request(server, 'GET', '/api/Books/99999', { headers: { Accept: accept } })
    assert.is(answer.headers['content-type'], 'text/xml; charset=utf-8')
    assert.is(answer.headers['x-content-type-options'], 'nosniff')
    assert.is(answer.headers['etag'], undefined)
    assert.is(answer.body, xml)
  }
  assert.is((await request(server, 'GET', '/api/Books/99999?_format=xml')).body, xml)
  for (const accept of ['text/plain', 'image/png', '*/*']) {
    const { body } = await call(server, 'GET', '/api/Books/99999', undefined, { Accept: accept })
    const error = {
      statusCode: 404,
      name: 'Error',
      message: 'Unknown "Book" id "99999".',
      code: 'MODEL_NOT_FOUND',
    }
    assert.equal(body, { error })
  }
  const html = await request(server, 'GET', '/api/Books/99999', {
    headers: { Accept: 'text/html' },
  })
  assert.is(html.headers['content-type'], 'text/html; charset=utf-8')
  const odd = await request(server, 'GET', '/api/Books/99999?_format=nonsense')
  assert.is(
    odd.headers['x-warning'],
    'Response _format "nonsense" is not supportedused "json" instead"',
  )
  const hostile = await request(server, 'GET', '/api/Books/99999?_format=a%0d%0aSet-Cookie:%20x')
  assert.is(hostile.headers['set-cookie'], undefined)
  await server.stop()
})

test.run()
