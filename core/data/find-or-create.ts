import type { Row } from '../model/model.ts'
import type { Query } from '../query/query.ts'
import { observeAccess, whereForHook } from './access.ts'
import type { UpsertResult } from './connector.ts'
import { collectRows } from './connector-queue.ts'
import { createIn } from './create.ts'
import { includeRelations } from './include.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, inTransaction, notifies, type Operation } from './operation.ts'
import { observeLoadedRow, parseScoped, readRows } from './read.ts'
import { resolveRelated } from './related-where.ts'
import type { OperationOptions } from './repository-types.ts'
import { observeInstance, observePersist } from './save-hooks.ts'
import { finishUpsert } from './upsert.ts'
import { checkRow, draftRow, validationMode } from './write-checks.ts'

/** A row and whether it was created. Source: data D-0-2. */
export type FoundOrCreated = [row: Row, created: boolean]

/**
 * Finds the first match or creates a row, atomically; a null filter searches for the data.
 *
 * **Source**: data D-2.1-6, D-2.6-2, D-5.2-9, D-5.2-10, D-5.3-4.
 */
export async function findOrCreate(
  runtime: ModelRuntime,
  filter: unknown,
  data: unknown,
  options: OperationOptions | undefined,
): Promise<FoundOrCreated> {
  const operation = beginOperation(runtime, options)
  const draft = draftRow(operation, data)
  const parsed = parseScoped(operation, filter ?? { where: data })
  const observed = await observeAccess(operation, { ...parsed, limit: 1 })
  const where = await resolveRelated(operation, observed.where)
  const query: Query = { ...observed, where, limit: 1 }
  if (operation.connector.upsert === undefined || !operation.connector.supports.atomicUpsert) {
    return inTransaction(operation, 'atomic findOrCreate', (inside) =>
      findElseCreate(inside, query, data),
    )
  }
  await observeInstance(operation, draft, { isNewInstance: true })
  await checkRow(operation, draft.row, draft.failures, validationMode(operation), { isNew: true })
  const row = await observePersist(operation, runtime.coercion.store(draft.row), {
    where: whereForHook(where),
    isNewInstance: true,
    currentInstance: draft.row,
  })
  const upsert = { where, create: row }
  const result = await operation.connector.upsert(runtime.model, upsert, operation.connectorOptions)
  return finish(operation, query, result)
}

/** `loaded` for both, `after save` only for a created row. */
async function finish(
  operation: Operation,
  query: Query,
  result: UpsertResult,
): Promise<FoundOrCreated> {
  const { runtime } = operation
  if (result.isNew) return [await finishUpsert(operation, 'findOrCreate', result, false), true]
  const first = result.ambiguous === true ? await readFirst(operation, query) : undefined
  const loaded = first ?? runtime.coercion.load(result.row)
  const row = await observeLoadedRow(operation, loaded, false)
  await includeRelations(operation, [row], query.include, readRows)
  return [row, false]
}

/** The first row in the order of the query, past the hooks. */
async function readFirst(operation: Operation, query: Query): Promise<Row | undefined> {
  const { runtime, connector, connectorOptions } = operation
  const whole: Query = { ...query, limit: 1, fields: undefined }
  const [row] = await collectRows(connector.find(runtime.model, whole, connectorOptions))
  return row === undefined ? undefined : runtime.coercion.load(row)
}

/** The sequence of connectors without atomic upsert, inside a transaction. Source: data D-5.3-4. */
async function findElseCreate(
  operation: Operation,
  query: Query,
  data: unknown,
): Promise<FoundOrCreated> {
  const found = await readFirst(operation, query)
  if (found === undefined) return [await createIn(operation, data), true]
  const row = notifies(operation) ? await observeLoadedRow(operation, found, false) : found
  await includeRelations(operation, [row], query.include, readRows)
  return [row, false]
}
