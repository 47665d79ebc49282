import * as assert from 'node:assert/strict'
import { z } from 'zod'
import { createApp, sharedMethods, silentLogger, streamOf } from '../../../core/index.ts'
import type { CodecFactory } from '../../../transports/codec/codec.ts'
import type { ClientSession } from '../../../transports/session/client-session.ts'
import { websocket } from '../../../transports/websocket/index.ts'
import { type Fault, type FaultyProxy, openFaultyProxy } from '../../support/faulty-proxy.ts'
import { createTestSession } from '../../support/session-client.ts'
import { connectWebSocket } from './websocket-client.ts'

/** What came of a run. */
export interface DisconnectReport {
  readonly disconnects: number
  readonly calls: number
  readonly items: number
  readonly reconnects: number
  readonly gaps: number
}

const method = sharedMethods()

/** Milliseconds of silence after which either side gives a connection up: half-open ones are found by it. */
const silenceMs = 120

/**
 * Calls and streams go on while their connections are hurt at random. Every call must run exactly once and get its own
 * answer, every stream deliver each item once and in order, and no gap must be told.
 */
export async function runDisconnects(
  codec: CodecFactory,
  wanted: number,
  random: () => number = Math.random,
): Promise<DisconnectReport> {
  const runs = new Map<number, number>()
  const app = createApp({
    logger: silentLogger,
    methods: {
      Work: {
        once: method(
          { accepts: { key: z.int() }, returns: z.object({ key: z.int() }) },
          async ({ key }) => {
            runs.set(key, (runs.get(key) ?? 0) + 1)
            if (key % 3 === 0) await new Promise((resolve) => setTimeout(resolve, key % 5))
            return { key }
          },
        ),
        numbers: method(
          { accepts: { to: z.int() }, returns: streamOf(z.object({ n: z.int() })) },
          async function* ({ to }) {
            for (let n = 1; n <= to; n++) {
              if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
              yield { n }
            }
          },
        ),
      },
    },
  }).install(websocket({ limits: { silenceMs } }))
  await app.start({ port: 0, host: '127.0.0.1' })
  const proxy = await openFaultyProxy(Number(new URL(app.addresses[0] ?? '').port))
  const states = { reconnects: 0, gaps: 0 }
  const session = createTestSession(
    () => connectWebSocket(`ws://127.0.0.1:${proxy.port}/`, codec),
    codec,
    {
      reconnect: { attempts: 1000, baseMs: 1, maxMs: 20 },
      onState: ({ kind }) => {
        if (kind === 'reconnecting') states.reconnects++
        if (kind === 'gap') states.gaps++
      },
    },
  )
  await session.open()
  try {
    const counts = await work(session, proxy, wanted, random)
    for (const [key, count] of runs) assert.equal(count, 1, `call ${key} ran ${count} times`)
    assert.equal(runs.size, counts.calls)
    assert.equal(states.gaps, 0, 'a gap was told')
    return { disconnects: proxy.disconnects, ...counts, ...states }
  } finally {
    await session.close(AbortSignal.timeout(50))
    await proxy.close()
    await app.stop(AbortSignal.timeout(200))
  }
}

async function work(
  session: ClientSession,
  proxy: FaultyProxy,
  wanted: number,
  random: () => number,
): Promise<{ readonly calls: number; readonly items: number }> {
  let isOver = false
  let calls = 0
  let items = 0
  const callers = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const key = ++calls
      const reply = await session.call({ method: 'Work.once', args: { key } })
      assert.deepEqual(reply, { kind: 'value', value: { key } })
    }
  })
  const readers = Array.from({ length: 3 }, async () => {
    while (!isOver) {
      const reply = await session.call({ method: 'Work.numbers', args: { to: 500 }, streams: true })
      if (reply.kind !== 'stream') throw new Error('expected a stream')
      let last = 0
      for await (const item of reply.items) {
        assert.deepEqual(item, { n: ++last })
        items++
      }
      assert.equal(last, 500)
    }
  })
  while (proxy.disconnects < wanted) {
    await new Promise((resolve) => setTimeout(resolve, random() * 6))
    proxy.hurt(chooseFault(random()))
  }
  isOver = true
  await Promise.all([...callers, ...readers])
  return { calls, items }
}

/** Half-open ones are rare: each takes the time of the silence. */
function chooseFault(random: number): Fault {
  if (random < 0.02) return 'half-open'
  if (random < 0.4) return 'truncate'
  return random < 0.5 ? 'delay' : 'reset'
}
