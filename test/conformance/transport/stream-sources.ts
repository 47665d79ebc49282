import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { RemoteError, sharedMethods, streamOf } from '../../../core/index.ts'
import { collect, eventually, failureOf, streamFrom } from './expect.ts'
import type { StageOptions, Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const items = { arg: 's', type: 'ReadableStream', json: true, root: true } as const

/** One streaming method `S.make` of an application. */
const made = (make: () => unknown): StageOptions => ({
  methods: { S: { make: method({ accepts: [], returns: items, http }, make) } },
})

/** The least an Observable has. */
function observable(values: readonly unknown[], ending: { readonly error?: unknown } = {}) {
  return {
    subscribe(observer: {
      next(value: unknown): void
      error(reason: unknown): void
      complete(): void
    }) {
      for (const value of values) observer.next(value)
      queueMicrotask(() => ('error' in ending ? observer.error(ending.error) : observer.complete()))
      return { unsubscribe: () => undefined }
    },
  }
}

const three = [1, { n: 2 }, 'three']

async function* generate(values: readonly unknown[]): AsyncGenerator<unknown> {
  for (const value of values) yield value
}

const sources: readonly (readonly [name: string, make: () => unknown])[] = [
  ['an async generator', () => generate(three)],
  ['a promise of an async generator', async () => generate(three)],
  [
    'an object with an async iterator',
    () => ({ [Symbol.asyncIterator]: () => generate(three)[Symbol.asyncIterator]() }),
  ],
  [
    'an iterator without return and throw',
    () => {
      const left = [...three]
      const next = async () => ({ done: left.length === 0, value: left.shift() })
      return { [Symbol.asyncIterator]: () => ({ next }) }
    },
  ],
  [
    'a web stream',
    () =>
      new ReadableStream({
        start(controller) {
          for (const value of three) controller.enqueue(value)
          controller.close()
        },
      }),
  ],
  ['a stream of Node', () => Readable.from(three)],
  ['an Observable', () => observable(three)],
]

/** What a method may yield as a stream, and what its items may be. Source: remoting ST-1, ST-11. */
export function streamSourceCases(suite: Suite): void {
  if (!suite.supports.streams) return
  for (const [name, make] of sources) {
    suite.check(`ST-1: ${name} is a stream`, made(make), async ({ client }) => {
      assert.deepEqual(await collect(streamFrom(client, 'S.make')), three)
      assert.deepEqual(await collect(streamFrom(client, 'S.make')), three)
    })
  }

  for (const [name, value] of [
    ['null', null],
    ['undefined', undefined],
    ['a number', 5],
    ['text', 'text'],
    ['an object', {}],
  ] as const) {
    suite.check(
      `ST-11: ${name} is no stream: a 500`,
      made(() => value),
      async ({ client }) => {
        const failure = await failureOf(collect(streamFrom(client, 'S.make')))
        assert.equal(failure.statusCode, 500)
      },
    )
  }

  itemCases(suite)
  lengthCases(suite)
  sideBySideCases(suite)
  pipelineCases(suite)
  longStreamCase(suite)
}

function itemCases(suite: Suite): void {
  const values = [null, false, 0, '', [], {}, [null], { a: { b: ['🎈', '\n', 'data: x\n\n'] } }]
  suite.check(
    'items of every JSON kind arrive as they are',
    made(() => generate(values)),
    async ({ client }) => {
      assert.deepEqual(await collect(streamFrom(client, 'S.make')), values)
    },
  )

  const isRich = suite.supports.richValues
  suite.check(
    'an undefined item is an item',
    made(() => generate([1, undefined, 2])),
    async ({ client }) => {
      const expected = [1, isRich ? undefined : null, 2]
      assert.deepEqual(await collect(streamFrom(client, 'S.make')), expected)
    },
  )

  const at = new Date(0)
  suite.check(
    'dates in items are dates on rich transports, text on others',
    made(() => generate([at, { at }])),
    async ({ client }) => {
      const date = isRich ? at : at.toISOString()
      assert.deepEqual(await collect(streamFrom(client, 'S.make')), [date, { at: date }])
    },
  )

  const kept = { list: [0] }
  suite.check(
    'items share nothing with what the source keeps',
    made(async function* () {
      kept.list = [0]
      yield kept
      kept.list.push(1)
      yield kept
    }),
    async ({ client }) => {
      const seen: unknown[] = []
      for await (const item of streamFrom(client, 'S.make')) {
        seen.push(JSON.stringify(item))
        ;(item as { list: number[] }).list.push(99)
      }
      assert.deepEqual(seen, ['{"list":[0]}', '{"list":[0,1]}'])
    },
  )
}

function lengthCases(suite: Suite): void {
  suite.check(
    'an empty stream ends',
    made(() => generate([])),
    async ({ client }) => {
      assert.deepEqual(await collect(streamFrom(client, 'S.make')), [])
    },
  )

  suite.check(
    '10,000 items arrive in order',
    made(async function* () {
      for (let n = 0; n < 10_000; n++) yield n
    }),
    async ({ client }) => {
      let next = 0
      for await (const item of streamFrom(client, 'S.make')) assert.equal(item, next++)
      assert.equal(next, 10_000)
    },
  )

  const long = 'é🎈'.repeat(50_000)
  suite.check(
    'long items arrive whole',
    made(() => generate([long, 'x', long])),
    async ({ client }) => {
      assert.deepEqual(await collect(streamFrom(client, 'S.make')), [long, 'x', long])
    },
  )

  suite.check(
    'items arrive when they are made, not when the stream ends',
    made(async function* () {
      yield 'first'
      await new Promise(() => undefined)
    }),
    async ({ client }) => {
      for await (const item of streamFrom(client, 'S.make')) {
        assert.equal(item, 'first')
        break
      }
    },
  )
}

function sideBySideCases(suite: Suite): void {
  suite.check('streams side by side keep their items apart', numbered, async ({ client }) => {
    const lists = await Promise.all(
      Array.from({ length: 8 }, (_, n) => collect(streamFrom(client, 'S.from', { n: n * 1000 }))),
    )
    for (const [n, list] of lists.entries()) {
      assert.deepEqual(
        list,
        Array.from({ length: 100 }, (_, index) => n * 1000 + index),
      )
    }
  })

  suite.check('calls are answered while a stream is open', numbered, async ({ client }) => {
    const iterator = streamFrom(client, 'S.from', { n: 0 })[Symbol.asyncIterator]()
    assert.equal((await iterator.next()).value, 0)
    assert.equal(await client.call('S.ping', {}), 'pong')
    assert.equal((await iterator.next()).value, 1)
    await iterator.return?.()
  })
}

const numbered: StageOptions = {
  methods: {
    S: {
      from: method(
        { accepts: { n: z.int() }, returns: streamOf(z.number()), http },
        async function* ({ n }) {
          for (let index = 0; index < 100; index++) {
            if (index % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
            yield n + index
          }
        },
      ),
      ping: method({ accepts: [], returns: z.string(), http }, () => 'pong'),
    },
  },
}

function pipelineCases(suite: Suite): void {
  suite.check(
    'hooks run around the start of a stream',
    {
      ...numbered,
      prepare: (app) =>
        app
          .before('S.from', (context) => {
            context.args['n'] = 5000
          })
          .after('S.from', (context) => {
            context.result = firstTwo(context.result as AsyncIterable<unknown>)
          }),
    },
    async ({ client }) => {
      assert.deepEqual(await collect(streamFrom(client, 'S.from', { n: 0 })), [5000, 5001])
    },
  )

  let started = 0
  suite.check(
    'authorize refuses a stream before its source starts',
    {
      ...made(async function* () {
        started++
        yield 1
      }),
      prepare: (app) =>
        app.authorize(() => {
          throw new RemoteError('Authorization Required', { reason: 'AUTHORIZATION_REQUIRED' })
        }),
    },
    async ({ client }) => {
      const failure = await failureOf(collect(streamFrom(client, 'S.make')))
      assert.equal(failure.statusCode, 401)
      assert.equal(failure.code, 'AUTHORIZATION_REQUIRED')
      assert.equal(started, 0)
    },
  )
}

function longStreamCase(suite: Suite): void {
  let over = false
  suite.check(
    'I-7: a stream that started may outlive the limit of calls',
    {
      ...made(async function* () {
        over = false
        yield 'first'
        const until = Date.now() + 120
        while (Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
        over = true
        yield 'second'
      }),
      invocationTimeout: 60,
    },
    async ({ client }) => {
      assert.deepEqual(await collect(streamFrom(client, 'S.make')), ['first', 'second'])
      await eventually(() => over, 'the source ends')
    },
  )
}

async function* firstTwo(all: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  let count = 0
  for await (const item of all) {
    yield item
    if (++count === 2) return
  }
}
