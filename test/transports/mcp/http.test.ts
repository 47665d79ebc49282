import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, silentLogger } from '../../../core/index.ts'
import { mcp } from '../../../transports/mcp/index.ts'
import { compileOriginRule } from '../../../transports/mcp/origin.ts'
import { rest } from '../../../transports/rest/index.ts'
import { openBooks, stopBooks } from './book-app.ts'
import { addressOf, closeClients, connectHttp, eventually, resultOf } from './mcp-client.ts'

test.after.each(async () => {
  await closeClients()
  await stopBooks()
})

const headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

function initialize(capabilities: object = {}): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: LATEST_PROTOCOL_VERSION,
      capabilities,
      clientInfo: { name: 'test', version: '1' },
    },
  })
}

function post(url: URL, body: string, more: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...headers, ...more }, body })
}

/** Status and message of an answer that is a JSON-RPC error. */
async function errorOf(pending: Promise<Response>): Promise<readonly [number, string]> {
  const response = await pending
  const { error } = (await response.json()) as { error: { message: string } } // the shape tested here
  return [response.status, error.message]
}

test('REST and MCP answer on one port, directly and through Koa', async () => {
  for (const koa of [false, true]) {
    const app = createApp({ logger: silentLogger }).install(
      rest(koa ? { phases: { initial: (_context, next) => next() } } : {}),
      mcp(),
    )
    await app.start({ port: 0 })
    try {
      assert.is(new Set(app.addresses.map((address) => new URL(address).origin)).size, 1)
      const client = await connectHttp(app)
      assert.equal((await client.listTools()).tools, [])
      const { origin } = addressOf(app)
      assert.is((await fetch(`${origin}/api/Nothing`)).status, 404)
      assert.is((await fetch(`${origin}/mcp/more`)).status, 404)
      await client.close()
    } finally {
      await app.stop(AbortSignal.abort())
    }
  }
})

test('two sessions at once do not meet', async () => {
  const { app } = await openBooks({})
  const [one, two] = await Promise.all(
    ['Bearer one', 'Bearer two'].map((Authorization) => connectHttp(app, { Authorization })),
  )
  const call = { name: 'Book_whoami', arguments: {} }
  const answers = await Promise.all([one, two, one, two].map((client) => client?.callTool(call)))
  assert.equal(
    answers.map((answer) => (resultOf(answer ?? {}) as { authorization: string }).authorization),
    ['Bearer one', 'Bearer two', 'Bearer one', 'Bearer two'],
  )
})

test('a session needs its id, and ends with DELETE', async () => {
  const { app } = await openBooks({})
  const url = addressOf(app)
  const opened = await post(url, initialize())
  const id = opened.headers.get('mcp-session-id') ?? ''
  await opened.text()
  const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' })
  assert.equal(await errorOf(post(url, list)), [400, 'Mcp-Session-Id is missing'])
  assert.equal(await errorOf(post(url, list, { 'mcp-session-id': 'x' })), [
    404,
    'session not found',
  ])
  assert.is((await post(url, list, { 'mcp-session-id': id })).status, 200)
  const ended = await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': id } })
  assert.is(ended.status, 200)
  assert.equal(await errorOf(post(url, list, { 'mcp-session-id': id })), [404, 'session not found'])
})

test('sessions beyond the limit are refused until one ends', async () => {
  const { app } = await openBooks({ maxSessions: 2 })
  const url = addressOf(app)
  const first = await post(url, initialize())
  await (await post(url, initialize())).text()
  assert.equal(await errorOf(post(url, initialize())), [503, 'Service Unavailable'])
  const id = first.headers.get('mcp-session-id') ?? ''
  await first.text()
  await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': id } })
  assert.is((await post(url, initialize())).status, 200)
})

test('an initialize the protocol refuses leaves no session behind', async () => {
  const { app } = await openBooks({ maxSessions: 1 })
  const url = addressOf(app)
  const refused = await post(url, initialize(), { accept: 'text/plain' })
  assert.is(refused.status, 406)
  assert.is((await post(url, initialize())).status, 200)
})

test('a session nobody uses ends; one that listens stays', async () => {
  const { app } = await openBooks({ sessionIdleTimeoutMs: 40 })
  const url = addressOf(app)
  const opened = await post(url, initialize())
  const id = opened.headers.get('mcp-session-id') ?? ''
  await opened.text()
  const listening = await connectHttp(app)
  let status = 200
  const until = Date.now() + 2000
  while (status !== 404 && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const closed = await fetch(url, {
      headers: { accept: 'application/json', 'mcp-session-id': id },
    })
    await closed.text()
    status = closed.status
    if (status !== 404) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.is(status, 404)
  await listening.ping()
})

test('a page of a foreign origin is refused, one of this machine is not', async () => {
  const { app } = await openBooks({})
  const url = addressOf(app)
  for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
    const [status] = await errorOf(post(url, initialize(), { origin }))
    assert.is(status, 403, origin)
  }
  const local = await post(url, initialize(), { origin: 'http://localhost:6274' })
  assert.is(local.status, 200)
  assert.is(local.headers.get('access-control-allow-origin'), 'http://localhost:6274')
  assert.match(local.headers.get('access-control-expose-headers') ?? '', /mcp-session-id/i)
})

test('listed origins replace the default, and may ask beforehand', async () => {
  const { app } = await openBooks({ allowedOrigins: ['https://app.example'] })
  const url = addressOf(app)
  const [status] = await errorOf(post(url, initialize(), { origin: 'http://localhost:1' }))
  assert.is(status, 403)
  const asked = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  })
  assert.is(asked.status, 204)
  assert.is(asked.headers.get('access-control-allow-origin'), 'https://app.example')
})

test('a name that leads to this machine does not make a page one of ours', () => {
  const mayCall = compileOriginRule(undefined, '0.0.0.0')
  assert.is(mayCall('http://rebound.example:3000', 'rebound.example:3000'), false)
  assert.is(mayCall('http://192.168.1.5:3000', '192.168.1.5:3000'), true)
  assert.is(mayCall('http://192.168.1.6:3000', '192.168.1.5:3000'), false)
  assert.is(mayCall('http://[::1]:3000', '[::1]:3000'), true)
  assert.is(mayCall(undefined, 'shop.example'), true)
  assert.is(compileOriginRule(['*'], 'localhost')('https://any.example', 'x'), true)
})

test('a message beyond the limit is 413, announced or not, and the next one works', async () => {
  const { app } = await openBooks({ maxBodyBytes: 2000 })
  const url = addressOf(app)
  const large = initialize({ experimental: { x: { text: 'x'.repeat(2000) } } })
  assert.equal(await errorOf(post(url, large)), [413, 'request entity too large'])
  const chunked = fetch(url, {
    method: 'POST',
    headers,
    body: new Blob([large]).stream(),
    duplex: 'half',
  } as RequestInit) // `duplex` is missing in the types of this Node
  assert.equal(await errorOf(chunked), [413, 'request entity too large'])
  assert.is((await post(url, initialize())).status, 200)
})

test('what is no message is refused', async () => {
  const { app } = await openBooks({})
  const url = addressOf(app)
  const status = async (body: string, more?: Record<string, string>) =>
    (await errorOf(post(url, body, more)))[0]
  assert.is(await status('{'), 400)
  assert.is(await status('"text"'), 400)
  assert.is(await status('{}'), 400)
  assert.is(await status(`{"__proto__":${initialize()}}`), 400)
  assert.is(await status(initialize(), { 'content-type': 'text/plain' }), 415)
  assert.is(await status(`[${Array(200).fill(initialize()).join(',')}]`), 400)
  assert.is((await fetch(url, { method: 'PUT' })).status, 405)
})

test('without sessions every request stands for itself', async () => {
  const { app } = await openBooks({ stateless: true, tools: ['Book.count'] })
  const url = addressOf(app)
  const call = { name: 'Book_count', arguments: {} }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: call })
  const response = await post(url, body)
  assert.is(response.headers.get('mcp-session-id'), null)
  assert.match(await response.text(), /"id":7/)
  assert.is((await fetch(url)).status, 405)
  const client = await connectHttp(app)
  assert.equal(resultOf(await client.callTool(call)), { count: 0 })
  assert.is(client.getServerCapabilities()?.tools?.listChanged, undefined)
})

test('I-13: without sessions, a client that goes away aborts the signal', async () => {
  const { app, trace } = await openBooks({ stateless: true, tools: ['**'] })
  const client = await connectHttp(app)
  client.callTool({ name: 'Book_wait', arguments: {} }).catch(() => undefined)
  await eventually(() => trace.seen.includes('wait'), 'the method starts')
  await client.close()
  await eventually(() => trace.aborted.includes('wait'), 'the signal aborts')
})

test('a stop waits for calls, refuses new ones, and ends when told to', async () => {
  const { app, trace } = await openBooks({ tools: ['**'] })
  const client = await connectHttp(app)
  client.callTool({ name: 'Book_wait', arguments: {} }).catch(() => undefined)
  await eventually(() => trace.seen.includes('wait'), 'the method starts')
  const patience = new AbortController()
  const stopped = app.stop(patience.signal)
  let refused: unknown
  await client.ping().catch((error: unknown) => {
    refused = error
  })
  assert.ok(refused instanceof StreamableHTTPError || refused instanceof TypeError)
  assert.equal(trace.aborted, [])
  patience.abort()
  await stopped
  assert.equal(trace.aborted, ['wait'])
})

test.run()
