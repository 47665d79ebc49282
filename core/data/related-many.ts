import type { Row } from '../model/model.ts'
import { allOf } from '../query/combine-where.ts'
import type { Query, Where } from '../query/query.ts'
import { count } from './count.ts'
import { create } from './create.ts'
import { createMany } from './create-many.ts'
import { relatedNotFound } from './data-error.ts'
import { defaultScopeOf } from './default-scope.ts'
import { destroy, destroyAll } from './delete.ts'
import { beginOperation, type Operation } from './operation.ts'
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
import { keyValues, valuesForNewRow } from './relation-plan.ts'
import type { Count, OperationOptions } from './repository-types.ts'
import { update } from './update.ts'
import { updateAll } from './update-all.ts'
import { draftRow } from './write-checks.ts'

type Options = OperationOptions | undefined

/** The rows of a to-many relation of one row. Source: data 4.5. */
export interface ManyRelation {
  readonly many: true
  find(filter?: unknown, options?: OperationOptions): Promise<Row[]>
  findOne(filter?: unknown, options?: OperationOptions): Promise<Row | null>
  findById(id: unknown, options?: OperationOptions): Promise<Row>
  exists(id: unknown, options?: OperationOptions): Promise<boolean>
  count(where?: unknown, options?: OperationOptions): Promise<number>
  create(data: readonly unknown[], options?: OperationOptions): Promise<Row[]>
  create(data: unknown, options?: OperationOptions): Promise<Row>
  /** A converted row that is not stored. */
  build(data: unknown, options?: OperationOptions): Promise<Row>
  updateById(id: unknown, patch: unknown, options?: OperationOptions): Promise<Row>
  updateAll(where: unknown, patch: unknown, options?: OperationOptions): Promise<Count>
  destroy(id: unknown, options?: OperationOptions): Promise<Count>
  destroyAll(where?: unknown, options?: OperationOptions): Promise<Count>
}

/** A hasMany relation seen from one owner. */
export function relatedMany(owner: Owner): ManyRelation {
  const target = () => owner.plan.target()
  function createRows(data: readonly unknown[], options?: OperationOptions): Promise<Row[]>
  function createRows(data: unknown, options?: OperationOptions): Promise<Row>
  function createRows(data: unknown, options?: OperationOptions): Promise<Row | Row[]> {
    return createRelated(owner, data, options)
  }
  return Object.freeze({
    many: true,
    find: (filter: unknown, options: Options) => findRelated(owner, filter, options),
    findOne: async (filter: unknown, options: Options) =>
      (await findRelated(owner, filter, options, 1))[0] ?? null,
    findById: (id: unknown, options: Options) => findRelatedById(owner, id, options),
    exists: async (id: unknown, options: Options) =>
      (await lookUp(owner, id, options)) !== undefined,
    count: async (where: unknown, options: Options) =>
      count(target(), where, options, await constraintOf(owner, options)),
    create: createRows,
    build: async (data: unknown, options: Options) => {
      const row = await rowForValues(owner, options)
      const values = valuesForNewRow(owner.plan, row, data)
      return draftRow(beginOperation(target(), options), withValues(data, values)).row
    },
    updateById: (id: unknown, patch: unknown, options: Options) =>
      updateRelated(owner, id, patch, options),
    updateAll: async (where: unknown, patch: unknown, options: Options) => {
      const constraint = await constraintOf(owner, options)
      const { targetKeys } = owner.plan.relation
      refuseForeignKey(owner, targetKeys, patch, await foreignKeys(owner, options))
      return updateAll(target(), where, patch, options, constraint)
    },
    destroy: async (id: unknown, options: Options) =>
      destroy(target(), await findRelatedById(owner, id, options), options),
    destroyAll: async (where: unknown, options: Options) =>
      destroyAll(target(), where, options, await constraintOf(owner, options)),
  })
}

function beginOnOwner(owner: Owner, options: Options): Operation {
  return beginOperation(owner.runtime, options)
}

/** Belongs to the owner and satisfies the relation's scope. */
async function constraintOf(owner: Owner, options: Options): Promise<Where> {
  const operation = beginOnOwner(owner, options)
  const keys = await ownerKeys(operation, owner)
  const scope = await scopeOfOwner(operation, owner)
  const own = belongsToOwner(owner, keys)
  return scope === undefined ? own : bothOf(own, scope.where)
}

/** The foreign keys every row of the owner has. */
async function foreignKeys(owner: Owner, options: Options): Promise<Row> {
  const keys = await ownerKeys(beginOnOwner(owner, options), owner)
  const { ownKeys, targetKeys } = owner.plan.relation
  return Object.fromEntries(targetKeys.map((name, index) => [name, keys[ownKeys[index] ?? name]]))
}

async function findRelated(
  owner: Owner,
  filter: unknown,
  options: Options,
  limit?: number,
): Promise<Row[]> {
  const target = owner.plan.target()
  const operation = beginOperation(target, options)
  const owning = beginOnOwner(owner, options)
  const scoped = parseScoped(operation, filter)
  const parsed = applyScope(target.model, scoped, await scopeOfOwner(owning, owner, filter))
  const keys = await ownerKeys(owning, owner)
  const query = withWhere(parsed, bothOf(belongsToOwner(owner, keys), parsed.where))
  return readRows(operation, limit === undefined ? query : { ...query, limit })
}

/** The row of the id if it belongs to the owner. */
async function lookUp(owner: Owner, id: unknown, options: Options): Promise<Row | undefined> {
  const target = owner.plan.target()
  const operation = beginOperation(target, options)
  target.identity.require('findById')
  const byId = target.identity.where(id)
  const constraint = await constraintOf(owner, options)
  const base: Query = withWhere(target.everything, allOf([byId, constraint]))
  const query = applyScope(target.model, base, defaultScopeOf(target, byId))
  const rows = await readRows(operation, query)
  return rows[0]
}

async function findRelatedById(owner: Owner, id: unknown, options: Options): Promise<Row> {
  const row = await lookUp(owner, id, options)
  if (row === undefined) throw relatedNotFound(owner.plan.target().model, id)
  return row
}

async function createRelated(owner: Owner, data: unknown, options: Options): Promise<Row | Row[]> {
  const row = await rowForValues(owner, options)
  const carry = (item: unknown) => withValues(item, valuesForNewRow(owner.plan, row, item))
  const target = owner.plan.target()
  if (Array.isArray(data)) {
    return createMany(target, data.map(carry), options)
  }
  return create(target, carry(data), options)
}

/** Of the owner as much as the values of a new row need. */
async function rowForValues(owner: Owner, options: Options): Promise<Readonly<Row>> {
  const operation = beginOnOwner(owner, options)
  const { values, scopeOf } = owner.plan.relation
  const copies = values !== undefined || scopeOf !== undefined
  const row = copies ? await ownerRow(operation, owner) : await ownerKeys(operation, owner)
  if (keyValues(row, owner.plan.relation.ownKeys) === undefined) await ownerRow(operation, owner)
  return row
}

/** The relation's values win over the caller's; anything but an object is left for `create` to refuse. */
export function withValues(data: unknown, values: Readonly<Row>): unknown {
  if (data === undefined || data === null) return { ...values }
  if (typeof data !== 'object' || Array.isArray(data)) return data
  return { ...data, ...values }
}

async function updateRelated(
  owner: Owner,
  id: unknown,
  patch: unknown,
  options: Options,
): Promise<Row> {
  const row = await findRelatedById(owner, id, options)
  refuseForeignKey(owner, owner.plan.relation.targetKeys, patch, row)
  return update(owner.plan.target(), row, patch, options)
}
