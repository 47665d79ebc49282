import type { Connector, ConnectorSupport, FindOptions } from '../../core/data/connector.ts'
import { RemoteError } from '../../core/error/remote-error.ts'
import type { Model, Row } from '../../core/model/model.ts'
import { applyQuery } from '../../core/query/apply-query.ts'
import { compileWhere } from '../../core/query/evaluate-where.ts'

const supports: ConnectorSupport = {
  persistent: false,
  transactions: false,
  savepoints: false,
  atomicUpsert: false,
  atomicIncrement: false,
  multiInsert: false,
  aggregate: false,
  ilike: 'native',
  regexp: 'native',
  exists: 'native',
  nor: 'native',
  nestedProperty: 'native',
  near: 'native',
  relatedFilter: 'emulated',
  includeLimit: 'emulated',
  functionWhere: true,
  compositeIds: true,
  openModels: true,
  likeCase: 'sensitive',
  emptyStringIsNull: false,
  maxInValues: 1000,
  filterKeys: [],
}

/**
 * The smallest connector there can be: rows in arrays, found by scanning. It has no upsert, no increment and no
 * aggregation; transactions, when asked for, run one after the other and undo by copies of all tables.
 */
export function arrayConnector(
  claims: Partial<ConnectorSupport> & { readonly name?: string } = {},
): Connector {
  const tables = new Map<string, Row[]>()
  const rowsOf = (model: Model): Row[] => {
    const rows = tables.get(model.name) ?? []
    tables.set(model.name, rows)
    return rows
  }
  const { name = 'array', ...support } = claims
  return {
    name,
    supports: { ...supports, ...support },
    open: async () => {},
    close: async () => {},
    create: async (model, rows) => rows.map((row) => insert(model, rowsOf(model), row)),
    find: (model, query, options: FindOptions) => {
      if (options.limitPer !== undefined)
        throw new Error('limitPer was asked of a connector that denies it')
      const found = applyQuery(rowsOf(model), query).map((row) => project(row, query.fields))
      return {
        async *[Symbol.asyncIterator]() {
          yield* found
        },
      }
    },
    count: async (model, where) => rowsOf(model).filter(compileWhere(where)).length,
    update: async (model, where, patch, options) => {
      const matches = rowsOf(model).filter(compileWhere(where))
      for (const row of matches) change(model, row, patch, options.replace === true)
      return matches.length
    },
    delete: async (model, where) => {
      const test = compileWhere(where)
      const rows = rowsOf(model)
      const kept = rows.filter((row) => !test(row))
      tables.set(model.name, kept)
      return rows.length - kept.length
    },
    ...(support.transactions === true && {
      begin: async ({ isolation }) => {
        const before = new Map([...tables].map(([table, rows]) => [table, structuredClone(rows)]))
        return {
          isolation,
          commit: async () => {},
          rollback: async () => {
            tables.clear()
            for (const [table, rows] of before) tables.set(table, rows)
          },
        }
      },
    }),
  }
}

function insert(model: Model, rows: Row[], row: Row): Row {
  const stored = structuredClone(row)
  const [id] = model.id
  if (id !== undefined && model.id.length === 1 && stored[id.name] === undefined) {
    stored[id.name] = rows.reduce((max, other) => Math.max(max, Number(other[id.name])), 0) + 1
  }
  const isTaken = (other: Row) => model.id.every((part) => other[part.name] === stored[part.name])
  if (model.id.length > 0 && rows.some(isTaken)) {
    throw new RemoteError(`Duplicate entry for ${model.name}.${id?.name}`, {
      reason: 'DUPLICATE_KEY',
    })
  }
  rows.push(stored)
  return structuredClone(stored)
}

function change(model: Model, row: Row, patch: Row, replaces: boolean): void {
  const ids = new Set(model.id.map((part) => part.name))
  if (replaces) for (const key of Object.keys(row)) if (!ids.has(key)) delete row[key]
  Object.assign(row, structuredClone(patch))
}

function project(row: Row, fields: readonly string[] | undefined): Row {
  const copy = structuredClone(row)
  if (fields === undefined) return copy
  return Object.fromEntries(Object.entries(copy).filter(([key]) => fields.includes(key)))
}
