import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, sharedMethods, silentLogger, streamOf } from 'viaduct'
import { z } from 'zod'
import { jsonCodec } from '../../transports/codec/json.ts'
import * as closeCodes from '../../transports/session/close-codes.ts'
import { type Message, nextMessage, type Pipe, PipeEnd } from '../../transports/session/pipe.ts'
import { joinedPipes } from '../../transports/session/queue-pipe.ts'
import type { SessionHost } from '../../transports/session/session-host.ts'
import { createSessionHost } from '../../transports/session/session-options.ts'

/** Ten frames for each run, and some more. */
const frames = 10 * Number(process.env['FUZZ_RUNS'] ?? 300)

const seed = Date.now() | 0

/** A small generator of numbers (mulberry32). */
function randomFrom(first: number): (below: number) => number {
  let state = first
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) % below
  }
}

const random = randomFrom(seed)
const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T // never an empty list

const method = sharedMethods()
const anything = { arg: 'x', type: 'any' }
const result = { arg: 'result', type: 'any', root: true }

/** An application whose sessions run over pipes in memory. */
async function openHost() {
  let host: SessionHost | undefined
  const app = createApp({
    logger: silentLogger,
    methods: {
      T: {
        echo: {
          definition: { accepts: [anything], returns: result },
          handler: ({ x }: { x?: unknown }) => x,
        },
        wait: {
          definition: { accepts: [], returns: result },
          handler: (_args: object, { signal }: { signal: AbortSignal }) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason))
            }),
        },
        numbers: method({ returns: streamOf(z.object({ n: z.int() })) }, async function* () {
          for (let n = 0; ; n++) yield { n }
        }),
        read: {
          definition: { accepts: [{ arg: 'file', type: 'file' }], returns: result },
          async handler({ file }: { file?: { stream: AsyncIterable<unknown> } }) {
            let count = 0
            for await (const _ of file?.stream ?? []) count++
            return count
          },
        },
      },
    },
  }).install({
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
      const limits = {
        maxConcurrentCalls: 20,
        resumeMs: 200,
        maxReplayBytes: 10_000,
        helloMs: 1000,
      }
      const opened = createSessionHost('pipes', { limits }, environment)
      host = opened
      return { addresses: [], close: (signal) => opened.close(signal) }
    },
  })
  await app.start()
  if (host === undefined) throw new Error('the transport was not opened')
  return { app, host }
}

/** A client that sends what it likes and remembers what it learned. */
interface Attacker {
  readonly pipe: Pipe
  session: string | undefined
  received: number
  isOver: boolean
}

function open(host: SessionHost): Attacker {
  const [client, server] = joinedPipes()
  void host.accept(server, { codecs: [jsonCodec], metadata: {} })
  const attacker: Attacker = { pipe: client, session: undefined, received: 0, isOver: false }
  void read(attacker)
  return attacker
}

async function read(attacker: Attacker): Promise<void> {
  try {
    for (;;) {
      const text = String(await nextMessage(attacker.pipe))
      const first = (JSON.parse(text) as unknown[][])[0] ?? [] // a server's message
      if (first[0] === 1) attacker.session = (first[1] as { session: string }).session
      else attacker.received++
    }
  } catch {
    attacker.isOver = true
  }
}

/** Sessions others have left: to resume, to steal. */
const left: { readonly session: string; readonly received: number }[] = []

function helloText(): string {
  const known = random(3) === 0 && left.length > 0 ? pick(left) : undefined
  const hello = {
    version: random(20) === 0 ? pick([0, 2, 'x', null]) : 1,
    resume: random(2) === 0,
    ...(known === undefined
      ? {}
      : { session: known.session, received: Math.max(0, known.received - random(3)) }),
    ...(random(10) === 0 ? { token: pick(['a', '', 1]) } : {}),
  }
  return JSON.stringify([[0, hello]])
}

const oddities: readonly unknown[] = [null, -1, 0, 1.5, 1e308, '', 'x', [], {}, true, [[]]]
const values: readonly (() => unknown)[] = [
  () => random(100),
  () => 'text',
  () => pick(oddities),
  () => ({ $: ['ref', 1 + random(50), random(2) === 0 ? [] : ['a', 'b']] }),
  () => ({ $: ['stream', 1 + random(50)] }),
  () => ({ $: ['date', random(1e9)] }),
  () => ({ $: [pick(['map', 'set', 'evil', 'object', 'bigint']), pick(oddities)] }),
  () => ({ a: { b: [random(9)] } }),
  () => ({ filename: 'f', stream: { $: ['stream', 1 + random(50)] } }),
]

let lastId = 0
const someId = (): unknown => (random(30) === 0 ? pick(oddities) : 1 + random(lastId + 3))
const names = ['T.echo', 'T.wait', 'T.numbers', 'T.read', 'T.nothing', '__proto__']

const makers: readonly (() => readonly unknown[])[] = [
  () => [
    2,
    random(60) === 0 ? someId() : ++lastId,
    pick(names),
    random(20) === 0 ? pick(oddities) : { x: pick(values)() },
  ],
  () => [2, ++lastId, 'T.numbers', {}, { credit: random(40), timeout: random(50) }],
  () => [
    2,
    ++lastId,
    'T.read',
    { file: { filename: 'f', stream: { $: ['stream', 1 + random(50)] } } },
  ],
  () => [
    2,
    ++lastId,
    'T.echo',
    { x: 1 },
    { [pick(['timeout', 'credit', 'ctor', 'metadata'])]: pick(oddities) },
  ],
  () => [6, someId(), random(30) === 0 ? pick(oddities) : [pick(values)()]],
  () => [7, someId()],
  () => [4, someId(), pick(oddities)],
  () => [8, someId(), random(60) === 0 ? pick(oddities) : 1 + random(10)],
  () => [9, someId()],
  () => [10, pick(names), { x: pick(values)() }],
  () => [11, random(5)],
  () => [12, 0],
  () => [14, random(40) === 0 ? pick(oddities) : 0],
]

function messageOf(count: number): Message {
  const list: (readonly unknown[])[] = []
  for (let i = 0; i < count; i++) list.push(pick(makers)())
  const text = JSON.stringify(list)
  if (random(40) > 0) return text
  const at = random(text.length)
  return (
    text.slice(0, at) +
    pick(['"', ']', '{', '\\u0000', '"__proto__":', '']) +
    text.slice(at + random(3))
  )
}

/** Greets, sends messages until it has sent enough or is thrown out, and leaves in one way or another. */
async function attack(host: SessionHost): Promise<number> {
  const attacker = open(host)
  lastId = 0
  let sent = 0
  const send = (message: Message): void =>
    void Promise.resolve(attacker.pipe.send(message)).catch(() => {})
  send(random(40) === 0 ? messageOf(1) : helloText())
  for (let message = 10 + random(60); message > 0 && !attacker.isOver; message--) {
    const count = 1 + random(12)
    send(messageOf(count))
    sent += count
    if (random(4) === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  if (attacker.session !== undefined) {
    left.push({ session: attacker.session, received: attacker.received })
    if (left.length > 20) left.shift()
  }
  const code = pick([closeCodes.abnormal, closeCodes.unresponsive, closeCodes.normal])
  attacker.pipe.abort(new PipeEnd(code, 'left'))
  return sent
}

/** An honest client, after all that. */
async function checkService(host: SessionHost): Promise<void> {
  const [client, server] = joinedPipes()
  void host.accept(server, { codecs: [jsonCodec], metadata: {} })
  await client.send('[[0,{"version":1}]]')
  assert.match(String(await nextMessage(client)), '"resumed":false')
  await client.send('[[2,1,"T.echo",{"x":"still here"}]]')
  assert.is(String(await nextMessage(client)), '[[3,1,"still here"]]')
  client.abort(new PipeEnd(closeCodes.normal, 'done'))
}

test(`a host survives hostile frames and serves the next session, seed ${seed}`, async () => {
  const faults: unknown[] = []
  process.on('unhandledRejection', (reason) => faults.push(reason))
  const { app, host } = await openHost()
  let sent = 0
  let sessions = 0
  let heap = 0
  while (sent < frames) {
    sent += await attack(host)
    sessions++
    if (sessions % 500 === 0) {
      await checkService(host)
      assert.equal(faults, [])
      global.gc?.()
      const used = process.memoryUsage().heapUsed
      heap ||= used
      assert.ok(used < heap + 200 * 1024 * 1024, `the heap grew to ${used} bytes`)
    }
  }
  await checkService(host)
  const deadline = Date.now() + 5000
  while (host.size > 0 && Date.now() < deadline) await pause(20)
  assert.is(host.size, 0, 'sessions are left over')
  assert.equal(faults, [])
  await app.stop()
})

test.run()
