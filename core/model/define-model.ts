import type { ZodType } from 'zod'
import { invalidArgument } from '../error/remote-error.ts'
import type {
  AttributesFunction,
  NamedScopeFunction,
  RelationScopeFunction,
  ScopeFilter,
  ScopeFunction,
} from './declared-scope.ts'
import type { Hook, HookName } from './hook.ts'
import { isPlainObject } from './plain-object.ts'
import type { RelationKind } from './relation.ts'
import type { RelationMethodFunction, RelationValues } from './relation-extras.ts'
import type { Validation } from './validation.ts'

/** Constructors that name a property type. `Object` and `Array` hold anything. */
export type TypeConstructor =
  | StringConstructor
  | NumberConstructor
  | BooleanConstructor
  | DateConstructor
  | BigIntConstructor
  | ObjectConstructor
  | ArrayConstructor
  | typeof Buffer

/**
 * A property as applications write it: a zod schema, a type name (`'string'`, any case, or a model's name), a
 * constructor, a list `[type]`, options with a `type`, or a literal of nested properties. Source: data D-1.2-1.
 */
export type PropertyDeclaration =
  | ZodType
  | string
  | TypeConstructor
  | readonly [PropertyDeclaration]
  | PropertyOptions
  | { readonly [member: string]: PropertyDeclaration }

/** A property with options. Every other key is kept verbatim in {@link Property.settings}. Source: data 1.2. */
export interface PropertyOptions {
  readonly type: PropertyDeclaration
  /** `true`, or the position in a composite key, from 1. */
  readonly id?: boolean | number
  readonly generated?: boolean
  /** `true`, or options of the presence validator. */
  readonly required?: boolean | Readonly<Record<string, unknown>>
  /** A value, or a function called per row; `'$now'` for dates. */
  readonly default?: unknown
  /** `guid`, `uuid`, `uuidv4`, `now`, `nanoid`, `shortid`. */
  readonly defaultFn?: string
  readonly index?: boolean | Readonly<Record<string, unknown>>
  readonly unique?: boolean | Readonly<Record<string, unknown>>
  readonly hidden?: boolean
  readonly protected?: boolean
  readonly readOnly?: boolean
  /** Left out where documents describe what a new row is made from. @default true for the id under `forceId` */
  readonly updateOnly?: boolean
  /** @default true */
  readonly applyDefaultOnWrites?: boolean
  /** @default true */
  readonly persistDefaultValues?: boolean
  readonly [setting: string]: unknown
}

/** Properties by name, in output order. */
export type PropertyDeclarations = Readonly<Record<string, PropertyDeclaration>>

/** Options every relation understands. Source: data 4.1. */
export interface RelationOptions {
  /** One name, or as many as the referenced key has parts. */
  readonly foreignKey?: string | readonly string[]
  readonly primaryKey?: string | readonly string[]
  /** A filter merged into every query of the relation, or a function of the owning row and the caller's filter. */
  readonly scope?: ScopeFilter | RelationScopeFunction
  /** What a row created through the relation copies: names, a map from source to target, or a function. */
  readonly properties?: readonly string[] | Readonly<Record<string, unknown>> | RelationValues
  /** Own methods of a to-one relation; the relation's row stands first in their arguments. */
  readonly methods?: Readonly<Record<string, RelationMethodFunction>>
  /** The same for a to-many relation. */
  readonly scopeMethods?: Readonly<Record<string, RelationMethodFunction>>
  readonly options?: Readonly<Record<string, unknown>>
  readonly [setting: string]: unknown
}

/**
 * A relation as applications write it: `{ hasMany: 'Book' }`, or LoopBack's `{ type: 'hasMany', model: 'Book' }`.
 */
export type RelationDeclaration = RelationOptions &
  (
    | { readonly belongsTo: string }
    | { readonly hasMany: string }
    | { readonly hasOne: string }
    | { readonly hasAndBelongsToMany: string }
    | { readonly referencesMany: string }
    | { readonly embedsOne: string }
    | { readonly embedsMany: string }
    | { readonly type: RelationKind; readonly model?: string }
  )

/** Relations by name. */
export type RelationDeclarations = Readonly<Record<string, RelationDeclaration>>

/** A validation of a definition; a custom one may also be a function under `custom`. Source: data D-1.1-16. */
export type ValidationDeclaration = Validation | { readonly [key: string]: unknown }

/** Observers of a definition; several per name run in order. */
export type HookDeclarations = { readonly [N in HookName]?: Hook<N> | readonly Hook<N>[] }

/** Everything about a model besides its properties and relations. Other keys are kept as settings. Source: data 1.1, 1.7. */
export interface ModelSettings {
  /** @default the inflected name: `Book` → `Books` */
  readonly plural?: string
  /** Unknown properties: `true` refuses, `'filter'` drops, `false` keeps them. @default false; relational data sources force true */
  readonly strict?: boolean | 'validate' | 'filter' | 'throw'
  /** Creating with an id is refused. @default 'auto': when the id is generated */
  readonly forceId?: boolean | 'auto'
  readonly http?: { readonly path?: string; readonly [key: string]: unknown }
  readonly hidden?: readonly string[] | Readonly<Record<string, boolean>>
  readonly protected?: readonly string[] | Readonly<Record<string, boolean>>
  /** Default scope: a filter, or a function that computes one for each operation. */
  readonly scope?: ScopeFilter | ScopeFunction
  /** Named scopes. */
  readonly scopes?: Readonly<Record<string, ScopeFilter | NamedScopeFunction>>
  /** Values every write carries, or a function of its data; `false` takes none from the scope's where. Source: data D-1.1-14. */
  readonly attributes?: Readonly<Record<string, unknown>> | AttributesFunction | false
  /** Mixins by name: `true`, options, a list of options, or `false`. */
  readonly mixins?: Readonly<Record<string, unknown>>
  readonly validations?: readonly ValidationDeclaration[]
  readonly indexes?: Readonly<Record<string, unknown>>
  readonly hooks?: HookDeclarations
  readonly excludeBaseProperties?: readonly string[]
  readonly [setting: string]: unknown
}

declare const types: unique symbol

/**
 * A model as it was defined: frozen, light, and the carrier of its TypeScript types.
 *
 * `P` and `R` are the declared properties and relations, inherited ones included; `Id` is false for a model without an
 * injected id.
 */
export interface ModelDefinition<
  Name extends string = string,
  P extends PropertyDeclarations = PropertyDeclarations,
  R extends RelationDeclarations = RelationDeclarations,
  Id extends boolean = boolean,
> {
  readonly kind: 'model-definition'
  readonly name: Name
  /** Its own properties and relations; those of the base are added when the models are compiled. */
  readonly properties: PropertyDeclarations
  readonly relations: RelationDeclarations
  /** The model this one extends, or its name. */
  readonly base: ModelDefinition | string | undefined
  /** Everything else the definition said. */
  readonly settings: ModelSettings
  /** Only for the type checker. */
  readonly [types]?: { readonly properties: P; readonly relations: R; readonly id: Id }
}

/** Definitions by name: what `sharedMethods(models)` and `createApp({ models })` are given. */
export type ModelDefinitions = Readonly<Record<string, ModelDefinition>>

/** Own members win over those of the base. */
type Inherit<Own, Base> = keyof Base extends never
  ? Own
  : { readonly [K in keyof Base as K extends keyof Own ? never : K]: Base[K] } & Own

/** No members: what a definition without relations has. */
export type Nothing = Readonly<Record<never, never>>

/**
 * Defines a model.
 *
 * ```ts
 * const Book = defineModel('Book', {
 *   properties: { title: z.string().min(1), pages: z.int().optional() },
 *   relations: { author: { belongsTo: 'Author' } },
 * })
 * ```
 *
 * **Errors**: `INVALID_ARGUMENT` for a name that is not text or a definition that is not an object; everything else is
 * checked when the models are compiled.
 */
export function defineModel<
  const Name extends string,
  const P extends PropertyDeclarations = Nothing,
  const R extends RelationDeclarations = Nothing,
  const Id extends boolean = true,
  BaseP extends PropertyDeclarations = Nothing,
  BaseR extends RelationDeclarations = Nothing,
>(
  name: Name,
  definition: ModelSettings & {
    readonly properties?: P
    readonly relations?: R & RelationDeclarations
    /** `false`: no `id` property is added. @default true */
    readonly idInjection?: Id
    /** The model this one extends. */
    readonly base?: ModelDefinition<string, BaseP, BaseR> | string
  } = {},
): ModelDefinition<Name, Inherit<P, BaseP>, Inherit<R, BaseR>, Id> {
  return makeDefinition(name, definition)
}

/** Keys of a JSON definition that hold further settings. Source: data D-1.1-5. */
const optionKeys = ['options', 'settings'] as const

/**
 * Takes a LoopBack model definition (`{ name, base, properties, relations, … }`) as it stands in a JSON file.
 *
 * **Errors**: `INVALID_ARGUMENT` when it is not an object or has no name. **Source**: data 1.1.
 */
export function defineModelFromJson(json: unknown): ModelDefinition {
  if (!isPlainObject(json)) throw invalidArgument('a model definition must be an object')
  const { name, properties, ...rest } = json
  if (typeof name !== 'string') throw invalidArgument('a model definition must have a name')
  for (const key of optionKeys) {
    if (!isPlainObject(rest[key])) continue
    const nested = rest[key]
    delete rest[key]
    Object.assign(rest, { ...nested, ...rest })
  }
  for (const [alias, key] of [
    ['super', 'base'],
    ['relationships', 'relations'],
    ['hiddenProperties', 'hidden'],
    ['protectedProperties', 'protected'],
  ] as const) {
    if (rest[alias] === undefined) continue
    rest[key] ??= rest[alias]
    delete rest[alias]
  }
  return makeDefinition(name, { ...rest, ...(properties ? { properties } : {}) })
}

function makeDefinition<
  Name extends string,
  P extends PropertyDeclarations,
  R extends RelationDeclarations,
  Id extends boolean,
>(name: Name, declaration: object): ModelDefinition<Name, P, R, Id> {
  if (typeof name !== 'string' || name.trim() === '') {
    throw invalidArgument('the name of a model must be a text')
  }
  if (!isPlainObject(declaration)) {
    throw invalidArgument(`the definition of ${name} must be an object`)
  }
  const { properties = {}, relations = {}, base, ...settings } = declaration
  if (!isPlainObject(properties)) throw invalidArgument(`${name}.properties must be an object`)
  if (!isPlainObject(relations)) throw invalidArgument(`${name}.relations must be an object`)
  if (base !== undefined && typeof base !== 'string' && !isModelDefinition(base)) {
    throw invalidArgument(`${name}.base must be a model definition or a name`)
  }
  return Object.freeze({
    kind: 'model-definition',
    name,
    properties: Object.freeze({ ...properties }) as PropertyDeclarations, // each one is checked by the compiler
    relations: Object.freeze({ ...relations }) as RelationDeclarations, // each one is checked by the compiler
    base,
    settings: Object.freeze(settings),
  })
}

/** Tells a definition from any other value. */
export function isModelDefinition(value: unknown): value is ModelDefinition {
  return isPlainObject(value) && value['kind'] === 'model-definition'
}
