import { z } from 'zod'
import type { Catalog, Manifest, ManifestValue, SharedClass } from './catalog.ts'
import { isSchema } from './method/parameter.ts'
import type { Parameter, ReturnValue, SharedMethod } from './method/shared-method.ts'
import type { Model } from './model/model.ts'
import type { PropertyType } from './model/property.ts'

/** Describes everything a client generator, an explorer or an API document needs. */
export function describeCatalog(catalog: Catalog): Manifest {
  return {
    viaduct: 1,
    classes: byName(catalog.classes).map(describeClass),
    models: byName([...catalog.models.values()].filter((model) => model.isPublic)).map(
      describeModel,
    ),
  }
}

function byName<T extends { readonly name: string }>(list: readonly T[]): readonly T[] {
  return [...list].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function describeClass(shared: SharedClass): ManifestValue {
  const methods = [...shared.methods].sort((a, b) => (a.fullName < b.fullName ? -1 : 1))
  return compact({
    name: shared.name,
    paths: shared.paths,
    model: shared.model?.name,
    sharedCtor: shared.sharedCtor === undefined ? undefined : describeMethod(shared.sharedCtor),
    methods: methods.map(describeMethod),
  })
}

function describeMethod(method: SharedMethod): ManifestValue {
  return compact({
    name: method.fullName,
    isStatic: method.isStatic,
    aliases: method.aliases.length === 0 ? undefined : method.aliases,
    accessType: method.accessType,
    description: method.description,
    notes: method.notes,
    documented: method.documented ? undefined : false,
    streams: method.streams || undefined,
    http: method.routes.map((route) => compact({ ...route })),
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
    schema: isSchema(definition.type) ? schemaOf(definition.type, 'input') : undefined,
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
    schema: isSchema(definition.type) ? schemaOf(definition.type, 'output') : undefined,
  })
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): ManifestValue {
  const made = z.toJSONSchema(schema, { unrepresentable: 'any', io, override: dateOverride })
  return json(made) ?? {}
}

/** zod has no JSON Schema for dates; on the wire they are ISO texts. */
function dateOverride(context: { zodSchema: unknown; jsonSchema: Record<string, unknown> }): void {
  if (context.zodSchema instanceof z.ZodDate) {
    context.jsonSchema['type'] = 'string'
    context.jsonSchema['format'] = 'date-time'
  }
}

function describeModel(model: Model): ManifestValue {
  return compact({
    name: model.name,
    plural: model.plural,
    path: model.path,
    base: model.base,
    id: model.id.map((property) => property.name),
    strict: model.strict,
    forceId: model.forceId,
    properties: [...model.properties.values()]
      .filter((property) => !property.hidden)
      .map((property) =>
        compact({
          name: property.name,
          type: typeName(property.type),
          required: property.required || undefined,
          id: property.id || undefined,
          generated: property.generated || undefined,
          description: text(property.settings['description']),
        }),
      ),
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
