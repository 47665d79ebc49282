import { invalidArgument } from '../error/remote-error.ts'
import { declared } from './declared-scope.ts'
import { injectProperty, type ModelDraft, plainProperty } from './model-draft.ts'
import { isPlainObject } from './plain-object.ts'
import { pluralize } from './plural.ts'
import type { PropertyType } from './property.ts'
import { scalarType } from './property-type.ts'
import type { Relation } from './relation.ts'
import { type RelationDraft, readRelation } from './relation-declaration.ts'
import { readRelationMethods, readRelationValues } from './relation-extras.ts'

/** What relations are compiled against. */
export interface RelationContext {
  readonly drafts: ReadonlyMap<string, ModelDraft>
  readonly unresolved: (name: string, place: string) => void
  readonly warn: (message: string) => void
  /** Resolves a type declaration (`polymorphic.idType`). */
  readonly parseType: (declaration: unknown, place: string) => PropertyType
}

/** Both ends of a relation, and where its properties go. */
interface Ends {
  readonly owner: ModelDraft
  readonly target: ModelDraft | undefined
  readonly relation: RelationDraft
  readonly place: string
}

type Keys = Pick<Relation, 'ownKeys' | 'targetKeys'>

/**
 * Resolves the relations of all models: keys on both sides, foreign keys injected where they are not declared. Those of
 * belongsTo come first, so that a model's own keys stand before keys others put on it.
 *
 * **Source**: data 4.1, 4.2.
 */
export function compileRelations(context: RelationContext): void {
  const ends = [...context.drafts.values()].flatMap((owner) => readEnds(owner, context))
  const isOwn = ({ relation }: Ends) => relation.kind === 'belongsTo'
  for (const end of [...ends.filter(isOwn), ...ends.filter((end) => !isOwn(end))]) {
    end.owner.relations.set(end.relation.name, freezeRelation(end, keysOf(end, context)))
  }
  for (const owner of context.drafts.values()) restoreOrder(owner)
}

function readEnds(owner: ModelDraft, context: RelationContext): Ends[] {
  const ends: Ends[] = []
  for (const [name, declaration] of Object.entries(owner.definition.relations)) {
    if (!declaration) continue
    const relation = readRelation(owner.name, name, declaration)
    const place = `${owner.name}.relations.${name}`
    if (owner.properties.has(name)) {
      context.warn(`${place}: the property of the same name wins in filters`)
    }
    const names = [relation.target, relation.through].filter((given) => given !== undefined)
    const missing = names.filter((given) => !context.drafts.has(given))
    for (const given of missing) context.unresolved(given, place)
    if (missing.length > 0) continue
    const target = relation.target === undefined ? undefined : context.drafts.get(relation.target)
    ends.push({ owner, target, relation, place })
  }
  return ends
}

/** Relations in declared order, whatever order they were resolved in. */
function restoreOrder(owner: ModelDraft): void {
  const resolved = new Map(owner.relations)
  owner.relations.clear()
  for (const name of Object.keys(owner.definition.relations)) {
    const relation = resolved.get(name)
    if (relation !== undefined) owner.relations.set(name, relation)
  }
}

function freezeRelation({ relation, target, place }: Ends, keys: Keys): Relation {
  const { name, kind, options, settings } = relation
  const many = kind !== 'belongsTo' && kind !== 'hasOne' && kind !== 'embedsOne'
  const { fixed: scope, computed: scopeOf } = declared(settings['scope'], `${place}.scope`)
  const values = readRelationValues(settings['properties'], `${place}.properties`)
  const methods = readRelationMethods(settings, many, place)
  const http = options['http']
  const path =
    isPlainObject(http) && typeof http['path'] === 'string' ? http['path'] : options['path']
  return Object.freeze({
    name,
    kind,
    target: target?.name ?? '',
    many,
    ownKeys: Object.freeze(keys.ownKeys),
    targetKeys: Object.freeze(keys.targetKeys),
    ...(scope === undefined ? {} : { scope }),
    ...(scopeOf === undefined ? {} : { scopeOf }),
    ...(values === undefined ? {} : { values }),
    ...(methods === undefined ? {} : { methods }),
    disableInclude: options['disableInclude'] === true,
    disableFilter: options['disableFilter'] === true,
    path: typeof path === 'string' ? path.replace(/^\//, '') : name,
    settings: Object.freeze({ ...settings }),
  })
}

function keysOf(ends: Ends, context: RelationContext): Keys {
  const { owner, target, relation } = ends
  if (target === undefined) return polymorphicBelongsTo(ends, context)
  switch (relation.kind) {
    case 'belongsTo':
      return belongsTo(ends, target)
    case 'hasMany':
    case 'hasOne':
      if (relation.through !== undefined) return { ownKeys: idNames(owner), targetKeys: [] }
      return relation.polymorphic === undefined
        ? hasRelation(ends, target)
        : polymorphicHas(ends, target, context)
    case 'hasAndBelongsToMany':
      return { ownKeys: idNames(owner), targetKeys: idNames(target) }
    case 'referencesMany':
      return referencesMany(ends, target)
    default:
      return embeds(ends, target)
  }
}

function belongsTo({ owner, relation, place }: Ends, target: ModelDraft): Keys {
  const targetKeys = relation.primaryKey ?? idNames(target)
  const ownKeys = relation.foreignKey ?? [`${relation.name}Id`]
  checkKeys(ownKeys, targetKeys, place)
  inject(owner, ownKeys, target, targetKeys, place)
  return { ownKeys, targetKeys }
}

function hasRelation({ owner, relation, place }: Ends, target: ModelDraft): Keys {
  const ownKeys = relation.primaryKey ?? idNames(owner)
  const targetKeys = relation.foreignKey ?? [`${lowerFirst(owner.name)}Id`]
  checkKeys(targetKeys, ownKeys, place)
  inject(target, targetKeys, owner, ownKeys, place)
  return { ownKeys, targetKeys }
}

function polymorphicBelongsTo({ owner, relation, place }: Ends, context: RelationContext): Keys {
  const { polymorphic, foreignKey } = relation
  if (polymorphic === undefined) return { ownKeys: [], targetKeys: [] }
  const type =
    polymorphic.idType === undefined
      ? (owner.id[0]?.type ?? scalarType('number'))
      : context.parseType(polymorphic.idType, `${place}.polymorphic.idType`)
  const key = foreignKey?.[0] ?? polymorphic.foreignKey
  injectProperty(owner, plainProperty(key, type))
  injectProperty(owner, plainProperty(polymorphic.discriminator, scalarType('string')))
  return { ownKeys: [key], targetKeys: [] }
}

function polymorphicHas(
  { owner, relation, place }: Ends,
  target: ModelDraft,
  context: RelationContext,
): Keys {
  const { polymorphic, primaryKey, foreignKey } = relation
  const ownKeys = primaryKey ?? idNames(owner)
  const key = foreignKey?.[0] ?? polymorphic?.foreignKey ?? ''
  const type =
    polymorphic?.idType === undefined
      ? typeOfKey(owner, ownKeys[0], place)
      : context.parseType(polymorphic.idType, `${place}.polymorphic.idType`)
  injectProperty(target, plainProperty(key, type))
  injectProperty(target, plainProperty(polymorphic?.discriminator ?? '', scalarType('string')))
  return { ownKeys, targetKeys: [key] }
}

function referencesMany({ owner, relation, place }: Ends, target: ModelDraft): Keys {
  const targetKeys = relation.primaryKey ?? idNames(target)
  const ownKeys = relation.foreignKey ?? [`${lowerFirst(target.name)}Ids`]
  checkKeys(ownKeys, targetKeys, place)
  const item = typeOfKey(target, targetKeys[0], place)
  injectProperty(owner, listProperty(ownKeys[0] ?? '', item))
  return { ownKeys, targetKeys }
}

/** Source: data D-4.2-7, D-4.2-8. */
function embeds({ owner, relation }: Ends, target: ModelDraft): Keys {
  const many = relation.kind === 'embedsMany'
  const { property } = relation.settings
  const stem = lowerFirst(target.name)
  const usual = many ? pluralize(stem) : stem
  const storage =
    typeof property === 'string' ? property : usual === relation.name ? `_${usual}` : usual
  const withDefault = relation.options['omitDefaultEmbeddedItem'] !== true
  injectProperty(
    owner,
    many
      ? listProperty(storage, target.nested, withDefault)
      : plainProperty(storage, target.nested),
  )
  return { ownKeys: [storage], targetKeys: [] }
}

function listProperty(name: string, item: PropertyType, withDefault = true) {
  const type: PropertyType = Object.freeze({ kind: 'list', item })
  return plainProperty(name, type, withDefault ? { default: () => [] } : {})
}

function idNames(draft: ModelDraft): readonly string[] {
  return draft.id.map((property) => property.name)
}

/** Source: data D-1.4-4. */
function checkKeys(keys: readonly string[], referenced: readonly string[], place: string): void {
  if (referenced.length === 0) {
    throw invalidArgument(`${place}: the referenced model has no id; name a primaryKey`)
  }
  if (keys.length !== referenced.length) {
    throw invalidArgument(
      `${place}: ${keys.length} foreign key(s) for ${referenced.length} referenced properties (${referenced.join(', ')})`,
    )
  }
}

/** Foreign keys have the type of what they point to. Source: data D-4.2-21. */
function inject(
  holder: ModelDraft,
  keys: readonly string[],
  referenced: ModelDraft,
  properties: readonly string[],
  place: string,
): void {
  keys.forEach((key, index) => {
    injectProperty(holder, plainProperty(key, typeOfKey(referenced, properties[index], place)))
  })
}

function typeOfKey(draft: ModelDraft, name: string | undefined, place: string): PropertyType {
  const property = name === undefined ? undefined : draft.properties.get(name)
  if (property === undefined) {
    throw invalidArgument(`${place}: ${draft.name} has no property "${String(name)}"`)
  }
  return property.type
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
