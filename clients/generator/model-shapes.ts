import type { ModelDescription, PropertyDescription, ReadManifest } from './read-manifest.ts'
import { shapeFromPropertyType, type TypeNames } from './shape-from-name.ts'
import { shapeFromSchema } from './shape-from-schema.ts'
import { type Member, orNull, type TypeShape, unknownType } from './type-shape.ts'

/** What type names mean in a class: its models, and the id of its own one. */
export function typeNames(
  manifest: ReadManifest,
  model: ModelDescription | undefined,
  direction: TypeNames['direction'],
): TypeNames {
  const models = new Set(manifest.models.map(({ name }) => name))
  const names: TypeNames = { models, id: unknownType, direction }
  return model === undefined ? names : { ...names, id: idShape(model, names) }
}

/** The key of a row: one property's type, or an object of all parts. */
function idShape(model: ModelDescription, names: TypeNames): TypeShape {
  const parts = model.id.flatMap((name) =>
    model.properties
      .filter((property) => property.name === name)
      .map((property) => ({ name, type: valueShape(property, names), optional: false })),
  )
  const [only] = parts
  if (only === undefined) return unknownType
  return parts.length === 1 ? only.type : { kind: 'object', members: parts }
}

function valueShape(property: PropertyDescription, names: TypeNames): TypeShape {
  return property.schema === undefined
    ? shapeFromPropertyType(property.type, names)
    : shapeFromSchema(property.schema, names)
}

function nullable(property: PropertyDescription, type: TypeShape): TypeShape {
  return property.nullable ? orNull(type) : type
}

/** The members of a row as it is read. */
export function rowMembers(model: ModelDescription, names: TypeNames): Member[] {
  return model.properties.map((property) => ({
    name: property.name,
    type: nullable(property, valueShape(property, names)),
    optional: !property.required && !property.filled && property.id === 0,
    description: property.description,
  }))
}

/** The members of what `create` takes: what is generated or filled in may be left out. */
export function dataMembers(model: ModelDescription, names: TypeNames): Member[] {
  return model.properties.map((property) => {
    const { inputSchema, required, filled, generated } = property
    const value =
      inputSchema === undefined ? valueShape(property, names) : shapeFromSchema(inputSchema, names)
    return {
      name: property.name,
      type: nullable(property, value),
      optional: !required || filled || generated,
    }
  })
}
