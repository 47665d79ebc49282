import { invalidArgument } from '../error/remote-error.ts'
import { textOf } from '../model/coerce-scalar.ts'
import type { Model, Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Property } from '../model/property.ts'
import { convertValue } from '../query/convert-value.ts'
import { pathOfProperty } from '../query/path.ts'
import { matchNone, type Path, type Where } from '../query/query.ts'
import { keyMissing } from './data-error.ts'

/** The key of a model: reads, compares and looks up ids. Source: data 1.4. */
export interface Identity {
  /** Key properties in key order. */
  readonly names: readonly string[]
  readonly isComposite: boolean
  /** **Errors**: `PK_MISSING` for a model without key. Source: data D-1.4-10. */
  require(operation: string): void
  /** The condition that finds one row. **Errors**: 400 for a partial, blank or unconvertible id. */
  where(id: unknown): Where
  /** The same in wire shape: `{ id: 7 }`. */
  wire(id: unknown): Record<string, unknown>
  /** The id of a row; an object of all parts for a composite one; `undefined` when a part is missing. */
  of(row: Readonly<Row>): unknown
  /** A text that is equal for equal ids. */
  keyOf(id: unknown): string
  /** An id from a path parameter: `7,EU` for a composite one. Source: data D-1.4-3. */
  fromPath(value: unknown): unknown
  /** The value is the id of a row and not a row. */
  isId(value: unknown): boolean
}

/** Compiles the key of a model. */
export function compileIdentity(model: Model): Identity {
  const [first, second] = model.id
  if (first === undefined) return noIdentity(model)
  return second === undefined ? singleIdentity(model, first) : compositeIdentity(model)
}

function noIdentity(model: Model): Identity {
  const refuse = (): never => {
    throw keyMissing(model.name, 'operation by id')
  }
  return {
    names: [],
    isComposite: false,
    require: (operation) => {
      throw keyMissing(model.name, operation)
    },
    where: refuse,
    wire: refuse,
    of: () => undefined,
    keyOf: refuse,
    fromPath: refuse,
    isId: () => false,
  }
}

function singleIdentity(model: Model, property: Property): Identity {
  const { name } = property
  const path = pathOfProperty(property)
  return {
    names: [name],
    isComposite: false,
    require: () => {},
    where: (id) => equalTo(model, path, property, id),
    wire: (id) => ({ [name]: id }),
    of: (row) => row[name] ?? undefined,
    keyOf: keyText,
    fromPath: (value) => value,
    isId: (value) => !isPlainObject(value),
  }
}

function compositeIdentity(model: Model): Identity {
  const names = model.id.map((property) => property.name)
  const partsOf = (id: unknown): readonly unknown[] => readParts(model, names, id)
  return {
    names,
    isComposite: true,
    require: () => {},
    where: (id) => {
      const parts = partsOf(id)
      const conditions = model.id.map((property, index) =>
        equalTo(model, pathOfProperty(property), property, parts[index]),
      )
      return conditions.includes(matchNone) ? matchNone : { kind: 'and', conditions }
    },
    wire: (id) => objectOf(names, partsOf(id)),
    of: (row) => {
      const parts = names.map((name) => row[name])
      return parts.some(isBlank) ? undefined : objectOf(names, parts)
    },
    keyOf: (id) => JSON.stringify(partsOf(id).map(keyText)),
    fromPath: (value) => {
      if (typeof value !== 'string') return value
      const parts = value.split(',')
      if (parts.length !== names.length) throw wrongParts(model, names)
      return parts.map((part) => decodePart(part))
    },
    isId: (value) =>
      Array.isArray(value) ||
      !isPlainObject(value) ||
      (Object.keys(value).length === names.length && names.every((name) => name in value)),
  }
}

/** A condition on one key property; loopback3 answers "not there" for an id no row can have. */
function equalTo(model: Model, path: Path, property: Property, id: unknown): Where {
  if (isBlank(id)) {
    throw invalidArgument(`${model.name}: the id is missing`)
  }
  if (typeof id === 'number' && Number.isNaN(id)) return matchNone
  try {
    const value = convertValue(property.type, id, property.name, model.profile)
    return { kind: 'compare', path, operator: 'eq', value, loose: false }
  } catch (error) {
    if (model.profile.name === 'strict') throw error
    return matchNone
  }
}

function isBlank(id: unknown): boolean {
  return id === undefined || id === null || id === ''
}

/** Reads the object, the row or the tuple. Source: data D-1.4-2. */
function readParts(model: Model, names: readonly string[], id: unknown): readonly unknown[] {
  const parts = Array.isArray(id)
    ? id
    : isPlainObject(id)
      ? names.map((name) => (Object.hasOwn(id, name) ? id[name] : undefined))
      : []
  if (parts.length !== names.length || parts.some(isBlank)) throw wrongParts(model, names)
  return parts
}

function wrongParts(model: Model, names: readonly string[]): Error {
  return invalidArgument(`${model.name}: the id must have the parts ${names.join(', ')}`)
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function objectOf(names: readonly string[], parts: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name, index) => [name, parts[index]]))
}

/** Keys are compared by their text, which data can not make up by a member `toString`. Source: data D-3.4b-11. */
export function keyText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Date) return String(value.getTime())
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return textOf(value)
}
