import { createRequire } from 'node:module'
import type { z } from 'zod'
import type { Catalog, Manifest, ManifestValue, SharedClass } from './catalog.ts'
import { normalizePath } from './method/http-path.ts'
import { isSchema } from './method/parameter.ts'
import type { Parameter, ReturnValue, SharedMethod } from './method/shared-method.ts'
import type { Model } from './model/model.ts'
import type { Property, PropertyType } from './model/property.ts'

/** What the catalog itself does not know. */
export interface ManifestOptions {
  /** Paths are served normalised unless a class says otherwise. Source: remoting U-5. */
  readonly normalizeHttpPath: boolean
}

/** Describes everything a client generator, an explorer or an API document needs. */
export function describeCatalog(catalog: Catalog, options: ManifestOptions): Manifest {
  return {
    viaduct: 1,
    classes: byName(catalog.classes).map((shared) => describeClass(shared, options)),
    models: byName([...catalog.models.values()].filter((model) => model.isPublic)).map((model) =>
      describeModel(model, foreignKeysOf(model, catalog)),
    ),
  }
}

function byName<T extends { readonly name: string }>(list: readonly T[]): readonly T[] {
  return [...list].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

type PathShape = (path: string) => string

/** Paths stand as they are served: who reads them need not know the rules of normalising. */
function describeClass(shared: SharedClass, options: ManifestOptions): ManifestValue {
  const methods = [...shared.methods].sort((a, b) => (a.fullName < b.fullName ? -1 : 1))
  const normalizes = shared.normalizeHttpPath ?? options.normalizeHttpPath
  const shape: PathShape = normalizes ? normalizePath : (path) => path
  return compact({
    name: shared.name,
    paths: shared.paths.map(shape),
    model: shared.model?.name,
    normalizeHttpPath: normalizes || shared.normalizeHttpPath,
    sharedCtor:
      shared.sharedCtor === undefined ? undefined : describeMethod(shared.sharedCtor, shape),
    methods: methods.map((method) => describeMethod(method, shape)),
  })
}

function describeMethod(method: SharedMethod, shape: PathShape): ManifestValue {
  return compact({
    name: method.fullName,
    isStatic: method.isStatic,
    aliases: method.aliases.length === 0 ? undefined : method.aliases,
    accessType: method.accessType,
    description: method.description,
    notes: method.notes,
    documented: method.documented ? undefined : false,
    streams: method.streams || undefined,
    http: method.routes.map((route) => compact({ ...route, path: shape(route.path) })),
    accepts: method.parameters.filter(isClientSupplied).map(describeParameter),
    returns: method.returns.map(describeReturn),
    errors: method.errors.length === 0 ? undefined : json(method.errors),
  })
}

/** Computed arguments never appear in documents or clients. Source: framework F-2.63. */
function isClientSupplied(parameter: Parameter): boolean {
  const { source } = parameter
  return !['options', 'function', 'request', 'response', 'context', 'none'].includes(source)
}

function describeParameter(parameter: Parameter): ManifestValue {
  const { definition } = parameter
  return compact({
    name: parameter.name,
    type: parameter.type.name,
    required: parameter.required || undefined,
    source: parameter.source === 'auto' ? undefined : parameter.source,
    description: text(definition.description),
    documented: parameter.documented ? undefined : false,
    default: json(definition.default),
    allowArray: definition.allowArray === true || undefined,
    nullable: definition.nullable === true || undefined,
    schema: schemaOfDeclared(definition.type, 'input'),
  })
}

function describeReturn(returned: ReturnValue): ManifestValue {
  const { definition } = returned
  return compact({
    name: returned.name,
    type: returned.type.name,
    root: returned.root || undefined,
    target: returned.target === 'body' ? undefined : returned.target,
    header: returned.header,
    description: text(definition.description),
    schema: schemaOfDeclared(definition.type, 'output'),
    items: schemaOfDeclared(definition['items'], 'output'),
  })
}

type Direction = 'input' | 'output'

/** JSON Schema of a schema or an inline type; `undefined` where the type's name says everything. */
function schemaOfDeclared(declared: unknown, io: Direction): ManifestValue | undefined {
  if (isSchema(declared)) return schemaOf(declared, io)
  return typeof declared === 'object' && declared !== null && !('~standard' in declared)
    ? schemaOfInline(declared, io)
    : undefined
}

/** Inline types of LoopBack: `[type]`, `{ anyOf: [type] }`, `{ title: 'string' }`. Source: remoting TY-5, TY-6. */
function schemaOfInline(declared: object, io: Direction): ManifestValue | undefined {
  if (Array.isArray(declared)) {
    const items = schemaOfDeclared(declared[0], io)
    return items === undefined ? undefined : { type: 'array', items }
  }
  if ('anyOf' in declared && Array.isArray(declared.anyOf)) {
    return { anyOf: declared.anyOf.map((type) => schemaOfMember(type, io)) }
  }
  if ('properties' in declared && declared.properties instanceof Map) return undefined
  const members = Object.entries(declared)
  const required = members.filter(([, member]) => isRequired(member)).map(([name]) => name)
  return compact({
    type: 'object',
    properties: Object.fromEntries(members.map(([name, type]) => [name, schemaOfMember(type, io)])),
    required: required.length === 0 ? undefined : required,
  })
}

function isRequired(member: unknown): boolean {
  return (
    typeof member === 'object' &&
    member !== null &&
    !isSchema(member) &&
    'type' in member &&
    'required' in member &&
    member.required === true
  )
}

/** A member is a type, or a descriptor with one. */
function schemaOfMember(member: unknown, io: Direction): ManifestValue {
  const isObject = typeof member === 'object' && member !== null && !isSchema(member)
  const type: unknown = isObject && 'type' in member ? member.type : member
  if (Array.isArray(type)) return { type: 'array', items: schemaOfMember(type[0], io) }
  if (typeof type === 'function') return schemaOfName(type.name)
  return typeof type === 'string' ? schemaOfName(type) : (schemaOfDeclared(type, io) ?? {})
}

const plainNames: Readonly<Record<string, ManifestValue>> = {
  string: { type: 'string' },
  text: { type: 'string' },
  decimal: { type: 'string' },
  datestring: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  object: { type: 'object' },
  array: { type: 'array' },
  any: {},
  json: {},
  date: { type: 'string', format: 'date-time', 'x-type': 'date' },
}

/** `x-type` names what JSON Schema has no word for: `date`, `bigint`, `buffer`, `geopoint`, a model. */
function schemaOfName(name: string): ManifestValue {
  const key = name.toLowerCase()
  const plain = Object.hasOwn(plainNames, key) ? plainNames[key] : undefined
  if (plain !== undefined) return plain
  return { 'x-type': ['bigint', 'buffer', 'geopoint', 'file'].includes(key) ? key : name }
}

function schemaOf(schema: z.ZodType, io: Direction): ManifestValue {
  const options = { unrepresentable: 'any', io, override: nameRichTypes } as const
  const { $schema: _version, ...made } =
    'toJSONSchema' in schema
      ? schema.toJSONSchema(options)
      : loadZod().toJSONSchema(schema as z.core.$ZodType, options) // of zod/mini, which has no such method
  return json(made) ?? {}
}

/** An application without schemas starts without zod, which takes longer to load than all of this package. */
function loadZod(): Pick<typeof z, 'toJSONSchema'> {
  return createRequire(import.meta.url)('zod')
}

/** zod has no JSON Schema for dates and big integers; on the wire dates are ISO texts. */
function nameRichTypes({ zodSchema, jsonSchema }: SchemaInProgress): void {
  const { type } = zodSchema._zod.def
  if (type === 'date') Object.assign(jsonSchema, schemaOfName(type))
  if (type === 'bigint' || type === 'file') jsonSchema['x-type'] = type
}

interface SchemaInProgress {
  readonly zodSchema: z.core.$ZodType
  readonly jsonSchema: Record<string, unknown>
}

function foreignKeysOf(model: Model, catalog: Catalog): ReadonlySet<string> {
  const pointing = [...catalog.models.values()].flatMap((other) =>
    [...other.relations.values()].filter(({ target }) => target === model.name),
  )
  return new Set([
    ...[...model.relations.values()].flatMap(({ ownKeys }) => ownKeys),
    ...pointing.flatMap(({ targetKeys }) => targetKeys),
  ])
}

/** Declared order; the foreign keys at the end come by name, for they were added in the order of the models. */
function inStableOrder(model: Model, foreignKeys: ReadonlySet<string>): readonly Property[] {
  const properties = [...model.properties.values()]
  const isAdded = ({ name, id }: Property) => id === 0 && foreignKeys.has(name)
  const start = properties.findLastIndex((property) => !isAdded(property)) + 1
  return [...properties.slice(0, start), ...byName(properties.slice(start))]
}

function describeModel(model: Model, foreignKeys: ReadonlySet<string>): ManifestValue {
  return compact({
    name: model.name,
    plural: model.plural,
    path: model.path,
    base: model.base,
    id: model.id.map((property) => property.name),
    strict: model.strict,
    forceId: model.forceId,
    description: text(model.settings['description']),
    properties: inStableOrder(model, foreignKeys)
      .filter(({ hidden, name }) => !hidden && !model.hidden.has(name))
      .map(describeProperty),
    relations: [...model.relations.values()].map((relation) =>
      compact({
        name: relation.name,
        kind: relation.kind,
        target: relation.target,
        many: relation.many,
        ownKeys: relation.ownKeys,
        targetKeys: relation.targetKeys,
      }),
    ),
  })
}

/**
 * `filled`: a missing value is made on creation. `nullable`: declared by a type's name, it may be null; a schema says so
 * itself. `inputSchema`: what is written differs from what is read.
 */
function describeProperty(property: Property): ManifestValue {
  const { schema, settings } = property
  const output = schema === undefined ? schemaOfNested(property.type) : schemaOf(schema, 'output')
  const input = schema === undefined ? output : schemaOf(schema, 'input')
  const isFilled = property.default !== undefined || fillsItself(schema)
  return compact({
    name: property.name,
    type: typeName(property.type),
    required: property.required || undefined,
    filled: isFilled || undefined,
    nullable:
      (schema === undefined && !isFilled && !property.required && property.id === 0) || undefined,
    id: property.id || undefined,
    generated: property.generated || undefined,
    readOnly: property.readOnly || undefined,
    description: text(settings['description']) ?? schema?.description,
    schema: output,
    inputSchema: JSON.stringify(input) === JSON.stringify(output) ? undefined : input,
  })
}

/** The schema takes a missing value and never yields one (`default`, `catch`, `prefault`). */
function fillsItself(schema: z.ZodType | undefined): boolean {
  return schema?._zod.optin === 'optional' && schema._zod.optout === undefined
}

/** JSON Schema of a type with inline members; others are told by their name. */
function schemaOfNested(type: PropertyType): ManifestValue | undefined {
  if (type.kind === 'list') {
    const items = schemaOfNested(type.item)
    return items === undefined ? undefined : { type: 'array', items }
  }
  if (type.kind !== 'nested' || type.model !== undefined) return undefined
  const members = [...type.properties.values()].filter((property) => !property.hidden)
  const present = members.filter(({ required, default: fallback }) => required || fallback)
  return compact({
    type: 'object',
    properties: Object.fromEntries(
      members.map((member) => [member.name, schemaOfProperty(member)]),
    ),
    required: present.length === 0 ? undefined : present.map(({ name }) => name),
  })
}

/** What is neither required nor filled may be null. */
function schemaOfProperty(property: Property): ManifestValue {
  if (property.schema !== undefined) return schemaOf(property.schema, 'output')
  const type = schemaOfType(property.type)
  const isPresent = property.required || property.default !== undefined
  return isPresent ? type : { anyOf: [type, { type: 'null' }] }
}

function schemaOfType(type: PropertyType): ManifestValue {
  if (type.kind === 'list') return { type: 'array', items: schemaOfType(type.item) }
  if (type.kind !== 'nested') return schemaOfName(type.kind)
  return type.model === undefined ? (schemaOfNested(type) ?? {}) : schemaOfName(type.model)
}

function typeName(type: PropertyType): ManifestValue {
  if (type.kind === 'list') return [typeName(type.item)]
  if (type.kind !== 'nested') return type.kind
  if (type.model !== undefined) return type.model
  return Object.fromEntries(
    [...type.properties.values()].map((property) => [property.name, typeName(property.type)]),
  )
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.join('\n') : undefined
}

/** Plain JSON of a value, `undefined` where there is none. */
function json(value: unknown): ManifestValue | undefined {
  const made = JSON.stringify(value)
  return made === undefined ? undefined : (JSON.parse(made) as ManifestValue) // JSON.parse yields JSON
}

function compact(record: Readonly<Record<string, unknown>>): ManifestValue {
  const kept = Object.entries(record).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as ManifestValue // callers pass JSON values only
}
