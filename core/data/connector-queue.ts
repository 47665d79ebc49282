import { remoteError } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import type { Connector, Rows } from './connector.ts'

/** Waits until the connector is open. */
type Wait = (signal: AbortSignal | undefined) => Promise<Connector>

/** The same connector, but every call first waits. Stands in until the data source is connected. Source: data D-8.4-1. */
export function queueCalls(raw: Connector, wait: Wait): Connector {
  const { upsert, increment, aggregate, begin, execute, ping, migrate, introspect } = raw
  return {
    name: raw.name,
    supports: raw.supports,
    open: (environment) => raw.open(environment),
    close: () => raw.close(),
    create: async (model, rows, options) =>
      (await wait(options.signal)).create(model, rows, options),
    find: (model, query, options) =>
      laterRows(async () => (await wait(options.signal)).find(model, query, options)),
    count: async (model, where, options) =>
      (await wait(options.signal)).count(model, where, options),
    update: async (model, where, patch, options) =>
      (await wait(options.signal)).update(model, where, patch, options),
    delete: async (model, where, options) =>
      (await wait(options.signal)).delete(model, where, options),
    ...(upsert && {
      upsert: async (model, what, options) => {
        await wait(options.signal)
        return upsert.call(raw, model, what, options)
      },
    }),
    ...(increment && {
      increment: async (model, where, deltas, options) => {
        await wait(options.signal)
        return increment.call(raw, model, where, deltas, options)
      },
    }),
    ...(aggregate && {
      aggregate: async (model, aggregation, options) => {
        await wait(options.signal)
        return aggregate.call(raw, model, aggregation, options)
      },
    }),
    ...(begin && {
      begin: async (options) => {
        await wait(options.signal)
        return begin.call(raw, options)
      },
    }),
    ...(execute && {
      execute: async (command, options) => {
        await wait(options.signal)
        return execute.call(raw, command, options)
      },
    }),
    ...(migrate && {
      migrate: async (options) => {
        await wait(undefined)
        return migrate.call(raw, options)
      },
    }),
    ...(introspect && {
      introspect: async (options) => {
        await wait(undefined)
        return introspect.call(raw, options)
      },
    }),
    ...(ping && {
      ping: async () => {
        await wait(undefined)
        return ping.call(raw)
      },
    }),
  }
}

/** Stands in after the data source is closed: every call rejects with `UNAVAILABLE`. */
export function refuseCalls(raw: Connector, dataSource: string): Connector {
  return queueCalls(raw, () =>
    Promise.reject(remoteError('UNAVAILABLE', `data source ${dataSource} is closed`)),
  )
}

function laterRows(find: () => Promise<Rows>): Rows {
  return {
    toArray: async () => collectRows(await find()),
    async *[Symbol.asyncIterator]() {
      yield* await find()
    },
  }
}

/** All rows of a find, without a promise per row where the connector can. */
export function collectRows(rows: Rows): Row[] | Promise<Row[]> {
  return rows.toArray === undefined ? collectOneByOne(rows) : rows.toArray()
}

async function collectOneByOne(rows: Rows): Promise<Row[]> {
  const all: Row[] = []
  for await (const row of rows) all.push(row)
  return all
}
