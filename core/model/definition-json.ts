import { isModelDefinition, type ModelDefinition } from './define-model.ts'
import { isPlainObject } from './plain-object.ts'
import type { PropertyType, ScalarKind } from './property.ts'
import { isSchema, typeOfSchema } from './zod-type.ts'

/** A definition as JSON data, the form of a LoopBack model file. */
export interface DefinitionJson {
  readonly name: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * Describes a definition as JSON data: types by name, `[String]` as `['String']`; functions are left out.
 *
 * **Source**: data D-1.2-19.
 */
export function definitionToJson(definition: ModelDefinition): DefinitionJson {
  const { name, base, relations, settings } = definition
  const properties = Object.entries(definition.properties).map(
    ([key, declaration]) => [key, propertyJson(declaration)] as const,
  )
  const baseName = isModelDefinition(base) ? base.name : base
  const { hooks: _, ...others } = settings
  return {
    name,
    properties: Object.fromEntries(properties),
    settings: plain({
      ...(baseName === undefined ? {} : { base: baseName }),
      ...others,
      ...(Object.keys(relations).length === 0 ? {} : { relations }),
    }) as Record<string, unknown>, // an object stays one
  }
}

function propertyJson(declaration: unknown): unknown {
  if (!isPlainObject(declaration) || isSchema(declaration)) return typeJson(declaration)
  if (isModelDefinition(declaration)) return declaration.name
  if (declaration['type'] === undefined) return membersJson(declaration)
  const { type, ...options } = declaration
  return { type: typeJson(type), ...(plain(options) as object) } // an object stays one
}

function membersJson(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([key, member]) => [key, propertyJson(member)]),
  )
}

function typeJson(type: unknown): unknown {
  if (typeof type === 'string') return type
  if (typeof type === 'function') return type.name
  if (Array.isArray(type)) return type.map(typeJson)
  if (isSchema(type)) return schemaJson(typeOfSchema(type))
  return isPlainObject(type) ? propertyJson(type) : undefined
}

const kindNames: Readonly<Partial<Record<ScalarKind, string>>> = {
  geopoint: 'GeoPoint',
  bigint: 'BigInt',
  dateString: 'DateString',
  json: 'JSON',
}

function schemaJson(type: PropertyType): unknown {
  if (type.kind === 'list') return [schemaJson(type.item)]
  if (type.kind !== 'nested') {
    return kindNames[type.kind] ?? type.kind.charAt(0).toUpperCase() + type.kind.slice(1)
  }
  return Object.fromEntries(
    [...type.properties.values()].map((member) => [member.name, schemaJson(member.type)]),
  )
}

/** JSON data only: functions and undefined members are left out, expressions and schemas become text. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof RegExp) return String(value)
  if (value instanceof Date) return value.toISOString()
  if (!isPlainObject(value)) return typeof value === 'function' ? undefined : value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, plain(member)] as const)
      .filter(([, member]) => member !== undefined),
  )
}
