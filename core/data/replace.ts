import { remoteError } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import { announceRow, isWatched } from './changes.ts'
import { createIn } from './create.ts'
import { idChange, replaceTargetMissing } from './data-error.ts'
import { withinScope } from './default-scope.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, type Operation, replacing, requireObject } from './operation.ts'
import { readSilently } from './read.ts'
import { resolveRelated } from './related-where.ts'
import type { OperationOptions } from './repository-types.ts'
import {
  observeInstance,
  observePersist,
  observeSaved,
  observeWritten,
  type SaveMembers,
} from './save-hooks.ts'
import {
  checkRow,
  type Draft,
  draftRow,
  type ValidationMode,
  validationMode,
} from './write-checks.ts'

/**
 * Replaces the row of an id: what the data leaves out is removed.
 *
 * **Errors**: 404 when it is not there, 400 for another id in the data. **Source**: data D-2.1-16, D-5.2-14.
 */
export async function replaceById(
  runtime: ModelRuntime,
  id: unknown,
  data: unknown,
  options: OperationOptions | undefined,
): Promise<Row> {
  const operation = beginOperation(runtime, options)
  return replaceIn(operation, id, data, validationMode(operation))
}

/** The replace sequence inside an operation that has begun. */
export async function replaceIn(
  operation: Operation,
  id: unknown,
  data: unknown,
  validation: ValidationMode,
): Promise<Row> {
  const { runtime } = operation
  runtime.identity.require('replaceById')
  const given = requireObject(data, 'data')
  const wire = wireOfId(operation, id)
  checkSameId(operation, given, wire)
  const draft = draftRow(operation, { ...given, ...wire })
  await observeWhole(operation, draft, { isNewInstance: false }, validation)
  const inScope = withinScope(runtime, runtime.identity.where(id))
  const where = await resolveRelated(operation, inScope)
  const isSeen = isWatched(operation)
  const before = isSeen ? await readSilently(operation, where) : undefined
  let stored = runtime.coercion.store(draft.row)
  stored = await observePersist(operation, stored, {
    where: runtime.identity.wire(id),
    currentInstance: draft.row,
    isNewInstance: false,
  })
  const count = await operation.connector.update(runtime.model, where, stored, replacing(operation))
  if (count === 0) throw replaceTargetMissing(runtime.model, id)
  return finishWhole(operation, runtime.coercion.load({ ...stored }), 'replaceById', before)
}

/** The id as the row holds it: converted by its type where that is possible. */
function wireOfId(operation: Operation, id: unknown): Record<string, unknown> {
  const { identity, coercion } = operation.runtime
  identity.where(id)
  return coercion.patch(identity.wire(id), [])
}

async function observeWhole(
  operation: Operation,
  draft: Draft,
  members: SaveMembers,
  validation: ValidationMode,
): Promise<void> {
  await observeInstance(operation, draft, members)
  await checkRow(operation, draft.row, draft.failures, validation, { isNew: false })
}

async function finishWhole(
  operation: Operation,
  stored: Row,
  name: string,
  before: Readonly<Row> | undefined,
): Promise<Row> {
  const row = await observeWritten(operation, stored, false)
  await observeSaved(operation, row, false, false)
  await announceRow(operation, name, row, { isNew: false, before, stored: before })
  return row
}

/** Strict comparison: replacing says which row it means. Source: data D-2.1-16, framework F-2.46. */
function checkSameId(operation: Operation, data: Readonly<Row>, wire: Readonly<Row>): void {
  const { identity, model } = operation.runtime
  for (const name of identity.names) {
    const given = data[name]
    if (given === undefined || given === null || given === wire[name]) continue
    throw idChange(model, identity.of(wire), identity.of({ ...wire, [name]: given }), false)
  }
}

/**
 * Writes a whole row: creates it when it has no id, else patches the stored one with all of it.
 *
 * **Errors**: `strict` 404 when the stored one is gone; `loopback3` writes it again where LoopBack's connector did.
 * **Source**: data D-2.2-1, D-5.2-12, D-9.10-2.
 */
export async function save(
  runtime: ModelRuntime,
  row: unknown,
  options: OperationOptions | undefined,
): Promise<Row> {
  const operation = beginOperation(runtime, options)
  const given = requireObject(row, 'row')
  const id = runtime.identity.of(given)
  if (id === undefined) return createIn(operation, given)
  const draft = draftRow(operation, given)
  await observeWhole(operation, draft, {}, validationMode(operation))
  const where = runtime.identity.where(id)
  const before = isWatched(operation) ? await readSilently(operation, where) : undefined
  let stored = runtime.coercion.store(draft.row)
  stored = await observePersist(operation, stored, {
    where: runtime.identity.wire(id),
    currentInstance: draft.row,
  })
  const { connector, connectorOptions } = operation
  const count = await connector.update(runtime.model, where, stored, connectorOptions)
  if (count === 0) await saveAgain(operation, id, stored)
  return finishWhole(operation, runtime.coercion.load({ ...stored }), 'save', before)
}

/** Connectors on which LoopBack 3 wrote a vanished row again. */
const rewriting: ReadonlySet<string> = new Set(['memory', 'mongodb', 'mysql'])

async function saveAgain(operation: Operation, id: unknown, stored: Row): Promise<void> {
  const { model } = operation.runtime
  if (!model.profile.compat['D-2.2-1']) {
    throw remoteError('NOT_FOUND', `${model.name}: there is no row with id ${String(id)}`)
  }
  const { connector, connectorOptions } = operation
  if (rewriting.has(connector.name)) await connector.create(model, [stored], connectorOptions)
}
