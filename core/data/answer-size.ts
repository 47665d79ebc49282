import type { Row } from '../model/model.ts'
import type { IncludeEntry } from '../query/query.ts'
import { tooComplex } from '../query/query-error.ts'

/** Rows one answer to the wire may show, each counted as often as it appears in it. */
export const maxShownRows = 1_000_000

/** How many rows stand in a row that has includes below its includes, itself counted. Filled bottom-up. */
const sizes = new WeakMap<Readonly<Row>, number>()

/**
 * Refuses answers that repeat rows beyond measure: `books.author.books.author.books` loads every row once, but would
 * write the books of an author cubed. Rows are shared until they are written, so this is the moment to count.
 *
 * **Errors**: 400 `QUERY_TOO_COMPLEX`.
 */
export function checkAnswerSize(rows: readonly Row[], include: readonly IncludeEntry[]): void {
  let total = 0
  for (const row of rows) total += measure(row, include)
  if (total > maxShownRows) {
    throw tooComplex(`an answer with includes may show ${maxShownRows} rows`)
  }
}

function measure(row: Readonly<Row>, include: readonly IncludeEntry[]): number {
  let size = 1
  for (const { relation, query } of include) {
    const value = row[relation]
    const isLeaf = query.include.length === 0
    if (Array.isArray(value)) {
      size += isLeaf ? value.length : value.reduce((sum: number, child) => sum + sizeOf(child), 0)
    } else if (value !== undefined) size += sizeOf(value)
  }
  sizes.set(row, size)
  return size
}

function sizeOf(child: unknown): number {
  return typeof child === 'object' && child !== null ? (sizes.get(child as Row) ?? 1) : 1 // included values are rows
}
