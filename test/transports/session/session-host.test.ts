import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, sharedMethods, silentLogger, streamOf } from 'viaduct'
import { z } from 'zod'
import { jsonCodec } from '../../../transports/codec/json.ts'
import type { ClientSession } from '../../../transports/session/client-session.ts'
import { PipeEnd } from '../../../transports/session/pipe.ts'
import { joinedPipes, QueuePipe } from '../../../transports/session/queue-pipe.ts'
import type { SessionHost } from '../../../transports/session/session-host.ts'
import {
  createSessionHost,
  type SessionOptions,
} from '../../../transports/session/session-options.ts'
import { createTestSession } from '../../support/session-client.ts'

const method = sharedMethods()

// pipes in memory and timers of sessions do not keep a process alive
const alive = setInterval(() => {}, 1000)
test.after(() => clearInterval(alive))

/** A host over an application, and a client that reconnects over pipes in memory. */
async function open(options: SessionOptions = {}) {
  let host: SessionHost | undefined
  const methods = {
    add: method({ accepts: { a: z.int(), b: z.int() }, returns: z.int() }, ({ a, b }) => a + b),
    count: method({ returns: streamOf(z.int()) }, async function* () {
      for (let n = 1; ; n++) yield n
    }),
    total: {
      definition: {
        accepts: [{ arg: 'file', type: 'file' }],
        returns: { arg: 'total', type: 'number', root: true },
      },
      async handler({ file }: { file?: { stream: AsyncIterable<Uint8Array> } }) {
        let total = 0
        for await (const { length } of file?.stream ?? []) {
          total += length
          await new Promise((resolve) => setImmediate(resolve))
        }
        return total
      },
    },
  }
  const app = createApp({ logger: silentLogger, methods: { T: methods } }).install({
    kind: 'transport',
    name: 'pipes',
    supports: {
      sloppyInput: false,
      richValues: true,
      streams: true,
      files: false,
      cancellation: true,
    },
    async listen(environment) {
      const opened = createSessionHost('pipes', options, environment)
      host = opened
      return { addresses: [], close: (signal) => opened.close(signal) }
    },
  })
  await app.start()
  if (host === undefined) throw new Error('the transport was not opened')
  const served = host
  let last: QueuePipe | undefined
  const states: string[] = []
  let accepting = served
  const connect = (): QueuePipe => {
    const [client, server] = joinedPipes()
    void accepting.accept(server, { codecs: [jsonCodec], metadata: {} })
    last = client
    return client
  }
  const session: ClientSession = createTestSession(async () => connect(), jsonCodec, {
    reconnect: { attempts: 20, baseMs: 1, maxMs: 10 },
    onState: ({ kind }) => void states.push(kind),
  })
  await session.open()
  return {
    app,
    host: served,
    session,
    states,
    connect,
    /** Later connections reach this host. */
    moveTo: (other: SessionHost) => {
      accepting = other
    },
    lose: () => last?.abort(new PipeEnd(1006, 'lost')),
    async close() {
      await session.close(AbortSignal.timeout(20))
      await app.stop(AbortSignal.timeout(50))
    },
  }
}

const failureOf = (pending: Promise<unknown>): Promise<{ readonly code?: string }> =>
  pending.then(
    () => ({}),
    (error) => error,
  )

test('WS-6: a client that leaves right behind its hello hurts nobody', async () => {
  const faults: unknown[] = []
  const note = (reason: unknown): void => void faults.push(reason)
  process.on('unhandledRejection', note)
  const opened = await open()
  for (let i = 0; i < 5; i++) {
    const pipe = opened.connect()
    void pipe.send('[[0,{"version":1}]]')
    pipe.abort(new PipeEnd(1000, 'left'))
  }
  await new Promise((resolve) => setTimeout(resolve, 10))
  const reply = await opened.session.call({ method: 'T.add', args: { a: 1, b: 2 } })
  assert.equal(reply, { kind: 'value', value: 3 })
  process.off('unhandledRejection', note)
  assert.equal(faults, [])
  assert.is(opened.host.size, 1)
  await opened.close()
})

test('WS-4: a stream goes on over the next pipe without a loss', async () => {
  const { session, states, lose, close } = await open()
  const reply = await session.call({ method: 'T.count', args: {}, streams: true })
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  let expected = 0
  for await (const item of reply.items) {
    assert.is(item, ++expected)
    if (expected % 100 === 0) lose()
    if (expected === 500) break
  }
  assert.ok(states.filter((state) => state === 'reconnecting').length >= 4)
  assert.not.ok(states.includes('gap'))
  await close()
})

test('a session that can not be resumed is told as a gap, and its streams fail with SESSION_LOST', async () => {
  const { session, states, host, close } = await open()
  const reply = await session.call({ method: 'T.count', args: {}, streams: true })
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  const reading = failureOf(
    (async () => {
      for await (const _ of reply.items) await new Promise((resolve) => setImmediate(resolve))
    })(),
  )
  host.dropConnections(1001)
  assert.is((await reading).code, 'SESSION_LOST')
  assert.ok(states.includes('gap'))
  const next = await session.call({ method: 'T.add', args: { a: 1, b: 1 } })
  assert.equal(next, { kind: 'value', value: 2 })
  await close()
})

test('a server that stops answers what is under way; new calls wait for the next connection', async () => {
  const old = await open()
  const next = await open()
  const reply = await old.session.call({ method: 'T.count', args: {}, streams: true })
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  const items = reply.items[Symbol.asyncIterator]()
  assert.equal(await items.next(), { done: false, value: 1 })
  old.moveTo(next.host)
  const closing = old.host.close(AbortSignal.timeout(1000))
  assert.equal(await items.next(), { done: false, value: 2 })
  await new Promise((resolve) => setTimeout(resolve, 5)) // the farewell arrives
  const waiting = old.session.call({ method: 'T.add', args: { a: 1, b: 2 } })
  assert.equal(await items.next(), { done: false, value: 3 })
  await items.return?.()
  await closing
  assert.equal(await waiting, { kind: 'value', value: 3 })
  await old.close()
  await next.close()
})

test('calls that wait for the next connection fail when the client closes or gives up', async () => {
  const { connect, close } = await open()
  for (const attempts of [2, 1000]) {
    let first: QueuePipe | undefined
    const opening = async (): Promise<QueuePipe> => {
      if (first !== undefined) throw new PipeEnd(1006, 'nobody is there')
      first = connect()
      return first
    }
    const reconnect = { attempts, baseMs: 1, maxMs: 5 }
    const session = createTestSession(opening, jsonCodec, { reconnect })
    await session.open()
    first?.abort(new PipeEnd(1006, 'lost'))
    const call = failureOf(session.call({ method: 'T.add', args: { a: 1, b: 2 } }))
    if (attempts > 2) void session.close(AbortSignal.timeout(20))
    const { code } = await call
    assert.is(code, 'UNAVAILABLE')
    const later = await failureOf(session.call({ method: 'T.add', args: {} }))
    assert.is(later.code, 'UNAVAILABLE')
  }
  await close()
})

test('a client gives up a server that says nothing, and resumes', async () => {
  const { session, states, close } = await open({ limits: { silenceMs: 60 } })
  const silent = createTestSession(async () => {
    const pipe = new QueuePipe({ send: () => {}, close: () => {} })
    const limits = { maxMessageBytes: 1000, maxConcurrentCalls: 1, silenceMs: 40, resumeMs: 0 }
    const welcome = { version: 1, session: 's', resumed: false, received: 0, limits }
    pipe.push(JSON.stringify([[1, welcome]]))
    return pipe
  }, jsonCodec)
  await silent.open()
  assert.is((await failureOf(silent.call({ method: 'T.add', args: {} }))).code, 'UNAVAILABLE')
  const reply = await session.call({ method: 'T.add', args: { a: 1, b: 2 } })
  assert.equal(reply, { kind: 'value', value: 3 })
  assert.not.ok(states.includes('reconnecting'))
  await close()
})

test('a client sends a file no faster than the method reads it', async () => {
  const { session, close } = await open({ limits: { streamWindow: 4 } })
  let made = 0
  async function* chunks() {
    for (let n = 0; n < 50; n++) {
      made++
      yield new Uint8Array(10)
    }
  }
  const args = { file: { filename: 'a', stream: chunks() } }
  assert.equal(await session.call({ method: 'T.total', args }), { kind: 'value', value: 500 })
  assert.is(made, 50)
  await close()
})

test.run()
