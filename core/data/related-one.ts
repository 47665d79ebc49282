import { notFound, remoteError } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Relation } from '../model/relation.ts'
import { count } from './count.ts'
import { create } from './create.ts'
import { destroy } from './delete.ts'
import { beginOperation, inTransaction, type Operation } from './operation.ts'
import {
  belongsToOwner,
  type Owner,
  ownerKeys,
  ownerRow,
  refuseForeignKey,
  scopeOfOwner,
} from './owner.ts'
import { applyScope, bothOf, withWhere } from './query-merge.ts'
import { parseScoped, readRows } from './read.ts'
import { withValues } from './related-many.ts'
import { keyValues, valuesForNewRow } from './relation-plan.ts'
import type { Count, OperationOptions } from './repository-types.ts'
import { update } from './update.ts'
import { draftRow } from './write-checks.ts'

type Options = OperationOptions | undefined

/** The row of a to-one relation of one row. Source: data 4.3, 4.4. */
export interface OneRelation {
  readonly many: false
  /** Always queries; `undefined` for an owner without key, `null` when there is no row. */
  get(filter?: unknown, options?: OperationOptions): Promise<Row | null | undefined>
  create(data: unknown, options?: OperationOptions): Promise<Row>
  /** A converted row that is not stored. */
  build(data: unknown, options?: OperationOptions): Promise<Row>
  update(patch: unknown, options?: OperationOptions): Promise<Row>
  destroy(options?: OperationOptions): Promise<Count>
}

/** A belongsTo relation seen from one owner. Source: data 4.3. */
export function relatedParent(owner: Owner): OneRelation {
  return Object.freeze({
    many: false,
    get: (filter: unknown, options: Options) => getRelated(owner, filter, options),
    create: (data: unknown, options: Options) => createParent(owner, data, options),
    build: (data: unknown, options: Options) => buildRelated(owner, data, options, false),
    update: (patch: unknown, options: Options) => updateRelated(owner, patch, options),
    destroy: (options: Options) => unlinkParent(owner, options),
  })
}

/** A hasOne relation seen from one owner. Source: data 4.4. */
export function relatedChild(owner: Owner): OneRelation {
  return Object.freeze({
    many: false,
    get: (filter: unknown, options: Options) => getRelated(owner, filter, options),
    create: (data: unknown, options: Options) => createChild(owner, data, options),
    build: (data: unknown, options: Options) => buildRelated(owner, data, options, true),
    update: (patch: unknown, options: Options) => updateRelated(owner, patch, options),
    destroy: (options: Options) => destroyChild(owner, options),
  })
}

async function getRelated(
  owner: Owner,
  filter: unknown,
  options: Options,
): Promise<Row | null | undefined> {
  const target = owner.plan.target()
  const operation = beginOperation(target, options)
  const owning = beginOperation(owner.runtime, options)
  const scoped = parseScoped(operation, filter)
  const row = await ownerKeys(owning, owner)
  if (keyValues(row, owner.plan.relation.ownKeys) === undefined) return undefined
  const parsed = applyScope(target.model, scoped, await scopeOfOwner(owning, owner, filter))
  const where = bothOf(belongsToOwner(owner, row), parsed.where)
  const rows = await readRows(operation, { ...withWhere(parsed, where), limit: 1 })
  return rows[0] ?? null
}

/** **Errors**: 404 for an empty relation. Source: data D-4.3-6, D-4.4-1. */
async function requireRelated(owner: Owner, options: Options): Promise<Row> {
  const row = await getRelated(owner, undefined, options)
  if (row !== null && row !== undefined) return row
  throw notFound('MODEL_NOT_FOUND', `No "${owner.plan.relation.target}" instance(s) found`)
}

async function updateRelated(owner: Owner, patch: unknown, options: Options): Promise<Row> {
  const row = await requireRelated(owner, options)
  refuseForeignKey(owner, owner.plan.relation.targetKeys, patch, row)
  return update(owner.plan.target(), row, patch, options)
}

async function buildRelated(
  owner: Owner,
  data: unknown,
  options: Options,
  isChild: boolean,
): Promise<Row> {
  const operation = beginOperation(owner.plan.target(), options)
  const isAlone = !isChild && owner.plan.relation.values === undefined
  const row = isAlone ? {} : await ownerRow(beginOperation(owner.runtime, options), owner)
  const values = isChild
    ? valuesForNewRow(owner.plan, row, data)
    : valuesForParent(owner.plan.relation, row, data)
  return draftRow(operation, withValues(data, values)).row
}

/** What a belongsTo copies into its target, unless it copies the other way. Source: data D-4.1-12. */
function valuesForParent(relation: Relation, row: Readonly<Row>, data: unknown): Row {
  if (relation.values === undefined || isInverted(relation)) return {}
  return { ...relation.values(row, isPlainObject(data) ? data : {}) }
}

/** The target's properties are copied into the owner. Source: data D-4.1-16. */
function isInverted({ settings }: Relation): boolean {
  const { options } = settings
  return isPlainObject(options) && options['invertProperties'] === true
}

/** Creates the target and points the owner at it. Source: data D-4.3-4. */
async function createParent(owner: Owner, data: unknown, options: Options): Promise<Row> {
  const owning = beginOperation(owner.runtime, options)
  const row = await ownerRow(owning, owner)
  const { relation } = owner.plan
  const values = valuesForParent(relation, row, data)
  const target = await create(owner.plan.target(), withValues(data, values), options)
  const copied = isInverted(relation) ? relation.values?.(target, row) : undefined
  await update(owner.runtime, row, { ...copied, ...foreignKeys(owner, target) }, options)
  return target
}

/** The owner's foreign keys for a target, nulls for none. */
function foreignKeys(owner: Owner, target: Readonly<Row> | undefined): Row {
  const { ownKeys, targetKeys } = owner.plan.relation
  const keys: Row = {}
  ownKeys.forEach((name, index) => {
    const key = targetKeys[index]
    keys[name] = target === undefined || key === undefined ? null : target[key]
  })
  return keys
}

/** Nulls the foreign key; the target stays. Source: data D-4.3-7. */
async function unlinkParent(owner: Owner, options: Options): Promise<Count> {
  const row = await ownerRow(beginOperation(owner.runtime, options), owner)
  if (keyValues(row, owner.plan.relation.ownKeys) === undefined) return { count: 0 }
  await update(owner.runtime, row, foreignKeys(owner, undefined), options)
  return { count: 1 }
}

/** **Errors**: 409 `RELATION_EXISTS` when there is one already; checked and created in one transaction where there are any. Source: data D-4.4-2. */
async function createChild(owner: Owner, data: unknown, options: Options): Promise<Row> {
  const target = owner.plan.target()
  const operation = beginOperation(target, options)
  const work = async (inside: Operation) => createOnlyChild(owner, data, inside)
  return operation.connector.supports.transactions
    ? inTransaction(operation, 'hasOne create', work)
    : work(operation)
}

async function createOnlyChild(owner: Owner, data: unknown, inside: Operation): Promise<Row> {
  const { options } = inside
  const row = await ownerRow(beginOperation(owner.runtime, options), owner)
  const target = owner.plan.target()
  if ((await count(target, undefined, options, belongsToOwner(owner, row))) > 0) {
    throw remoteError(
      'RELATION_EXISTS',
      `HasOne relation cannot create more than one instance of ${target.model.name}`,
    )
  }
  return create(target, withValues(data, valuesForNewRow(owner.plan, row, data)), options)
}

async function destroyChild(owner: Owner, options: Options): Promise<Count> {
  const row = await requireRelated(owner, options)
  return destroy(owner.plan.target(), row, options)
}
