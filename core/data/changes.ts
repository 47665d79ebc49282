import type { ChangeContext } from '../model/hook.ts'
import type { Row } from '../model/model.ts'
import type { Where } from '../query/query.ts'
import type { Change } from './change-feed.ts'
import { collectRows } from './connector-queue.ts'
import { contextBase, type Operation } from './operation.ts'
import { runHooks } from './operation-hooks.ts'

/** Somebody wants to know about changes of this model. Nothing is prepared when nobody does. */
export function isWatched(operation: Operation): boolean {
  const { hooks, changes } = operation.runtime
  return hooks.change !== undefined || changes.isWatched
}

/**
 * Announces a change: at once, or after the commit of the transaction it belongs to. A failing observer is reported,
 * the write is done. Source: data D-5.1-7.
 */
export async function announce(operation: Operation, change: Change): Promise<void> {
  if (operation.transaction === undefined) return publish(operation, change)
  operation.transaction.observe('after commit', () => publish(operation, change))
}

async function publish(operation: Operation, change: Change): Promise<void> {
  const { hooks, changes, layer, model } = operation.runtime
  changes.publish(change)
  if (hooks.change === undefined) return
  const { type: _type, ids: _ids, data: _data, ...event } = change
  const context: ChangeContext = { ...contextBase(operation), ...event }
  try {
    await runHooks(hooks.change, context)
  } catch (error) {
    layer.warn(`${model.name}: an observer of "change" failed: ${String(error)}`)
  }
}

/** Announces a created, patched or replaced row. */
export function announceRow(
  operation: Operation,
  name: string,
  after: Row,
  details: { readonly isNew: boolean; readonly before?: Readonly<Row> | undefined },
): Promise<void> | undefined {
  if (!isWatched(operation)) return undefined
  return announce(operation, {
    operation: name,
    type: details.isNew ? 'create' : 'update',
    id: operation.runtime.identity.of(after),
    after,
    isNew: details.isNew,
    ...(details.before === undefined ? {} : { before: details.before }),
  })
}

/** Most ids one change of many rows lists. Source: framework F-8.2. */
const maxListedIds = 1000

/** The ids a write of many rows is about to touch; `undefined` when nobody watches or they are too many. */
export async function listAffected(
  operation: Operation,
  where: Where,
): Promise<unknown[] | undefined> {
  const { runtime, connector } = operation
  if (!runtime.changes.isWatched || runtime.identity.names.length === 0) return undefined
  const query = {
    ...runtime.everything,
    where,
    limit: maxListedIds + 1,
    fields: [...runtime.identity.names],
  }
  const rows = await collectRows(connector.find(runtime.model, query, operation.connectorOptions))
  return rows.length > maxListedIds ? undefined : rows.map((row) => runtime.identity.of(row))
}
