import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { EventConnection } from './event-reader.ts'
import {
  type EventServer,
  eventually,
  settle,
  shown,
  startServer,
  stopAll,
  take,
} from './event-server.ts'

test.after.each(stopAll)

const numbersTo = (to: number) => Array.from({ length: to }, (_, n) => n + 1)

/** What a client that comes back after every break saw: items, and numbers that gaps named. */
interface Sighting {
  readonly items: number[]
  readonly gone: number[]
  readonly connections: number
}

/** Reads a stream to its end; breaks each connection once it has read as many events as `breaks` says. */
async function readWithBreaks(
  server: EventServer,
  first: EventConnection,
  name: string,
  breaks: readonly number[],
): Promise<Sighting> {
  const items: number[] = []
  const gone: number[] = []
  let connection = first
  for (let attempt = 0; ; attempt++) {
    const most = breaks[attempt] ?? Number.POSITIVE_INFINITY
    let read = 0
    if (most === 0) connection.kill()
    else {
      for await (const { event, data } of connection.events) {
        if (event === 'end') return { items, gone, connections: attempt + 1 }
        if (event === 'gap') {
          const { from, to } = JSON.parse(data) as { from: number; to: number }
          for (let n = from; n <= to; n++) gone.push(n)
        } else items.push(Number.parseInt(JSON.parse(data), 10))
        if (++read === most) break
      }
      connection.kill()
    }
    const lastId = connection.lastId()
    connection = await server.reopen(name, lastId)
    // a connection that was killed ahead of its first byte leaves the place where it was
    if (connection.lastId() === '')
      Object.assign(connection, { lastId: withDefault(connection.lastId, lastId) })
  }
}

function withDefault(read: () => string, known: string): () => string {
  return () => read() || known
}

test('killed at random events, a client sees every item once and in order', async () => {
  const breaks = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(breaks, async (points) => {
      const server = await startServer()
      const first = await server.open('Events.count', { to: 300 })
      const [start] = points
      // ahead of the first event there is no id to come back with
      const plan = [Math.max(1, start ?? 1), ...points.slice(1)]
      const seen = await readWithBreaks(server, first, 'Events.count', plan)
      assert.equal(seen.items, numbersTo(300))
      assert.equal(seen.gone, [])
      assert.is(server.sources.calls, 1)
      await stopAll()
    }),
    { numRuns: 15 },
  )
})

test('sockets killed from outside, while items flow, lose nothing and repeat nothing', async () => {
  const server = await startServer()
  const items: number[] = []
  let connection = await server.open('Events.gated', { to: 400 })
  let isOver = false
  for (let round = 0; !isOver; round++) {
    const killer = setTimeout(() => connection.kill(), 2 + (round % 5))
    server.sources.allow(round < 20 ? 17 : 400)
    for await (const { event, data } of connection.events) {
      if (event === 'end') isOver = true
      else items.push(JSON.parse(data))
    }
    clearTimeout(killer)
    const lastId = connection.lastId()
    if (!isOver) connection = await server.reopen('Events.gated', lastId)
  }
  assert.equal(items, numbersTo(400))
  assert.is(server.sources.calls, 1)
})

test('what the buffer no longer holds is named by a gap: items and gaps together are everything, once', async () => {
  const server = await startServer({ options: { replayItems: 10 } })
  const first = await server.open('Events.count', { to: 3000 })
  await eventually(() => server.sources.made > 1000)
  const seen = await readWithBreaks(server, first, 'Events.count', [3, 5])
  assert.ok(seen.gone.length > 0)
  assert.is(new Set(seen.items).size, seen.items.length)
  assert.equal(
    [...seen.items, ...seen.gone].sort((a, b) => a - b),
    numbersTo(3000),
  )
})

test('while the client is away the source is read until the buffer is full, and no further', async () => {
  const server = await startServer({ options: { replayItems: 5 } })
  const first = await server.open('Events.gated', { to: 100 })
  server.sources.allow(2)
  assert.equal(shown(await take(first, 2)), ['data 1', 'data 2'])
  first.kill()
  await settle()
  server.sources.allow(98)
  await settle()
  assert.ok(server.sources.made <= 8, `${server.sources.made} items were made`)
  const seen = await readWithBreaks(
    server,
    await server.reopen('Events.gated', first.lastId()),
    'Events.gated',
    [],
  )
  assert.equal(seen.items, numbersTo(100).slice(2))
})

test('replayBytes bounds what is kept as replayItems does', async () => {
  const server = await startServer({ options: { replayBytes: 200_000 } })
  const first = await server.open('Events.large', { to: 300 })
  await take(first, 1)
  first.kill()
  await settle()
  assert.ok(server.sources.made < 300)
  const seen = await readWithBreaks(
    server,
    await server.reopen('Events.large', first.lastId()),
    'Events.large',
    [],
  )
  assert.equal(
    [...seen.gone, ...seen.items].sort((a, b) => a - b),
    numbersTo(300).slice(1),
  )
})

test('maxReplayBytes bounds all streams together', async () => {
  const server = await startServer({ options: { maxReplayBytes: 300_000 } })
  const names = [1, 2, 3, 4, 5, 6]
  const connections = await Promise.all(names.map(() => server.open('Events.large', { to: 1000 })))
  for (const connection of connections) {
    await take(connection, 1)
    connection.kill()
  }
  let before = -1
  await eventually(() => {
    const isQuiet = before === server.sources.made
    before = server.sources.made
    return isQuiet
  })
  assert.ok(server.sources.made < 1000, `${server.sources.made} items were made`)
})

test('ST-8: the source is not read while the socket is full', async () => {
  const server = await startServer()
  const connection = await server.open('Events.large', { to: 2000 })
  connection.incoming.pause()
  let before = -1
  await eventually(() => {
    const isQuiet = server.sources.made > 0 && before === server.sources.made
    before = server.sources.made
    return isQuiet
  })
  assert.ok(server.sources.made < 512, `${server.sources.made} items of 64 KiB were made`)
  connection.kill()
})

test('a new connection with the same id takes over from one that is still open', async () => {
  const server = await startServer()
  const first = await server.open('Events.gated', { to: 4 })
  server.sources.allow(2)
  await take(first, 2)
  const second = await server.reopen('Events.gated', first.lastId())
  server.sources.allow(2)
  assert.equal(shown(await take(second, 9)), ['data 3', 'data 4', 'end null'])
  assert.equal(shown(await take(first, 9)), [])
})

test('end and error are delivered again to a client that missed them; then 204 stops an EventSource', async () => {
  for (const [name, args, last] of [
    ['Events.count', { to: 1 }, 'end null'],
    ['Events.breaks', { status: 409 }, 'error'],
  ] as const) {
    const server = await startServer()
    const first = await server.open(name, args)
    await take(first, 1)
    const lastId = first.lastId()
    first.kill()
    const second = await server.reopen(name, lastId)
    const events = await take(second, 9)
    assert.is(events.length, 1)
    assert.ok(shown(events)[0]?.startsWith(last))
    const third = await server.reopen(name, second.lastId())
    assert.is(third.status, 204)
    await stopAll()
  }
})

test('after resumeMs the source is released, the signal aborts, and a late client hears of it', async () => {
  const server = await startServer({ options: { resumeMs: 20 } })
  const first = await server.open('Events.gated', { to: 9 })
  server.sources.allow(1)
  await take(first, 1)
  first.kill()
  await eventually(() => server.sources.ended === 1)
  assert.is(server.sources.aborted, 1)
  const late = await server.reopen('Events.gated', first.lastId())
  assert.equal(shown(await take(late, 9)), ['gap {"from":2,"to":null}'])
  assert.is(late.lastId(), '', 'the place is forgotten: the next connection makes a new call')
  assert.is(server.sources.calls, 1)
})

test('with resumeMs 0 a stream ends with its connection', async () => {
  const server = await startServer({ options: { resumeMs: 0 } })
  const first = await server.open('Events.gated', { to: 9 })
  server.sources.allow(1)
  await take(first, 1)
  first.kill()
  await eventually(() => server.sources.ended === 1)
})

test('DELETE with the last id ends a stream for good', async () => {
  const server = await startServer()
  const first = await server.open('Events.gated', { to: 9 })
  server.sources.allow(1)
  await take(first, 1)
  const { status } = await server.reopen('Events.gated', first.lastId(), { method: 'DELETE' })
  assert.is(status, 204)
  await eventually(() => server.sources.ended === 1)
  const late = await server.reopen('Events.gated', first.lastId())
  assert.equal(shown(await take(late, 9)), ['gap {"from":2,"to":null}'])
  assert.is((await server.reopen('Events.gated', 'unknown.1', { method: 'DELETE' })).status, 204)
})

test('an id is bound to its caller and its method', async () => {
  const server = await startServer()
  const mine = { headers: { Authorization: 'mine' } }
  const first = await server.open('Events.gated', { to: 3 }, mine)
  server.sources.allow(1)
  await take(first, 1)
  first.kill()
  const lastId = first.lastId()
  for (const headers of [{}, { Authorization: 'other' }, { 'X-Access-Token': 'mine' }]) {
    assert.is((await server.reopen('Events.gated', lastId, { headers })).status, 403)
    assert.is(
      (await server.reopen('Events.gated', lastId, { headers, method: 'DELETE' })).status,
      403,
    )
  }
  assert.is((await server.reopen('Events.count', lastId, mine)).status, 403)
  server.sources.allow(2)
  const second = await server.reopen('Events.gated', lastId, mine)
  assert.equal(shown(await take(second, 9)), ['data 2', 'data 3', 'end null'])
})

test('ids differ from stream to stream and are long; forged ones get a gap or a 400, never a call', async () => {
  const server = await startServer()
  const ids = new Set<string>()
  for (let n = 0; n < 20; n++) {
    const connection = await server.open('Events.count', { to: 1 })
    await take(connection, 9)
    const [id = ''] = connection.lastId().split('.')
    assert.is(id.length, 22)
    ids.add(id)
  }
  assert.is(ids.size, 20)
  const [known = ''] = ids
  for (const forged of [
    'x',
    '1.1',
    '__proto__.1',
    `${'a'.repeat(22)}.7`,
    '..',
    `${known}.-1`,
    `${known}.1e3`,
  ]) {
    const [only] = await take(await server.reopen('Events.count', forged), 9)
    assert.is(only?.event, 'gap', forged)
  }
  assert.is((await server.reopen('Events.count', `${known}.999`)).status, 400)
  assert.is(server.sources.calls, 20)
})

test('maxStreams: kept streams make room, ended ones first; open ones do not, and the answer is 503', async () => {
  const server = await startServer({ options: { maxStreams: 2 } })
  const away = await server.open('Events.gated', { to: 9 })
  server.sources.allow(1)
  await take(away, 1)
  away.kill()
  const done = await server.open('Events.count', { to: 1 })
  await take(done, 9)
  await settle()
  const open = [await server.open('Events.gated', { to: 9 })]
  assert.is((await take(await server.reopen('Events.count', done.lastId()), 9))[0]?.event, 'gap')
  open.push(await server.open('Events.gated', { to: 9 }))
  assert.is((await take(await server.reopen('Events.gated', away.lastId()), 9))[0]?.event, 'gap')
  const refused = await server.open('Events.count', { to: 1 })
  assert.is(refused.status, 503)
  assert.is(server.sources.calls, 4)
  for (const connection of open) connection.kill()
})

test.run()
