import assert from 'node:assert/strict'
import { sharedMethods } from '../../../core/index.ts'
import { eventually, failureOf } from './expect.ts'
import type { StageOptions, Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const root = { arg: 'v', type: 'any', root: true } as const

/** What the calls of one case did, in order. */
type Trace = string[]

function waiting(trace: Trace): StageOptions {
  return {
    methods: {
      W: {
        forever: method({ accepts: [], returns: root, http }, (_args, { signal }) => {
          signal.addEventListener('abort', () => trace.push('aborted'))
          trace.push('started')
          return new Promise(() => undefined)
        }),
        obeys: method({ accepts: [], returns: root, http }, (_args, { signal }) => {
          trace.push('started')
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              trace.push('aborted')
              reject(signal.reason)
            })
          })
        }),
        late: method({ accepts: [], returns: root, http }, async (_args, { signal }) => {
          trace.push('started')
          while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1))
          trace.push('aborted')
          return 'late result'
        }),
        deadline: method({ accepts: [], returns: root, http }, (_args, { deadline }) =>
          deadline === undefined ? null : deadline - Date.now(),
        ),
        ping: method({ accepts: [], returns: root, http }, () => 'pong'),
      },
    },
  }
}

/** Callers that give up, and calls that take too long. Source: remoting I-7, I-13, WS-4. */
export function cancellationCases(suite: Suite): void {
  timeoutCases(suite)
  if (suite.supports.cancellation) {
    abortCases(suite)
    manyCallsCases(suite)
  }
  if (suite.claims.deadlines) deadlineCases(suite)
}

function timeoutCases(suite: Suite): void {
  for (const name of ['forever', 'obeys', 'late']) {
    const trace: Trace = []
    suite.check(
      `I-7: a method that outlives the limit answers 503 and has its signal aborted (${name})`,
      { ...waiting(trace), invocationTimeout: 60 },
      async ({ client }) => {
        const failure = await failureOf(client.call(`W.${name}`, {}))
        assert.equal(failure.statusCode, 503)
        await eventually(() => trace.includes('aborted'), 'the signal aborts')
        assert.equal(await client.call('W.ping', {}), 'pong')
      },
    )
  }

  const trace: Trace = []
  suite.check(
    'I-7: a before hook that hangs is ended by the limit, and the method does not start',
    {
      ...waiting(trace),
      invocationTimeout: 60,
      prepare: (app) => app.before('W.forever', () => new Promise(() => undefined)),
    },
    async ({ client }) => {
      assert.equal((await failureOf(client.call('W.forever', {}))).statusCode, 503)
      assert.deepEqual(trace, [])
      assert.equal(await client.call('W.ping', {}), 'pong')
    },
  )
}

function abortCases(suite: Suite): void {
  for (const name of ['forever', 'obeys', 'late']) {
    const trace: Trace = []
    suite.check(
      `I-13: a caller that gives up aborts the method (${name})`,
      waiting(trace),
      async ({ client }) => {
        const leave = new AbortController()
        const call = client.call(`W.${name}`, {}, { signal: leave.signal })
        await eventually(() => trace.includes('started'), 'the method starts')
        leave.abort()
        await assert.rejects(call)
        await eventually(() => trace.includes('aborted'), 'the signal aborts')
        assert.equal(await client.call('W.ping', {}), 'pong')
      },
    )
  }

  const early: Trace = []
  suite.check('a call given up before it starts never runs', waiting(early), async ({ client }) => {
    await assert.rejects(client.call('W.forever', {}, { signal: AbortSignal.abort() }))
    assert.equal(await client.call('W.ping', {}), 'pong')
    assert.deepEqual(early, [])
  })

  const hooked: Trace = []
  suite.check(
    'I-13: giving up while a hook runs aborts the signal of the hook',
    {
      ...waiting(hooked),
      prepare: (app) =>
        app.before('W.ping', ({ signal, args }) => {
          if (args['hang'] === undefined && hooked.includes('hung')) return undefined
          hooked.push('hung')
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              hooked.push('aborted')
              reject(signal.reason)
            })
          })
        }),
    },
    async ({ client }) => {
      const leave = new AbortController()
      const call = client.call('W.ping', {}, { signal: leave.signal })
      await eventually(() => hooked.includes('hung'), 'the hook starts')
      leave.abort()
      await assert.rejects(call)
      await eventually(() => hooked.includes('aborted'), 'the signal aborts')
      assert.equal(await client.call('W.ping', {}), 'pong')
    },
  )
}

function manyCallsCases(suite: Suite): void {
  const many: Trace = []
  suite.check(
    'one of many calls is given up, the others are answered',
    waiting(many),
    async ({ client }) => {
      const leave = new AbortController()
      const given = client.call('W.forever', {}, { signal: leave.signal })
      const others = Array.from({ length: 20 }, () => client.call('W.ping', {}))
      await eventually(() => many.includes('started'), 'the method starts')
      leave.abort()
      await assert.rejects(given)
      assert.deepEqual(new Set(await Promise.all(others)), new Set(['pong']))
    },
  )

  const after: Trace = []
  suite.check('giving up after the answer changes nothing', waiting(after), async ({ client }) => {
    const leave = new AbortController()
    assert.equal(await client.call('W.ping', {}, { signal: leave.signal }), 'pong')
    leave.abort()
    assert.equal(await client.call('W.ping', {}), 'pong')
  })

  const closing: Trace = []
  suite.check(
    'WS-4: twenty calls given up at once are all aborted',
    waiting(closing),
    async ({ client }) => {
      const leave = new AbortController()
      const calls = Array.from({ length: 20 }, () =>
        client.call('W.forever', {}, { signal: leave.signal }),
      )
      const settled = Promise.allSettled(calls)
      await eventually(
        () => closing.filter((step) => step === 'started').length === 20,
        'all start',
      )
      leave.abort()
      assert.ok((await settled).every(({ status }) => status === 'rejected'))
      await eventually(
        () => closing.filter((step) => step === 'aborted').length === 20,
        'all abort',
      )
    },
  )
}

function deadlineCases(suite: Suite): void {
  const trace: Trace = []
  suite.check(
    'a deadline of the caller ends the call with 504',
    waiting(trace),
    async ({ client }) => {
      const failure = await failureOf(client.call('W.forever', {}, { timeoutMs: 50 }))
      assert.equal(failure.statusCode, 504)
      await eventually(() => trace.includes('aborted'), 'the signal aborts')
      assert.equal(await client.call('W.ping', {}, { timeoutMs: 5000 }), 'pong')
    },
  )

  suite.check('the method sees the deadline of the caller', waiting([]), async ({ client }) => {
    const left = Number(await client.call('W.deadline', {}, { timeoutMs: 4000 }))
    assert.ok(left > 0 && left <= 4000, `${left} ms left`)
  })

  suite.check(
    'the earlier of both limits counts',
    { ...waiting([]), invocationTimeout: 60 },
    async ({ client }) => {
      assert.equal(
        (await failureOf(client.call('W.forever', {}, { timeoutMs: 5000 }))).statusCode,
        503,
      )
    },
  )
}
