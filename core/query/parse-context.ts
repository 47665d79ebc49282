import type { DistanceUnit } from '../model/geo-point.ts'
import type { Model } from '../model/model.ts'

/** Settings that steer parsing, already resolved: call options before model before data source. Source: data D-0-5. */
export interface ParseOptions {
  /** Levels of nesting in a where, and of includes in each other. @default 32 */
  readonly maxDepthOfQuery?: number | undefined
  /** Levels of nesting in data; read by {@link checkData}. @default 64 */
  readonly maxDepthOfData?: number | undefined
  /** @default false */
  readonly prohibitHiddenPropertiesInQuery?: boolean | undefined
  /** @default false at the root, true in includes and conditions on related models. Source: data D-1.6-5 */
  readonly prohibitProtectedPropertiesInQuery?: boolean | undefined
  /** What becomes of `undefined` in a where. @default 'ignore' */
  readonly normalizeUndefinedInQuery?: 'ignore' | 'nullify' | 'throw' | undefined
  /** Keys that start with `$` are let through to the connector's own operators. @default false */
  readonly allowExtendedOperators?: boolean | undefined
  /** In process only: not even `$where` and its kind are refused. Source: data D-3.5-9. @default false */
  readonly disableSanitization?: boolean | undefined
  /** Unit of `near` where the filter names none. @default 'miles' */
  readonly geoDefaultUnit?: DistanceUnit | undefined
  /** No order by id where the filter names none. @default false */
  readonly disableDefaultSort?: boolean | undefined
  /** `false`: as {@link disableDefaultSort}; `'numericIdOnly'`: only for ids that are numbers. @default true */
  readonly defaultIdSort?: boolean | 'numericIdOnly' | undefined
}

/** How a connector does a feature, see `ConnectorSupport`. */
type Capability = 'native' | 'emulated' | false

/** The part of a connector's manifest that decides what a query may say; what is left out is supported. */
export interface QuerySupport {
  readonly ilike?: Capability
  readonly regexp?: Capability
  readonly exists?: Capability
  readonly nor?: Capability
  readonly nestedProperty?: Capability
  readonly near?: Capability
  readonly functionWhere?: boolean
  /** Undeclared properties are stored. */
  readonly openModels?: boolean
  /** Filter keys beyond the standard ones. */
  readonly filterKeys?: readonly string[]
}

/** What parsing needs besides the model and the filter. Made once per model and caller, not per call, where possible. */
export interface ParseContext {
  /** Every model by name: targets of includes and of conditions on related models. */
  readonly models: ReadonlyMap<string, Model>
  readonly options: ParseOptions
  /** Manifest of the root model's connector. */
  readonly supports?: QuerySupport | undefined
  /** Manifest for targets of includes and conditions. @default that of the root where both share a data source, else all */
  readonly supportsOf?: ((model: Model) => QuerySupport | undefined) | undefined
  /** The filter was written by the application itself: functions and regular expressions are accepted. */
  readonly inProcess: boolean
  /** One line for the operator about something removed or repaired. */
  readonly warn?: ((message: string) => void) | undefined
  /** `write`: what the loopback3 profile drops from a read is refused, because dropping it would widen the write. */
  readonly purpose: 'read' | 'write'
}

/** The context for a model reached over a relation. */
export function contextOf(target: Model, from: Model, context: ParseContext): ParseContext {
  if (context.supportsOf === undefined && target.dataSource === from.dataSource) return context
  return { ...context, supports: context.supportsOf?.(target) }
}
