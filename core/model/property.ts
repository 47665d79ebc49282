import type { ZodType } from 'zod'

/** The type of a property after compilation. Source: data 1.3. */
export type PropertyType =
  | { readonly kind: ScalarKind }
  /** A list; every item has the type `item`. */
  | { readonly kind: 'list'; readonly item: PropertyType }
  /** A nested object with declared members. `model` is set when it came from a named model. */
  | {
      readonly kind: 'nested'
      readonly properties: ReadonlyMap<string, Property>
      readonly strict: Strictness
      readonly model?: string
    }

/** Types without members. `array` is a list of anything. */
export type ScalarKind =
  | 'string'
  | 'text'
  | 'number'
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'dateString'
  | 'buffer'
  | 'geopoint'
  | 'object'
  | 'array'
  | 'json'
  | 'any'

/** What happens to properties a model does not declare: kept, refused with 422, or dropped. Source: data 1.5. */
export type Strictness = 'open' | 'validate' | 'filter'

/** An index over one property. Source: data D-1.2-10. */
export interface PropertyIndex {
  readonly unique: boolean
  readonly kind?: string
  readonly name?: string
}

/** How a missing value is filled in. Source: data D-1.2-6, D-1.2-7. */
export type PropertyDefault = () => unknown

/** One declared property of a model, compiled and frozen. */
export interface Property {
  readonly name: string
  readonly type: PropertyType
  /** The zod schema the property was declared with, if it was. Runs after conversion, before the validators. */
  readonly schema?: ZodType
  readonly required: boolean
  /** Position in the key, from 1; 0 for a property outside the key. */
  readonly id: number
  /** The store makes the value. */
  readonly generated: boolean
  readonly default?: PropertyDefault
  readonly applyDefaultOnWrites: boolean
  readonly persistDefaultValues: boolean
  readonly index?: PropertyIndex
  readonly hidden: boolean
  readonly protected: boolean
  readonly readOnly: boolean
  /** Not part of what a new row is made from: documents leave it out there. Source: data D-1.2-12. */
  readonly updateOnly?: boolean
  /** Everything else the definition said, verbatim (`description`, `length`, `postgresql: {…}`). */
  readonly settings: Readonly<Record<string, unknown>>
}
