import { request } from 'node:http'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonRpcOptions } from '../../../transports/json-rpc/index.ts'
import { rest } from '../../../transports/rest/index.ts'
import { exchange } from '../../support/http-exchange.ts'
import { eventually, type JsonRpcServer, startServer, stopAll } from './json-rpc-server.ts'

test.after.each(stopAll)

const endpoint = '/api/Plain/jsonrpc'
const call = (method: string, params?: unknown, id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
})
const add = JSON.stringify(call('add', [1, 2]))
const three = '{"jsonrpc":"2.0","id":1,"result":3}'
const ways = [
  { name: 'direct', others: () => [rest()] },
  {
    name: 'through Koa',
    others: () => [rest({ phases: { 'routes:before': (_context, next) => next() } })],
  },
]

for (const { name, others } of ways) {
  test(`${name}: REST and JSON-RPC share a port`, async () => {
    const { origin, send } = await startServer({ others: others() })
    assert.is((await send(endpoint, add)).text, three)
    const plain = await exchange(origin, { method: 'GET', path: '/api/Plain/one' })
    assert.is(plain.text, '{"x":7}')
    assert.is((await send('/api/Nowhere/jsonrpc', add)).status, 404)
    assert.is((await send('/other/jsonrpc', add)).status, 404)
  })

  test(`${name}: paths match whatever their case, with a slash behind or a query`, async () => {
    const { send } = await startServer({ others: others() })
    for (const path of [
      '/API/plain/JSONRPC',
      `${endpoint}/`,
      `${endpoint}?a=1`,
      '/api/%50lain/jsonrpc',
    ]) {
      assert.is((await send(path, add)).text, three, path)
    }
    assert.is((await send('/api/%E0%A4%A/jsonrpc', add)).status, 404)
  })

  test(`${name}: other verbs answer 405 with Allow, other content types 415`, async () => {
    const { origin, send, trace } = await startServer({ others: others() })
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const { status, headers } = await exchange(origin, { method, path: endpoint })
      assert.equal([status, headers.allow], [405, 'POST'])
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      assert.is((await send(endpoint, add, { 'Content-Type': type })).status, 415)
    }
    assert.is((await send(endpoint, add, {})).status, 415)
    assert.is(
      (await send(endpoint, add, { 'Content-Type': 'application/json; charset=latin1' })).status,
      415,
    )
    assert.is(
      (await send(endpoint, add, { 'Content-Type': 'application/json', 'Content-Encoding': 'x' }))
        .status,
      415,
    )
    assert.equal(trace, [])
    assert.is((await send(endpoint, add, { 'Content-Type': 'application/json-rpc' })).text, three)
  })

  test(`${name}: J-4: notifications alone answer 204`, async () => {
    const { send } = await startServer({ others: others() })
    const { status } = await send(endpoint, JSON.stringify({ jsonrpc: '2.0', method: 'one' }))
    assert.is(status, 204)
  })

  test(`${name}: N-30: CORS as with REST`, async () => {
    const remoting = { cors: { origin: 'http://a', credentials: true } }
    const { origin, send } = await startServer({ others: others(), remoting })
    const preflight = await exchange(origin, {
      method: 'OPTIONS',
      path: endpoint,
      headers: { Origin: 'http://a', 'Access-Control-Request-Method': 'POST' },
    })
    assert.is(preflight.status, 204)
    assert.is(preflight.headers['access-control-allow-origin'], 'http://a')
    assert.is(preflight.headers['access-control-allow-credentials'], 'true')
    const answer = await send(endpoint, add, {
      'Content-Type': 'application/json',
      Origin: 'http://a',
    })
    assert.is(answer.headers['access-control-allow-origin'], 'http://a')
    const foreign = await send(endpoint, add, {
      'Content-Type': 'application/json',
      Origin: 'http://b',
    })
    assert.is(foreign.headers['access-control-allow-origin'], undefined)
  })
}

test('U-11: OPTIONS without CORS is 204 in strict, 404 in loopback3', async () => {
  const ask = ({ origin }: JsonRpcServer) => exchange(origin, { method: 'OPTIONS', path: endpoint })
  assert.is((await ask(await startServer())).status, 204)
  assert.is((await ask(await startServer({ profile: 'loopback3' }))).status, 404)
})

test('a client that leaves aborts all calls of its batch, and the rest never begin', async () => {
  const { origin, trace } = await startServer({ options: { maxConcurrentCalls: 2 } })
  const outgoing = request(`${origin}${endpoint}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  })
  outgoing.on('error', () => {})
  outgoing.end(
    JSON.stringify([call('forever', [], 1), call('forever', [], 2), call('add', [1, 2], 3)]),
  )
  await eventually(() => trace.length === 2)
  outgoing.destroy()
  await eventually(() => trace.filter((step) => step === 'aborted').length === 2)
  assert.equal(trace, ['begins', 'begins', 'aborted', 'aborted'])
})

test('timeoutMs ends every call of a request, each with its own answer', async () => {
  const { send, trace } = await startServer({ options: { timeoutMs: 30 } })
  const { text } = await send(endpoint, JSON.stringify([call('forever'), call('add', [1, 2], 2)]))
  const [first, second] = JSON.parse(text)
  assert.equal(first.error.data, { statusCode: 504 })
  assert.is(second.result, 3)
  assert.ok(trace.includes('aborted'))
})

test('limits: a batch of more requests than maxBatch runs none of them', async () => {
  const { send, trace } = await startServer({ options: { maxBatch: 3 } })
  const batch = (size: number) =>
    JSON.stringify(Array.from({ length: size }, (_, id) => call('add', [1], id)))
  const { text, status } = await send(endpoint, batch(4))
  assert.is(status, 200)
  const { error, id } = JSON.parse(text)
  assert.equal([id, error.code, error.data.statusCode], [null, -32600, 413])
  assert.equal(trace, [])
  assert.is(JSON.parse((await send(endpoint, batch(3))).text).length, 3)
})

test('limits: no more calls of a batch run at once than maxConcurrentCalls', async () => {
  const { send } = await startServer({ options: { maxConcurrentCalls: 3 } })
  const batch = Array.from({ length: 12 }, (_, id) => call('busy', [], id))
  const { text } = await send(endpoint, JSON.stringify(batch))
  const most = (JSON.parse(text) as { result: number }[]).map(({ result }) => result)
  assert.is(Math.max(...most), 3)
})

test('limits, Q-11: depth, keys, items and reserved keys are -32600 and reach no method', async () => {
  const { send, trace } = await startServer({ options: { maxDepth: 5, maxKeys: 5, maxItems: 5 } })
  const text = (params: string) => `{"jsonrpc":"2.0","id":1,"method":"add","params":${params}}`
  for (const params of [
    '[[[[[1]]]]]',
    '{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}',
    '[1,2,3,4,5,6]',
    '{"a":{"__proto__":{}}}',
    '{"a":{"constructor":{}}}',
  ]) {
    const answer = await send(endpoint, text(params))
    const { error, id } = JSON.parse(answer.text)
    assert.equal(
      [answer.status, id, error.code, error.data.statusCode],
      [200, null, -32600, 400],
      params,
    )
  }
  assert.equal(trace, [])
  assert.is((await send(endpoint, text('[1,2]'))).text, three)
})

test('headers of the request reach the method as metadata', async () => {
  const { send } = await startServer()
  const headers = { 'Content-Type': 'application/json', 'X-Name': 'Ada' }
  assert.is(
    JSON.parse((await send(endpoint, JSON.stringify(call('header')), headers)).text).result,
    'Ada',
  )
})

test('M-9: classes added and removed at run time have endpoints at the next request', async () => {
  const { app, send } = await startServer()
  app.change((classOf) => {
    const definition = { isStatic: true, accepts: [], returns: { arg: 'r', root: true } }
    classOf('Late').defineMethod('here', definition, () => 'yes')
  })
  assert.is(
    JSON.parse((await send('/api/Late/jsonrpc', JSON.stringify(call('here')))).text).result,
    'yes',
  )
  app.removeClass('Late')
  assert.is((await send('/api/Late/jsonrpc', JSON.stringify(call('here')))).status, 404)
})

test('unknown and wrong options stop the start, naming the key', async () => {
  for (const [options, text] of [
    [{ pth: '/x' }, 'jsonRpc.pth: unknown key'],
    [{ maxBatch: 0 }, 'jsonRpc.maxBatch: expected a whole number from 1, got number'],
    [{ maxBytes: 'many' }, 'jsonRpc.maxBytes: expected a size such as "100kb"'],
    [{ path: '/a b' }, 'jsonRpc.path: "/a b" is no path'],
  ] as const) {
    try {
      await startServer({ options: options as JsonRpcOptions })
      assert.unreachable('the start must fail')
    } catch (error) {
      assert.is((error as Error).message, text)
    }
  }
})

test('two applications in one process answer for themselves', async () => {
  const [one, two] = [await startServer(), await startServer({ options: { path: '/rpc' } })]
  assert.is((await one.send(endpoint, add)).text, three)
  assert.is((await two.send('/rpc/Plain/jsonrpc', add)).text, three)
  assert.is((await two.send(endpoint, add)).status, 404)
})

test.run()
