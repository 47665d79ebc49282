import assert from 'node:assert/strict'
import { z } from 'zod'
import { RemoteError, sharedMethods, streamOf } from '../../../core/index.ts'
import { collect, eventually, failureOf, settled, streamFrom } from './expect.ts'
import type { StageOptions, Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const items = { arg: 's', type: 'ReadableStream', json: true, root: true } as const

const made = (
  make: (args: never, context: { readonly signal: AbortSignal }) => unknown,
): StageOptions => ({
  methods: {
    S: {
      make: method({ accepts: [], returns: items, http }, (args, context) =>
        make(args as never, context),
      ),
      ping: method({ accepts: [], returns: z.string(), http }, () => 'pong'),
    },
  },
})

/** Streams that break, are left, or are read slowly. Source: remoting ST-4, ST-7, ST-8, ST-10. */
export function streamEndCases(suite: Suite): void {
  if (!suite.supports.streams) return
  failureCases(suite)
  falsyFailureCases(suite)
  foreignFailureCases(suite)
  leavingCases(suite)
  leavingOtherwiseCases(suite)
  backPressureCase(suite)
}

const conflict = () =>
  new RemoteError('broken', { statusCode: 409, reason: 'CONFLICT', details: { at: [1] } })

function failureCases(suite: Suite): void {
  for (const before of [0, 1, 50]) {
    suite.check(
      `ST-4: a 4xx after ${before} items keeps code and details`,
      made(async function* () {
        for (let n = 0; n < before; n++) yield n
        throw conflict()
      }),
      async ({ client }) => {
        const seen: unknown[] = []
        const failure = await failureOf(readInto(seen, streamFrom(client, 'S.make')))
        assert.equal(seen.length, before)
        assert.equal(failure.statusCode, 409)
        assert.equal(failure.message, 'broken')
        assert.equal(failure.code, 'CONFLICT')
        assert.deepEqual(failure.details, { at: [1] })
        assert.equal(await client.call('S.ping', {}), 'pong')
      },
    )
  }

  suite.check(
    'ST-4: a 5xx inside a stream discloses nothing',
    made(async function* () {
      yield 1
      throw Object.assign(new Error('secret of the source'), { details: 'secret', code: 'SECRET' })
    }),
    async ({ client }) => {
      const failure = await failureOf(collect(streamFrom(client, 'S.make')))
      if (suite.claims.originalErrors) return
      assert.equal(failure.statusCode, 500)
      assert.equal(failure.message, 'Internal Server Error')
      assert.equal(JSON.stringify(failure).toLowerCase().includes('secret'), false)
    },
  )
}

function falsyFailureCases(suite: Suite): void {
  for (const [name, reason] of [
    ['undefined', undefined],
    ['null', null],
    ['0', 0],
    ['text', 'secret text'],
  ] as const) {
    suite.check(
      `I-11: a source that throws ${name} fails its reader, after the items before it`,
      made(async function* () {
        yield 1
        throw reason
      }),
      async ({ client }) => {
        const seen: unknown[] = []
        const outcome = await settled(readInto(seen, streamFrom(client, 'S.make')))
        assert.equal(outcome.status, 'rejected')
        assert.deepEqual(seen, [1])
        assert.equal(await client.call('S.ping', {}), 'pong')
      },
    )
  }
}

function foreignFailureCases(suite: Suite): void {
  const sources: readonly (readonly [string, () => unknown])[] = [
    [
      'a web stream that fails',
      () => {
        let count = 0
        return new ReadableStream({
          pull(controller) {
            if (count++ === 0) controller.enqueue(1)
            else controller.error(conflict())
          },
        })
      },
    ],
    [
      'an Observable that fails',
      () => ({
        subscribe(observer: { next(value: unknown): void; error(reason: unknown): void }) {
          observer.next(1)
          setTimeout(() => observer.error(conflict()), 1)
          return { unsubscribe: () => undefined }
        },
      }),
    ],
  ]
  for (const [name, make] of sources) {
    suite.check(
      `ST-4: ${name} delivers its items, then the error`,
      made(make),
      async ({ client }) => {
        const seen: unknown[] = []
        const failure = await failureOf(readInto(seen, streamFrom(client, 'S.make')))
        assert.deepEqual(seen, [1])
        assert.equal(failure.statusCode, 409)
      },
    )
  }

  suite.check(
    'ST-10: a method that throws instead of a stream is an ordinary error',
    made(() => {
      throw conflict()
    }),
    async ({ client }) => {
      const failure = await failureOf(collect(streamFrom(client, 'S.make')))
      assert.equal(failure.statusCode, 409)
      assert.equal(failure.code, 'CONFLICT')
    },
  )
}

async function readInto(seen: unknown[], source: AsyncIterable<unknown>): Promise<void> {
  for await (const item of source) seen.push(item)
}

/** Streams that never end by themselves, and how many of them were closed. */
function endless() {
  const state = { open: 0, closed: 0, aborted: 0 }
  const options = made(async function* (_args, { signal }) {
    state.open++
    signal.addEventListener('abort', () => state.aborted++)
    try {
      for (let n = 0; !signal.aborted; n++) {
        yield n
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    } finally {
      state.closed++
    }
  })
  return { state, options }
}

function leavingCases(suite: Suite): void {
  const one = endless()
  suite.check(
    'ST-7: a reader that leaves after some items closes the source',
    one.options,
    async ({ client }) => {
      let seen = 0
      for await (const _ of streamFrom(client, 'S.make')) if (++seen === 5) break
      await eventually(() => one.state.closed === one.state.open, 'the source is closed')
      assert.equal(await client.call('S.ping', {}), 'pong')
    },
  )

  const many = endless()
  suite.check(
    'ST-7: ten readers that leave at once close ten sources',
    many.options,
    async ({ client }) => {
      many.state.open = 0
      many.state.closed = 0
      const iterators = Array.from({ length: 10 }, () =>
        streamFrom(client, 'S.make')[Symbol.asyncIterator](),
      )
      await Promise.all(iterators.map((iterator) => iterator.next()))
      assert.equal(many.state.open, 10)
      await Promise.all(iterators.map((iterator) => iterator.return?.()))
      await eventually(() => many.state.closed === 10, 'ten sources are closed')
      assert.equal(await client.call('S.ping', {}), 'pong')
    },
  )

  const thrown = endless()
  suite.check(
    'ST-7: a reader that throws closes the source',
    thrown.options,
    async ({ client }) => {
      const reading = (async () => {
        for await (const _ of streamFrom(client, 'S.make')) throw new Error('reader')
      })()
      await assert.rejects(reading, /reader/)
      await eventually(() => thrown.state.closed === thrown.state.open, 'the source is closed')
    },
  )
}

function leavingOtherwiseCases(suite: Suite): void {
  let unsubscribed = 0
  suite.check(
    'ST-7: leaving a stream unsubscribes from its Observable',
    made(() => ({
      subscribe(observer: { next(value: unknown): void }) {
        const timer = setInterval(() => observer.next(1), 1)
        return {
          unsubscribe: () => {
            clearInterval(timer)
            unsubscribed++
          },
        }
      },
    })),
    async ({ client }) => {
      unsubscribed = 0
      for await (const _ of streamFrom(client, 'S.make')) break
      await eventually(() => unsubscribed === 1, 'the subscription ends')
    },
  )

  const closed = endless()
  suite.check('WS-4: a client that closes ends its streams', closed.options, async ({ client }) => {
    const iterator = streamFrom(client, 'S.make')[Symbol.asyncIterator]()
    await iterator.next()
    await Promise.race([client.close(), new Promise((resolve) => setTimeout(resolve, 50))])
    await settled(Promise.resolve(iterator.return?.()))
    await eventually(() => closed.state.closed === closed.state.open, 'the source is closed')
  })

  if (!suite.supports.cancellation) return
  const aborted = endless()
  suite.check(
    'ST-7, I-13: the signal of a call reaches its stream',
    aborted.options,
    async ({ client }) => {
      const leave = new AbortController()
      let seen = 0
      const reading = (async () => {
        for await (const _ of streamFrom(client, 'S.make', {}, { signal: leave.signal })) {
          if (++seen === 3) leave.abort()
        }
      })()
      await settled(reading)
      await eventually(() => aborted.state.closed === aborted.state.open, 'the source is closed')
      assert.equal(await client.call('S.ping', {}), 'pong')
    },
  )
}

const itemBytes = 64 * 1024
const stopsAfter = 4000

function backPressureCase(suite: Suite): void {
  let produced = 0
  const options: StageOptions = {
    methods: {
      S: {
        large: method(
          { accepts: [], returns: streamOf(z.object({ n: z.number(), text: z.string() })), http },
          async function* () {
            const text = 'x'.repeat(itemBytes)
            for (produced = 0; produced < stopsAfter; ) yield { n: produced++, text }
          },
        ),
      },
    },
  }
  suite.check('ST-8: a source waits for a slow reader', options, async ({ client }) => {
    const iterator = streamFrom(client, 'S.large')[Symbol.asyncIterator]()
    for (let n = 0; n < 3; n++) await iterator.next()
    await untilStill(() => produced)
    assert.ok(produced - 3 <= suite.claims.maxItemsAhead, `${produced} items were made for 3 read`)
    for (let n = 3; n < 20; n++) {
      const { value } = await iterator.next()
      assert.equal((value as { readonly n: number }).n, n)
    }
    await iterator.return?.()
  })
}

/** Waits until a number has stood still for 60 ms, two seconds at most. */
async function untilStill(read: () => number): Promise<void> {
  const until = Date.now() + 2000
  let still = 0
  for (let last = read(); still < 3 && Date.now() < until; last = read()) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    still = read() === last ? still + 1 : 0
  }
}
