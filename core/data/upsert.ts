import { invalidArgument, RemoteError } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import type { Where } from '../query/query.ts'
import { isSameWhere, observeAccessWhere, whereForHook, whereFromHook } from './access.ts'
import { announceRow, imageOf } from './changes.ts'
import type { Upsert, UpsertResult } from './connector.ts'
import { createIn } from './create.ts'
import { patchTargetMissing, unknownId } from './data-error.ts'
import { hasDefaultScope, withinScope } from './default-scope.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, inTransaction, type Operation, requireObject } from './operation.ts'
import { observeLoadedRow, readSilently } from './read.ts'
import { resolveRelated } from './related-where.ts'
import type { OperationOptions } from './repository-types.ts'
import { observePatch, observePersist, observeSaved } from './save-hooks.ts'
import { patchRow, writePatch } from './update.ts'
import { writeWhere } from './update-all.ts'
import {
  checkRow,
  type Draft,
  draftPatch,
  upsertValidationMode,
  validationMode,
} from './write-checks.ts'

/**
 * Patches the row the data's id names, or creates it; data without an id is created. One atomic step where the
 * connector can, else a transaction. **Errors**: 404 under `forceId` and outside the default scope.
 * **Source**: data D-2.1-3, D-5.2-5, D-5.3-1, D-2.6-1.
 */
export async function updateOrCreate(
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
  if (runtime.model.forceId) return patchForced(operation, where, id, given)
  if (!canUpsert(operation) || !isSameWhere(where, byId)) {
    return inTransaction(operation, 'atomic upsert', (inside) =>
      patchOrCreate(inside, where, given),
    )
  }
  const draft = draftPatch(operation, given, true)
  await observePatch(operation, draft, whereForHook(where), {})
  const matches = await resolveRelated(operation, where)
  return refuseOutside(operation, id, () =>
    upsertPatch(operation, 'updateOrCreate', matches, draft),
  )
}

/** The connector finds and writes in one step. */
export function canUpsert(operation: Operation): boolean {
  return operation.connector.supports.atomicUpsert && operation.connector.upsert !== undefined
}

/** Under `forceId` an id in the data must exist. Source: data D-1.4-8, D-1.4-9, framework F-2.43. */
async function patchForced(
  operation: Operation,
  where: Where,
  id: unknown,
  data: Readonly<Row>,
): Promise<Row> {
  const current = await readSilently(operation, where)
  if (current === undefined) throw await missingOrOutside(operation, id)
  return patchRow(operation, current, draftPatch(operation, data, true), {
    name: 'updateOrCreate',
    validation: upsertValidationMode(operation, 'skip'),
  })
}

/** A row outside the default scope is unknown; one that is nowhere can not be updated. Source: data D-2.6-4. */
async function missingOrOutside(operation: Operation, id: unknown): Promise<RemoteError> {
  const { runtime } = operation
  const { model, identity } = runtime
  const isOutside =
    hasDefaultScope(runtime) && (await readSilently(operation, identity.where(id))) !== undefined
  return isOutside ? unknownId(model.name, id) : patchTargetMissing(model, id)
}

/** Inserting a row whose id is taken means: the row is there, but outside the default scope. Source: data D-2.6-4. */
export async function refuseOutside(
  operation: Operation,
  id: unknown,
  write: () => Promise<Row>,
): Promise<Row> {
  const { runtime } = operation
  if (!hasDefaultScope(runtime)) return write()
  try {
    return await write()
  } catch (error) {
    const isTaken = error instanceof RemoteError && error.reason === 'DUPLICATE_KEY'
    if (!isTaken) throw error
    const row = await readSilently(operation, runtime.identity.where(id))
    throw row === undefined ? error : unknownId(runtime.model.name, id)
  }
}

/** The sequence of connectors without atomic upsert, inside a transaction. Source: data 5.3. */
async function patchOrCreate(
  operation: Operation,
  where: Where,
  data: Readonly<Row>,
): Promise<Row> {
  const current = await readSilently(operation, where)
  if (current === undefined) {
    const id = operation.runtime.identity.of(data)
    return refuseOutside(operation, id, () => createIn(operation, data))
  }
  return patchRow(operation, current, draftPatch(operation, data, true), {
    name: 'updateOrCreate',
    validation: validationMode(operation),
  })
}

/** Validates, observes and writes a patch that may become a row. Source: data D-5.2-5, D-5.2-8. */
async function upsertPatch(
  operation: Operation,
  name: string,
  where: Where,
  draft: Draft,
): Promise<Row> {
  const { runtime } = operation
  const row = runtime.coercion.create(draft.row, [])
  const met = await checkPatch(operation, where, draft, row)
  const stored = runtime.coercion.store(draft.row)
  const data = await observePersist(operation, stored, {
    where: whereForHook(where),
    currentInstance: row,
  })
  const update = withoutId(runtime, data)
  const result =
    met === undefined
      ? await writeUpsert(operation, {
          where,
          create: data === stored ? runtime.coercion.store(row) : runtime.coercion.create(data, []),
          update,
        })
      : await patchMet(operation, met, update)
  return finishUpsert(operation, name, result, name === 'updateOrCreate')
}

/**
 * Validates what an upsert may write. Data that is no whole row is only good for a row that is there: then that one is
 * read, validated together with the patch and returned.
 *
 * **Errors**: 422, 400 when several rows match. **Source**: data D-1.7-2, D-2.1-4.
 */
async function checkPatch(
  operation: Operation,
  where: Where,
  draft: Draft,
  row: Readonly<Row>,
): Promise<Row | undefined> {
  const mode = upsertValidationMode(operation, 'warn')
  try {
    await checkRow(operation, row, draft.failures, mode, { isNew: false })
    return undefined
  } catch (error) {
    const { runtime, connector, connectorOptions } = operation
    const isInvalid = error instanceof RemoteError && error.reason === 'VALIDATION_FAILED'
    const met = isInvalid ? await readSilently(operation, where) : undefined
    if (met === undefined || runtime.identity.of(met) === undefined) throw error
    const count = await connector.count(runtime.model, where, connectorOptions)
    if (count > 1) throw severalInstances()
    await checkRow(operation, { ...met, ...draft.row }, draft.failures, mode, { isNew: false })
    return met
  }
}

/** Writes to the row that was validated and to no other. **Errors**: 404 when it has gone since. */
async function patchMet(operation: Operation, met: Readonly<Row>, patch: Row): Promise<Upserted> {
  const { identity, model } = operation.runtime
  const id = identity.of(met)
  if ((await writePatch(operation, identity.where(id), patch)) === 0) {
    throw patchTargetMissing(model, id)
  }
  return { row: { ...met, ...patch }, isNew: false, stored: met }
}

function withoutId(runtime: ModelRuntime, data: Readonly<Row>): Row {
  const patch = { ...data }
  for (const name of runtime.identity.names) delete patch[name]
  return patch
}

/** The result of an upsert with the row as it was, where somebody needs that. */
export interface Upserted extends UpsertResult {
  readonly stored?: Readonly<Row> | undefined
}

/** **Errors**: 400 when several rows match. */
export async function writeUpsert(operation: Operation, upsert: Upsert): Promise<Upserted> {
  const { runtime, connector, connectorOptions } = operation
  if (connector.upsert === undefined)
    throw new Error(`${connector.name} claims atomicUpsert without upsert`)
  const image = imageOf(operation, upsert.where)
  const stored = image && (await image)
  const result = await connector.upsert(runtime.model, upsert, connectorOptions)
  if (result.ambiguous === true) throw severalInstances()
  return stored === undefined ? result : { ...result, stored }
}

function severalInstances(): RemoteError {
  return invalidArgument(
    'There are multiple instances found.Upsert Operation will not be performed!',
  )
}

/** `loaded`, `after save` and the change event of an upsert. Source: data D-2.6-3. */
export async function finishUpsert(
  operation: Operation,
  name: string,
  result: Upserted,
  isQuiet: boolean,
): Promise<Row> {
  const { runtime } = operation
  const row = await observeLoadedRow(operation, runtime.coercion.load(result.row), result.isNew)
  await observeSaved(operation, row, result.isNew, isQuiet)
  await announceRow(operation, name, row, { isNew: result.isNew, stored: result.stored })
  return row
}

/**
 * Patches the one match, or creates a row from the data.
 *
 * **Errors**: 400 for empty data and for several matches. **Source**: data D-2.1-4, D-5.2-8, framework F-2.48.
 */
export async function upsertWithWhere(
  runtime: ModelRuntime,
  where: unknown,
  data: unknown,
  options: OperationOptions | undefined,
): Promise<Row> {
  const operation = beginOperation(runtime, options)
  const given = requireObject(data, 'data')
  if (Object.keys(given).length === 0) throw invalidArgument('data object cannot be empty!')
  const observed = await observeAccessWhere(operation, writeWhere(operation, where))
  const namesId = runtime.model.forceId && runtime.identity.of(given) !== undefined
  if (namesId || !canUpsert(operation)) {
    // under forceId the id may only name the row that is there (data D-1.4-5): found first, then written
    const matches = await resolveRelated(operation, observed)
    return inTransaction(operation, 'atomic upsert', (inside) =>
      patchTheOne(inside, matches, given),
    )
  }
  const draft = draftPatch(operation, given, true)
  const wire = await observePatch(operation, draft, whereForHook(observed), {})
  const left = runtime.hooks.beforeSave === undefined ? observed : whereFromHook(operation, wire)
  const matches = await resolveRelated(operation, left)
  return upsertPatch(operation, 'upsertWithWhere', matches, draft)
}

async function patchTheOne(operation: Operation, where: Where, data: Readonly<Row>): Promise<Row> {
  const { runtime, connector, connectorOptions } = operation
  const count = await connector.count(runtime.model, where, connectorOptions)
  if (count > 1) throw severalInstances()
  return patchOrCreate(operation, where, data)
}
