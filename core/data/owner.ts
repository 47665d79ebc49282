import { invalidArgument } from '../error/remote-error.ts'
import { textOf } from '../model/coerce-scalar.ts'
import type { Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Query, Where } from '../query/query.ts'
import { matchNone } from '../query/query.ts'
import { instanceNotFound } from './data-error.ts'
import type { ModelRuntime } from './model-runtime.ts'
import type { Operation } from './operation.ts'
import { readSilently } from './read.ts'
import { keyValues, type RelationPlan, whereOfKeys } from './relation-plan.ts'

/** The row a relation starts from, given itself or by its id. */
export interface Owner {
  readonly runtime: ModelRuntime
  readonly plan: RelationPlan
  readonly idOrRow: unknown
}

/** The whole owner; read when only its id is known. **Errors**: 404. */
export async function ownerRow(operation: Operation, owner: Owner): Promise<Readonly<Row>> {
  const { idOrRow, runtime } = owner
  if (!runtime.identity.isId(idOrRow) && isPlainObject(idOrRow)) return idOrRow
  const row = await readSilently(operation, runtime.identity.where(idOrRow))
  if (row === undefined) throw instanceNotFound(idOrRow)
  return row
}

/** At least the owner's key of the relation; nothing is read when the id is that key. */
export async function ownerKeys(operation: Operation, owner: Owner): Promise<Readonly<Row>> {
  const { idOrRow, runtime, plan } = owner
  const { ownKeys } = plan.relation
  const isId = runtime.identity.isId(idOrRow) || !isPlainObject(idOrRow)
  const isKey = ownKeys.every((name) => runtime.identity.names.includes(name))
  if (!isId || !isKey) return ownerRow(operation, owner)
  runtime.identity.where(idOrRow)
  return runtime.coercion.patch(runtime.identity.wire(idOrRow), [])
}

/** The relation's own filter for one owner, who is read only where it is computed from him. */
export async function scopeOfOwner(
  operation: Operation,
  owner: Owner,
  filter?: unknown,
): Promise<Query | undefined> {
  const { plan } = owner
  if (plan.relation.scopeOf === undefined) return plan.scope()
  return plan.scope(await ownerRow(operation, owner), filter)
}

/** The condition that a target row belongs to the owner. An owner without key has no rows. */
export function belongsToOwner(owner: Owner, row: Readonly<Row>): Where {
  const { relation } = owner.plan
  const keys = keyValues(row, relation.ownKeys)
  if (keys === undefined) return matchNone
  return whereOfKeys(owner.plan.target().model, relation.targetKeys, [keys])
}

/** Changing the foreign key through the relation would move the row. Source: data D-4.3-6, D-4.5-5. */
export function refuseForeignKey(
  owner: Owner,
  keys: readonly string[],
  patch: unknown,
  current: Readonly<Row>,
): void {
  if (!isPlainObject(patch)) return
  const { model } = owner.plan.target()
  for (const name of keys) {
    const given = patch[name]
    if (given === undefined || textOf(given) === textOf(current[name])) continue
    throw invalidArgument(
      `Cannot override foreign key ${model.name}.${name} from ${textOf(current[name])} to ${textOf(given)}`,
    )
  }
}
