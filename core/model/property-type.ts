import { invalidArgument } from '../error/remote-error.ts'
import { isModelDefinition } from './define-model.ts'
import { GeoPoint } from './geo-point.ts'
import { isPlainObject } from './plain-object.ts'
import type { Property, PropertyType, ScalarKind, Strictness } from './property.ts'
import { isSchema, typeOfSchema } from './zod-type.ts'

/** What a type declaration is resolved against. */
export interface TypeContext {
  /** `Book.dims`, for messages. */
  readonly place: string
  /** The nested type of a model, `undefined` when there is no such model. */
  readonly modelType: (name: string) => PropertyType | undefined
  /** Collects names that resolve to nothing; the compiler reports them all at once. Source: data D-1.2-2. */
  readonly unresolved: (name: string, place: string) => void
  /** Strictness of literal nested types. Source: data D-1.2-1. */
  readonly strictEmbedded: Strictness
  /** Compiles a member of a literal nested type. */
  readonly member: (name: string, declaration: unknown, place: string) => Property
}

/** Type names in lower case; the last group are names connectors of LoopBack added. Source: data 1.3. */
const namedKinds: Readonly<Record<string, ScalarKind>> = {
  string: 'string',
  text: 'text',
  number: 'number',
  integer: 'integer',
  bigint: 'bigint',
  decimal: 'decimal',
  boolean: 'boolean',
  date: 'date',
  datestring: 'dateString',
  buffer: 'buffer',
  binary: 'buffer',
  geopoint: 'geopoint',
  object: 'object',
  array: 'array',
  json: 'json',
  any: 'any',
  point: 'geopoint',
  timestamp: 'date',
  enum: 'string',
  objectid: 'string',
}

const constructors: ReadonlyMap<unknown, ScalarKind> = new Map<unknown, ScalarKind>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
  [Date, 'date'],
  [BigInt, 'bigint'],
  [Buffer, 'buffer'],
  [Uint8Array, 'buffer'],
  [GeoPoint, 'geopoint'],
  [Object, 'object'],
  [Array, 'array'],
])

const scalars = new Map<ScalarKind, PropertyType>()

/** The one type object of a scalar kind. */
export function scalarType(kind: ScalarKind): PropertyType {
  let type = scalars.get(kind)
  if (type === undefined) {
    type = Object.freeze({ kind })
    scalars.set(kind, type)
  }
  return type
}

/**
 * Resolves a type declaration: a schema, a name, a constructor, `[type]`, a model definition or a literal of members.
 *
 * **Errors**: `INVALID_ARGUMENT` for anything else. **Source**: data D-1.2-1, D-1.2-2.
 */
export function parseType(declaration: unknown, context: TypeContext): PropertyType {
  if (isSchema(declaration)) return typeOfSchema(declaration)
  if (typeof declaration === 'string') return namedType(declaration, context)
  if (Array.isArray(declaration)) return listType(declaration, context)
  const kind = constructors.get(declaration)
  if (kind !== undefined) return scalarType(kind)
  if (isModelDefinition(declaration)) return namedType(declaration.name, context)
  if (isPlainObject(declaration)) return literalType(declaration, context)
  throw invalidArgument(`${context.place}: not a type (${typeof declaration})`)
}

function namedType(name: string, context: TypeContext): PropertyType {
  const model = context.modelType(name)
  if (model !== undefined) return model
  const lower = name.toLowerCase()
  const kind = Object.hasOwn(namedKinds, lower) ? namedKinds[lower] : undefined
  if (kind !== undefined) return scalarType(kind)
  context.unresolved(name, context.place)
  return scalarType('any')
}

function listType(declaration: readonly unknown[], context: TypeContext): PropertyType {
  if (declaration.length === 0) return scalarType('array')
  if (declaration.length > 1) {
    throw invalidArgument(`${context.place}: a list has one item type, got ${declaration.length}`)
  }
  const [item] = declaration
  const inner = isPlainObject(item) && !isSchema(item) && 'type' in item ? item['type'] : item
  return Object.freeze({ kind: 'list', item: parseType(inner, context) })
}

function literalType(
  members: Readonly<Record<string, unknown>>,
  context: TypeContext,
): PropertyType {
  const properties = new Map<string, Property>()
  for (const [name, declaration] of Object.entries(members)) {
    properties.set(name, context.member(name, declaration, `${context.place}.${name}`))
  }
  return Object.freeze({ kind: 'nested', properties, strict: context.strictEmbedded })
}
