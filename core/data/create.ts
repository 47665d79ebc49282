import type { Row } from '../model/model.ts'
import { announceRow } from './changes.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, type Operation } from './operation.ts'
import type { OperationOptions } from './repository-types.ts'
import { observeInstance, observePersist, observeSaved, observeWritten } from './save-hooks.ts'
import { checkRow, type Draft, draftRow, validationMode } from './write-checks.ts'

/** Creates one row and returns it as stored. Source: data D-2.1-1, D-5.2-1, D-5.4-1. */
export function create(
  runtime: ModelRuntime,
  data: unknown,
  options: OperationOptions | undefined,
): Promise<Row> {
  try {
    return createIn(beginOperation(runtime, options), data)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** The create sequence inside an operation that has begun. */
export function createIn(operation: Operation, data: unknown): Promise<Row> {
  const { beforeSave, persist, loaded, afterSave } = operation.runtime.hooks
  const isObserved = beforeSave ?? persist ?? loaded ?? afterSave
  return isObserved === undefined ? createPlain(operation, data) : createObserved(operation, data)
}

/** Nobody observes: one wait, that for the connector. Measured 2026-11 with ten flat properties: 2.2 µs besides the connector. */
function createPlain(operation: Operation, data: unknown): Promise<Row> {
  const { row, failures, isWhole } = draftRow(operation, data)
  if (isWhole === true && operation.runtime.validation.isImplied) return store(operation, row)
  const waiting = checkRow(operation, row, failures, validationMode(operation), newRow)
  return waiting === undefined ? store(operation, row) : waiting.then(() => store(operation, row))
}

function store(operation: Operation, row: Row): Promise<Row> {
  const { runtime, connector, connectorOptions } = operation
  const sent = runtime.coercion.store(row)
  return connector.create(runtime.model, [sent], connectorOptions).then((rows) => {
    const created = runtime.coercion.load(rows[0] ?? sent)
    const announced = announceRow(operation, 'create', created, newRow)
    return announced === undefined ? created : announced.then(() => created)
  })
}

const newRow = Object.freeze({ isNew: true })

async function createObserved(operation: Operation, data: unknown): Promise<Row> {
  const row = await prepareNew(operation, data)
  return finishNew(operation, await insert(operation, row))
}

/** Converts, observes and validates a new row. */
export async function prepareNew(operation: Operation, data: unknown): Promise<Row> {
  return prepareRow(operation, data)
}

/** The same, with a promise only where a hook or a validator has to be waited for. **Errors**: thrown or rejected. */
export function prepareRow(operation: Operation, data: unknown): Row | Promise<Row> {
  const draft = draftRow(operation, data)
  if (operation.runtime.hooks.beforeSave === undefined) return checkNew(operation, draft)
  return observeInstance(operation, draft, { isNewInstance: true }).then(() =>
    checkNew(operation, draft),
  )
}

function checkNew(operation: Operation, draft: Draft): Row | Promise<Row> {
  const mode = validationMode(operation)
  const waiting = checkRow(operation, draft.row, draft.failures, mode, newRow)
  return waiting === undefined ? draft.row : waiting.then(() => draft.row)
}

/** Hands one row to the connector. */
export async function insert(operation: Operation, row: Row): Promise<Row> {
  const { runtime, connector, connectorOptions } = operation
  let data = runtime.coercion.store(row)
  if (runtime.hooks.persist !== undefined) {
    data = await observePersist(operation, data, { currentInstance: row, isNewInstance: true })
  }
  const [stored] = await connector.create(runtime.model, [data], connectorOptions)
  return runtime.coercion.load(stored ?? data)
}

/** `loaded`, `after save` and the change event of a row that is stored now. */
export async function finishNew(operation: Operation, stored: Row): Promise<Row> {
  const { hooks } = operation.runtime
  const row = hooks.loaded === undefined ? stored : await observeWritten(operation, stored, true)
  if (hooks.afterSave !== undefined) await observeSaved(operation, row, true, true)
  const announced = announceRow(operation, 'create', row, { isNew: true })
  if (announced !== undefined) await announced
  return row
}
