import type { Model, Row } from './model.ts'

/** The operation hooks a model can observe. Source: data section 5. */
export type HookName =
  | 'access'
  | 'before save'
  | 'persist'
  | 'loaded'
  | 'after save'
  | 'before delete'
  | 'after delete'
  | 'change'

/** All hook names. */
export const hookNames: readonly HookName[] = [
  'access',
  'before save',
  'persist',
  'loaded',
  'after save',
  'before delete',
  'after delete',
  'change',
]

/** What every hook sees. Source: data D-5.1-3. */
export interface HookContextBase {
  readonly model: Model
  /** Repositories by model name. */
  readonly models: Readonly<Record<string, unknown>>
  /** One object per operation, shared by all its hooks. */
  readonly hookState: Record<string, unknown>
  /** The caller's options, the same object. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Before a query: `query` is a filter in wire shape and may be changed or replaced. */
export interface AccessContext extends HookContextBase {
  query: Record<string, unknown>
}

/**
 * Before and after a write. Which members are set depends on the operation (data 5.2): `instance` for whole rows,
 * `where` and `data` for patches.
 */
export interface SaveContext extends HookContextBase {
  /** The whole row that is written; mutable before save. */
  instance?: Row | undefined
  /** The patch; may be changed or replaced before save. */
  data?: Row | undefined
  /** Which rows are patched, in wire shape. */
  where?: Record<string, unknown> | undefined
  /** The row as it is stored now; frozen in `strict`. */
  readonly currentInstance?: Readonly<Row> | undefined
  readonly isNewInstance?: boolean | undefined
  /** `after save` of updateAll: how many rows matched. */
  readonly info?: { readonly count: number } | undefined
}

/** The last change before the connector: `data` may be changed or replaced. */
export interface PersistContext extends HookContextBase {
  data: Row
  readonly where?: Record<string, unknown> | undefined
  readonly currentInstance?: Readonly<Row> | undefined
  readonly isNewInstance?: boolean | undefined
}

/** A row as the connector returned it: `data` may be changed or replaced. */
export interface LoadedContext extends HookContextBase {
  data: Row
  readonly isNewInstance?: boolean | undefined
}

/** Around a deletion. `where` may be changed before it. */
export interface DeleteContext extends HookContextBase {
  where: Record<string, unknown>
  readonly instance?: Readonly<Row> | undefined
  /** After delete. */
  readonly info?: { readonly count: number } | undefined
}

/** After commit: what changed. Source: data D-5.1-7. */
export interface ChangeContext extends HookContextBase {
  readonly operation: string
  readonly where?: Readonly<Record<string, unknown>> | undefined
  readonly id?: unknown
  readonly before?: Readonly<Row> | undefined
  readonly after?: Readonly<Row> | undefined
  readonly isNew?: boolean | undefined
}

/** The context of each hook. */
export interface HookContexts {
  access: AccessContext
  'before save': SaveContext
  persist: PersistContext
  loaded: LoadedContext
  'after save': SaveContext
  'before delete': DeleteContext
  'after delete': DeleteContext
  change: ChangeContext
}

/** One observer. Observers run one after the other, those of base models first; an error stops the operation. */
export type Hook<N extends HookName = HookName> = (context: HookContexts[N]) => unknown

/** The observers of a model by hook, in running order. A missing name has none. */
export type HookTable = { readonly [N in HookName]?: readonly Hook<N>[] }
