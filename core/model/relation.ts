import type { RelationScopeFunction } from './declared-scope.ts'
import type { RelationMethodFunction, RelationValues } from './relation-extras.ts'

/** The seven kinds of relation. Source: data 4.1. */
export type RelationKind =
  | 'belongsTo'
  | 'hasMany'
  | 'hasOne'
  | 'hasAndBelongsToMany'
  | 'referencesMany'
  | 'embedsOne'
  | 'embedsMany'

/** One relation of a model, resolved and frozen. */
export interface Relation {
  readonly name: string
  readonly kind: RelationKind
  /** Name of the related model. */
  readonly target: string
  /** The relation yields a list. */
  readonly many: boolean
  /**
   * Property names on the side of the declaring model, in key order. belongsTo: the foreign key; hasMany, hasOne: the
   * referenced key (the id by default).
   */
  readonly ownKeys: readonly string[]
  /** Property names on the side of the target that must equal {@link Relation.ownKeys}. */
  readonly targetKeys: readonly string[]
  /** Filter (wire shape) merged into every query of the relation. Source: data D-4.1-11. */
  readonly scope?: Readonly<Record<string, unknown>>
  /** The same, computed from the row the relation starts from; then there is no {@link Relation.scope}. */
  readonly scopeOf?: RelationScopeFunction
  /** What is copied into the other row when one is created or built. Source: data D-4.1-12. */
  readonly values?: RelationValues
  /** Own methods by name. Source: data D-4.1-13. */
  readonly methods?: ReadonlyMap<string, RelationMethodFunction>
  /** Silently skipped in `include`. */
  readonly disableInclude: boolean
  /** Conditions on it are refused over the wire. Source: data D-3.8-5. */
  readonly disableFilter: boolean
  /** Path below `/:id`; the name by default. */
  readonly path: string
  readonly settings: Readonly<Record<string, unknown>>
}
