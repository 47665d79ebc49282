import { invalidArgument } from '../error/remote-error.ts'
import { isPlainObject } from './plain-object.ts'

/** A filter in wire shape. */
export type ScopeFilter = Readonly<Record<string, unknown>>

/** A row, or what a caller gave to become one. */
type Data = Readonly<Record<string, unknown>>

/**
 * A default scope that is computed: `target` is the caller's filter, for writes of one row its data, which then stand in
 * `row`, too. Runs once per operation, so it has to be quick; it returns the filter (`{}` for none) and changes nothing.
 */
export type ScopeFunction = (target: Data, row?: Data) => ScopeFilter

/** A relation's scope that is computed from the row it starts from and the caller's filter. */
export type RelationScopeFunction = (row: Data, filter: ScopeFilter) => ScopeFilter

/** A named scope that is computed each time it is used. */
export type NamedScopeFunction = () => ScopeFilter

/** Values that are computed: for attributes from the data of a write, for a relation from owner and data of a row. */
export type AttributesFunction = (data: Data, row?: Data) => Data

/** A filter or values as a definition may hold them: fixed, or computed. */
export interface Declared {
  readonly fixed?: ScopeFilter
  readonly computed?: (...args: (Data | undefined)[]) => ScopeFilter
}

/**
 * Reads a member of a definition that is an object or a function that returns one; nothing for undefined and null. A
 * function that forgets to return fails each time: passed over, it would select every row.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the place; at run time an `Error` naming it. **Source**: data D-1.1-13, D-1.1-14,
 * D-4.1-11, D-4.1-12, D-4.8-1.
 */
export function declared(given: unknown, place: string): Declared {
  if (given === undefined || given === null) return {}
  if (isPlainObject(given)) return { fixed: given }
  if (typeof given !== 'function') {
    throw invalidArgument(`${place} must be an object or a function, got ${nameOf(given)}`)
  }
  return {
    computed: (...args) => {
      const result: unknown = given(...args.map(copyOf))
      if (isPlainObject(result)) return result
      throw new Error(`${place} must return an object, got ${nameOf(result)}`)
    },
  }
}

/** Definitions never change what callers gave. Source: data D-0-7. */
function copyOf(value: unknown): unknown {
  return isPlainObject(value) ? { ...value } : value
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (value instanceof Promise) return 'promise'
  return value === null ? 'null' : typeof value
}
