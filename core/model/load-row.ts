import type { PropertyPlan } from './coerce-type.ts'
import type { Row } from './model.ts'

/**
 * Compiles what happens to a row that comes from a connector: keys in declared order, defaults that are not stored,
 * and no null where the schema knows none. A row that is right already is returned as it is.
 */
export function compileLoading(
  plans: readonly PropertyPlan[],
): (row: Row, isPartial?: boolean) => Row {
  const names = plans.map(({ name }) => name)
  const positions = new Map(names.map((name, index) => [name, index]))
  const refilled = plans.filter(
    ({ property }) => property.default !== undefined && !property.persistDefaultValues,
  )
  const nullless = new Set(
    plans
      .filter(({ property, acceptsNull }) => property.schema !== undefined && !acceptsNull)
      .map(({ name }) => name),
  )

  /** Declared keys follow their order, dynamic ones come last, and no null is to be left out. */
  function isInOrder(row: Row): boolean {
    let position = 0
    for (const key in row) {
      while (position < names.length && names[position] !== key) position++
      if (position === names.length && positions.has(key)) return false
      if (row[key] === null && nullless.has(key)) return false
    }
    return true
  }

  function rebuild(row: Row): Row {
    const ordered: Row = {}
    for (const name of names) {
      const value = row[name]
      if (value === undefined || (value === null && nullless.has(name))) continue
      if (Object.hasOwn(row, name)) ordered[name] = value
    }
    for (const key of Object.keys(row)) {
      if (!positions.has(key) && key !== '__proto__') ordered[key] = row[key]
    }
    return ordered
  }

  return (row, isPartial = false) => {
    let loaded = row
    if (!isPartial) {
      for (const { name, property } of refilled) {
        if (row[name] === undefined) loaded = { ...loaded, [name]: property.default?.() }
      }
    }
    return isInOrder(loaded) ? loaded : rebuild(loaded)
  }
}
