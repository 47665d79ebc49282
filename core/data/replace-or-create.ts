import type { Row } from '../model/model.ts'
import type { Where } from '../query/query.ts'
import { isSameWhere, observeAccessWhere, whereForHook } from './access.ts'
import { createIn } from './create.ts'
import { unknownId } from './data-error.ts'
import { hasDefaultScope, withinScope } from './default-scope.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, inTransaction, type Operation, requireObject } from './operation.ts'
import { readSilently } from './read.ts'
import { resolveRelated } from './related-where.ts'
import { replaceIn } from './replace.ts'
import type { OperationOptions } from './repository-types.ts'
import { observeInstance, observePersist } from './save-hooks.ts'
import { canUpsert, finishUpsert, refuseOutside, writeUpsert } from './upsert.ts'
import { checkRow, draftRow, upsertValidationMode, validationMode } from './write-checks.ts'

/**
 * Replaces the row the data's id names, or creates it; data without an id is created.
 *
 * **Errors**: 404 under `forceId` and outside the default scope. **Source**: data D-2.1-5, D-5.2-7, D-5.3-3.
 */
export async function replaceOrCreate(
  runtime: ModelRuntime,
  data: unknown,
  options: OperationOptions | undefined,
): Promise<Row> {
  const operation = beginOperation(runtime, options)
  const given = requireObject(data, 'data')
  const id = runtime.identity.of(given)
  if (id === undefined) return createIn(operation, given)
  const byId = withinScope(runtime, runtime.identity.where(id))
  const where = await observeAccessWhere(operation, byId)
  if (runtime.model.forceId) {
    if (hasDefaultScope(runtime)) await refuseUnknown(operation, id)
    return replaceIn(operation, id, given, validationMode(operation))
  }
  if (!canUpsert(operation) || !isSameWhere(where, byId)) {
    return inTransaction(operation, 'atomic upsert', (inside) =>
      replaceFound(inside, where, id, given),
    )
  }
  const matches = await resolveRelated(operation, where)
  return refuseOutside(operation, id, () => upsertWhole(operation, matches, given))
}

async function refuseUnknown(operation: Operation, id: unknown): Promise<void> {
  const { runtime } = operation
  const { identity, model } = runtime
  const row = await readSilently(operation, identity.where(id))
  if (row === undefined) return
  const inside = await readSilently(operation, withinScope(runtime, identity.where(id)))
  if (inside === undefined) throw unknownId(model.name, id)
}

async function replaceFound(
  operation: Operation,
  where: Where,
  id: unknown,
  data: Readonly<Row>,
): Promise<Row> {
  const current = await readSilently(operation, where)
  if (current === undefined) return refuseOutside(operation, id, () => createIn(operation, data))
  return replaceIn(
    operation,
    operation.runtime.identity.of(current),
    data,
    validationMode(operation),
  )
}

async function upsertWhole(operation: Operation, where: Where, data: Readonly<Row>): Promise<Row> {
  const { runtime } = operation
  const draft = draftRow(operation, data)
  await observeInstance(operation, draft, {})
  await checkRow(operation, draft.row, draft.failures, upsertValidationMode(operation, 'warn'), {
    isNew: false,
  })
  const row = await observePersist(operation, runtime.coercion.store(draft.row), {
    where: whereForHook(where),
    currentInstance: draft.row,
  })
  const result = await writeUpsert(operation, { where, create: row, update: row, replace: true })
  return finishUpsert(operation, 'replaceOrCreate', result, false)
}
