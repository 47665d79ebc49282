import { RemoteError } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import { BulkError } from './bulk-error.ts'
import { finishNew, insert, prepareNew } from './create.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, inTransaction, type Operation } from './operation.ts'
import type { OperationOptions } from './repository-types.ts'

/** One row of a bulk create on its way. */
interface Item {
  readonly operation: Operation
  row: Row | undefined
  error: RemoteError | null
}

/**
 * Creates rows independently of each other, as LoopBack's `create` with an array does.
 *
 * In `strict` every item is validated before the first write and an invalid one stores nothing; in `loopback3` the
 * valid ones are stored. **Errors**: {@link BulkError}. Source: data D-2.1-1, framework F-2.30, F-2.31.
 */
export async function createMany(
  runtime: ModelRuntime,
  list: readonly unknown[],
  options: OperationOptions | undefined,
): Promise<Row[]> {
  beginOperation(runtime, options)
  const items = await prepareItems(runtime, list, options)
  const isLegacy = runtime.model.profile.compat['D-2.1-1']
  if (!isLegacy && items.some((item) => item.error !== null)) {
    throw new BulkError(
      'BULK_CREATE_ROLLED_BACK',
      errorsOf(items),
      items.map(() => null),
    )
  }
  const stored = await storeItems(runtime, items)
  if (items.some((item) => item.error !== null)) {
    const outcome = stored.some((row) => row !== null)
      ? 'BULK_CREATE_PARTIAL'
      : 'BULK_CREATE_ROLLED_BACK'
    throw new BulkError(outcome, errorsOf(items), stored)
  }
  return stored.filter((row) => row !== null)
}

async function prepareItems(
  runtime: ModelRuntime,
  list: readonly unknown[],
  options: OperationOptions | undefined,
): Promise<Item[]> {
  const items: Item[] = []
  for (const data of list) {
    const item: Item = { operation: beginOperation(runtime, options), row: undefined, error: null }
    try {
      item.row = await prepareNew(item.operation, data ?? {})
    } catch (error) {
      item.error = RemoteError.from(error)
    }
    items.push(item)
  }
  return items
}

function errorsOf(items: readonly Item[]): (RemoteError | null)[] {
  return items.map((item) => item.error)
}

/** Stores what is valid: in one statement where no hook looks at single rows, else one by one. */
async function storeItems(runtime: ModelRuntime, items: readonly Item[]): Promise<(Row | null)[]> {
  const { supports } = runtime.source.connector
  const isLegacy = runtime.model.profile.compat['D-2.1-1']
  if (runtime.hooks.persist === undefined && supports.multiInsert) {
    const stored = await storeAtOnce(items)
    if (stored !== undefined) return stored
  }
  const first = items[0]?.operation
  if (!isLegacy && first !== undefined && supports.transactions) {
    return storeInTransaction(first, items)
  }
  return storeOneByOne(items)
}

/** `undefined` when the statement failed, so that nothing is stored and each item must be tried alone. */
async function storeAtOnce(items: readonly Item[]): Promise<(Row | null)[] | undefined> {
  const valid = items.filter((item) => item.row !== undefined)
  const first = valid[0]
  if (first === undefined) return items.map(() => null)
  const { runtime, connector, connectorOptions } = first.operation
  const data = valid.map((item) => runtime.coercion.store(item.row ?? {}))
  let stored: Row[]
  try {
    stored = await connector.create(runtime.model, data, connectorOptions)
  } catch (error) {
    if (valid.length > 1) return undefined
    first.error = RemoteError.from(error)
    return items.map(() => null)
  }
  const rows = new Map(valid.map((item, index) => [item, stored[index]]))
  const results: (Row | null)[] = []
  for (const item of items) {
    const row = rows.get(item)
    results.push(row === undefined ? null : await finishItem(item, runtime.coercion.load(row)))
  }
  return results
}

async function finishItem(item: Item, row: Row): Promise<Row> {
  try {
    return await finishNew(item.operation, row)
  } catch (error) {
    item.error = RemoteError.from(error)
    return row
  }
}

async function storeOneByOne(items: readonly Item[]): Promise<(Row | null)[]> {
  const results: (Row | null)[] = []
  for (const item of items) {
    if (item.row === undefined) {
      results.push(null)
      continue
    }
    try {
      results.push(await finishItem(item, await insert(item.operation, item.row)))
    } catch (error) {
      item.error = RemoteError.from(error)
      results.push(null)
    }
  }
  return results
}

/** All of them or none: the first failure rolls back. */
async function storeInTransaction(
  first: Operation,
  items: readonly Item[],
): Promise<(Row | null)[]> {
  try {
    return await inTransaction(first, 'bulk insert', async (inside) => {
      const results: (Row | null)[] = []
      for (const item of items) {
        const operation = {
          ...item.operation,
          transaction: inside.transaction,
          connectorOptions: inside.connectorOptions,
        }
        const current: Item = { operation, row: item.row, error: null }
        try {
          const row = await insert(operation, item.row ?? {})
          results.push(await finishNew(current.operation, row))
        } catch (error) {
          item.error = RemoteError.from(error)
          throw error
        }
      }
      return results
    })
  } catch (error) {
    if (items.every((item) => item.error === null)) throw error
    return items.map(() => null)
  }
}
