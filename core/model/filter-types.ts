import type { ModelDefinitions } from './define-model.ts'
import type { DistanceUnit, GeoPoint } from './geo-point.ts'
import type {
  Flatten,
  IsToMany,
  IsUntyped,
  RelationsOf,
  RowOf,
  TargetOf,
  UntypedRow,
} from './model-types.ts'

/** Row of the model called `N`, foreign keys typed. */
export type ModelRow<Models extends ModelDefinitions, N extends keyof Models> = RowOf<
  Models[N],
  Models
>

/** Names of the relations of `N` whose target is among the models. */
export type RelationName<Models extends ModelDefinitions, N extends keyof Models> = {
  [K in keyof RelationsOf<Models[N]>]: TargetOf<RelationsOf<Models[N]>[K]> extends keyof Models
    ? K
    : never
}[keyof RelationsOf<Models[N]>] &
  string

/** Name of the model a relation leads to. */
export type TargetName<
  Models extends ModelDefinitions,
  N extends keyof Models,
  R extends PropertyKey,
> = R extends keyof RelationsOf<Models[N]>
  ? Extract<TargetOf<RelationsOf<Models[N]>[R]>, keyof Models>
  : never

/** Whether a relation of `N` yields a list. */
type IsMany<
  Models extends ModelDefinitions,
  N extends keyof Models,
  R extends PropertyKey,
> = R extends keyof RelationsOf<Models[N]> ? IsToMany<RelationsOf<Models[N]>[R]> : false

/** What a property is compared with: its own kind of value, or text that converts to it. */
type Operand<V> = V extends Date
  ? Date | string | number
  : V extends bigint
    ? bigint | number | string
    : V

/** Items of a list property are compared one by one. */
type Comparable<V> = V extends readonly (infer Item)[] ? V | Item : V

/** A point, as pair, text or members. */
type PointInput = GeoPoint | { readonly lat: number; readonly lng: number } | string

/** Operators on one property; several are ANDed. Source: data 3.2. */
export interface Operators<V> {
  readonly eq?: V | null
  readonly neq?: V | null
  readonly gt?: V
  readonly gte?: V
  readonly lt?: V
  readonly lte?: V
  readonly between?: readonly [low: V, high: V]
  readonly inq?: readonly (V | null)[]
  readonly nin?: readonly (V | null)[]
  readonly like?: string | RegExp
  readonly nlike?: string | RegExp
  readonly ilike?: string | RegExp
  readonly nilike?: string | RegExp
  readonly regexp?: string | RegExp
  readonly exists?: boolean
  readonly near?: PointInput
  /** Of `near`, in `unit`. */
  readonly maxDistance?: number
  readonly minDistance?: number
  readonly unit?: DistanceUnit
  /** Flags of like and regexp. */
  readonly options?: string
}

/** A condition on one property. */
export type Condition<V> = V | null | RegExp | Operators<V>

/** Condition on a relation: to-many relations may say some, every or none. Source: data 3.8. */
type RelatedCondition<
  Models extends ModelDefinitions,
  N extends keyof Models,
  R extends PropertyKey,
> =
  | Where<Models, TargetName<Models, N, R>>
  | (IsMany<Models, N, R> extends true
      ? {
          readonly [Q in 'some' | 'every' | 'none']?: Where<Models, TargetName<Models, N, R>>
        }
      : never)

/** Conditions of model `N`: properties, relations, dotted paths, `and`, `or`, `nor`. Source: data 3.1, 3.2, 3.8. */
export type Where<Models extends ModelDefinitions, N extends keyof Models> =
  IsUntyped<Models[N]> extends true ? Readonly<UntypedRow> : TypedWhere<Models, N>

type TypedWhere<Models extends ModelDefinitions, N extends keyof Models> = {
  readonly [K in keyof ModelRow<Models, N>]?: Condition<
    Operand<Comparable<Exclude<ModelRow<Models, N>[K], null | undefined>>>
  >
} & {
  readonly [R in RelationName<Models, N>]?: RelatedCondition<Models, N, R>
} & {
  readonly and?: readonly Where<Models, N>[]
  readonly or?: readonly Where<Models, N>[]
  readonly nor?: readonly Where<Models, N>[]
  readonly [path: `${string}.${string}`]: unknown
}

/** One sort key: `'pages'`, `'pages DESC'`; several in one text are separated by commas. Source: data D-3.1-4. */
export type Order<Row> =
  `${keyof Row & string}${'' | ` ${Direction}` | `.${string}` | `,${string}` | ` ${Direction},${string}`}`

type Direction = 'ASC' | 'DESC' | 'asc' | 'desc'

/** Which properties to load: a name, a list, or a map; a map of falses leaves those out. Source: data D-3.1-5. */
export type Fields<Row> =
  | (keyof Row & string)
  | readonly (keyof Row & string)[]
  | { readonly [K in keyof Row]?: boolean | 0 | 1 }

/** A filter on one relation: everything but the total. */
export interface RelatedFilter<
  in out Models extends ModelDefinitions,
  in out N extends keyof Models,
> {
  readonly where?: Where<Models, N>
  readonly order?: Order<ModelRow<Models, N>> | readonly Order<ModelRow<Models, N>>[]
  readonly limit?: number
  readonly skip?: number
  readonly offset?: number
  readonly fields?: Fields<ModelRow<Models, N>>
  readonly include?: Include<Models, N>
}

/**
 * Which relations to load: a name, a list, `{ author: 'books' }`, `{ author: { fields: ['name'] } }` (a filter on the
 * relation), or `{ relation: 'author', scope: { … } }`. Source: data 3.4.
 */
export type Include<Models extends ModelDefinitions, N extends keyof Models> =
  IsUntyped<Models[N]> extends true ? UntypedInclude : TypedInclude<Models, N>

type UntypedInclude = string | readonly unknown[] | Readonly<UntypedRow>

type TypedInclude<Models extends ModelDefinitions, N extends keyof Models> =
  | RelationName<Models, N>
  | IncludeMap<Models, N>
  | IncludeRelation<Models, N>
  | readonly (RelationName<Models, N> | IncludeMap<Models, N> | IncludeRelation<Models, N>)[]

/** Relations by name, each with `true`, a filter, or what to include below it. */
export type IncludeMap<Models extends ModelDefinitions, N extends keyof Models> = {
  readonly [R in RelationName<Models, N>]?:
    | true
    | RelatedFilter<Models, TargetName<Models, N, R>>
    | Include<Models, TargetName<Models, N, R>>
}

/** LoopBack's long form. */
export type IncludeRelation<Models extends ModelDefinitions, N extends keyof Models> = {
  [R in RelationName<Models, N>]: {
    readonly relation: R
    readonly scope?: RelatedFilter<Models, TargetName<Models, N, R>>
  }
}[RelationName<Models, N>]

/** A filter: what `find` takes, in wire shape. Source: data 3.1. */
export interface Filter<in out Models extends ModelDefinitions, in out N extends keyof Models>
  extends RelatedFilter<Models, N> {
  /** The answer of a remote call carries the total. Source: framework F-2.19. */
  readonly count?: boolean
}

/** Makes names that `Given` has and `Known` has not an error. */
type Exact<Given, Known> = { readonly [K in keyof Given]: K extends Known ? unknown : never }

/** Refuses unknown names in a map of fields. */
export type CheckFields<Row, F> = F extends string | readonly unknown[] | undefined
  ? unknown
  : Exact<F, keyof Row>

/** Refuses unknown property and relation names in conditions inside an include. */
type CheckWhere<Models extends ModelDefinitions, N extends keyof Models, W> = {
  readonly [K in keyof W]: K extends
    | keyof ModelRow<Models, N>
    | RelationName<Models, N>
    | 'and'
    | 'or'
    | 'nor'
    | `${string}.${string}`
    ? unknown
    : never
}

/** Refuses unknown names in the filter of a relation. */
type CheckRelatedFilter<Models extends ModelDefinitions, N extends keyof Models, F> = {
  readonly [K in keyof F]: K extends 'where'
    ? CheckWhere<Models, N, F[K]>
    : K extends 'fields'
      ? CheckFields<ModelRow<Models, N>, F[K]>
      : K extends 'include'
        ? CheckInclude<Models, N, F[K]>
        : K extends keyof RelatedFilter<Models, N>
          ? unknown
          : never
}

/** Keys that tell the filter of a relation from a map of relations. */
type FilterKey = keyof RelatedFilter<ModelDefinitions, string>

/** Refuses unknown names at one member of an include map. */
type CheckIncluded<Models extends ModelDefinitions, N extends keyof Models, I> = I extends
  | string
  | true
  ? unknown
  : I extends readonly unknown[]
    ? CheckInclude<Models, N, I>
    : keyof I & FilterKey extends never
      ? CheckInclude<Models, N, I>
      : CheckRelatedFilter<Models, N, I>

/**
 * Refuses unknown relation names in an include, at any depth. Wrong plain names are refused by {@link Include} itself;
 * this adds what inference lets through: surplus keys of maps.
 */
export type CheckInclude<Models extends ModelDefinitions, N extends keyof Models, I> =
  IsUntyped<Models[N]> extends true ? unknown : CheckTypedInclude<Models, N, I>

type CheckTypedInclude<Models extends ModelDefinitions, N extends keyof Models, I> = I extends
  | string
  | undefined
  ? unknown
  : I extends readonly unknown[]
    ? { readonly [K in keyof I]: CheckInclude<Models, N, I[K]> }
    : I extends { readonly relation: infer R extends PropertyKey }
      ? {
          readonly [K in keyof I]: K extends 'relation'
            ? unknown
            : K extends 'scope'
              ? CheckRelatedFilter<Models, TargetName<Models, N, R>, I[K]>
              : never
        }
      : {
          readonly [K in keyof I]: K extends RelationName<Models, N>
            ? CheckIncluded<Models, TargetName<Models, N, K>, I[K]>
            : never
        }

/** Names of properties a `fields` leaves in. */
type SelectedKeys<Row, F> = F extends string
  ? Extract<F, keyof Row>
  : F extends readonly (infer Name)[]
    ? F extends readonly []
      ? keyof Row
      : Extract<Name, keyof Row>
    : [TrueKeys<F>] extends [never]
      ? Exclude<keyof Row, keyof F>
      : Extract<TrueKeys<F>, keyof Row>

type TrueKeys<F> = { [K in keyof F]: F[K] extends true | 1 ? K : never }[keyof F]

/** The row narrowed by `fields`; a `fields` known only as text at compile time makes every property optional. */
type Selected<Row, F> = undefined extends F
  ? Row
  : Fields<Row> extends F
    ? Partial<Row>
    : Pick<Row, SelectedKeys<Row, F>>

/** The part of a relation's include entry that decides its result: a filter, or what lies below. */
type EntryFilter<E> = E extends true
  ? { readonly fields: undefined; readonly include: undefined }
  : E extends string | readonly unknown[]
    ? { readonly fields: undefined; readonly include: E }
    : keyof E & FilterKey extends never
      ? { readonly fields: undefined; readonly include: E }
      : {
          readonly fields: E extends { readonly fields: infer F } ? F : undefined
          readonly include: E extends { readonly include: infer I } ? I : undefined
        }

/** Normalises any form of include to `{ relation: entry }`; forms are unions of one-relation maps before merging. */
type EntriesOf<I> = I extends undefined
  ? never
  : I extends string
    ? { readonly [R in I]: true }
    : I extends readonly (infer Item)[]
      ? EntriesOf<Item>
      : I extends { readonly relation: infer R extends string }
        ? { readonly [K in R]: I extends { readonly scope: infer S } ? S : true }
        : I

/** The include as one map. */
type EntryMap<E> = {
  [K in E extends unknown ? keyof E : never]: E extends { [P in K]: infer V } ? V : never
}

/** The value of one included relation. */
type RelatedValue<
  Models extends ModelDefinitions,
  N extends keyof Models,
  R extends PropertyKey,
  Entry,
> = FindRow<
  Models,
  TargetName<Models, N, R>,
  EntryFilter<Entry>['fields'],
  EntryFilter<Entry>['include']
>

/** Members that included relations add: a list for to-many, an optional row for to-one. */
type Included<Models extends ModelDefinitions, N extends keyof Models, Map> = {
  [R in keyof Map as IsMany<Models, N, R> extends true ? R : never]: RelatedValue<
    Models,
    N,
    R,
    Map[R]
  >[]
} & {
  [R in keyof Map as IsMany<Models, N, R> extends true ? never : R]?: RelatedValue<
    Models,
    N,
    R,
    Map[R]
  >
}

/** One result row of `find` with fields `F` and include `I`. */
export type FindRow<Models extends ModelDefinitions, N extends keyof Models, F, I> =
  IsUntyped<Models[N]> extends true ? UntypedRow : TypedFindRow<Models, N, F, I>

type TypedFindRow<Models extends ModelDefinitions, N extends keyof Models, F, I> = [
  Exclude<I, undefined>,
] extends [never]
  ? Flatten<Selected<ModelRow<Models, N>, F>>
  : Include<Models, N> extends I
    ? Flatten<Selected<ModelRow<Models, N>, F>>
    : Flatten<Selected<ModelRow<Models, N>, F> & Included<Models, N, EntryMap<EntriesOf<I>>>>

/**
 * The result row of a filter: properties narrowed by `fields`, relations added by `include`. To-many relations are
 * lists; a to-one relation is an optional member, absent when nothing was found (data D-3.4b-5).
 *
 * ```ts
 * type Row = FindResult<typeof models, 'Book', { fields: ['title']; include: { author: { fields: ['name'] } } }>
 * //   ^ { title: string; author?: { name: string } }
 * ```
 */
export type FindResult<Models extends ModelDefinitions, N extends keyof Models, F> = FindRow<
  Models,
  N,
  F extends { readonly fields: infer Given } ? Given : undefined,
  F extends { readonly include: infer Given } ? Given : undefined
>
