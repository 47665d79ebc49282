import assert from 'node:assert/strict'
import { type Reason, RemoteError, remoteError, sharedMethods } from '../../../core/index.ts'
import { reasons } from '../../../core/spi.ts'
import { failureOf } from './expect.ts'
import type { StageOptions, Suite } from './suite.ts'

const method = sharedMethods()
const http = { verb: 'post' } as const
const root = { arg: 'v', type: 'any', root: true } as const

const throwing = (make: () => unknown): StageOptions => ({
  methods: {
    E: {
      fail: method({ accepts: [], returns: root, http }, () => {
        throw make()
      }),
      rejects: method({ accepts: [], returns: root, http }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        throw make()
      }),
      ping: method({ accepts: [], returns: root, http }, () => 'pong'),
    },
  },
})

/** What a caller sees of an error, and what never leaves. Source: remoting 2.5, E-13, E-16. */
export function disclosureCases(suite: Suite): void {
  reasonCases(suite)
  clientErrorCases(suite)
  if (!suite.claims.originalErrors) serverErrorCases(suite)
  hostileCases(suite)
}

function reasonCases(suite: Suite): void {
  const details = { nested: { list: [1, null, { deep: '🎈' }], empty: {} }, flag: false }
  const entries = Object.entries(reasons) as [Reason, { statusCode: number; onWire?: boolean }][] // keys of the table
  const statuses = [...new Set(entries.map(([, { statusCode }]) => statusCode))].sort()
  for (const status of statuses) {
    const names = entries.filter(([, { statusCode }]) => statusCode === status)
    const options: StageOptions = {
      methods: {
        E: Object.fromEntries(
          names.map(([reason]) => [
            reason,
            method({ accepts: [], http }, () => {
              throw remoteError(reason, `about ${reason}`, details)
            }),
          ]),
        ),
      },
    }
    suite.check(`E-13, E-16: the reasons of status ${status}`, options, async ({ client }) => {
      for (const [reason, { onWire }] of names) {
        const failure = await failureOf(client.call(`E.${reason}`, {}))
        assert.equal(failure.statusCode, status, reason)
        if (status < 500) {
          assert.equal(failure.code, onWire === false ? undefined : reason)
          assert.equal(failure.message, `about ${reason}`)
          assert.equal(failure.name, 'Error')
          assert.deepEqual(failure.details, details)
        } else if (!suite.claims.originalErrors) {
          assert.equal(failure.message.includes(reason), false)
          assert.equal(failure.details, undefined)
          assert.equal(failure.code, undefined)
        }
      }
    })
  }
}

interface ErrorRow {
  readonly name: string
  readonly make: () => unknown
  readonly statusCode: number
  readonly message: string
  readonly code?: string
  readonly details?: unknown
}

const named = (name: string, more: object) => Object.assign(new Error('told'), { name }, more)

const clientErrors: readonly ErrorRow[] = [
  {
    name: 'a reason of the application',
    make: () => new RemoteError('sold out', { reason: 'SOLD_OUT', statusCode: 409, details: [1] }),
    statusCode: 409,
    message: 'sold out',
    code: 'SOLD_OUT',
    details: [1],
  },
  {
    name: 'a gRPC code decides the status',
    make: () => new RemoteError('no', { code: 'permission_denied' }),
    statusCode: 403,
    message: 'no',
  },
  {
    name: 'a cause stays inside',
    make: () => new RemoteError('outer', { statusCode: 400, cause: new Error('secret cause') }),
    statusCode: 400,
    message: 'outer',
  },
  {
    name: 'E-0: status instead of statusCode',
    make: () => named('Error', { status: 404 }),
    statusCode: 404,
    message: 'told',
  },
  {
    name: 'an empty message',
    make: () => new RemoteError('', { statusCode: 400, reason: 'EMPTY' }),
    statusCode: 400,
    message: '',
    code: 'EMPTY',
  },
  {
    name: 'a message in other scripts, of several lines',
    make: () => new RemoteError('żółć\n\u2028🎈\u0000"', { statusCode: 400 }),
    statusCode: 400,
    message: 'żółć\n\u2028🎈\u0000"',
  },
  {
    name: 'a message of 100,000 characters',
    make: () => new RemoteError('é'.repeat(100_000), { statusCode: 400 }),
    statusCode: 400,
    message: 'é'.repeat(100_000),
  },
  {
    name: 'details of false values',
    make: () => new RemoteError('falsy', { statusCode: 400, details: [0, '', false, null] }),
    statusCode: 400,
    message: 'falsy',
    details: [0, '', false, null],
  },
]

function clientErrorCases(suite: Suite): void {
  for (const row of clientErrors) {
    suite.check(`EB-1: ${row.name}`, throwing(row.make), async ({ client }) => {
      for (const name of ['E.fail', 'E.rejects']) {
        const failure = await failureOf(client.call(name, {}))
        if (!(suite.claims.originalErrors && row.name.startsWith('E-0'))) {
          assert.equal(failure.statusCode, row.statusCode)
        }
        assert.equal(failure.message, row.message)
        assert.equal(failure.code, row.code)
        assert.deepEqual(failure.details, row.details)
        assert.equal(JSON.stringify(failure).includes('secret'), false)
      }
    })
  }

  suite.check(
    'EB-1: the name of an error is kept',
    throwing(() => named('QuotaError', { statusCode: 429 })),
    async ({ client }) => {
      const failure = await failureOf(client.call('E.fail', {}))
      assert.equal(failure.statusCode, 429)
      assert.equal(failure.name, 'QuotaError')
    },
  )

  suite.check(
    'EB-3: a thrown object is an error with the members of one',
    throwing(() => ({
      statusCode: 403,
      message: 'plain',
      code: 'PLAIN',
      details: { a: 1 },
      secret: 's',
    })),
    async ({ client }) => {
      const failure = await failureOf(client.call('E.fail', {}))
      assert.equal(failure.statusCode, 403)
      assert.equal(failure.message, 'plain')
      assert.equal(failure.code, 'PLAIN')
      assert.deepEqual(failure.details, { a: 1 })
      if (!suite.claims.originalErrors) assert.equal('secret' in failure, false)
    },
  )
}

const secret = 'secret-7f3a'

const serverErrors: readonly (readonly [name: string, make: () => unknown, statusCode: number])[] =
  [
    ['an error', () => new Error(secret), 500],
    ['a TypeError', () => new TypeError(secret), 500],
    [
      'an error with code and details',
      () => named(secret, { code: secret, details: { secret }, statusCode: 500 }),
      500,
    ],
    ['a status of success', () => Object.assign(new Error(secret), { statusCode: 200 }), 500],
    ['a redirection', () => Object.assign(new Error(secret), { statusCode: 304 }), 500],
    [
      'a status that is no number',
      () => Object.assign(new Error(secret), { statusCode: 'abc' }),
      500,
    ],
    ['a 503', () => new RemoteError(secret, { code: 'unavailable', details: secret }), 503],
    ['a 501', () => new RemoteError(secret, { reason: 'NOT_IMPLEMENTED' }), 501],
    ['text', () => secret, 500],
    ['a number', () => 404, 500],
    ['a symbol', () => Symbol(secret), 500],
    ['a function', () => () => secret, 500],
    ['an aggregate', () => new AggregateError([new Error(secret)], secret), 500],
    ['an error with a cause', () => new Error(secret, { cause: new Error(secret) }), 500],
  ]

function serverErrorCases(suite: Suite): void {
  for (const [name, make, statusCode] of serverErrors) {
    suite.check(
      `EB-2, EB-4: ${name} tells its status and phrase only`,
      throwing(make),
      async ({ client }) => {
        for (const called of ['E.fail', 'E.rejects']) {
          const failure = await failureOf(client.call(called, {}))
          assert.equal(failure.statusCode, statusCode)
          assert.equal(typeof failure.message, 'string')
          const shown = JSON.stringify({ ...failure, message: failure.message, name: failure.name })
          assert.equal(shown.includes(secret), false, shown)
          assert.equal(failure.details, undefined)
          assert.equal(failure.code, undefined)
        }
      },
    )
  }

  suite.check(
    'EB-5: a list of errors is one error that shows each by its own rules',
    throwing(() => [new RemoteError('shown', { statusCode: 400 }), new Error(secret)]),
    async ({ client }) => {
      const failure = await failureOf(client.call('E.fail', {}))
      assert.equal(failure.statusCode, 500)
      const [first, second] = failure.details as readonly { readonly message: string }[]
      assert.equal(first?.message, 'shown')
      assert.equal(second?.message, 'Internal Server Error')
      assert.equal(JSON.stringify(failure).includes(secret), false)
    },
  )
}

const throwsWhenRead = (key: string, more: object = {}) =>
  Object.defineProperty(Object.assign(new Error('x'), more), key, {
    enumerable: true,
    get() {
      throw new Error(secret)
    },
  })

function cyclic(): object {
  const details: Record<string, unknown> = {}
  details['self'] = details
  return Object.assign(new Error('cyclic details'), { statusCode: 400, details })
}

const hostile: readonly (readonly [name: string, make: () => unknown])[] = [
  ['a statusCode that throws when read', () => throwsWhenRead('statusCode')],
  ['a message that throws when read', () => throwsWhenRead('message', { statusCode: 400 })],
  ['details that throw when read', () => throwsWhenRead('details', { statusCode: 400 })],
  ['a revoked proxy', revoked],
  ['cyclic details', cyclic],
  [
    'details with a big integer',
    () => Object.assign(new Error('big'), { statusCode: 400, details: 5n }),
  ],
  [
    'details with a function',
    () => Object.assign(new Error('f'), { statusCode: 400, details: { f: () => 1 } }),
  ],
  [
    'details that fail in toJSON',
    () => Object.assign(new Error('j'), { statusCode: 400, details: unprintable }),
  ],
]

const unprintable = {
  toJSON() {
    throw new Error(secret)
  },
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function hostileCases(suite: Suite): void {
  if (suite.claims.originalErrors) return
  for (const [name, make] of hostile) {
    suite.check(`E-12: ${name} ends the call, nothing else`, throwing(make), async ({ client }) => {
      for (const called of ['E.fail', 'E.rejects']) {
        const { statusCode, message } = await failureOf(client.call(called, {}))
        assert.ok(statusCode >= 400, `answered ${statusCode}`)
        assert.equal(String(message).includes(secret), false)
      }
      assert.equal(await client.call('E.ping', {}), 'pong')
    })
  }
}
