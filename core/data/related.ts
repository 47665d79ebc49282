import type { Relation } from '../model/relation.ts'
import type { RelationMethodFunction } from '../model/relation-extras.ts'
import type { ModelRuntime } from './model-runtime.ts'
import type { Owner } from './owner.ts'
import { type ManyRelation, relatedMany } from './related-many.ts'
import { type OneRelation, relatedChild, relatedParent } from './related-one.ts'
import { relationPlanOf } from './relation-plan.ts'

/** What a relation of one row offers. */
export type RelatedRows = ManyRelation | OneRelation

/**
 * Follows a relation of one row, given itself or by its id. Nothing is queried before an operation is called.
 *
 * **Errors**: 400 `UNKNOWN_RELATION`, 501 for kinds that are not supported. **Source**: data 4.3, 4.4, 4.5.
 */
export function related(runtime: ModelRuntime, idOrRow: unknown, name: string): RelatedRows {
  const plan = relationPlanOf(runtime, name)
  const owner: Owner = { runtime, plan, idOrRow }
  return withOwnMethods(plan.relation, rowsOf(owner))
}

function rowsOf(owner: Owner): RelatedRows {
  const { relation } = owner.plan
  switch (relation.kind) {
    case 'belongsTo':
      return relatedParent(owner)
    case 'hasOne':
      return relatedChild(owner)
    case 'hasMany':
      return relatedMany(owner)
    default:
      throw new Error(
        `${owner.runtime.model.name}.${relation.name}: unexpected kind ${relation.kind}`,
      )
  }
}

/** The relation's own methods beside its operations; each gets those operations as first argument. Source: data D-4.1-13. */
function withOwnMethods(relation: Relation, rows: RelatedRows): RelatedRows {
  if (relation.methods === undefined) return rows
  const own: Record<string, unknown> = {}
  for (const [name, method] of relation.methods) own[name] = callable(method, rows)
  return Object.freeze({ ...rows, ...own })
}

/** An own method bound to the rows of its relation. */
export function callable(
  method: RelationMethodFunction,
  rows: RelatedRows,
): (...args: readonly unknown[]) => Promise<unknown> {
  // what it takes is between the definition and its callers
  const run = method as (rows: RelatedRows, ...args: readonly unknown[]) => unknown
  return async (...args) => run(rows, ...args)
}
