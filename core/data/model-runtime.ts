import type { ModelCoercion } from '../model/coerce.ts'
import type { Model } from '../model/model.ts'
import type { Presenter } from '../model/present.ts'
import type { ModelValidation } from '../model/validate.ts'
import type { Profile } from '../profile.ts'
import type { ParseContext } from '../query/parse-context.ts'
import type { Query } from '../query/query.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { DataSource } from './data-source.ts'
import type { Identity } from './identity.ts'
import type { ModelHooks } from './operation-hooks.ts'
import type { RelationPlan } from './relation-plan.ts'
import type { AmbientTransactions } from './transaction.ts'

/** How strictly the guards of a query look. */
export interface ParseContexts {
  /** Filters of callers. */
  readonly read: ParseContext
  /** Conditions of callers on writes. */
  readonly write: ParseContext
  /** What definitions and hooks wrote: nothing is hidden from them. */
  readonly trusted: ParseContext
}

/** What all models of one data layer share. */
export interface DataLayerState {
  /** Replaced as a whole when the models change. */
  runtimes: ReadonlyMap<string, ModelRuntime>
  models: ReadonlyMap<string, Model>
  /** One object for the life of the layer; what hooks see as `models`. */
  readonly repositories: Record<string, unknown>
  readonly ambient: AmbientTransactions
  readonly profile: Profile
  readonly warn: (message: string) => void
}

/** A model with everything its operations need, decided before the first call. */
export interface ModelRuntime {
  readonly model: Model
  readonly layer: DataLayerState
  readonly source: DataSource
  readonly coercion: ModelCoercion
  readonly validation: ModelValidation
  readonly presenter: Presenter
  readonly identity: Identity
  readonly changes: ChangeFeed
  readonly contexts: ParseContexts
  /** What an empty filter parses to: every row, by id. */
  readonly everything: Query
  /** The default scope as a query. Source: data 3.6. */
  readonly scope: Query | undefined
  readonly relations: ReadonlyMap<string, RelationPlan>
  /** Replaced when an observer is added. */
  hooks: ModelHooks
  /** Rows may hold what the model does not declare; it is not shown. */
  readonly hidesUnknown: boolean
  /** A uniqueness validator exists. */
  readonly hasUniqueness: boolean
}

/** The runtime of another model of the same layer. **Errors**: a model that is not attached to a data source. */
export function runtimeOf(runtime: ModelRuntime, name: string): ModelRuntime {
  const found = runtime.layer.runtimes.get(name)
  if (found === undefined) {
    throw new Error(`model ${name} is not attached to a data source`)
  }
  return found
}
