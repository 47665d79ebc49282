import {
  ErrorCode,
  McpError,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RemoteError } from '../../../core/index.ts'
import { openBooks, stopBooks } from './book-app.ts'
import { closeClients, connectHttp, eventually, resultOf } from './mcp-client.ts'

test.after.each(async () => {
  await closeClients()
  await stopBooks()
})

const all = { tools: ['**'] }

test('a call answers its object as data and as text', async () => {
  const { app } = await openBooks(all)
  const client = await connectHttp(app)
  await client.listTools() // from here on the client checks results against their schemas
  const created = await client.callTool({
    name: 'Book_create',
    arguments: { data: { title: 'Emma', pages: 474, published: '1815-12-23T00:00:00.000Z' } },
  })
  assert.is((created.structuredContent as Record<string, unknown>)['title'], 'Emma')
  assert.equal(resultOf(created), created.structuredContent)
  const longest = await client.callTool({ name: 'Book_longest', arguments: {} })
  assert.equal(longest.structuredContent, { titles: ['Emma'] })
  const found = await client.callTool({
    name: 'Book_find',
    arguments: { filter: { where: { pages: { gt: 400 } }, fields: ['title'] } },
  })
  assert.equal(resultOf(found), [{ title: 'Emma' }])
  assert.is(found.structuredContent, undefined)
})

test('a prototype method finds its row by the argument id', async () => {
  const { app } = await openBooks(all)
  const { id } = await app.models.Book.create({ title: 'Emma' })
  const client = await connectHttp(app)
  const name = 'Book_prototype_patchAttributes'
  const patched = await client.callTool({ name, arguments: { id, data: { title: 'Persuasion' } } })
  assert.is((patched.structuredContent as Record<string, unknown>)['title'], 'Persuasion')
})

test('an argument that does not fit is a result with isError and the problem', async () => {
  const { app } = await openBooks(all)
  const client = await connectHttp(app)
  const result = await client.callTool({ name: 'Book_longest', arguments: { limit: 'ten' } })
  assert.is(result.isError, true)
  const problem = resultOf(result) as Record<string, unknown>
  assert.is(problem['statusCode'], 400)
  assert.is(problem['code'], 'INVALID_ARGUMENT')
})

test('EB-2: a 5xx discloses nothing, and is logged', async () => {
  const logged: unknown[] = []
  const logger = { info() {}, warn() {}, error: (_: string, error: unknown) => logged.push(error) }
  const { app } = await openBooks(all, undefined, logger)
  const client = await connectHttp(app)
  const result = await client.callTool({ name: 'Book_fails', arguments: {} })
  assert.equal(resultOf(result), { statusCode: 500, message: 'Internal Server Error' })
  assert.is((logged[0] as Error).message, 'secret inside')
})

test('EB-1: a 4xx keeps message and code', async () => {
  const { app } = await openBooks(all)
  const client = await connectHttp(app)
  assert.equal(resultOf(await client.callTool({ name: 'Book_refuses', arguments: {} })), {
    statusCode: 404,
    name: 'Error',
    message: 'no such shelf',
    code: 'MODEL_NOT_FOUND',
  })
})

test('a tool nobody serves is an error of the protocol', async () => {
  const { app } = await openBooks({})
  const client = await connectHttp(app)
  for (const name of ['Book_find', 'Book_hidden', 'constructor', '__proto__']) {
    let thrown: unknown
    await client.callTool({ name, arguments: {} }).catch((error: unknown) => {
      thrown = error
    })
    assert.ok(thrown instanceof McpError && thrown.code === ErrorCode.InvalidParams, name)
  }
})

test('hooks see the call, its transport and the headers of its request', async () => {
  const seen: unknown[] = []
  const { app } = await openBooks({}, (shop) =>
    shop.before('Book.whoami', (context) => seen.push(context.methodString, context.metadata)),
  )
  const client = await connectHttp(app, { Authorization: 'Bearer abc' })
  const result = await client.callTool({ name: 'Book_whoami', arguments: {} })
  assert.equal(result.structuredContent, { authorization: 'Bearer abc' })
  assert.is(seen[0], 'Book.whoami')
  assert.is((seen[1] as Record<string, unknown>)['authorization'], 'Bearer abc')
})

test('authorization refuses a call', async () => {
  const { app } = await openBooks({}, (shop) =>
    shop.authorize(({ metadata }) => {
      if (metadata['authorization'] === 'Bearer good') return
      throw new RemoteError('Authorization Required', { reason: 'AUTHORIZATION_REQUIRED' })
    }),
  )
  const stranger = await connectHttp(app)
  const refused = await stranger.callTool({ name: 'Book_whoami', arguments: {} })
  assert.is(refused.isError, true)
  assert.is((resultOf(refused) as Record<string, unknown>)['statusCode'], 401)
  const friend = await connectHttp(app, { Authorization: 'Bearer good' })
  assert.not((await friend.callTool({ name: 'Book_whoami', arguments: {} })).isError)
})

test('I-13: a cancelled call aborts the signal, and its response ends', async () => {
  const { app, trace } = await openBooks(all)
  const client = await connectHttp(app)
  const late: Error[] = []
  client.onerror = (error) => late.push(error)
  const controller = new AbortController()
  const call = client.callTool({ name: 'Book_wait', arguments: {} }, undefined, {
    signal: controller.signal,
  })
  call.catch(() => undefined)
  await eventually(() => trace.seen.includes('wait'), 'the method starts')
  controller.abort()
  await eventually(() => trace.aborted.includes('wait'), 'the signal aborts')
  await eventually(() => late.length > 0, 'the answer that ends the response')
  assert.match(late[0]?.message ?? '', /the call was cancelled/)
})

test('I-13: a client that goes away aborts the signal', async () => {
  const { app, trace } = await openBooks(all)
  const client = await connectHttp(app)
  client.callTool({ name: 'Book_wait', arguments: {} }).catch(() => undefined)
  await eventually(() => trace.seen.includes('wait'), 'the method starts')
  await client.close()
  await eventually(() => trace.aborted.includes('wait'), 'the signal aborts')
})

test('items of a stream travel as progress and are the result', async () => {
  const { app, trace } = await openBooks(all)
  const client = await connectHttp(app)
  const progress: unknown[] = []
  const result = await client.callTool({ name: 'Book_pages', arguments: { to: 3 } }, undefined, {
    onprogress: (one) => progress.push([one.progress, one.message]),
  })
  assert.equal(progress, [
    [1, '{"n":1}'],
    [2, '{"n":2}'],
    [3, '{"n":3}'],
  ])
  assert.equal(result.structuredContent, { items: [{ n: 1 }, { n: 2 }, { n: 3 }], complete: true })
  assert.equal(trace.seen, ['pages ended'])
})

test('a stream is stopped at its limits, and its source ends', async () => {
  for (const limit of [{ maxItems: 5 }, { maxStreamLength: 36 }]) {
    const { app, trace } = await openBooks({ ...all, ...limit })
    const client = await connectHttp(app)
    const result = await client.callTool({ name: 'Book_pages', arguments: { to: 1e9 } })
    const { items, complete } = result.structuredContent as { items: unknown[]; complete: boolean }
    assert.is(items.length, 5)
    assert.is(complete, false)
    await eventually(() => trace.seen.includes('pages ended'), 'the source ends')
  }
})

test('a list of exactly the limit is complete', async () => {
  const { app } = await openBooks({ ...all, maxItems: 5 })
  const client = await connectHttp(app)
  const result = await client.callTool({ name: 'Book_pages', arguments: { to: 5 } })
  assert.is((result.structuredContent as { complete: boolean }).complete, true)
})

test('an endless stream is stopped after its time, and when the application stops', async () => {
  const { app } = await openBooks({ ...all, streamTimeoutMs: 30 })
  const client = await connectHttp(app)
  const result = await client.callTool({ name: 'Book_createChangeStream', arguments: {} })
  assert.equal(result.structuredContent, { items: [], complete: false })
  const calls: string[] = []
  const patient = await openBooks(all, (shop) =>
    shop.before('Book.*', ({ methodString }) => calls.push(methodString)),
  )
  const other = await connectHttp(patient.app)
  const pending = other.callTool({ name: 'Book_createChangeStream', arguments: {} })
  await eventually(() => calls.length === 1, 'the call arrives')
  await patient.app.stop()
  assert.is(((await pending).structuredContent as { complete: boolean }).complete, false)
})

test('M-9: clients hear of changed tools, and of nothing else', async () => {
  const { app } = await openBooks(all)
  const client = await connectHttp(app)
  let heard = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    heard++
  })
  assert.is(client.getServerCapabilities()?.tools?.listChanged, true)
  const before = (await client.listTools()).tools.length
  app.before('Book.find', () => undefined) // a new catalog with the same tools
  await client.ping()
  assert.is(heard, 0)
  app.change((classOf) => classOf('Book').disableMethodByName('longest'))
  await eventually(() => heard === 1, 'the notification')
  assert.is((await client.listTools()).tools.length, before - 1)
})

test('calls beyond the limit of a session fail with 429, and the others go on', async () => {
  const { app, trace } = await openBooks({ ...all, maxConcurrentCalls: 2 })
  const client = await connectHttp(app)
  for (let n = 0; n < 2; n++) {
    client.callTool({ name: 'Book_wait', arguments: {} }).catch(() => undefined)
  }
  await eventually(() => trace.seen.length === 2, 'two calls wait')
  const refused = await client.callTool({ name: 'Book_count', arguments: {} })
  assert.is((resultOf(refused) as Record<string, unknown>)['statusCode'], 429)
  const other = await connectHttp(app)
  assert.equal(resultOf(await other.callTool({ name: 'Book_count', arguments: {} })), { count: 0 })
})

test.run()
