import type { Row } from '../../core/spi.ts'
import type { Change } from './change.ts'
import { encodeText, encodeValue } from './codec.ts'
import type { Key } from './entry.ts'

/**
 * One step of the journal, as it stands in a line of the file.
 *
 * **Shape**: `["put","Book",1,{"title":"…","id":1}]`, `["delete","Book",1]`, `["sequence","Book",7]` (the next generated number).
 */
export type JournalRecord =
  | readonly ['put', table: string, key: Key, row: Row]
  | readonly ['delete', table: string, key: Key]
  | readonly ['sequence', table: string, next: number]

/** Text of a change. */
export function recordOf(change: Change): string {
  const { table, key, after } = change
  return after === undefined
    ? `["delete",${JSON.stringify(table.name)},${encodeText(key)}]`
    : putRecord(table.name, key, after)
}

/** Text of a stored row. */
export function putRecord(table: string, key: Key, row: Readonly<Row>): string {
  return `["put",${JSON.stringify(table)},${encodeText(key)},${JSON.stringify(encodeValue(row))}]`
}

/** Text of a sequence. */
export function sequenceRecord(table: string, next: number): string {
  return `["sequence",${JSON.stringify(table)},${next}]`
}
