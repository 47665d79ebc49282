import assert from 'node:assert/strict'
import { sharedMethods } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import type { InputLimits } from './harness.ts'
import type { Stage, Suite } from './suite.ts'

const method = sharedMethods()
const post = { verb: 'post' } as const
const number = { arg: 'size', type: 'number', root: true } as const

/** Counts levels, keys, items or characters, so that what arrived can be told without sending it back. */
const measure = {
  depth: method({ accepts: [{ arg: 'a', type: 'any' }], returns: number, http: post }, ({ a }) => {
    let depth = 0
    for (let at: unknown = a; Array.isArray(at); at = at[0]) depth++
    return depth
  }),
  keys: method(
    { accepts: [{ arg: 'a', type: 'object' }], returns: number, http: post },
    ({ a }) => Object.keys(a as object).length,
  ),
  items: method(
    { accepts: [{ arg: 'a', type: ['any'] }], returns: number, http: post },
    ({ a }) => (a as unknown[]).length,
  ),
  text: method(
    { accepts: [{ arg: 'a', type: 'string' }], returns: number, http: post },
    ({ a }) => String(a).length,
  ),
  repeat: method(
    {
      accepts: [{ arg: 'n', type: 'integer' }],
      returns: { arg: 'text', type: 'string', root: true },
      http: post,
    },
    ({ n }) => 'x'.repeat(Number(n)),
  ),
}

const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)])
const keyed = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))
const listed = (count: number) => Array.from({ length: count }, () => 1)

/** Levels of lists and objects a transport may put around the arguments of a call. */
const envelopeLevels = 4

/** What one call may carry, just inside the limits and beyond them: a 4xx, and the next call works. */
export function limitCases(suite: Suite): void {
  const options = { methods: { M: measure } }

  suite.check('a large result arrives whole', options, async ({ client }) => {
    const text = (await client.call('M.repeat', { n: 500_000 })) as string
    assert.equal(text.length, 500_000)
  })

  suite.check('large values one after the other all arrive', options, async ({ client }) => {
    const a = listed(5000)
    for (let n = 0; n < 20; n++) assert.equal(await client.call('M.items', { a }), 5000)
  })

  const { limits } = suite.claims
  if (limits === false) return
  for (const { what, inside, outside } of steps(limits)) {
    suite.check(`limits: ${what} inside the limit arrives`, options, async ({ client }) => {
      const [name, a, size] = inside
      assert.equal(await client.call(name, { a }), size)
    })

    suite.check(
      `limits: ${what} beyond the limit is a 4xx, and the next call works`,
      options,
      (stage) => isRefused(suite, stage, outside),
    )
  }
}

type Sent = readonly [method: string, value: unknown, size: number]

interface LimitStep {
  readonly what: string
  readonly inside: Sent
  readonly outside: Sent
}

function steps(limits: InputLimits): readonly LimitStep[] {
  const { maxDepth, maxKeys, maxItems, maxBytes } = limits
  const depth = maxDepth - envelopeLevels
  const text = (length: number): Sent => ['M.text', 'x'.repeat(length), length]
  return [
    {
      what: 'nesting',
      inside: ['M.depth', nested(depth), depth],
      outside: ['M.depth', nested(maxDepth + 1), 0],
    },
    {
      what: 'deep nesting',
      inside: ['M.depth', nested(depth - 1), depth - 1],
      outside: ['M.depth', nested(1000), 0],
    },
    {
      what: 'keys',
      inside: ['M.keys', keyed(maxKeys), maxKeys],
      outside: ['M.keys', keyed(maxKeys + 1), 0],
    },
    {
      what: 'items',
      inside: ['M.items', listed(maxItems), maxItems],
      outside: ['M.items', listed(maxItems + 1), 0],
    },
    { what: 'bytes', inside: text(maxBytes - 1024), outside: text(maxBytes + 1) },
  ]
}

async function isRefused({ claims }: Suite, stage: Stage, [name, a]: Sent): Promise<void> {
  const { statusCode } = await failureOf(stage.client.call(name, { a }))
  const isClosed = claims.closesBeyondLimits && statusCode >= 500
  assert.ok(isClosed || (statusCode >= 400 && statusCode < 500), `answered ${statusCode}`)
  const next = isClosed ? await stage.dial() : stage.client
  assert.equal(await next.call('M.text', { a: 'next' }), 4)
  if (isClosed) await next.close()
}
