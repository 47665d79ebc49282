import { invalidArgument } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Where } from '../query/query.ts'
import { announceRow, imageOf } from './changes.ts'
import { idChange, patchTargetMissing } from './data-error.ts'
import { keyText } from './identity.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, type Operation } from './operation.ts'
import { readSilently } from './read.ts'
import type { OperationOptions } from './repository-types.ts'
import { observePatch, observePersist, observeSaved, observeWritten } from './save-hooks.ts'
import {
  checkRow,
  currentInstance,
  type Draft,
  draftPatch,
  type ValidationMode,
  validationMode,
} from './write-checks.ts'

/** The name of an operation and how it treats its rows. */
interface PatchMode {
  readonly name: string
  readonly validation: ValidationMode
}

/**
 * Patches one row, given itself or by its id, and returns it with the patch. The whole row is validated; other members
 * of a given row are not written.
 *
 * **Errors**: 404 when it is not there, 400 for a changed id. **Source**: data D-2.2-2, D-5.2-13.
 */
export async function update(
  runtime: ModelRuntime,
  idOrRow: unknown,
  patch: unknown,
  options: OperationOptions | undefined,
): Promise<Row> {
  const operation = beginOperation(runtime, options)
  const draft = draftPatch(operation, patch, false)
  const current = await currentRow(operation, idOrRow)
  return patchRow(operation, current, draft, {
    name: 'update',
    validation: validationMode(operation),
  })
}

/** The row itself, or the one with the id. **Errors**: 404, 400 for a row without id. */
export async function currentRow(operation: Operation, idOrRow: unknown): Promise<Row> {
  const { runtime } = operation
  runtime.identity.require('update')
  if (!runtime.identity.isId(idOrRow) && isPlainObject(idOrRow)) {
    if (runtime.identity.of(idOrRow) === undefined) {
      throw invalidArgument(`${runtime.model.name}: the row has no id`)
    }
    return idOrRow
  }
  const found = await readSilently(operation, runtime.identity.where(idOrRow))
  if (found === undefined) throw patchTargetMissing(runtime.model, idOrRow)
  return found
}

/** The patch sequence on a row that is known. Source: data D-5.2-13, D-5.4-3. */
export async function patchRow(
  operation: Operation,
  current: Readonly<Row>,
  draft: Draft,
  mode: PatchMode,
): Promise<Row> {
  const { runtime } = operation
  const { identity, hooks, model } = runtime
  const id = identity.of(current)
  keepId(operation, current, draft)
  if (hooks.beforeSave !== undefined) {
    await observePatch(operation, draft, identity.wire(id), {
      currentInstance: currentInstance(model, current),
    })
    keepId(operation, current, draft)
  }
  const whole: Row = { ...current, ...draft.row }
  const waiting = checkRow(operation, whole, draft.failures, mode.validation, { isNew: false })
  if (waiting !== undefined) await waiting
  let data = runtime.coercion.store(draft.row)
  if (hooks.persist !== undefined) {
    data = await observePersist(operation, data, {
      where: identity.wire(id),
      currentInstance: current,
      isNewInstance: false,
    })
  }
  const stored = imageOf(operation, identity.where(id))
  const known: PatchedRow = { name: mode.name, before: current, stored: stored && (await stored) }
  const count = await writePatch(operation, identity.where(id), data)
  if (count === 0) throw patchTargetMissing(model, id)
  return finishPatch(operation, data, known)
}

/** A row before its patch: as the operation knew it, and as it was stored where somebody needs that. */
interface PatchedRow {
  readonly name: string
  readonly before: Readonly<Row>
  readonly stored: Readonly<Row> | undefined
}

async function finishPatch(
  operation: Operation,
  data: Row,
  { name, before, stored }: PatchedRow,
): Promise<Row> {
  const { runtime } = operation
  let row = runtime.coercion.load({ ...before, ...data })
  if (runtime.hooks.loaded !== undefined) row = await observeWritten(operation, row, false)
  if (runtime.hooks.afterSave !== undefined) await observeSaved(operation, row, false, false)
  await announceRow(operation, name, row, { isNew: false, before, stored })
  return row
}

/** An empty patch changes nothing, but says how many rows there are. */
export function writePatch(operation: Operation, where: Where, data: Row): Promise<number> {
  const { runtime, connector, connectorOptions } = operation
  for (const _name in data) return connector.update(runtime.model, where, data, connectorOptions)
  return connector.count(runtime.model, where, connectorOptions)
}

/** The id may be repeated, not changed; it is not part of what is written. Source: framework F-2.45. */
function keepId(operation: Operation, current: Readonly<Row>, draft: Draft): void {
  const { identity, model } = operation.runtime
  for (const name of identity.names) {
    const value = draft.row[name]
    if (value === undefined) continue
    if (keyText(value) !== keyText(current[name])) {
      const changed = { ...current, ...draft.row }
      throw idChange(model, identity.of(current), identity.of(changed) ?? value, true)
    }
    delete draft.row[name]
  }
}
