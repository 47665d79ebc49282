import { shapeFromName, type TypeNames } from './shape-from-name.ts'
import { type Member, plain, type TypeShape, unionOf, unknownType } from './type-shape.ts'

type Schema = Readonly<Record<string, unknown>>

interface SchemaContext {
  readonly names: TypeNames
  readonly definitions: Schema
  /** References that are being followed: a schema inside itself is `unknown` there. */
  readonly path: readonly string[]
}

/** Levels of nesting that are followed; what lies deeper is `unknown`. */
const maxDepth = 32

/** The shape of a JSON Schema of the manifest; `x-type` names what JSON Schema has no word for. */
export function shapeFromSchema(schema: Schema, names: TypeNames): TypeShape {
  return shapeOf(schema, { names, definitions: recordOf(schema['$defs']), path: [] }, 0)
}

function shapeOf(schema: unknown, context: SchemaContext, depth: number): TypeShape {
  if (schema === false) return plain('never')
  if (!isRecord(schema) || depth > maxDepth) return unknownType
  const next = (inner: unknown) => shapeOf(inner, context, depth + 1)
  if (typeof schema['x-type'] === 'string') return shapeFromName(schema['x-type'], context.names)
  if (typeof schema['$ref'] === 'string') return shapeOfReference(schema['$ref'], context, depth)
  if ('const' in schema) return literalOf(schema['const'])
  if (Array.isArray(schema['enum'])) return unionOf(schema['enum'].map(literalOf))
  const options = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(options)) return unionOf(options.map(next))
  if (Array.isArray(schema['allOf'])) return { kind: 'both', parts: schema['allOf'].map(next) }
  if (Array.isArray(schema['type'])) {
    return unionOf(schema['type'].map((type) => shapeOfType(type, schema, next)))
  }
  return shapeOfType(schema['type'], schema, next)
}

function shapeOfReference(reference: string, context: SchemaContext, depth: number): TypeShape {
  const name = reference.startsWith('#/$defs/') ? reference.slice('#/$defs/'.length) : undefined
  if (name === undefined || context.path.includes(name)) return unknownType
  const target = Object.hasOwn(context.definitions, name) ? context.definitions[name] : undefined
  return shapeOf(target, { ...context, path: [...context.path, name] }, depth + 1)
}

type Next = (schema: unknown) => TypeShape

function shapeOfType(type: unknown, schema: Schema, next: Next): TypeShape {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
    case 'number':
      return plain(type)
    case 'integer':
      return plain('number')
    case 'array':
      return shapeOfArray(schema, next)
    case 'object':
      return shapeOfObject(schema, next)
    default:
      return unknownType
  }
}

function shapeOfArray(schema: Schema, next: Next): TypeShape {
  const { prefixItems, items } = schema
  if (!Array.isArray(prefixItems)) return { kind: 'list', item: next(items) }
  const isClosed = items === undefined || items === false
  const types = prefixItems.map(next)
  return { kind: 'tuple', items: types, ...(isClosed ? {} : { rest: next(items) }) }
}

function shapeOfObject(schema: Schema, next: Next): TypeShape {
  const { required, additionalProperties } = schema
  const names = Array.isArray(required) ? required : []
  const members = Object.entries(recordOf(schema['properties'])).map(
    ([name, member]): Member => ({
      name,
      type: next(member),
      optional: !names.includes(name),
      description: textOf(member),
    }),
  )
  if (members.length > 0) return { kind: 'object', members }
  if (additionalProperties === false) return { kind: 'object', members: [] }
  const value = isRecord(additionalProperties) ? next(additionalProperties) : unknownType
  return { kind: 'record', value }
}

function textOf(schema: unknown): string | undefined {
  const text = isRecord(schema) ? schema['description'] : undefined
  return typeof text === 'string' ? text : undefined
}

function literalOf(value: unknown): TypeShape {
  if (value === null) return plain('null')
  const isLiteral =
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  return isLiteral ? { kind: 'literal', value } : unknownType
}

function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function recordOf(value: unknown): Schema {
  return isRecord(value) ? value : {}
}
