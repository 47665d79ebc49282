import type { ValidationFailure } from './failure.ts'
import type { Row } from './model.ts'

/** Name under which `if` and `unless` ask whether the row is not stored yet. */
export const isNewRecord = 'isNewRecord'

/** One equality the uniqueness validator asks about. */
export interface UniqueCondition {
  readonly property: string
  readonly value: unknown
  /** Compare text ignoring case, on the whole value. */
  readonly ignoreCase: boolean
}

/**
 * Answers whether another row (another id than `row`'s) satisfies all conditions. The repository provides it; the
 * caller's transaction and signal are its business.
 */
export type UniquenessLookup = (
  conditions: readonly UniqueCondition[],
  row: Readonly<Row>,
) => Promise<boolean>

/** What one validation needs to know. */
export interface ValidationRun {
  /** The row is not stored yet: the forced-id rule applies. Source: data D-1.4-5. */
  readonly isNew: boolean
  /** Failures of the conversion; they come first, those of unknown properties last. */
  readonly failures?: readonly ValidationFailure[] | undefined
  /** Check the given properties only, without uniqueness (updateAll). Source: data D-1.7-3. */
  readonly partial?: boolean | undefined
  /** The caller's options, handed to custom validators. */
  readonly options?: Readonly<Record<string, unknown>> | undefined
  /** Without it uniqueness validators pass. */
  readonly isTaken?: UniquenessLookup | undefined
}
