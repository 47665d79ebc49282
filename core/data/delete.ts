import { invalidArgument } from '../error/remote-error.ts'
import type { DeleteContext } from '../model/hook.ts'
import type { Row } from '../model/model.ts'
import type { Where } from '../query/query.ts'
import { observeAccessWhere, whereForHook, whereFromHook } from './access.ts'
import { announce, imageOf, imagesOf, isWatched, listAffected } from './changes.ts'
import { deleteTargetMissing } from './data-error.ts'
import { withinScope } from './default-scope.ts'
import type { ModelRuntime } from './model-runtime.ts'
import {
  beginOperation,
  contextBase,
  notifies,
  type Operation,
  requireObject,
  settingOf,
} from './operation.ts'
import { runHooks } from './operation-hooks.ts'
import { resolveRelated } from './related-where.ts'
import type { Count, OperationOptions } from './repository-types.ts'
import { writeWhere } from './update-all.ts'

/** Deletes every match within the default scope; without a where all rows. Source: data D-2.1-14, D-5.2b-2. */
export async function destroyAll(
  runtime: ModelRuntime,
  where: unknown,
  options: OperationOptions | undefined,
  constraint?: Where,
): Promise<Count> {
  const operation = beginOperation(runtime, options)
  return deleteMatches(operation, 'destroyAll', writeWhere(operation, where, constraint), undefined)
}

/** Deletes the row of an id within the default scope. **Errors**: 404 under `strictDelete`. Source: data D-2.1-15, D-1.7-5. */
export async function deleteById(
  runtime: ModelRuntime,
  id: unknown,
  options: OperationOptions | undefined,
): Promise<Count> {
  const operation = beginOperation(runtime, options)
  runtime.identity.require('deleteById')
  const where = withinScope(runtime, runtime.identity.where(id))
  const result = await deleteMatches(operation, 'deleteById', where, undefined, id)
  if (result.count === 0) checkStrictDelete(operation, id)
  return result
}

/** Deletes a row that was loaded before. The second time the count is 0. Source: data D-2.2-5, D-5.2b-1. */
export async function destroy(
  runtime: ModelRuntime,
  row: unknown,
  options: OperationOptions | undefined,
): Promise<Count> {
  const operation = beginOperation(runtime, options)
  runtime.identity.require('destroy')
  const instance = requireObject(row, 'row')
  const id = runtime.identity.of(instance)
  if (id === undefined) throw invalidArgument(`${runtime.model.name}: the row has no id`)
  const result = await deleteMatches(operation, 'destroy', runtime.identity.where(id), instance, id)
  if (result.count === 0) checkStrictDelete(operation, id)
  return result
}

function checkStrictDelete(operation: Operation, id: unknown): void {
  if (settingOf(operation, 'strictDelete') === true) {
    throw deleteTargetMissing(operation.runtime.model.name, id)
  }
}

/** The delete sequence: `access`, `before delete`, the connector, `after delete`. Source: data D-5.4-4. */
async function deleteMatches(
  operation: Operation,
  name: string,
  given: Where,
  instance: Readonly<Row> | undefined,
  id?: unknown,
): Promise<Count> {
  const { runtime, connector, connectorOptions } = operation
  const isObserved = notifies(operation)
  let where = await observeAccessWhere(operation, given)
  if (isObserved && runtime.hooks.beforeDelete !== undefined) {
    const context = deleteContext(operation, where, instance)
    await runHooks(runtime.hooks.beforeDelete, context)
    where = whereFromHook(operation, context.where)
  }
  const matches = await resolveRelated(operation, where)
  const affected = id === undefined ? await listAffected(operation, matches) : undefined
  const image = id === undefined ? undefined : imageOf(operation, matches)
  const stored = image && (await image)
  const count = await connector.delete(runtime.model, matches, connectorOptions)
  const info = { count }
  if (isObserved && runtime.hooks.afterDelete !== undefined) {
    await runHooks(runtime.hooks.afterDelete, {
      ...deleteContext(operation, where, instance),
      info,
    })
  }
  if (count > 0 && isWatched(operation)) {
    await announce(operation, {
      operation: name,
      type: 'remove',
      where: whereForHook(where),
      ids: affected?.ids,
      rows:
        stored === undefined
          ? await imagesOf(operation, affected, 'remove')
          : [{ id, before: stored }],
      ...(id === undefined ? {} : { id }),
      ...(instance === undefined ? {} : { before: instance }),
    })
  }
  return info
}

function deleteContext(
  operation: Operation,
  where: Where,
  instance: Readonly<Row> | undefined,
): DeleteContext {
  return {
    ...contextBase(operation),
    where: whereForHook(where),
    ...(instance === undefined ? {} : { instance }),
  }
}
