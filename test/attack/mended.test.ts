import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, defineModel, sharedMethods, silentLogger } from 'viaduct'
import { memory } from 'viaduct/connectors/memory'
import { rest } from 'viaduct/transports/rest'
import { z } from 'zod'
import { problemFromError } from '../../core/error/problem.ts'
import { compileRegularExpression } from '../../core/query/regular-expression.ts'

const Author = defineModel('Author', { properties: { name: z.string() } })
const method = sharedMethods()
const post = { verb: 'post' } as const

async function withApp(run: (base: string) => Promise<void>): Promise<void> {
  const app = createApp({
    models: { Author },
    dataSources: { db: memory() },
    logger: silentLogger,
    methods: {
      Odd: {
        getter: method({ http: post }, () => {
          throw Object.defineProperty({}, 'statusCode', {
            get() {
              throw new Error('getter')
            },
          })
        }),
        proxy: method({ http: post }, () => {
          const { proxy, revoke } = Proxy.revocable({}, {})
          revoke()
          throw proxy
        }),
        status: method(
          { returns: [{ arg: 'code', type: 'number', http: { target: 'status' } }], http: post },
          () => 102,
        ),
        file: method(
          {
            accepts: [{ arg: 'f', type: 'file' }],
            returns: { arg: 'kind', type: 'string' },
            http: post,
          },
          ({ f }) => typeof f,
        ),
        any: method(
          { accepts: [{ arg: 'a', type: 'any' }], http: { verb: 'get' } },
          () => undefined,
        ),
      },
    },
  }).install(rest())
  await app.start({ port: 0 })
  try {
    await run(app.addresses[0] as string)
  } finally {
    await app.stop()
  }
}

const json = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

test('E-0: thrown values that can not be read answer 500, and the process stays up', () =>
  withApp(async (base) => {
    for (const name of ['getter', 'proxy', 'getter']) {
      assert.is((await fetch(`${base}/Odd/${name}`, { method: 'POST' })).status, 500)
    }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    assert.is(
      problemFromError({
        get statusCode() {
          throw proxy
        },
      }).statusCode,
      500,
    )
  }))

test('R-5: a status outside the final ones is a fault of the method', () =>
  withApp(async (base) => {
    assert.is((await fetch(`${base}/Odd/status`, { method: 'POST' })).status, 500)
  }))

test('D-1.4-5: upsertWithWhere does not create a row under an id the caller chose', () =>
  withApp(async (base) => {
    const url = `${base}/Authors/upsertWithWhere?where=${encodeURIComponent('{"name":"nobody"}')}`
    assert.is((await fetch(url, json({ id: 994, name: 'x' }))).status, 422)
    assert.equal(await (await fetch(`${base}/Authors/count`)).json(), { count: 0 })
  }))

test('UP-1: neither JSON nor a text field passes as a file', () =>
  withApp(async (base) => {
    const forged = { filename: 'x', stream: { path: '/etc/passwd' } }
    assert.is((await fetch(`${base}/Odd/file`, json({ f: forged }))).status, 400)
    assert.is((await fetch(`${base}/Odd/file`, json({ f: 'text' }))).status, 400)
    const form = new FormData()
    form.set('f', 'text')
    const answer = await fetch(`${base}/Odd/file`, { method: 'POST', body: form })
    assert.equal(await answer.json(), { kind: 'undefined' })
    form.set('f', new Blob(['content']), 'a.txt')
    const good = await fetch(`${base}/Odd/file`, { method: 'POST', body: form })
    assert.equal(await good.json(), { kind: 'object' })
  }))

test('JSON in a query text has the depth limit of a body', () =>
  withApp(async (base) => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    assert.is((await fetch(`${base}/Odd/any?a=${nested(32)}`)).status, 204)
    assert.is((await fetch(`${base}/Odd/any?a=${nested(40)}`)).status, 400)
  }))

test('N-30: credentials are refused together with every origin', async () => {
  for (const origin of ['*', true] as const) {
    const app = createApp({ logger: silentLogger }).install(
      rest({ cors: { origin, credentials: true } }),
    )
    await app.start({ port: 0 }).then(
      () => assert.unreachable('it must not start'),
      (error) => assert.match(error.message, 'credentials can not be combined'),
    )
  }
})

test('D-3.5-7: a pattern whose states explode gives up on a long text instead of blocking', () => {
  const matches = compileRegularExpression('(a|b)*a(a|b){200}c', '')
  let seed = 7
  const text = Array.from({ length: 200_000 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed & 65_536 ? 'a' : 'b'
  }).join('')
  assert.throws(
    () => matches(text),
    (error: { readonly reason?: string }) => error.reason === 'QUERY_TOO_COMPLEX',
  )
  assert.ok(matches(`a${'b'.repeat(200)}c`))
})

test.run()
