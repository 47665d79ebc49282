import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type ApiDescription,
  auth,
  type ClientMiddleware,
  createClient,
  deadline,
  is,
  restDialer,
  retry,
} from 'viaduct/client'
import { rejection, withLibrary } from './open-library.ts'

const api: ApiDescription = {
  viaduct: 1,
  classes: {
    Thing: {
      path: '/Things',
      methods: {
        read: { verb: 'get', path: '/', isIdempotent: true },
        write: { verb: 'post', path: '/' },
      },
    },
  },
}

interface ThingApi {
  Thing: {
    read(args?: object, options?: object): Promise<unknown>
    write(): Promise<unknown>
  }
}

/** A real server that fails its first requests: by hanging up, or by status and headers. */
async function withFlaky(
  failures: readonly ('hang up' | readonly [status: number, headers: Record<string, string>])[],
  use: readonly ClientMiddleware[],
  action: (things: ThingApi['Thing'], requests: () => number) => Promise<void>,
): Promise<void> {
  let requests = 0
  const server = createServer((request, response) => {
    const failure = failures[requests++]
    if (failure === undefined) response.end('"ok"')
    else if (failure === 'hang up') request.socket.destroy()
    else response.writeHead(failure[0], failure[1]).end('{"error":{"message":"no"}}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createClient<ThingApi>(restDialer(url, { api }), { use })
  try {
    await action(client.Thing, () => requests)
  } finally {
    await client.$close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const quick = { baseMs: 1, maxMs: 5 }
const busy = [503, { 'retry-after': '0' }] as const

test('retry repeats an idempotent call after lost connections and a 503 with Retry-After', () =>
  withFlaky(['hang up', busy], [retry(quick)], async (things, requests) => {
    assert.is(await things.read(), 'ok')
    assert.is(requests(), 3)
  }))

test('retry leaves calls alone that may have done something, and other errors', async () => {
  await withFlaky(['hang up'], [retry(quick)], async (things, requests) => {
    assert.ok(is(await rejection(things.write()), 'UNAVAILABLE'))
    assert.is(requests(), 1)
  })
  for (const status of [500, 503, 404]) {
    await withFlaky([[status, {}]], [retry(quick)], async (things, requests) => {
      assert.ok(is(await rejection(things.read())))
      assert.is(requests(), 1)
    })
  }
})

test('retry gives up after its attempts, with the last error', () =>
  withFlaky([busy, busy, busy], [retry({ ...quick, attempts: 2 })], async (things, requests) => {
    const error = await rejection(things.read())
    assert.ok(is(error))
    assert.is(error.statusCode, 503)
    assert.is(error.retryAfterMs, 0)
    assert.is(requests(), 2)
  }))

test('retry stops when its budget is spent, and successes fill it again', () =>
  withFlaky(
    Array.from({ length: 8 }, () => busy),
    [retry({ ...quick, budget: 2 })],
    async (things, requests) => {
      assert.ok(is(await rejection(things.read())))
      assert.is(requests(), 3)
      assert.ok(is(await rejection(things.read())))
      assert.is(requests(), 4)
    },
  ))

test('retry does not wait beyond the deadline, and stops waiting when the call is aborted', async () => {
  const slow = [503, { 'retry-after': '30' }] as const
  await withFlaky([slow], [retry(quick)], async (things) => {
    const error = await rejection(things.read({}, { timeoutMs: 500 }))
    assert.ok(is(error))
    assert.is(error.statusCode, 503)
    assert.is(error.retryAfterMs, 30_000)
  })
  await withFlaky([slow], [retry(quick)], async (things, requests) => {
    const controller = new AbortController()
    const waiting = rejection(things.read({}, { signal: controller.signal }))
    while (requests() === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, 30))
    controller.abort(new Error('enough'))
    assert.is(((await waiting) as Error).message, 'enough')
  })
})

test('deadline ends a call, and does not lengthen one that has less', () =>
  withLibrary(
    'rest',
    async ({ client: { Tools }, witness }) => {
      assert.ok(is(await rejection(Tools.wait({})), 'DEADLINE_EXCEEDED'))
      assert.ok(is(await rejection(Tools.wait({}, { timeoutMs: 5 })), 'DEADLINE_EXCEEDED'))
      const latest = Date.now() + 2000
      while (witness.aborted < 2 && Date.now() < latest)
        await new Promise((resolve) => setTimeout(resolve, 5))
      assert.is(witness.aborted, 2)
    },
    { use: [deadline(30)] },
  ))

test('auth refreshes once for twenty calls that were refused together, and repeats each once', async () => {
  let refreshed = 0
  const saved: string[] = []
  const signIn = auth({
    refresh: async (expired) => {
      assert.is(expired, 'stale')
      refreshed++
      await new Promise((resolve) => setTimeout(resolve, 20))
      return 'fresh'
    },
    storage: { load: () => 'stale', save: (token) => saved.push(token), clear: () => {} },
  })
  await withLibrary(
    'rest',
    async ({ client: { Tools }, witness }) => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => Tools.whoami({})))
      assert.equal(new Set(answers), new Set(['fresh']))
      assert.is(refreshed, 1)
      assert.equal(saved, ['fresh'])
      assert.is(witness.tokens.get('stale'), 20)
      assert.is(witness.tokens.get('fresh'), 20)
      assert.is(await Tools.whoami({}), 'fresh')
      assert.is(refreshed, 1)
    },
    { use: [signIn] },
  )
})

test('auth fails with the 401 when there is no new token, and forgets the old one', async () => {
  let cleared = 0
  const signIn = auth({
    token: 'stale',
    refresh: async () => undefined,
    storage: { load: () => null, save: () => {}, clear: () => cleared++ },
  })
  await withLibrary(
    'rest',
    async ({ client: { Tools } }) => {
      assert.ok(is(await rejection(Tools.whoami({})), 'AUTHORIZATION_REQUIRED'))
      assert.is(cleared, 1)
      assert.is(await signIn.token(), undefined)
      await signIn.setToken('fresh')
      assert.is(await Tools.whoami({}), 'fresh')
    },
    { use: [signIn] },
  )
})

test('auth leaves a call alone that brings its own authorization, and puts a scheme in front', () =>
  withLibrary(
    'rest',
    async ({ client: { Tools }, witness }) => {
      const metadata = { Authorization: 'fresh' }
      assert.is(await Tools.whoami({}, { metadata }), 'fresh')
      await rejection(Tools.whoami({}))
      assert.is(witness.tokens.get('Bearer abc'), 1)
    },
    { use: [auth({ token: 'abc', scheme: 'Bearer' })] },
  ))

test('middleware sees calls in the order of the list', async () => {
  const order: string[] = []
  const tracing =
    (name: string): ClientMiddleware =>
    (next) =>
    (call) => {
      order.push(`${name} ${call.method}`)
      return next(call)
    }
  await withFlaky([], [tracing('a'), tracing('b')], async (things) => {
    await things.read()
    assert.equal(order, ['a Thing.read', 'b Thing.read'])
  })
})

test.run()
