import { invalidArgument } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import { parseFilter } from '../query/parse-filter.ts'
import type { Query } from '../query/query.ts'
import { count } from './count.ts'
import { create } from './create.ts'
import { createMany } from './create-many.ts'
import { relatedNotFound } from './data-error.ts'
import { destroyAll } from './delete.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation } from './operation.ts'
import { applyScope, bothOf, equalityValues, withWhere } from './query-merge.ts'
import { parseScoped, readRows } from './read.ts'
import type { Count, OperationOptions } from './repository-types.ts'
import { updateAll } from './update-all.ts'
import { draftRow } from './write-checks.ts'

/** The rows of a named scope. Source: data 4.8. */
export interface ScopedRows {
  find(filter?: unknown, options?: OperationOptions): Promise<Row[]>
  findOne(filter?: unknown, options?: OperationOptions): Promise<Row | null>
  findById(id: unknown, options?: OperationOptions): Promise<Row>
  count(where?: unknown, options?: OperationOptions): Promise<number>
  /** Equality conditions of the scope are defaults of what is created. */
  create(data: readonly unknown[], options?: OperationOptions): Promise<Row[]>
  create(data: unknown, options?: OperationOptions): Promise<Row>
  /** A converted row that is not stored. */
  build(data: unknown, options?: OperationOptions): Promise<Row>
  updateAll(where: unknown, patch: unknown, options?: OperationOptions): Promise<Count>
  destroyAll(where?: unknown, options?: OperationOptions): Promise<Count>
  /** A further scope; both hold. */
  scope(name: string): ScopedRows
}

type Options = OperationOptions | undefined

/** **Errors**: 400 for a scope the model does not have. */
export function namedScope(runtime: ModelRuntime, name: string): ScopedRows {
  return scopedRows(runtime, queryOfScope(runtime, name))
}

function queryOfScope(runtime: ModelRuntime, name: string): Query {
  const filter = runtime.model.scopes.get(name)
  if (filter === undefined) throw invalidArgument(`${runtime.model.name} has no scope "${name}"`)
  const filterNow = typeof filter === 'function' ? filter() : filter
  return parseFilter(runtime.model, filterOfScope(filterNow), runtime.contexts.trusted)
}

/** LoopBack keeps options beside the filter; only the filter's keys count. */
function filterOfScope(scope: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { options: _options, isStatic: _isStatic, ...filter } = scope
  return filter
}

function scopedRows(runtime: ModelRuntime, scope: Query): ScopedRows {
  const { model } = runtime
  const read = (filter: unknown, options: Options, change: (query: Query) => Query) => {
    const operation = beginOperation(runtime, options)
    return readRows(operation, change(applyScope(model, parseScoped(operation, filter), scope)))
  }
  const values = equalityValues(scope.where)
  const fill = (data: unknown) => withDefaults(data, values)
  function createRows(data: readonly unknown[], options?: OperationOptions): Promise<Row[]>
  function createRows(data: unknown, options?: OperationOptions): Promise<Row>
  function createRows(data: unknown, options?: OperationOptions): Promise<Row | Row[]> {
    return Array.isArray(data)
      ? createMany(runtime, data.map(fill), options)
      : create(runtime, fill(data), options)
  }
  return Object.freeze({
    find: async (filter: unknown, options: Options) => read(filter, options, (query) => query),
    findOne: async (filter: unknown, options: Options) =>
      (await read(filter, options, (query) => ({ ...query, limit: 1 })))[0] ?? null,
    findById: async (id: unknown, options: Options) => {
      const byId = runtime.identity.where(id)
      const [row] = await read(undefined, options, (query) =>
        withWhere(query, bothOf(query.where, byId)),
      )
      if (row === undefined) throw relatedNotFound(model, id)
      return row
    },
    count: (where: unknown, options: Options) => count(runtime, where, options, scope.where),
    create: createRows,
    build: async (data: unknown, options: Options) =>
      draftRow(beginOperation(runtime, options), fill(data)).row,
    updateAll: (where: unknown, patch: unknown, options: Options) =>
      updateAll(runtime, where, patch, options, scope.where),
    destroyAll: (where: unknown, options: Options) =>
      destroyAll(runtime, where, options, scope.where),
    scope: (name: string) =>
      scopedRows(runtime, applyScope(model, scope, queryOfScope(runtime, name))),
  })
}

function withDefaults(data: unknown, values: Readonly<Row>): unknown {
  if (data === undefined || data === null) return { ...values }
  return isPlainObject(data) ? { ...values, ...data } : data
}
