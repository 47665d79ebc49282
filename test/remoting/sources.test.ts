import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from 'viaduct'
import { call, request } from '../transports/rest/rest-harness.ts'
import { method, openApp, rejectionOf, stopAll } from './open-app.ts'

test.after.each(stopAll)

const quiet = { errorHandler: { log: false } }
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

/** A method that answers its arguments, each from its own source. */
const echo = (sources: Readonly<Record<string, unknown>>, path: string, type = 'any') =>
  method(
    {
      accepts: Object.entries(sources).map(([arg, http]) => ({ arg, type, ...(http as object) })),
      returns: { arg: 'args', type: 'object', root: true },
      http: { verb: 'post', path },
    },
    (args) => ({ ...args }),
  )

const openSources = () =>
  openApp({
    remoting: quiet,
    methods: {
      S: {
        form: echo({ a: { http: { source: 'form' } } }, '/form', 'number'),
        formData: echo({ a: { http: { source: 'formData' } } }, '/formData', 'number'),
        query: echo({ a: { http: { source: 'query' } } }, '/query', 'number'),
        path: echo({ a: { http: { source: 'path' } } }, '/path/:a', 'number'),
        text: echo({ a: { http: { source: 'path' } } }, '/text/:a', 'string'),
        auto: echo({ a: {} }, '/auto', 'number'),
        route: echo({ a: {} }, '/route/:a', 'number'),
        several: echo({ a: {}, b: {}, c: {} }, '/several', 'number'),
      },
    },
  })

test('A-3: form and formData read a member of the body, typed from JSON and as text from a form', async () => {
  const { port } = await openSources()
  for (const name of ['form', 'formData']) {
    const path = `/api/S/${name}`
    assert.equal((await call({ port }, 'POST', path, { a: 5 })).body, { a: 5 })
    assert.is((await call({ port }, 'POST', path, { a: '5' })).status, 400)
    const sloppy = await request({ port }, 'POST', path, { headers: form, body: 'a=5' })
    assert.is(sloppy.body, '{"a":5}')
    assert.equal((await call({ port }, 'POST', `${path}?a=7`, {}, { a: '8' })).body, {})
  }
})

test('A-4: query reads the query alone, as text also beside a JSON body', async () => {
  const { port } = await openSources()
  assert.equal((await call({ port }, 'POST', '/api/S/query?a=5', { a: 6 })).body, { a: 5 })
  assert.equal((await call({ port }, 'POST', '/api/S/query', { a: 6 }, { a: '7' })).body, {})
  assert.is((await call({ port }, 'POST', '/api/S/query?a=x', { a: 6 })).status, 400)
})

test('A-5: path reads the decoded route parameter, as text', async () => {
  const { port } = await openSources()
  assert.equal((await call({ port }, 'POST', '/api/S/path/5', { a: 6 })).body, { a: 5 })
  assert.equal((await call({ port }, 'POST', '/api/S/text/a%2Fb%20c')).body, { a: 'a/b c' })
})

test('CM-1, CM-2, CM-3, CM-4, CM-5, CM-6, CM-7: where a number may stand, and which place wins', async () => {
  const { port } = await openSources()
  const auto = async (query: string, body?: unknown, headers = {}) => {
    const answer = await call({ port }, 'POST', `/api/S/auto${query}`, body, headers)
    return answer.status === 200 ? (answer.body as { a?: unknown }).a : answer.status
  }
  assert.is(await auto('', { a: 5 }), 5)
  assert.is(await auto('', { a: '5' }), 400)
  assert.is(await auto('', { a: null }), 400)
  assert.is(await auto('?a=5', {}), 5)
  assert.is(await auto('?a=5', { a: 6 }), 6)
  assert.is(await auto('', undefined, { a: '9' }), 9)
  const urlencoded = { headers: form, body: 'a=5' }
  assert.is((await request({ port }, 'POST', '/api/S/auto', urlencoded)).body, '{"a":5}')
  assert.equal((await call({ port }, 'POST', '/api/S/route/3?a=5', { a: 6 })).body, { a: 3 })
})

test('A-13: hooks that authorize see converted arguments', async () => {
  const seen: unknown[] = []
  const { port } = await openApp(
    { remoting: quiet, methods: { S: { auto: echo({ a: {} }, '/auto', 'number') } } },
    (app) => app.authorize(({ args }) => seen.push(args['a'])),
  )
  await call({ port }, 'POST', '/api/S/auto?a=0x10')
  assert.equal(seen, [16])
})

test('A-15, E-14: the first failing argument in accepts order decides, and the answer names it', async () => {
  const { port, local } = await openSources()
  const errorOf = (body: unknown) => (body as { error: Readonly<Record<string, unknown>> }).error
  const both = await call({ port }, 'POST', '/api/S/several?a=1&b=x&c=y')
  assert.is(both.status, 400)
  assert.equal(errorOf(both.body), {
    statusCode: 400,
    name: 'Error',
    message: 'Value is not a number.',
    code: 'INVALID_ARGUMENT',
    details: { arg: 'b', source: 'auto', expected: 'number' },
  })
  const failure = await rejectionOf(local.invoke('S.several', { c: 'y', a: 'x' }))
  assert.equal(failure['details'], { arg: 'a', source: 'auto', expected: 'number' })
})

test('A-8, A-13: computed arguments run once, in order, before authorization; their errors keep their status', async () => {
  const order: string[] = []
  const computed = (name: string, value: unknown) => async () => {
    order.push(name)
    if (value instanceof Error) throw value
    return value
  }
  const gone = new RemoteError('gone', { statusCode: 410 })
  const { port } = await openApp(
    {
      remoting: quiet,
      methods: {
        S: {
          two: echo({ a: { http: computed('a', 1) }, b: { http: computed('b', 2) } }, '/two'),
          gone: echo({ a: { http: computed('a', gone) } }, '/gone'),
          plain: echo({ a: { http: computed('a', new Error('secret')) } }, '/plain'),
        },
      },
    },
    (app) => app.authorize(() => order.push('authorize')),
  )
  assert.equal((await call({ port }, 'POST', '/api/S/two')).body, { a: 1, b: 2 })
  assert.equal(order, ['a', 'b', 'authorize'])
  assert.is((await call({ port }, 'POST', '/api/S/gone')).status, 410)
  assert.is((await call({ port }, 'POST', '/api/S/plain')).status, 500)
})

test('CF-29: an object in the parameter args supplies arguments below explicit ones, where the option is on', async () => {
  const methods = { S: { auto: echo({ a: {}, b: {} }, '/auto') } }
  const args = encodeURIComponent('{"a":1,"b":2}')
  const off = await openApp({ remoting: quiet, methods })
  assert.equal((await call(off, 'POST', `/api/S/auto?args=${args}`)).body, {})
  const on = await openApp({ remoting: quiet, methods, compat: { argsParameter: true } })
  assert.equal((await call(on, 'POST', `/api/S/auto?args=${args}&b=3`)).body, { a: 1, b: 3 })
  for (const text of ['{"a":{"__proto__":1}}', '[1]', '{a:1}', 'null']) {
    const ignored = await call(on, 'POST', `/api/S/auto?args=${encodeURIComponent(text)}`)
    assert.equal(ignored.body, {}, text)
  }
  const body = `args=${args}`
  assert.is(
    (await request(on, 'POST', '/api/S/auto', { headers: form, body })).body,
    '{"a":1,"b":2}',
  )
})

test.run()
