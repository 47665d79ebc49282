import { RemoteError } from '../error/remote-error.ts'
import type { Model, Row } from '../model/model.ts'
import { parseFilter } from '../query/parse-filter.ts'
import { aggregate } from './aggregate.ts'
import { count, exists } from './count.ts'
import { create, prepareNew } from './create.ts'
import { createAll } from './create-all.ts'
import { createMany } from './create-many.ts'
import { deleteById, destroy, destroyAll } from './delete.ts'
import { findByIds } from './find-by-ids.ts'
import { type FoundOrCreated, findOrCreate } from './find-or-create.ts'
import { findStream } from './find-stream.ts'
import { includeRelations } from './include.ts'
import { increment } from './increment.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { namedScope, type ScopedRows } from './named-scope.ts'
import { attachedDataSource } from './native.ts'
import { beginOperation, requireObject } from './operation.ts'
import { parseContextOf } from './query-guards.ts'
import { find, findById, findOne, readRows } from './read.ts'
import { type RelatedRows, related } from './related.ts'
import { replaceById, save } from './replace.ts'
import { replaceOrCreate } from './replace-or-create.ts'
import type {
  AttachedDataSource,
  Count,
  OperationOptions,
  TransactionOptions,
} from './repository-types.ts'
import { beginTransaction, type DataTransaction } from './transaction.ts'
import { update } from './update.ts'
import { updateAll } from './update-all.ts'
import { updateOrCreate, upsertWithWhere } from './upsert.ts'

/**
 * The data operations of one model on plain rows, as the runtime sees them; applications see the typed `Repository`.
 * Every method returns a promise and never throws at once; nothing a caller passes is changed. Source: data section 2.
 */
export interface ModelRepository {
  readonly model: Model
  readonly dataSource: AttachedDataSource
  find(filter?: unknown, options?: OperationOptions): Promise<Row[]>
  findOne(filter?: unknown, options?: OperationOptions): Promise<Row | null>
  findById(id: unknown, filter?: unknown, options?: OperationOptions): Promise<Row | null>
  findByIds(ids: readonly unknown[], filter?: unknown, options?: OperationOptions): Promise<Row[]>
  findStream(filter?: unknown, options?: OperationOptions): AsyncIterable<Row>
  exists(id: unknown, options?: OperationOptions): Promise<boolean>
  count(where?: unknown, options?: OperationOptions): Promise<number>
  create(data: readonly unknown[], options?: OperationOptions): Promise<Row[]>
  create(data: unknown, options?: OperationOptions): Promise<Row>
  createAll(data: readonly unknown[], options?: OperationOptions): Promise<Row[]>
  update(idOrRow: unknown, patch: unknown, options?: OperationOptions): Promise<Row>
  updateAll(where: unknown, patch: unknown, options?: OperationOptions): Promise<Count>
  updateOrCreate(data: unknown, options?: OperationOptions): Promise<Row>
  upsertWithWhere(where: unknown, data: unknown, options?: OperationOptions): Promise<Row>
  replaceById(id: unknown, data: unknown, options?: OperationOptions): Promise<Row>
  replaceOrCreate(data: unknown, options?: OperationOptions): Promise<Row>
  findOrCreate(filter: unknown, data: unknown, options?: OperationOptions): Promise<FoundOrCreated>
  save(row: unknown, options?: OperationOptions): Promise<Row>
  reload(row: unknown, options?: OperationOptions): Promise<Row | null>
  deleteById(id: unknown, options?: OperationOptions): Promise<Count>
  destroy(row: unknown, options?: OperationOptions): Promise<Count>
  destroyAll(where?: unknown, options?: OperationOptions): Promise<Count>
  increment(where: unknown, deltas: unknown, options?: OperationOptions): Promise<Count>
  aggregate(aggregation: unknown, options?: OperationOptions): Promise<Row[]>
  include(rows: readonly Row[], include: unknown, options?: OperationOptions): Promise<Row[]>
  isValid(data: unknown, options?: OperationOptions): Promise<boolean>
  beginTransaction(options?: TransactionOptions): Promise<DataTransaction>
  related(idOrRow: unknown, relation: string): RelatedRows
  scope(name: string): ScopedRows
}

/** Makes the repository of a model. `runtimeOf` answers the runtime of this moment, so that models may change while it lives. */
export function createRepository(runtimeOf: () => ModelRuntime): ModelRepository {
  function createRows(data: readonly unknown[], options?: OperationOptions): Promise<Row[]>
  function createRows(data: unknown, options?: OperationOptions): Promise<Row>
  function createRows(data: unknown, options?: OperationOptions): Promise<Row | Row[]> {
    return Array.isArray(data)
      ? createMany(runtimeOf(), data, options)
      : create(runtimeOf(), data, options)
  }
  return Object.freeze<ModelRepository>({
    get model() {
      return runtimeOf().model
    },
    dataSource: attachedDataSource(runtimeOf),
    find: (filter, options) => find(runtimeOf(), filter, options),
    findOne: (filter, options) => findOne(runtimeOf(), filter, options),
    findById: (id, filter, options) => findById(runtimeOf(), id, filter, options),
    findByIds: (ids, filter, options) => findByIds(runtimeOf(), ids, filter, options),
    findStream: (filter, options) => findStream(runtimeOf(), filter, options),
    exists: (id, options) => exists(runtimeOf(), id, options),
    count: (where, options) => count(runtimeOf(), where, options),
    create: createRows,
    createAll: (data, options) => createAll(runtimeOf(), data, options),
    update: (idOrRow, patch, options) => update(runtimeOf(), idOrRow, patch, options),
    updateAll: (where, patch, options) => updateAll(runtimeOf(), where, patch, options),
    updateOrCreate: (data, options) => updateOrCreate(runtimeOf(), data, options),
    upsertWithWhere: (where, data, options) => upsertWithWhere(runtimeOf(), where, data, options),
    replaceById: (id, data, options) => replaceById(runtimeOf(), id, data, options),
    replaceOrCreate: (data, options) => replaceOrCreate(runtimeOf(), data, options),
    findOrCreate: (filter, data, options) => findOrCreate(runtimeOf(), filter, data, options),
    save: (row, options) => save(runtimeOf(), row, options),
    reload: async (row, options) => {
      const runtime = runtimeOf()
      return findById(runtime, runtime.identity.of(requireObject(row, 'row')), undefined, options)
    },
    deleteById: (id, options) => deleteById(runtimeOf(), id, options),
    destroy: (row, options) => destroy(runtimeOf(), row, options),
    destroyAll: (where, options) => destroyAll(runtimeOf(), where, options),
    increment: (where, deltas, options) => increment(runtimeOf(), where, deltas, options),
    aggregate: (aggregation, options) => aggregate(runtimeOf(), aggregation, options),
    include: (rows, include, options) => includeInto(runtimeOf(), rows, include, options),
    isValid: (data, options) => isValid(runtimeOf(), data, options),
    beginTransaction: async (options) => beginTransaction(runtimeOf().source, options),
    related: (idOrRow, relation) => related(runtimeOf(), idOrRow, relation),
    scope: (name) => namedScope(runtimeOf(), name),
  })
}

/** Loads relations into copies of rows that are there already. Source: data D-2.1-18. */
async function includeInto(
  runtime: ModelRuntime,
  rows: readonly Row[],
  include: unknown,
  options: OperationOptions | undefined,
): Promise<Row[]> {
  const operation = beginOperation(runtime, options)
  const query = parseFilter(runtime.model, { include }, parseContextOf(operation, 'read'))
  const copies = rows.map((row) => ({ ...row }))
  await includeRelations(operation, copies, query.include, readRows)
  return copies
}

/** Runs the conversions, `before save` hooks left out, and validations of a new row. Source: data D-2.2-7. */
async function isValid(
  runtime: ModelRuntime,
  data: unknown,
  options: OperationOptions | undefined,
): Promise<boolean> {
  const quiet: ModelRuntime = { ...runtime, hooks: { ...runtime.hooks, beforeSave: undefined } }
  const { options: given } = beginOperation(runtime, options)
  try {
    await prepareNew(beginOperation(quiet, { ...given, validate: true }), data)
    return true
  } catch (error) {
    if (error instanceof RemoteError && error.statusCode === 422) return false
    throw error
  }
}
