import type { Model, SharedMethod } from '../../core/spi.ts'
import {
  isZodSchema,
  type JsonSchema,
  moveReferences,
  schemaFromPropertyType,
  schemaFromZod,
} from './json-schema.ts'

/** What the SDK takes as an output schema. */
export type OutputSchema = {
  type: 'object'
  properties?: Record<string, object>
  [key: string]: unknown
}

/**
 * The output schema of a tool whose result is an object for sure, `undefined` for the others. Clients refuse results that
 * do not fit, so what LoopBack's loose types promise is not promised here.
 */
export function outputSchemaOf(
  method: SharedMethod,
  models: ReadonlyMap<string, Model>,
): OutputSchema | undefined {
  if (method.streams) return streamSchema(method)
  const body = method.returns.filter((returned) => returned.target === 'body')
  const [only] = body
  if (only === undefined) return undefined
  if (body.some((returned) => returned.root)) {
    return body.length === 1 ? rootSchema(only.definition.type, models) : undefined
  }
  return {
    type: 'object',
    properties: Object.fromEntries(
      body.map(({ name, definition }) => [name, memberSchema(definition.type, name)]),
    ),
  }
}

function rootSchema(type: unknown, models: ReadonlyMap<string, Model>): OutputSchema | undefined {
  if (isZodSchema(type)) {
    const schema = schemaFromZod(type)
    return isObjectSchema(schema) ? schema : undefined
  }
  const model = typeof type === 'string' ? models.get(type) : undefined
  return model === undefined ? undefined : rowSchema(model)
}

function isObjectSchema(schema: JsonSchema): schema is OutputSchema {
  return schema['type'] === 'object'
}

/** A row may lack properties, and any of them may be null. */
function rowSchema(model: Model): OutputSchema {
  const properties = [...model.properties.values()]
    .filter((property) => !property.hidden)
    .map((property): [string, object] => [
      property.name,
      looseSchema(schemaFromPropertyType(property.type)),
    ])
  return { type: 'object', properties: Object.fromEntries(properties) }
}

const loose: Readonly<Record<string, object>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
}

/** Scalars that are the same in every store, or null; the others allow anything. */
function looseSchema({ type, format }: JsonSchema): object {
  if (typeof type !== 'string' || format !== undefined) return {}
  const known = Object.hasOwn(loose, type) ? loose[type] : undefined
  return known === undefined ? {} : { type: [type, 'null'] }
}

function memberSchema(type: unknown, name: string): object {
  if (isZodSchema(type)) {
    return moveReferences(schemaFromZod(type), `#/properties/${name}`) as object // an object stays one
  }
  return typeof type === 'string' ? looseSchema({ type: type.toLowerCase() }) : {}
}

function streamSchema(method: SharedMethod): OutputSchema {
  const declared = method.returns[0]?.definition['items']
  const place = '#/properties/items/items'
  const items = isZodSchema(declared)
    ? (moveReferences(schemaFromZod(declared), place) as object) // an object stays one
    : {}
  return {
    type: 'object',
    properties: {
      items: { type: 'array', items },
      complete: { type: 'boolean', description: 'false: stopped at a limit, there was more' },
    },
    required: ['items', 'complete'],
  }
}
