import { invalidArgument } from '../error/remote-error.ts'
import type { LoadedContext, PersistContext } from '../model/hook.ts'
import type { Row } from '../model/model.ts'
import { announceRow, isWatched } from './changes.ts'
import { prepareRow } from './create.ts'
import type { ModelRuntime } from './model-runtime.ts'
import {
  beginOperation,
  contextBase,
  inTransaction,
  type Operation,
  settingOf,
} from './operation.ts'
import { runArrayHooks } from './operation-hooks.ts'
import type { OperationOptions } from './repository-types.ts'
import { observeSaved } from './save-hooks.ts'
import { currentInstance } from './write-checks.ts'

/**
 * Creates all rows or none, in one statement or one transaction; the first failure is the error of the whole.
 *
 * **Errors**: 400 for an empty list, 501 for a connector that has neither. **Source**: data D-2.1-2, D-5.2-2.
 */
export async function createAll(
  runtime: ModelRuntime,
  list: readonly unknown[],
  options: OperationOptions | undefined,
): Promise<Row[]> {
  if (!Array.isArray(list) || list.length === 0) {
    throw invalidArgument('createAll needs an array with at least one item')
  }
  const whole = beginOperation(runtime, options)
  const operations = operationsOf(whole, list.length)
  const rows: Row[] = []
  for (const [index, data] of list.entries()) {
    const row = prepareRow(operations[index] ?? whole, data ?? {})
    rows.push(row instanceof Promise ? await row : row)
  }
  if (runtime.source.connector.supports.multiInsert) return insertAll(whole, operations, rows)
  return inTransaction(whole, 'bulk insert', (inside) => insertAll(inside, operations, rows))
}

/** One per row where hooks are to have a state for each; none where nobody looks at single rows. Source: data D-5.1-3. */
function operationsOf(whole: Operation, length: number): readonly Operation[] {
  const { beforeSave, persist, loaded, afterSave } = whole.runtime.hooks
  const isObserved = beforeSave ?? persist ?? loaded ?? afterSave
  return isObserved === undefined ? [] : Array.from({ length }, () => ({ ...whole }))
}

async function insertAll(
  whole: Operation,
  operations: readonly Operation[],
  rows: readonly Row[],
): Promise<Row[]> {
  const { runtime, connector, connectorOptions } = whole
  const data = await observePersistAll(whole, operations, rows)
  const stored = await connector.create(runtime.model, data, connectorOptions)
  const loaded = await observeLoadedAll(
    whole,
    operations,
    stored.map((row) => runtime.coercion.load(row)),
  )
  if (runtime.hooks.afterSave !== undefined || isWatched(whole)) {
    await finishAll(whole, operations, loaded)
  }
  return loaded
}

/** `after save` and the change of each row, one after the other. */
async function finishAll(
  whole: Operation,
  operations: readonly Operation[],
  rows: readonly Row[],
): Promise<void> {
  const { transaction, connectorOptions } = whole
  for (const [index, row] of rows.entries()) {
    const operation = { ...(operations[index] ?? whole), transaction, connectorOptions }
    if (operation.runtime.hooks.afterSave !== undefined) {
      await observeSaved(operation, row, true, true)
    }
    const announced = announceRow(operation, 'createAll', row, { isNew: true })
    if (announced !== undefined) await announced
  }
}

async function observePersistAll(
  whole: Operation,
  operations: readonly Operation[],
  rows: readonly Row[],
): Promise<Row[]> {
  const { coercion, hooks, model } = whole.runtime
  const data = rows.map((row) => coercion.store(row))
  if (hooks.persist === undefined) return data
  const contexts: PersistContext[] = data.map((row, index) => ({
    ...contextBase(operations[index] ?? whole),
    data: { ...row },
    isNewInstance: true,
    currentInstance: currentInstance(model, rows[index] ?? row),
  }))
  await runArrayHooks(hooks.persist, contexts)
  return contexts.map((context) => context.data)
}

async function observeLoadedAll(
  whole: Operation,
  operations: readonly Operation[],
  rows: readonly Row[],
): Promise<Row[]> {
  const { hooks } = whole.runtime
  if (hooks.loaded === undefined) return [...rows]
  const copies = rows.map((row) => ({ ...row }))
  const contexts: LoadedContext[] = copies.map((data, index) => ({
    ...contextBase(operations[index] ?? whole),
    data,
    isNewInstance: true,
  }))
  await runArrayHooks(hooks.loaded, contexts)
  const copiesChanges = settingOf(whole, 'updateOnLoad') === true
  return contexts.map((context, index) =>
    copiesChanges || context.data !== copies[index] ? context.data : (rows[index] ?? context.data),
  )
}
