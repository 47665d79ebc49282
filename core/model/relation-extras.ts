import { invalidArgument } from '../error/remote-error.ts'
import { declared } from './declared-scope.ts'
import { isPlainObject } from './plain-object.ts'

type Data = Readonly<Record<string, unknown>>

/** The values a relation copies from one row into the data of another. */
export type RelationValues = (from: Data, into: Data) => Data

/**
 * An own method of a relation: the relation's rows first, then the arguments of the call. Marked with `shared: true` it is
 * a prototype method of the model, too; `accepts`, `returns` and `http` describe it then.
 */
export interface RelationMethodFunction {
  (rows: never, ...args: never[]): unknown
  readonly shared?: boolean
  readonly accepts?: unknown
  readonly returns?: unknown
  readonly http?: unknown
  readonly description?: string
}

/** The own methods a relation declares, called without their first argument. Source: data D-4.1-13. */
export type OwnMethods<Relation> = (Relation extends { readonly methods: infer Own }
  ? BoundMethods<Own>
  : unknown) &
  (Relation extends { readonly scopeMethods: infer Own } ? BoundMethods<Own> : unknown)

type BoundMethods<Own> = {
  readonly [K in keyof Own]: Own[K] extends (rows: never, ...args: infer Arguments) => infer Result
    ? (...args: Arguments) => Promise<Awaited<Result>>
    : never
}

/**
 * Reads `properties` of a relation: names, a map from source to target, or a function of the row copied from and the data
 * copied into.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the place. **Source**: data D-4.1-12.
 */
export function readRelationValues(given: unknown, place: string): RelationValues | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given === 'function') return declared(given, place).computed
  if (!Array.isArray(given) && !isPlainObject(given)) {
    throw invalidArgument(`${place} must be a list, an object or a function, got ${typeof given}`)
  }
  const names: readonly (readonly [unknown, unknown])[] = Array.isArray(given)
    ? given.map((name: unknown) => [name, name])
    : Object.entries(given).map(([from, to]) => [from, typeof to === 'string' ? to : from])
  for (const pair of names) for (const name of pair) checkName(name, place)
  return (from) => copy(names as readonly (readonly [string, string])[], from) // checked above
}

function checkName(name: unknown, place: string): void {
  if (typeof name === 'string' && name !== '__proto__') return
  throw invalidArgument(`${place} must name properties, got ${String(name)}`)
}

function copy(names: readonly (readonly [string, string])[], row: Data): Data {
  const values: Record<string, unknown> = {}
  for (const [from, to] of names) if (Object.hasOwn(row, from)) values[to] = row[from]
  return values
}

const ofOne = ['many', 'get', 'create', 'build', 'update', 'destroy'] as const
const ofMany = [
  'many',
  'find',
  'findOne',
  'findById',
  'exists',
  'count',
  'create',
  'build',
  'updateById',
  'updateAll',
  'destroy',
  'destroyAll',
] as const

/**
 * Reads the own methods of a relation: `methods` of a to-one, `scopeMethods` of a to-many relation.
 *
 * **Errors**: `INVALID_ARGUMENT` for the other of the two words, for what is no function and for names the relation has
 * already. **Source**: data D-4.1-13.
 */
export function readRelationMethods(
  settings: Data,
  many: boolean,
  place: string,
): ReadonlyMap<string, RelationMethodFunction> | undefined {
  const [key, other] = many
    ? (['scopeMethods', 'methods'] as const)
    : (['methods', 'scopeMethods'] as const)
  if (settings[other] !== undefined) {
    throw invalidArgument(
      `${place}.${other}: a ${many ? 'to-many' : 'to-one'} relation takes ${key}`,
    )
  }
  const given = settings[key]
  if (given === undefined || given === null) return undefined
  if (!isPlainObject(given)) {
    throw invalidArgument(`${place}.${key} must be an object of functions, got ${typeof given}`)
  }
  const taken: readonly string[] = many ? ofMany : ofOne
  const methods = new Map<string, RelationMethodFunction>()
  for (const [name, method] of Object.entries(given)) {
    if (typeof method !== 'function') {
      throw invalidArgument(`${place}.${key}.${name} must be a function, got ${typeof method}`)
    }
    if (taken.includes(name) || name === 'then' || name === '__proto__') {
      throw invalidArgument(`${place}.${key}.${name}: the relation has ${name} already`)
    }
    methods.set(name, method as RelationMethodFunction) // its metadata is read when it is shared
  }
  return methods
}
