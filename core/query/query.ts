import type { DistanceUnit } from '../model/geo-point.ts'
import type { Property, PropertyType } from '../model/property.ts'

/** Operators that compare one path with one value. Source: data 3.2. */
export type Operator =
  | 'eq'
  | 'neq'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'between'
  | 'inq'
  | 'nin'
  | 'like'
  | 'nlike'
  | 'ilike'
  | 'nilike'
  | 'regexp'
  | 'exists'
  | 'near'

/** A place in a row: the segments of a dotted path, `['address', 'city']`. */
export interface Path {
  readonly segments: readonly string[]
  /** The declared property of the first segment; `undefined` for a dynamic one. */
  readonly property: Property | undefined
  /** Type at the end of the path; `undefined` where nothing is declared. */
  readonly type: PropertyType | undefined
}

/** The operand of `like`, `ilike`, `regexp` and their negations, already checked. */
export interface Pattern {
  /** The text as given (LIKE text, or the source of the regular expression). */
  readonly source: string
  /** Subset of `i`, `m`, `g`. */
  readonly flags: string
  /** Linear-time test in process. */
  readonly test: (text: string) => boolean
}

/** The operand of `near`. */
export interface Near {
  readonly lat: number
  readonly lng: number
  /** In {@link Near.unit}. */
  readonly maxDistance?: number
  readonly minDistance?: number
  /** @default 'miles' */
  readonly unit: DistanceUnit
}

/** One condition, checked and converted. Frozen; shared freely. */
export type Where =
  /** Always true: what `and: []`, `nor: []` and an empty where compile to. */
  | { readonly kind: 'all' }
  /** Never true: `or: []`, `inq: []`, a removed hidden condition. */
  | { readonly kind: 'none' }
  | { readonly kind: 'and' | 'or' | 'nor'; readonly conditions: readonly Where[] }
  | {
      readonly kind: 'compare'
      readonly path: Path
      readonly operator: 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte'
      readonly value: unknown
      /** Undeclared path in the loopback3 profile: compare with `==`. Source: data D-3.2-1. */
      readonly loose: boolean
    }
  | { readonly kind: 'between'; readonly path: Path; readonly low: unknown; readonly high: unknown }
  | {
      readonly kind: 'in'
      readonly path: Path
      readonly negated: boolean
      readonly values: readonly unknown[]
      readonly loose: boolean
    }
  | {
      readonly kind: 'pattern'
      readonly path: Path
      readonly operator: 'like' | 'ilike' | 'regexp'
      readonly negated: boolean
      readonly pattern: Pattern
    }
  | { readonly kind: 'exists'; readonly path: Path; readonly exists: boolean }
  | { readonly kind: 'near'; readonly path: Path; readonly near: Near }
  /** A condition on related rows. The repository resolves it before a connector without `relatedFilter: 'native'` sees it. Source: data 3.8. */
  | {
      readonly kind: 'related'
      readonly relation: string
      readonly quantifier: 'some' | 'every' | 'none'
      readonly where: Where
      /** Name of the model {@link where} speaks of, where the condition chose it (polymorphic belongsTo). Source: data D-3.8-6. */
      readonly target?: string
    }
  /** A function given in process; only connectors in the same process accept it. Source: data D-3.1-7. */
  | {
      readonly kind: 'function'
      readonly test: (row: Readonly<Record<string, unknown>>) => boolean
    }

/** One sort key. */
export interface OrderEntry {
  readonly path: Path
  readonly direction: 1 | -1
  /** The loopback3 profile: missing values first, the rest by JavaScript's `<`. Source: data D-3.1-12. @default false */
  readonly loose?: boolean
}

/** One included relation with its own query. Source: data 3.4. */
export interface IncludeEntry {
  readonly relation: string
  /** Query on the target model; its limit and skip apply per parent. */
  readonly query: Query
  /** Polymorphic belongsTo only: the scope in wire shape, to be parsed anew for every model found. */
  readonly scope?: Readonly<Record<string, unknown>>
}

/**
 * A filter after parsing: plain, frozen, every name checked and every value converted.
 *
 * The connector sees `where`, `order`, `limit`, `skip` and `fields`; `include` belongs to the repository.
 */
export interface Query {
  readonly where: Where
  /** Never empty for a model with identity: the id ascending is the default. Source: data D-3.1-9. */
  readonly order: readonly OrderEntry[]
  readonly limit: number | undefined
  readonly skip: number
  /** Top-level property names to load; `undefined` loads all. */
  readonly fields: readonly string[] | undefined
  readonly include: readonly IncludeEntry[]
  /** `count: true` of the filter: the answer carries the total. Source: framework F-2.19. */
  readonly count: boolean
  /** Filter keys the connector's manifest names. Source: data D-3.1-8. */
  readonly extra: Readonly<Record<string, unknown>> | undefined
}

/** The where that matches every row. */
export const matchAll: Where = Object.freeze({ kind: 'all' })

/** The where that matches no row. */
export const matchNone: Where = Object.freeze({ kind: 'none' })
