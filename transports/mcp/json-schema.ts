import type { Model, Property, PropertyType } from '../../core/spi.ts'

/** A JSON Schema (2020-12) or a part of one; `{}` allows anything. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What the names of types stand for. */
export interface TypeNames {
  /** The type of ids of the method's class. */
  readonly id: JsonSchema
  readonly models: ReadonlyMap<string, Model>
}

/** Allows anything: for types whose values have more than one form on the wire. */
export const anything: JsonSchema = Object.freeze({})

const geoPoint: JsonSchema = {
  type: 'object',
  properties: { lat: { type: 'number' }, lng: { type: 'number' } },
  required: ['lat', 'lng'],
}

const named: Readonly<Record<string, JsonSchema>> = {
  string: { type: 'string' },
  text: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date-time' },
  object: { type: 'object' },
  array: { type: 'array' },
  geopoint: geoPoint,
  buffer: {
    type: 'object',
    properties: {
      $type: { const: 'base64' },
      $data: { type: 'string', contentEncoding: 'base64' },
    },
    required: ['$type', '$data'],
  },
}

/** Levels of declared types that are written out. */
const maxDepth = 5

/** The schema of a declared type: names, lists, unions, inline objects, constructors, zod. What is unknown allows anything. */
export function schemaFromType(declared: unknown, names: TypeNames, depth = 0): JsonSchema {
  if (depth > maxDepth) return anything
  if (typeof declared === 'string') return schemaFromName(declared, names)
  if (typeof declared === 'function') return schemaFromName(declared.name, names)
  if (typeof declared !== 'object' || declared === null) return anything
  if (Array.isArray(declared)) {
    return { type: 'array', items: schemaFromType(declared[0], names, depth + 1) }
  }
  if (isZodSchema(declared)) return schemaFromZod(declared)
  if ('~standard' in declared) return anything
  if ('anyOf' in declared && Array.isArray(declared.anyOf)) {
    return { anyOf: declared.anyOf.map((type) => schemaFromType(type, names, depth + 1)) }
  }
  if ('properties' in declared && declared.properties instanceof Map && 'name' in declared) {
    return schemaFromName(String(declared.name), names)
  }
  return inlineSchema(declared, names, depth)
}

function schemaFromName(name: string, names: TypeNames): JsonSchema {
  const key = name.toLowerCase()
  if (key === 'id') return names.id
  const known = Object.hasOwn(named, key) ? named[key] : undefined
  if (known !== undefined) return known
  const model = names.models.get(name)
  return model === undefined ? anything : schemaFromModel(model)
}

function inlineSchema(declared: object, names: TypeNames, depth: number): JsonSchema {
  const entries = Object.entries(declared).map(([name, member]): [string, JsonSchema] => {
    const isDescriptor = typeof member === 'object' && member !== null && 'type' in member
    return [name, schemaFromType(isDescriptor ? member.type : member, names, depth + 1)]
  })
  return { type: 'object', properties: Object.fromEntries(entries) }
}

type ZodSchema = NonNullable<Property['schema']>

/** Recognises a schema of any copy of zod 4. */
export function isZodSchema(value: unknown): value is ZodSchema {
  return typeof value === 'object' && value !== null && '_zod' in value
}

/** What the schema takes; dates are ISO texts. A schema zod can not describe allows anything. */
export function schemaFromZod(schema: ZodSchema): JsonSchema {
  try {
    const { $schema: _dialect, ...made } = schema.toJSONSchema({
      io: 'input',
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema._zod.def.type !== 'date') return
        jsonSchema.type = 'string'
        jsonSchema.format = 'date-time'
      },
    })
    return JSON.parse(JSON.stringify(made)) as JsonSchema // an object, written by zod
  } catch {
    return anything
  }
}

/** Turns references to the root of a schema into references to the place it is put at, e.g. `#/properties/limit`. */
export function moveReferences(schema: unknown, place: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => moveReferences(item, place))
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' && value.startsWith('#')
        ? place + value.slice(1)
        : moveReferences(value, place),
    ]),
  )
}

/** What a model's data may hold; with `isWhole`, also what it must hold. */
export function schemaFromModel(model: Model, isWhole = false): JsonSchema {
  const written = [...model.properties.values()].filter(
    (property) => !property.hidden && !property.readOnly && !property.generated,
  )
  const required = written
    .filter((property) => isWhole && property.required && property.default === undefined)
    .map(({ name }) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(written.map((one) => [one.name, schemaFromProperty(one)])),
    ...(required.length === 0 ? {} : { required }),
  }
}

function schemaFromProperty(property: Property): JsonSchema {
  const { description } = property.settings
  const schema =
    property.schema === undefined
      ? schemaFromPropertyType(property.type)
      : schemaFromZod(property.schema)
  return typeof description === 'string' ? { ...schema, description } : schema
}

/** The schema of a property's compiled type. */
export function schemaFromPropertyType(type: PropertyType, depth = 0): JsonSchema {
  if (depth > maxDepth) return anything
  switch (type.kind) {
    case 'list':
      return { type: 'array', items: schemaFromPropertyType(type.item, depth + 1) }
    case 'nested':
      return {
        type: 'object',
        properties: Object.fromEntries(
          [...type.properties.values()].map((member) => [
            member.name,
            schemaFromPropertyType(member.type, depth + 1),
          ]),
        ),
      }
    case 'dateString':
      return { type: 'string' }
    default:
      return Object.hasOwn(named, type.kind) ? (named[type.kind] ?? anything) : anything
  }
}
