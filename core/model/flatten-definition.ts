import { invalidArgument } from '../error/remote-error.ts'
import {
  isModelDefinition,
  type ModelDefinition,
  type PropertyDeclaration,
  type PropertyDeclarations,
} from './define-model.ts'
import { mergeSettings } from './merge-settings.ts'
import { isPlainObject } from './plain-object.ts'
import { isSchema } from './zod-type.ts'

/** A mixin: gets the definition so far and its options, returns the changed definition. Source: data D-1.1-10. */
export type Mixin = (definition: ModelDefinition, options: unknown) => ModelDefinition

/** LoopBack's root classes: bases without properties of their own. */
const rootModels: ReadonlySet<string> = new Set([
  'Model',
  'PersistedModel',
  'KeyValueModel',
  'DataModel',
])

/** Definitions and mixins by name. */
export interface FlattenContext {
  readonly definitions: Readonly<Record<string, ModelDefinition>>
  readonly mixins?: Readonly<Record<string, Mixin>> | undefined
}

/** Flattens every definition: bases merged in, mixins applied. */
export function flattenDefinitions(context: FlattenContext): ReadonlyMap<string, ModelDefinition> {
  const done = new Map<ModelDefinition, ModelDefinition>()
  const result = new Map<string, ModelDefinition>()
  for (const [name, definition] of Object.entries(context.definitions)) {
    if (!isModelDefinition(definition)) {
      throw invalidArgument(`models.${name} must be made with defineModel`)
    }
    if (definition.name !== name) {
      throw invalidArgument(`models.${name} defines a model called "${definition.name}"`)
    }
    result.set(name, flatten(definition, [], done, context))
  }
  return result
}

function flatten(
  definition: ModelDefinition,
  descendants: readonly ModelDefinition[],
  done: Map<ModelDefinition, ModelDefinition>,
  context: FlattenContext,
): ModelDefinition {
  const known = done.get(definition)
  if (known !== undefined) return known
  if (descendants.includes(definition)) {
    throw invalidArgument(`${definition.name}.base: a model cannot extend itself`)
  }
  const base = findBase(definition, context)
  const merged =
    base === undefined
      ? definition
      : extend(flatten(base, [...descendants, definition], done, context), definition)
  const flat = applyMixins(merged, definition.settings.mixins, context)
  done.set(definition, flat)
  return flat
}

/** Source: framework F-1.2. */
function findBase(
  definition: ModelDefinition,
  context: FlattenContext,
): ModelDefinition | undefined {
  const { base, name } = definition
  if (base === undefined || typeof base !== 'string') return base
  if (Object.hasOwn(context.definitions, base)) return context.definitions[base]
  if (rootModels.has(base)) return undefined
  throw invalidArgument(
    `Model not found: model \`${name}\` is extending an unknown model \`${base}\`.`,
  )
}

/** Merges a child into its flattened base; own members stand first. Source: data D-1.8-1, D-1.8-2, D-1.1-21. */
function extend(base: ModelDefinition, child: ModelDefinition): ModelDefinition {
  const excluded = new Set(child.settings.excludeBaseProperties ?? [])
  const ownHasId = Object.values(child.properties).some(isIdDeclaration)
  const properties: Record<string, PropertyDeclaration> = {}
  for (const [name, declaration] of Object.entries(child.properties)) {
    if (declaration) define(properties, name, declaration)
  }
  for (const [name, declaration] of Object.entries(base.properties)) {
    if (Object.hasOwn(child.properties, name) || excluded.has(name)) continue
    if (ownHasId && isIdDeclaration(declaration)) continue
    define(properties, name, declaration)
  }
  return Object.freeze({
    ...child,
    properties: Object.freeze(properties),
    relations: Object.freeze({ ...base.relations, ...child.relations }),
    settings: Object.freeze(mergeSettings(base.settings, child.settings)),
  })
}

/** Assignment by key that never reaches a prototype. */
function define<T>(target: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/** The declaration marks a key property. */
export function isIdDeclaration(declaration: unknown): boolean {
  if (!isPlainObject(declaration) || isSchema(declaration)) return false
  return declaration['id'] === true || typeof declaration['id'] === 'number'
}

function applyMixins(
  definition: ModelDefinition,
  mixins: Readonly<Record<string, unknown>> | undefined,
  context: FlattenContext,
): ModelDefinition {
  let result = definition
  for (const [name, uses] of Object.entries(mixins ?? {})) {
    if (uses === false) continue
    const mixin = context.mixins?.[name]
    if (mixin === undefined) {
      throw invalidArgument(`${definition.name}.mixins: there is no mixin "${name}"`)
    }
    for (const options of Array.isArray(uses) ? uses : [uses]) {
      result = mixin(result, options === true ? {} : options)
      if (!isModelDefinition(result)) {
        throw invalidArgument(`${definition.name}.mixins.${name} must return a model definition`)
      }
    }
  }
  return result
}

/** A definition with more properties, for mixins: `withProperties(definition, { createdAt: z.date() })`. */
export function withProperties(
  definition: ModelDefinition,
  properties: PropertyDeclarations,
): ModelDefinition {
  return Object.freeze({
    ...definition,
    properties: Object.freeze({ ...definition.properties, ...properties }),
  })
}
