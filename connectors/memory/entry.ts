import type { Row } from '../../core/spi.ts'
import type { Scalar } from './block.ts'

/** What a row is found by in its table: its id, a text over the parts of a composite id, or a running number without identity. */
export type Key = Scalar

/**
 * One version of one row as a reader sees it.
 *
 * The row is never changed, only replaced: whoever holds it may read it later, and copies it before handing it out.
 */
export interface Candidate {
  readonly key: Key
  /** Place in the table, ascending in order of insertion; breaks ties in sorting. */
  readonly sequence: number
  readonly row: Readonly<Row>
}

/** The place of a row in a table; {@link Entry.row} is the latest committed version. */
export interface Entry extends Candidate {
  row: Readonly<Row>
  /** Size of the row's journal record in characters; 0 without a file. */
  size: number
}
