import assert from 'node:assert/strict'
import { RemoteError, sharedMethods } from '../../../core/index.ts'
import { failureOf } from './expect.ts'
import type { Stage, Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const root = { arg: 'v', type: 'any', root: true } as const
const n = [{ arg: 'n', type: 'number' }] as const

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Shared by the calls of one application. */
function gateMethods() {
  const seen: number[] = []
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const shared = { list: [] as number[] }
  return {
    Many: {
      echo: method({ accepts: n, returns: root, http }, ({ n: given }) => given),
      jitter: method({ accepts: n, returns: root, http }, async ({ n: given }) => {
        await pause((Number(given) * 7) % 11)
        return { n: given }
      }),
      odd: method({ accepts: n, returns: root, http }, async ({ n: given }) => {
        await pause(Number(given) % 3)
        if (Number(given) % 2 === 1)
          throw new RemoteError(`odd ${String(given)}`, { statusCode: 409 })
        return given
      }),
      wait: method({ accepts: [], returns: root, http }, () => gate.then(() => 'waited')),
      open: method({ accepts: [], returns: root, http }, () => {
        open()
        return 'opened'
      }),
      once: method({ accepts: n, returns: root, http }, ({ n: given }) => {
        seen.push(Number(given))
        return seen.length
      }),
      seen: method({ accepts: [], returns: root, http }, () => seen),
      sharedList: method({ accepts: n, returns: root, http }, ({ n: given }) => {
        shared.list.push(Number(given))
        return shared
      }),
    },
  }
}

/** Many calls over one client: every call gets its own answer, once. Source: remoting WS-2. */
export function concurrencyCases(suite: Suite): void {
  const check: Check = (name, run) => suite.check(name, { methods: gateMethods() }, run)
  ownAnswerCases(check)
  runningCases(check)
}

type Check = (name: string, run: (stage: Stage) => Promise<void>) => void

const numbers = Array.from({ length: 200 }, (_, index) => index)

function ownAnswerCases(check: Check): void {
  check('200 calls at once each get their own answer', async ({ client }) => {
    assert.deepEqual(
      await Promise.all(numbers.map((given) => client.call('Many.echo', { n: given }))),
      numbers,
    )
  })

  check('answers that come in another order reach their callers', async ({ client }) => {
    assert.deepEqual(
      await Promise.all(
        numbers.slice(0, 100).map((given) => client.call('Many.jitter', { n: given })),
      ),
      numbers.slice(0, 100).map((given) => ({ n: given })),
    )
  })

  check('failing calls among many fail alone, each with its own error', async ({ client }) => {
    const outcomes = await Promise.allSettled(
      numbers.slice(0, 100).map((given) => client.call('Many.odd', { n: given })),
    )
    for (const [given, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') assert.equal(outcome.value, given)
      else assert.equal(outcome.reason.message, `odd ${given}`)
      assert.equal(outcome.status, given % 2 === 0 ? 'fulfilled' : 'rejected')
    }
  })
}

function runningCases(check: Check): void {
  check('a waiting call holds up no other', async ({ client }) => {
    const waiting = client.call('Many.wait', {})
    assert.equal(await client.call('Many.echo', { n: 1 }), 1)
    assert.equal(await client.call('Many.open', {}), 'opened')
    assert.equal(await waiting, 'waited')
  })

  check('every call runs once', async ({ client }) => {
    const some = numbers.slice(0, 60)
    await Promise.all(some.map((given) => client.call('Many.once', { n: given })))
    const seen = (await client.call('Many.seen', {})) as number[]
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      some,
    )
  })

  check('calls one after the other keep their order', async ({ client }) => {
    for (const given of numbers.slice(0, 20)) await client.call('Many.once', { n: given })
    assert.deepEqual(await client.call('Many.seen', {}), numbers.slice(0, 20))
  })

  check('results share nothing with what the method keeps', async ({ client }) => {
    const first = (await client.call('Many.sharedList', { n: 1 })) as { list: number[] }
    first.list.push(99)
    const second = (await client.call('Many.sharedList', { n: 2 })) as { list: number[] }
    assert.deepEqual(second.list, [1, 2])
    assert.deepEqual(first.list, [1, 99])
  })

  check('unknown methods among many calls fail alone', async ({ client }) => {
    const [known, unknown, again] = await Promise.allSettled([
      client.call('Many.echo', { n: 1 }),
      failureOf(client.call('Many.nowhere', {})),
      client.call('Many.echo', { n: 2 }),
    ])
    assert.deepEqual(
      [known, again],
      [
        { status: 'fulfilled', value: 1 },
        { status: 'fulfilled', value: 2 },
      ],
    )
    assert.equal(unknown.status, 'fulfilled')
  })
}
