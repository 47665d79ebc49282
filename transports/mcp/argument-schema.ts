import type { Catalog, Parameter, SharedClass, SharedMethod } from '../../core/spi.ts'
import {
  isZodSchema,
  type JsonSchema,
  moveReferences,
  schemaFromModel,
  schemaFromPropertyType,
  schemaFromType,
  type TypeNames,
} from './json-schema.ts'

/** A parameter with the name a client uses for it. */
export interface ToolArgument {
  readonly name: string
  readonly parameter: Parameter
}

/** What a tool takes: the arguments of the method, and those that name its instance. */
export interface ToolArguments {
  readonly own: readonly ToolArgument[]
  readonly instance: readonly ToolArgument[]
}

const suppliedSources = new Set(['auto', 'body', 'form', 'query', 'path', 'header'])

/** The arguments a client supplies; computed ones are none. An instance's that meets an own one is called `instance_id`. */
export function argumentsOf(method: SharedMethod, ctor: SharedMethod | undefined): ToolArguments {
  const own = supplied(method).map((parameter) => ({ name: parameter.name, parameter }))
  const taken = new Set(own.map(({ name }) => name))
  const instance = (ctor === undefined ? [] : supplied(ctor)).map((parameter) => ({
    name: taken.has(parameter.name) ? `instance_${parameter.name}` : parameter.name,
    parameter,
  }))
  return { own, instance }
}

function supplied(method: SharedMethod): readonly Parameter[] {
  return method.parameters.filter(({ source }) => suppliedSources.has(source))
}

/** What the types of a class's methods stand for. */
export function typeNamesOf(owner: SharedClass | undefined, catalog: Catalog): TypeNames {
  const [only, ...others] = owner?.model?.id ?? []
  const isSingle = only !== undefined && others.length === 0
  return {
    id: isSingle ? schemaFromPropertyType(only.type) : { type: ['string', 'number'] },
    models: catalog.models,
  }
}

/** The input schema of a tool: an object of its documented arguments by name. */
export function inputSchemaOf(
  method: SharedMethod,
  { own, instance }: ToolArguments,
  owner: SharedClass | undefined,
  names: TypeNames,
): { type: 'object'; properties: Record<string, object>; required?: string[] } {
  const shown = [...instance, ...own].filter(({ parameter }) => parameter.documented)
  const required = shown.filter(({ parameter }) => parameter.required).map(({ name }) => name)
  const properties = Object.fromEntries(
    shown.map(({ name, parameter }) => {
      const place = `#/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      const schema = describeParameter(parameter, method, owner, names)
      return [name, moveReferences(schema, place) as object] // an object stays one
    }),
  )
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) }
}

function describeParameter(
  parameter: Parameter,
  method: SharedMethod,
  owner: SharedClass | undefined,
  names: TypeNames,
): JsonSchema {
  const { definition } = parameter
  let schema = baseSchema(parameter, method, owner, names)
  if (definition.allowArray === true) schema = { anyOf: [schema, { type: 'array', items: schema }] }
  if (definition.nullable === true) schema = { anyOf: [schema, { type: 'null' }] }
  const { description } = definition
  const text = Array.isArray(description) ? description.join('\n') : description
  return {
    ...schema,
    ...(typeof text === 'string' ? { description: text } : {}),
    ...(isJsonScalar(definition.default) ? { default: definition.default } : {}),
  }
}

function isJsonScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** Methods whose data has to be whole. */
const wholeData = new Set(['create', 'replaceById', 'replaceOrCreate'])

function baseSchema(
  { name, definition }: Parameter,
  method: SharedMethod,
  owner: SharedClass | undefined,
  names: TypeNames,
): JsonSchema {
  const { type } = definition
  const model = owner?.model
  if (model !== undefined && type === 'object' && name === 'filter') return filterSchema
  if (model !== undefined && type === model.name) {
    return schemaFromModel(model, wholeData.has(method.name))
  }
  const schema = schemaFromType(type, names)
  return isZodSchema(type) ? schema : { ...schema }
}

/** The members of a filter, roughly: the query parser knows the rest. Source: data section 2. */
const filterSchema: JsonSchema = {
  type: 'object',
  properties: {
    where: { type: 'object', description: 'conditions by property, e.g. {"pages":{"gt":300}}' },
    fields: { description: 'names of the properties wanted' },
    include: { description: 'names of the relations to load' },
    order: { description: 'a text or a list of texts, e.g. "title ASC"' },
    limit: { type: 'integer', minimum: 0 },
    skip: { type: 'integer', minimum: 0 },
  },
}
