import type { LoadedContext, PersistContext, SaveContext } from '../model/hook.ts'
import type { Row } from '../model/model.ts'
import { contextBase, notifies, type Operation, settingOf } from './operation.ts'
import { runHooks } from './operation-hooks.ts'
import { currentInstance, type Draft, redraft } from './write-checks.ts'

/** What a `before save` hook is shown besides the common members. Source: data 5.2. */
export type SaveMembers = Omit<SaveContext, 'model' | 'models' | 'hookState' | 'options'>

/** Lets `before save` see the whole row of a draft; what it leaves there is converted again. */
export async function observeInstance(
  operation: Operation,
  draft: Draft,
  members: SaveMembers,
): Promise<void> {
  const { beforeSave } = operation.runtime.hooks
  if (beforeSave === undefined) return
  const context: SaveContext = { ...contextBase(operation), instance: { ...draft.row }, ...members }
  await runHooks(beforeSave, context)
  redraft(operation, context.instance, draft)
}

/** Lets `before save` see where and data of a patch. Returns the where the hook left. */
export async function observePatch(
  operation: Operation,
  draft: Draft,
  where: Record<string, unknown>,
  members: SaveMembers,
): Promise<Record<string, unknown>> {
  const { beforeSave } = operation.runtime.hooks
  if (beforeSave === undefined) return where
  const context: SaveContext = {
    ...contextBase(operation),
    where,
    data: { ...draft.row },
    ...members,
  }
  await runHooks(beforeSave, context)
  redraft(operation, context.data, draft)
  return context.where ?? {}
}

/** What a `persist` hook is shown besides the data. */
export interface PersistMembers {
  readonly where?: Record<string, unknown>
  readonly currentInstance?: Readonly<Row>
  readonly isNewInstance?: boolean
}

/** Lets `persist` see what the connector will get; a replaced `data` counts. Source: data D-5.1-6. */
export async function observePersist(
  operation: Operation,
  data: Row,
  members: PersistMembers,
): Promise<Row> {
  const { persist } = operation.runtime.hooks
  if (persist === undefined) return data
  const { model } = operation.runtime
  const current = members.currentInstance
  const context: PersistContext = {
    ...contextBase(operation),
    data: { ...data },
    ...members,
    ...(current === undefined ? {} : { currentInstance: currentInstance(model, current) }),
  }
  await runHooks(persist, context)
  return context.data
}

/**
 * Lets `loaded` see a written row. Its changes reach the result only when `updateOnLoad` says so, a replaced `data`
 * always. Source: data D-1.7-4, D-5.1-6.
 */
export async function observeWritten(
  operation: Operation,
  row: Row,
  isNewInstance: boolean,
): Promise<Row> {
  const { loaded } = operation.runtime.hooks
  if (loaded === undefined) return row
  const data = { ...row }
  const context: LoadedContext = { ...contextBase(operation), data, isNewInstance }
  await runHooks(loaded, context)
  const keeps = context.data !== data || settingOf(operation, 'updateOnLoad') === true
  return keeps ? context.data : row
}

/** Runs `after save` on a written row. `isQuiet` obeys `notify: false`. Source: data D-5.1-4. */
export async function observeSaved(
  operation: Operation,
  instance: Row,
  isNewInstance: boolean,
  isQuiet: boolean,
): Promise<void> {
  const { afterSave } = operation.runtime.hooks
  if (afterSave === undefined || (isQuiet && !notifies(operation))) return
  await runHooks(afterSave, { ...contextBase(operation), instance, isNewInstance })
}
