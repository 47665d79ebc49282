import { invalidArgument } from '../error/remote-error.ts'
import type { Profile } from '../profile.ts'
import { compileId, isIdForced, markForcedId } from './compile-id.ts'
import { compileIndexes } from './compile-indexes.ts'
import { compileProperty, type PropertyContext } from './compile-property.ts'
import { compileRelations } from './compile-relations.ts'
import { collectValidations } from './compile-validations.ts'
import { declared, type NamedScopeFunction, type ScopeFilter } from './declared-scope.ts'
import type { ModelDefinition } from './define-model.ts'
import { type FlattenContext, flattenDefinitions, type Mixin } from './flatten-definition.ts'
import { type Hook, type HookTable, hookNames } from './hook.ts'
import { checkSettings } from './known-settings.ts'
import { namesOf } from './merge-settings.ts'
import type { Model } from './model.ts'
import type { ModelDraft } from './model-draft.ts'
import { isPlainObject } from './plain-object.ts'
import { pluralize } from './plural.ts'
import type { Property, ScalarKind, Strictness } from './property.ts'
import { parseType, scalarType } from './property-type.ts'
import { compileAttributes } from './scope-attributes.ts'

/** What the models are compiled against. */
export interface CompileModelsOptions {
  readonly profile: Profile
  /** Name of the data source a model lives in; `undefined` when it is not attached. */
  readonly dataSourceOf: (model: string) => string | undefined
  readonly warn: (message: string) => void
  /** The data source stores declared columns only: models are strict. Source: data D-1.5-4. @default false */
  readonly isRelational?: (dataSource: string) => boolean
  /** Type of the ids a data source generates. Source: data D-1.2-4. @default number */
  readonly defaultIdType?: (dataSource: string) => ScalarKind | undefined
  /** The class is published. @default every model whose settings do not say `public: false` */
  readonly isPublic?: (model: string) => boolean
  /** Mixins by name. */
  readonly mixins?: Readonly<Record<string, Mixin>>
}

/** A name that resolves to nothing. */
interface Unresolved {
  readonly name: string
  readonly place: string
}

/**
 * Compiles definitions into frozen models.
 *
 * **Errors**: `INVALID_ARGUMENT` naming model and key path; unresolved names are listed all at once (in loopback3
 * relations to unknown models are left out with a warning). **Source**: data section 1, D-1.2-2, D-4.1-31.
 */
export function compileModels(
  definitions: Readonly<Record<string, ModelDefinition>>,
  options: CompileModelsOptions,
): ReadonlyMap<string, Model> {
  const flat = flattenDefinitions({ definitions, mixins: options.mixins })
  for (const { name, settings } of flat.values()) {
    checkSettings('model', settings, name, misspeltWarning(options))
  }
  const drafts = new Map<string, ModelDraft>()
  for (const definition of flat.values()) drafts.set(definition.name, draftOf(definition, options))
  const unresolved: Unresolved[] = []
  const contexts = new Map<ModelDraft, PropertyContext>()
  for (const draft of drafts.values()) {
    const context = propertyContext(draft, drafts, unresolved, options)
    contexts.set(draft, context)
    compileProperties(draft, context)
    const idType = draft.dataSource && options.defaultIdType?.(draft.dataSource)
    compileId(draft, idType ? scalarType(idType) : undefined)
    markForcedId(draft)
  }
  resolveRelations(drafts, contexts, unresolved, options)
  reportUnresolved(unresolved)
  const models = new Map<string, Model>()
  for (const draft of drafts.values()) models.set(draft.name, finish(draft, options))
  return models
}

/** LoopBack passes over what it does not know, so that its projects start with a warning. */
function misspeltWarning({ profile, warn }: CompileModelsOptions) {
  return profile.name === 'strict' ? undefined : warn
}

function draftOf(definition: ModelDefinition, options: CompileModelsOptions): ModelDraft {
  const properties = new Map<string, Property>()
  const dataSource = options.dataSourceOf(definition.name)
  const strict = strictnessOf(definition, dataSource, options)
  return {
    definition,
    name: definition.name,
    properties,
    id: [],
    relations: new Map(),
    strict,
    dataSource,
    nested: Object.freeze({ kind: 'nested', properties, strict, model: definition.name }),
  }
}

/** Source: data 1.5. */
function strictnessOf(
  { name, settings }: ModelDefinition,
  dataSource: string | undefined,
  options: CompileModelsOptions,
): Strictness {
  const { strict } = settings
  if (strict === 'filter') return 'filter'
  if (strict) return 'validate'
  if (dataSource === undefined || options.isRelational?.(dataSource) !== true) return 'open'
  if (strict === false) {
    options.warn(`${name}.strict: ${dataSource} stores declared properties only; true is used`)
  }
  return 'validate'
}

function propertyContext(
  draft: ModelDraft,
  drafts: ReadonlyMap<string, ModelDraft>,
  unresolved: Unresolved[],
  options: CompileModelsOptions,
): PropertyContext {
  const embedded = draft.definition.settings['strictEmbeddedModels']
  return {
    profile: options.profile,
    warn: options.warn,
    modelType: (name) => drafts.get(name)?.nested,
    unresolved: (name, place) => unresolved.push({ name, place }),
    strictEmbedded: embedded === 'filter' ? 'filter' : embedded ? 'validate' : 'open',
  }
}

function compileProperties(draft: ModelDraft, context: PropertyContext): void {
  const { definition, properties, name: model } = draft
  for (const [name, declaration] of Object.entries(definition.properties)) {
    if (!declaration) continue
    properties.set(name, compileProperty(name, declaration, `${model}.${name}`, context))
  }
}

function resolveRelations(
  drafts: ReadonlyMap<string, ModelDraft>,
  contexts: ReadonlyMap<ModelDraft, PropertyContext>,
  unresolved: Unresolved[],
  options: CompileModelsOptions,
): void {
  const [context] = contexts.values()
  if (context === undefined) return
  compileRelations({
    drafts,
    warn: options.warn,
    unresolved: (name, place) => {
      if (options.profile.name === 'strict') unresolved.push({ name, place })
      else options.warn(`${place}: there is no model "${name}"; the relation is left out`)
    },
    parseType: (declaration, place) =>
      parseType(declaration, {
        ...context,
        place,
        member: (name, inner, innerPlace) => compileProperty(name, inner, innerPlace, context),
      }),
  })
}

/** Source: data D-1.2-2, D-4.1-31. */
function reportUnresolved(unresolved: readonly Unresolved[]): void {
  if (unresolved.length === 0) return
  const list = unresolved.map(({ name, place }) => `${place} names "${name}"`).join('; ')
  throw invalidArgument(`not defined: ${list}`, { unresolved: unresolved.map(({ name }) => name) })
}

function finish(draft: ModelDraft, options: CompileModelsOptions): Model {
  const { definition, name, properties, id, relations, strict, dataSource } = draft
  const { settings } = definition
  const scope = declared(settings.scope, `${name}.scope`)
  const plural = typeof settings.plural === 'string' ? settings.plural : pluralize(name)
  const { base } = definition
  return Object.freeze({
    name,
    plural,
    path: pathOf(settings.http?.path ?? plural),
    base: typeof base === 'string' ? base : base?.name,
    properties,
    id: Object.freeze(id),
    relations,
    indexes: compileIndexes(draft, options.warn),
    scopes: namedScopes(name, settings.scopes),
    scope: scope.fixed,
    ...(scope.computed === undefined ? {} : { scopeOf: scope.computed }),
    ...compileAttributes(draft, scope),
    hidden: secrets(settings.hidden, properties, 'hidden'),
    protected: secrets(settings.protected, properties, 'protected'),
    strict,
    forceId: isIdForced(draft),
    validations: collectValidations(draft, options.profile, options.warn),
    dataSource,
    isPublic: options.isPublic?.(name) ?? settings['public'] !== false,
    settings,
    profile: options.profile,
  })
}

/** Source: data D-1.1-12, D-4.8-1. */
function namedScopes(
  model: string,
  given: unknown,
): ReadonlyMap<string, ScopeFilter | NamedScopeFunction> {
  const scopes = new Map<string, ScopeFilter | NamedScopeFunction>()
  if (given === undefined || given === null) return scopes
  if (!isPlainObject(given)) {
    throw invalidArgument(`${model}.scopes must be an object, got ${typeof given}`)
  }
  for (const [name, filter] of Object.entries(given)) {
    const { fixed, computed } = declared(filter, `${model}.scopes.${name}`)
    const scope = fixed ?? computed
    if (scope !== undefined) scopes.set(name, scope)
  }
  return scopes
}

/** Source: data D-1.1-9. */
function pathOf(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

/** Source: data D-1.1-20. */
function secrets(
  declared: unknown,
  properties: ReadonlyMap<string, Property>,
  flag: 'hidden' | 'protected',
): ReadonlySet<string> {
  const names = new Set(namesOf(declared))
  for (const property of properties.values()) if (property[flag]) names.add(property.name)
  return names
}

/** **Errors**: `INVALID_ARGUMENT` naming the model and the hooks there are. */
export function checkHookName(model: string, given: string): void {
  if ((hookNames as readonly string[]).includes(given)) return
  throw invalidArgument(`${model}: there is no hook "${given}"; hooks are ${hookNames.join(', ')}`)
}

/** The observers of every model, inherited ones first. Source: data D-1.8-4, D-5.1-2. */
export function compileHooks(
  definitions: Readonly<Record<string, ModelDefinition>>,
  mixins?: FlattenContext['mixins'],
): ReadonlyMap<string, HookTable> {
  const tables = new Map<string, HookTable>()
  for (const { name, settings } of flattenDefinitions({ definitions, mixins }).values()) {
    const table: Record<string, readonly Hook[]> = {}
    for (const given of Object.keys(settings.hooks ?? {})) checkHookName(name, given)
    for (const hookName of hookNames) {
      const hooks = settings.hooks?.[hookName]
      if (hooks !== undefined) table[hookName] = Object.freeze([hooks].flat() as Hook[]) // one hook or a list
    }
    tables.set(name, Object.freeze(table) as HookTable) // keys are hook names
  }
  return tables
}
