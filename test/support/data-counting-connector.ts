import type { Connector } from '../../core/data/connector.ts'

/** A connector that notes what it is asked, e.g. `find Book`. */
export interface CountingConnector {
  readonly connector: Connector
  /** Every call since the last {@link reset}. */
  readonly calls: string[]
  reset(): void
}

/** Wraps a connector and notes each call. Source: data D-11-2. */
export function countCalls(inner: Connector): CountingConnector {
  const calls: string[] = []
  const connector: Connector = {
    ...pick(inner),
    create: (model, rows, options) => {
      calls.push(`create ${model.name}`)
      return inner.create(model, rows, options)
    },
    find: (model, query, options) => {
      calls.push(`find ${model.name}`)
      return inner.find(model, query, options)
    },
    count: (model, where, options) => {
      calls.push(`count ${model.name}`)
      return inner.count(model, where, options)
    },
    update: (model, where, patch, options) => {
      calls.push(`update ${model.name}`)
      return inner.update(model, where, patch, options)
    },
    delete: (model, where, options) => {
      calls.push(`delete ${model.name}`)
      return inner.delete(model, where, options)
    },
  }
  return { connector, calls, reset: () => calls.splice(0) }
}

function pick(inner: Connector): Connector {
  return {
    name: inner.name,
    supports: inner.supports,
    open: (environment) => inner.open(environment),
    close: () => inner.close(),
    create: inner.create.bind(inner),
    find: inner.find.bind(inner),
    count: inner.count.bind(inner),
    update: inner.update.bind(inner),
    delete: inner.delete.bind(inner),
    ...(inner.upsert && { upsert: inner.upsert.bind(inner) }),
    ...(inner.increment && { increment: inner.increment.bind(inner) }),
    ...(inner.begin && { begin: inner.begin.bind(inner) }),
  }
}
