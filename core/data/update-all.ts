import { invalidArgument } from '../error/remote-error.ts'
import type { SaveContext } from '../model/hook.ts'
import type { Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import { allOf, noneOf } from '../query/combine-where.ts'
import type { Where } from '../query/query.ts'
import { parseWhere } from '../query/where.ts'
import { observeAccessWhere, whereForHook, whereFromHook } from './access.ts'
import { type Affected, announce, imagesOf, isWatched, listAffected } from './changes.ts'
import { withinScope } from './default-scope.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginOperation, contextBase, type Operation } from './operation.ts'
import { runHooks } from './operation-hooks.ts'
import { parseContextOf } from './query-guards.ts'
import { bothOf } from './query-merge.ts'
import { resolveRelated } from './related-where.ts'
import type { Count, OperationOptions } from './repository-types.ts'
import { observePatch, observePersist } from './save-hooks.ts'
import { writePatch } from './update.ts'
import { bulkValidationMode, checkRow, type Draft, draftPatch } from './write-checks.ts'

/**
 * Patches every match within the default scope and counts the matches.
 *
 * **Errors**: 400 for a patch that would change an id. **Source**: data D-2.1-13, D-5.2-11, D-1.7-3.
 */
export async function updateAll(
  runtime: ModelRuntime,
  where: unknown,
  data: unknown,
  options: OperationOptions | undefined,
  constraint?: Where,
): Promise<Count> {
  const operation = beginOperation(runtime, options)
  const draft = draftPatch(operation, data, true)
  const validation = bulkValidationMode(operation)
  if (validation === 'skip') keepUnknown(draft, data)
  let matches = await observeAccessWhere(operation, writeWhere(operation, where, constraint))
  if (runtime.hooks.beforeSave !== undefined) {
    matches = whereFromHook(
      operation,
      await observePatch(operation, draft, whereForHook(matches), {}),
    )
  }
  await checkRow(operation, draft.row, draft.failures, validation, {
    isNew: false,
    partial: true,
  })
  matches = await resolveRelated(operation, matches)
  await keepIds(operation, matches, draft.row)
  const stored = await observePersist(operation, runtime.coercion.store(draft.row), {
    where: whereForHook(matches),
  })
  const affected = await listAffected(operation, matches)
  const count = await writePatch(operation, matches, stored)
  return finishMany(operation, 'updateAll', matches, stored, count, affected)
}

/** Without validation LoopBack 3 stores what a closed model does not declare. */
function keepUnknown(draft: Draft, data: unknown): void {
  if (!isPlainObject(data)) return
  for (const { code, path } of draft.failures) {
    if (code === 'unknown-property' && Object.hasOwn(data, path)) draft.row[path] = data[path]
  }
}

/** The caller's condition, checked as that of a write, within default scope and constraint. */
export function writeWhere(operation: Operation, where: unknown, constraint?: Where): Where {
  const { runtime } = operation
  const parsed = parseWhere(runtime.model, where, parseContextOf(operation, 'write'))
  const matches = withinScope(runtime, parsed)
  return constraint === undefined ? matches : bothOf(constraint, matches)
}

/** `after save` and the change event of a write of many rows. */
export async function finishMany(
  operation: Operation,
  name: string,
  matches: Where,
  data: Row,
  count: number,
  affected: Affected | undefined,
): Promise<Count> {
  const { afterSave } = operation.runtime.hooks
  const info = { count }
  if (afterSave !== undefined) {
    const context: SaveContext = {
      ...contextBase(operation),
      where: whereForHook(matches),
      data,
      info,
    }
    await runHooks(afterSave, context)
  }
  if (isWatched(operation)) {
    const where = whereForHook(matches)
    const rows = await imagesOf(operation, affected, 'update')
    const ids = affected?.ids
    await announce(operation, { operation: name, type: 'update', where, data, ids, rows })
  }
  return info
}

/** Key columns in the patch are dropped when every match has them already. Source: data D-2.1-13. */
async function keepIds(operation: Operation, matches: Where, data: Row): Promise<void> {
  const { runtime, connector, connectorOptions } = operation
  const given = runtime.identity.names.filter((name) => data[name] !== undefined)
  if (given.length === 0) return
  const same = given.map((name): Where => {
    const property = runtime.model.properties.get(name)
    return {
      kind: 'compare',
      path: { segments: [name], property, type: property?.type },
      operator: 'eq',
      value: data[name],
      loose: false,
    }
  })
  const others = bothOf(matches, noneOf([allOf(same)]))
  if ((await connector.count(runtime.model, others, connectorOptions)) > 0) {
    throw invalidArgument(
      `${runtime.model.name}: ${given.join(', ')} can not be changed by updateAll`,
    )
  }
  for (const name of given) delete data[name]
}
