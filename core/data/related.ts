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
  switch (plan.relation.kind) {
    case 'belongsTo':
      return relatedParent(owner)
    case 'hasOne':
      return relatedChild(owner)
    case 'hasMany':
      return relatedMany(owner)
    default:
      throw new Error(`${runtime.model.name}.${name}: unexpected kind ${plan.relation.kind}`)
  }
}
