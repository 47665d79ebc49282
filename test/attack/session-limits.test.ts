import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, silentLogger } from 'viaduct'
import { createSubProtocols, subProtocolsKey } from '../../transports/session/sub-protocols.ts'
import { websocket } from '../../transports/websocket/index.ts'
import { openRawSocket, problemOf, startSessionTarget, until } from './session-target.ts'

/** Runs an action on a target of its own. */
async function withTarget(
  options: Parameters<typeof startSessionTarget>[0],
  action: (target: Awaited<ReturnType<typeof startSessionTarget>>) => Promise<void>,
): Promise<void> {
  const target = await startSessionTarget(options)
  try {
    await action(target)
  } finally {
    await target.stop()
  }
}

setFlagsFromString('--expose-gc')
/** What is measured is what is kept, not what was not collected yet. */
const collectGarbage = runInNewContext('gc') as () => void // a new context has it

test('a wrong token closes with 4401; the right one becomes the access token of every call', () =>
  withTarget(
    {
      authenticate: async (token) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (token !== 'secret') throw new Error('no')
        return { userId: 7 }
      },
    },
    async ({ connect, greet }) => {
      for (const hello of [{ version: 1 }, { version: 1, token: 'guess' }]) {
        const socket = await connect()
        socket.send([0, hello])
        assert.is(await socket.closeCode(), 4401)
      }
      const socket = await greet({ token: 'secret' })
      assert.equal(await socket.call(1, 'T.who'), [3, 1, { userId: 7 }])
    },
  ))

test('clients that leave while they are authenticated hurt nobody', () =>
  withTarget(
    { authenticate: () => new Promise((resolve) => setTimeout(resolve, 10)) },
    async ({ connect, greet, transport }) => {
      const faults: unknown[] = []
      const note = (reason: unknown): void => void faults.push(reason)
      process.on('unhandledRejection', note)
      for (let i = 0; i < 10; i++) {
        const socket = await connect()
        socket.send([0, { version: 1 }])
        await new Promise((resolve) => setImmediate(resolve))
        socket.socket.terminate()
      }
      assert.equal(await (await greet()).call(1, 'T.echo', { x: 1 }), [3, 1, 1])
      await until(() => transport.sessions === 1)
      process.off('unhandledRejection', note)
      assert.equal(faults, [])
    },
  ))

test('an origin check that throws refuses, and the server goes on', () =>
  withTarget(
    {
      allowedOrigins: () => {
        throw new Error('broken')
      },
    },
    async ({ connect, greet }) => {
      const headers = { origin: 'https://shop.example' }
      const refusal = await connect({ headers }).catch((error: Error) => error.message)
      assert.is(refusal, 'refused with 403')
      assert.equal(await (await greet()).call(1, 'T.echo', { x: 1 }), [3, 1, 1])
    },
  ))

test('sessions beyond the limit are refused with 4429; who resumes needs no further one', () =>
  withTarget({ limits: { maxSessions: 2 } }, async ({ connect, greet, transport }) => {
    const kept = await greet({ resume: true })
    const other = await greet()
    const surplus = await connect()
    surplus.send([0, { version: 1 }])
    assert.is(await surplus.closeCode(), 4429)
    kept.socket.terminate()
    await kept.closed
    const resumed = await greet({ session: kept.welcome['session'], received: 0, resume: true })
    assert.is(resumed.welcome['resumed'], true)
    assert.equal(await other.call(1, 'T.echo', { x: 1 }), [3, 1, 1])
    assert.is(transport.sessions, 2)
  }))

test('WS-4: a slow reader of a fast endless stream costs less than 10 MiB', () =>
  withTarget({}, async ({ greet, seen }) => {
    const socket = await greet()
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    socket.socket.pause()
    socket.send([2, 1, 'T.endless', {}, { credit: Number.MAX_SAFE_INTEGER }])
    let last = -1
    await until(() => {
      const isStill = seen.made > 0 && seen.made === last
      last = seen.made
      return isStill
    }, 5000)
    collectGarbage()
    const grown = process.memoryUsage().heapUsed - before
    assert.ok(grown < 10 * 1024 * 1024, `grew by ${grown} bytes, ${seen.made} items`)
    socket.socket.terminate()
    await until(() => seen.left === 1)
  }))

test('a client that never reads its replies is given up; others are served meanwhile', () =>
  withTarget(
    { limits: { maxQueuedBytes: 1024 * 1024, silenceMs: 400 } },
    async ({ greet, transport }) => {
      const deaf = await greet()
      deaf.socket.pause()
      for (let id = 1; id <= 40; id++) deaf.send([2, id, 'T.big', { x: 1024 * 1024 }])
      await until(() => transport.sessions === 0, 3000)
      assert.equal(await (await greet()).call(1, 'T.echo', { x: 1 }), [3, 1, 1])
      deaf.socket.terminate()
    },
  ))

test('a burst of large replies is no reason to give a reading client up', () =>
  withTarget({ limits: { maxQueuedBytes: 1024 * 1024 } }, async ({ greet }) => {
    const socket = await greet()
    socket.send(...Array.from({ length: 20 }, (_, i) => [2, i + 1, 'T.big', { x: 1024 * 1024 }]))
    for (let i = 0; i < 20; i++) assert.is((await socket.next())[0], 3)
  }))

test('a result beyond the limit is a 500 for its call alone', () =>
  withTarget({ limits: { maxReplyBytes: 10_000 } }, async ({ greet }) => {
    const socket = await greet()
    assert.equal(problemOf(await socket.call(1, 'T.big', { x: 20_000 })), { statusCode: 500 })
    assert.equal(await socket.call(2, 'T.echo', { x: 1 }), [3, 2, 1])
  }))

test('a silent connection is given up, one that pings is not', () =>
  withTarget({ limits: { silenceMs: 120 } }, async ({ greet }) => {
    const silent = await greet()
    const alive = await greet()
    const timer = setInterval(() => alive.send([11, 1]), 20)
    assert.is(await silent.closeCode(), 1006)
    assert.is(alive.socket.readyState, alive.socket.OPEN)
    clearInterval(timer)
  }))

test('a session is not taken over: a guessed id, another token, another codec, an old hello', () =>
  withTarget({}, async ({ connect, greet }) => {
    const owner = await greet({ resume: true, token: 'mine' })
    assert.equal(await owner.call(1, 'T.echo', { x: 'secret' }), [3, 1, 'secret'])
    owner.send([14, 1])
    const session = owner.welcome['session']
    for (const hello of [
      { session: '00000000-0000-4000-8000-000000000000', received: 0, token: 'mine' },
      { session: 'constructor', received: 0, token: 'mine' },
      { session, received: 1, token: 'theirs' },
      { session, received: 1 },
    ]) {
      const thief = await greet(hello)
      assert.is(thief.welcome['resumed'], false)
      assert.not(thief.welcome['session'] === session)
    }
    assert.equal(await owner.call(2, 'T.echo', { x: 2 }), [3, 2, 2])
    const replay = await connect()
    replay.send([0, { version: 1, resume: true, token: 'mine', session, received: 0 }])
    assert.is(await replay.closeCode(), 4409)
    assert.equal(await owner.call(3, 'T.echo', { x: 3 }), [3, 3, 3])
  }))

test('a session that is resumed elsewhere closes its old connection with 4409', () =>
  withTarget({}, async ({ greet }) => {
    const first = await greet({ resume: true })
    const second = await greet({ resume: true, session: first.welcome['session'], received: 0 })
    assert.is(second.welcome['resumed'], true)
    assert.is(await first.closeCode(), 4409)
    assert.equal(await second.call(1, 'T.echo', { x: 1 }), [3, 1, 1])
  }))

test('what was not received is repeated, and nothing runs twice', () =>
  withTarget({}, async ({ greet, seen }) => {
    const first = await greet({ resume: true })
    first.send([2, 1, 'T.note', { x: 'once' }])
    assert.equal(await first.next(), [3, 1])
    first.socket.terminate()
    await first.closed
    const hello = { resume: true, session: first.welcome['session'], received: 0 }
    const second = await greet(hello)
    assert.equal([second.welcome['resumed'], second.welcome['received']], [true, 1])
    assert.equal(await second.next(), [3, 1])
    assert.equal(seen.notices, ['once'])
  }))

test('a session is gone after resumeMs, and its calls are cancelled', () =>
  withTarget({ limits: { resumeMs: 60 } }, async ({ greet, seen, transport }) => {
    const first = await greet({ resume: true })
    first.send([2, 1, 'T.wait', {}])
    await until(() => seen.waiting === 1)
    first.socket.terminate()
    await until(() => seen.aborted === 1 && transport.sessions === 0)
    const hello = { resume: true, session: first.welcome['session'], received: 0 }
    assert.is((await greet(hello)).welcome['resumed'], false)
  }))

test('a replay buffer that has run over is an explicit gap', () =>
  withTarget({ limits: { maxReplayBytes: 2000 } }, async ({ greet }) => {
    const first = await greet({ resume: true })
    for (let id = 1; id <= 5; id++) await first.call(id, 'T.big', { x: 1000 })
    first.socket.terminate()
    await first.closed
    const session = first.welcome['session']
    const second = await greet({ resume: true, session, received: 1 })
    assert.is(second.welcome['resumed'], false)
    assert.not(second.welcome['session'] === session)
    assert.equal(await second.call(1, 'T.echo', { x: 1 }), [3, 1, 1])
  }))

test('an impossible count in a hello begins a new session', () =>
  withTarget({}, async ({ greet }) => {
    const first = await greet({ resume: true })
    const hello = { resume: true, session: first.welcome['session'], received: 1000 }
    assert.is((await greet(hello)).welcome['resumed'], false)
  }))

test('the longest detached sessions make room for others', () =>
  withTarget({ limits: { maxDetachedSessions: 2 } }, async ({ greet, transport }) => {
    const lost = [
      await greet({ resume: true }),
      await greet({ resume: true }),
      await greet({ resume: true }),
    ]
    for (const socket of lost) {
      socket.socket.terminate()
      await socket.closed
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await until(() => transport.sessions === 2)
  }))

test('stop tells clients, answers what is under way, refuses the rest and closes with 1001', async () => {
  const target = await startSessionTarget()
  const socket = await target.greet()
  socket.send([2, 1, 'T.later', { x: 40 }])
  socket.send([11, 1])
  assert.equal(await socket.next(), [12, 1])
  const stopped = target.app.stop()
  assert.is((await socket.next())[0], 13)
  const refused = await socket.call(2, 'T.echo', { x: 2 })
  assert.equal(problemOf(refused), { statusCode: 503, code: 'UNAVAILABLE' })
  assert.equal(await socket.next(), [3, 1, 40])
  assert.is(await socket.closeCode(), 1001)
  await stopped
})

test('connections of other sub-protocols do not keep an application from stopping', async () => {
  const transport = websocket()
  const app = createApp({ logger: silentLogger }).install({
    ...transport,
    listen(environment) {
      environment.shared(subProtocolsKey, createSubProtocols).register('echo', (connection) => {
        connection.onMessage((text) => connection.send(text))
      })
      return transport.listen(environment)
    },
  })
  await app.start({ port: 0, host: '127.0.0.1' })
  const socket = await openRawSocket(app.addresses[0] ?? '', { protocols: ['echo'] })
  socket.socket.send('[[1]]')
  assert.equal(await socket.next(), [1])
  await app.stop(AbortSignal.timeout(500))
  assert.is(await socket.closeCode(), 1001)
})

test.run()
