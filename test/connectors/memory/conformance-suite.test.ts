import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memory } from '../../../connectors/memory/index.ts'
import { type Connector, type ConnectorSupport, remoteError } from '../../../core/spi.ts'
import { connectorConformance } from '../../conformance/connector/index.ts'

test('D-9.11-7: the suite fails connectors that claim what they cannot', async () => {
  const lies: readonly (readonly [part: string, lie: (real: Connector) => Lie])[] = [
    ['D-2.6-2', (real) => ({ upsert: racingUpsert(real) })],
    ['D-2.7-4', () => ({ increment: async () => 1 })],
    ['D-9.11-5', () => ({ upsert: undefined })],
    [
      'a commit shows everything',
      (real) => ({ begin: async ({ isolation }) => pretend(isolation, real) }),
    ],
    ['aggregates over all rows', () => ({ aggregate: async () => [] })],
    ['D-9.10-1: rows are copies', () => sharingFind()],
    ['D-1.2-11: a unique property', (real) => ({ update: swallow(real) })],
  ]
  for (const [part, lie] of lies) {
    const failed = await failures((real) => ({ ...wrap(real), ...lie(real) }) as Connector)
    assert.ok(
      failed.some((name) => name.includes(part)),
      `${part} let a lie pass: ${failed.join('; ')}`,
    )
  }
})

test('D-9.11-7: the suite passes connectors that deny and refuse', async () => {
  const denied = {
    transactions: false,
    atomicUpsert: false,
    atomicIncrement: false,
    aggregate: false,
    multiInsert: false,
    includeLimit: false,
    functionWhere: false,
  } as const
  const failed = await failures((real) => denying(real, denied))
  assert.equal(failed, [])
})

test('D-9.11-7: the suite fails connectors that deny a feature and do it all the same', async () => {
  const failed = await failures((real) =>
    Object.assign(wrap(real), {
      supports: Object.freeze({ ...real.supports, multiInsert: false, regexp: false }),
    }),
  )
  assert.ok(failed.some((name) => name.includes('D-9.11-2')))
  assert.ok(failed.some((name) => name.includes('composite ids are refused')))
})

/** Members that replace a connector's own. */
type Lie = { readonly [Member in keyof Connector]?: Connector[Member] | undefined }

/** Names of the tests that fail for a connector made from a real one. */
async function failures(make: (real: Connector) => Connector): Promise<string[]> {
  const tests: { readonly name: string; readonly run: () => Promise<void> }[] = []
  connectorConformance((name, run) => tests.push({ name, run }), {
    name: 'liar',
    create: () => make(memory()),
  })
  const failed: string[] = []
  for (const { name, run } of tests) {
    await run().catch(() => failed.push(name))
  }
  return failed
}

/** A connector of plain members, so that single ones can be replaced. */
function wrap(real: Connector): Connector {
  return {
    name: real.name,
    supports: real.supports,
    open: (environment) => real.open(environment),
    close: () => real.close(),
    create: (...given) => real.create(...given),
    find: (...given) => real.find(...given),
    count: (...given) => real.count(...given),
    update: (...given) => real.update(...given),
    delete: (...given) => real.delete(...given),
    ...(real.upsert && { upsert: real.upsert.bind(real) }),
    ...(real.increment && { increment: real.increment.bind(real) }),
    ...(real.aggregate && { aggregate: real.aggregate.bind(real) }),
    ...(real.begin && { begin: real.begin.bind(real) }),
  }
}

function denying(real: Connector, denied: Partial<ConnectorSupport>): Connector {
  const { upsert: _, increment: __, aggregate: ___, begin: ____, ...rest } = wrap(real)
  const hasFunction = (where: { readonly kind: string }) => where.kind === 'function'
  const unsupported = () => remoteError('OPERATOR_NOT_SUPPORTED', 'not supported')
  return {
    ...rest,
    supports: Object.freeze({ ...real.supports, ...denied }),
    create: async (model, rows, options) => {
      if (rows.length > 1) throw unsupported()
      return real.create(model, rows, options)
    },
    find: (model, query, options) => {
      if (options.limitPer !== undefined || hasFunction(query.where)) throw unsupported()
      return real.find(model, query, options)
    },
    count: async (model, where, options) => {
      if (hasFunction(where)) throw unsupported()
      return real.count(model, where, options)
    },
    update: async (model, where, patch, options) => {
      if (hasFunction(where)) throw unsupported()
      return real.update(model, where, patch, options)
    },
    delete: async (model, where, options) => {
      if (hasFunction(where)) throw unsupported()
      return real.delete(model, where, options)
    },
  }
}

/** Looks first and writes later. */
function racingUpsert(real: Connector): Connector['upsert'] {
  return async (model, { where, create }, options) => {
    const count = await real.count(model, where, options)
    if (count > 0) return { row: create, isNew: false }
    await real.create(model, [create], options).catch(() => undefined)
    return { row: create, isNew: true }
  }
}

/** A transaction that commits at once and rolls nothing back. */
function pretend(
  isolation: 'READ UNCOMMITTED' | 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE',
  real: Connector,
) {
  const ping = async () => real.ping?.()
  return { isolation, commit: ping, rollback: ping }
}

/** Hands out the rows it keeps. */
function sharingFind(): Lie {
  const kept = [{ id: 1, tags: ['x'], place: { city: 'Oslo', floor: 1 }, seen: new Date(0) }]
  return {
    create: async () => kept,
    find: () => ({
      toArray: () => kept,
      async *[Symbol.asyncIterator]() {
        yield* kept
      },
    }),
  }
}

/** Reports success where a unique value is refused. */
function swallow(real: Connector): Connector['update'] {
  return (...given) => real.update(...given).catch(() => 1)
}

test.run()
