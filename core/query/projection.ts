import type { Row } from '../model/model.ts'

/**
 * Compiles `query.fields` to a copy of a row with those properties only, in the order of the list. What the row lacks
 * stays absent (data D-3.1-10). `undefined` keeps everything: the copy is the row itself.
 */
export function compileProjection(fields: readonly string[] | undefined): (row: Row) => Row {
  if (fields === undefined) return (row) => row
  const names = fields.filter((name) => name !== '__proto__')
  return (row) => {
    const copy: Row = {}
    for (const name of names) {
      if (Object.hasOwn(row, name)) copy[name] = row[name]
    }
    return copy
  }
}
