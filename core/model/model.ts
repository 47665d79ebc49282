import type { Profile } from '../profile.ts'
import type {
  AttributesFunction,
  NamedScopeFunction,
  ScopeFilter,
  ScopeFunction,
} from './declared-scope.ts'
import type { Property, Strictness } from './property.ts'
import type { Relation } from './relation.ts'
import type { Validation } from './validation.ts'

/** One row: a plain object. Declared dates are `Date`, buffers `Uint8Array`, points `{ lat, lng }`. */
export type Row = Record<string, unknown>

/** An index over one or more properties, in order. Source: data 9.9. */
export interface ModelIndex {
  readonly name: string
  /** Property name and direction, e.g. `[['country', 1], ['population', -1]]`. */
  readonly keys: readonly (readonly [property: string, direction: 1 | -1])[]
  readonly unique: boolean
}

/**
 * A model after compilation: frozen data that describes rows. It holds no connection and no behaviour; the repository
 * operates on it. What the definition said is kept in {@link Model.settings}.
 */
export interface Model {
  readonly name: string
  readonly plural: string
  /** Path of the class below the mount point, with its leading slash, e.g. `/Books`. */
  readonly path: string
  readonly base: string | undefined
  /** Declared properties in output order: own ones, then an injected id, then injected foreign keys. */
  readonly properties: ReadonlyMap<string, Property>
  /** Key properties in key order; empty for a model without identity. */
  readonly id: readonly Property[]
  readonly relations: ReadonlyMap<string, Relation>
  readonly indexes: readonly ModelIndex[]
  /** Named scopes: filters in wire shape, or what computes one. */
  readonly scopes: ReadonlyMap<string, ScopeFilter | NamedScopeFunction>
  /** The default scope, a filter in wire shape. */
  readonly scope: ScopeFilter | undefined
  /** The same, computed for each operation; then there is no {@link Model.scope}. Source: data D-1.1-13. */
  readonly scopeOf?: ScopeFunction
  /** Values every write carries (equality values of the default scope, or `settings.attributes`). Source: data D-1.1-14, D-3.6-7. */
  readonly attributes: Readonly<Record<string, unknown>> | undefined
  /** The same, computed from the data of each write; then there are no {@link Model.attributes}. */
  readonly attributesOf?: AttributesFunction
  readonly hidden: ReadonlySet<string>
  readonly protected: ReadonlySet<string>
  readonly strict: Strictness
  /** Creating with an id is refused; upserts with an id only update. Source: data 1.4. */
  readonly forceId: boolean
  readonly validations: readonly Validation[]
  /** Name of the data source the model lives in, `undefined` when it is not attached. */
  readonly dataSource: string | undefined
  /** The class is published. */
  readonly isPublic: boolean
  readonly settings: Readonly<Record<string, unknown>>
  readonly profile: Profile
}
