import { invalidArgument } from '../error/remote-error.ts'
import type { LoadedContext, PersistContext } from '../model/hook.ts'
import type { Row } from '../model/model.ts'
import { announceRow } from './changes.ts'
import { prepareNew } from './create.ts'
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
  const operations: Operation[] = []
  const rows: Row[] = []
  for (const data of list) {
    const operation = beginOperation(runtime, options)
    operations.push(operation)
    rows.push(await prepareNew(operation, data ?? {}))
  }
  if (runtime.source.connector.supports.multiInsert) return insertAll(whole, operations, rows)
  return inTransaction(whole, 'bulk insert', (inside) => insertAll(inside, operations, rows))
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
  for (const [index, row] of loaded.entries()) {
    const operation = operations[index] ?? whole
    const inside = { ...operation, transaction: whole.transaction, connectorOptions }
    await observeSaved(inside, row, true, true)
    await announceRow(inside, 'createAll', row, { isNew: true })
  }
  return loaded
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
