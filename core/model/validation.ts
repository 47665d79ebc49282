/** A row; `Row` of `model.ts`, which imports this file. */
type CheckedRow = Readonly<Record<string, unknown>>

/** What a custom validator returns: nothing or `true` when the value is fine, a message kind, or `false`. Source: data D-6-24. */
// biome-ignore lint/suspicious/noConfusingVoidType: a validator may end without a return
export type ValidatorResult = boolean | string | undefined | void

/** A validator the application wrote. `row` is a copy; changing it changes nothing. */
export type CustomValidator = (
  value: unknown,
  row: CheckedRow,
  options: Readonly<Record<string, unknown>>,
) => ValidatorResult | Promise<ValidatorResult>

/** Keys every validation understands. Source: data section 6. */
export interface ValidationOptions {
  /** The text, or a text per kind. */
  readonly message?: string | Readonly<Record<string, string>>
  /** Replaces the machine code. */
  readonly code?: string
  readonly allowNull?: boolean
  readonly allowBlank?: boolean
  /** Runs only if the function says so, or the named property is truthy. */
  readonly if?: string | ((row: CheckedRow) => boolean)
  readonly unless?: string | ((row: CheckedRow) => boolean)
}

/** One check on one property. Source: data D-6-1 … D-6-12. */
export type Validation = ValidationOptions & { readonly property: string } & (
    | { readonly kind: 'presence' | 'absence' | 'date' }
    | {
        readonly kind: 'length'
        readonly min?: number
        readonly max?: number
        readonly is?: number
      }
    | { readonly kind: 'numericality'; readonly int?: boolean }
    | { readonly kind: 'inclusion' | 'exclusion'; readonly in: readonly unknown[] }
    | { readonly kind: 'format'; readonly with: RegExp | string }
    | {
        readonly kind: 'uniqueness'
        readonly scopedTo?: readonly string[]
        readonly ignoreCase?: boolean
      }
    | { readonly kind: 'custom'; readonly validate: CustomValidator }
  )
