/** Shows a computed type as one plain object in editors. */
export type Flatten<T> = { [K in keyof T]: T[K] } & {}

/**
 * A row together with its relations, for the type checker only: `author: Related<Author, AuthorRelations> | null`,
 * `reviews: Related<Review, ReviewRelations>[]`. A relation may also be given as the row alone (`author: Author | null`);
 * then nothing can be included below it.
 */
export interface Related<Row, Relations = unknown> {
  readonly $row: Row
  readonly $relations: Relations
}

/** No relations. */
export type NoRelations = Readonly<Record<never, never>>

type ItemOf<T> = NonNullable<T> extends readonly (infer Item)[] ? Item : NonNullable<T>

/** Row of the model a relation leads to. */
export type TargetRow<T> = ItemOf<T> extends Related<infer Row> ? Row : ItemOf<T>

/** Relations of the model a relation leads to. */
export type TargetRelations<T> =
  ItemOf<T> extends Related<unknown, infer Relations> ? Relations : NoRelations

/** Whether a relation yields a list. */
export type IsMany<T> = NonNullable<T> extends readonly unknown[] ? true : false

/** What a property is compared with: its own kind of value, or text that converts to it. */
type Operand<V> = V extends Date
  ? Date | string | number
  : V extends bigint
    ? bigint | number | string
    : V

type Comparable<V> = V extends readonly (infer Item)[] ? V | Item : V

/** Operators on one property; several are ANDed. */
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
  readonly like?: string
  readonly nlike?: string
  readonly ilike?: string
  readonly nilike?: string
  readonly regexp?: string | RegExp
  readonly exists?: boolean
  readonly near?: { readonly lat: number; readonly lng: number } | string
  /** Of `near`, in `unit`. */
  readonly maxDistance?: number
  readonly minDistance?: number
  readonly unit?: 'kilometers' | 'meters' | 'miles' | 'feet' | 'radians' | 'degrees'
  /** Flags of like and regexp. */
  readonly options?: string
}

/** A condition on one property. */
export type Condition<V> = V | null | RegExp | Operators<V>

type RelatedCondition<T> =
  | Where<TargetRow<T>, TargetRelations<T>>
  | (IsMany<T> extends true
      ? {
          readonly [Q in 'some' | 'every' | 'none']?: Where<TargetRow<T>, TargetRelations<T>>
        }
      : never)

/** Conditions: properties, relations, dotted paths, `and`, `or`, `nor`. */
export type Where<Row, Relations = NoRelations> = {
  readonly [K in keyof Row]?: Condition<Operand<Comparable<Exclude<Row[K], null | undefined>>>>
} & {
  readonly [R in keyof Relations]?: RelatedCondition<Relations[R]>
} & {
  readonly and?: readonly Where<Row, Relations>[]
  readonly or?: readonly Where<Row, Relations>[]
  readonly nor?: readonly Where<Row, Relations>[]
  readonly [path: `${string}.${string}`]: unknown
}

type Direction = 'ASC' | 'DESC' | 'asc' | 'desc'

/** One sort key: `'pages'`, `'pages DESC'`; several in one text are separated by commas. */
export type Order<Row> =
  `${keyof Row & string}${'' | ` ${Direction}` | `.${string}` | `,${string}` | ` ${Direction},${string}`}`

/** Which properties to load: a name, a list, or a map; a map of falses leaves those out. */
export type Fields<Row> =
  | (keyof Row & string)
  | readonly (keyof Row & string)[]
  | { readonly [K in keyof Row]?: boolean | 0 | 1 }

/** A filter on one relation. */
export interface RelatedFilter<Row, Relations> {
  readonly where?: Where<Row, Relations>
  readonly order?: Order<Row> | readonly Order<Row>[]
  readonly limit?: number
  readonly skip?: number
  readonly offset?: number
  readonly fields?: Fields<Row>
  readonly include?: Include<Relations>
}

/**
 * Which relations to load: a name, a list, `{ author: 'books' }`, `{ author: { fields: ['name'] } }` (a filter on the
 * relation), or `{ relation: 'author', scope: { … } }`.
 */
export type Include<Relations> =
  | (keyof Relations & string)
  | IncludeMap<Relations>
  | IncludeRelation<Relations>
  | readonly ((keyof Relations & string) | IncludeMap<Relations> | IncludeRelation<Relations>)[]

/** Relations by name, each with `true`, a filter, or what to include below it. */
export type IncludeMap<Relations> = {
  readonly [R in keyof Relations]?:
    | true
    | RelatedFilter<TargetRow<Relations[R]>, TargetRelations<Relations[R]>>
    | Include<TargetRelations<Relations[R]>>
}

/** LoopBack's long form. */
export type IncludeRelation<Relations> = {
  [R in keyof Relations & string]: {
    readonly relation: R
    readonly scope?: RelatedFilter<TargetRow<Relations[R]>, TargetRelations<Relations[R]>>
  }
}[keyof Relations & string]

/** A filter: what `find` takes. */
export interface Filter<Row, Relations = NoRelations> extends RelatedFilter<Row, Relations> {}

/** Makes names that `Given` has and `Known` has not an error. */
type Exact<Given, Known> = { readonly [K in keyof Given]: K extends Known ? unknown : never }

/** Refuses unknown names in a map of fields. */
export type CheckFields<Row, F> = F extends string | readonly unknown[] | undefined
  ? unknown
  : Exact<F, keyof Row>

type WhereKey<Row, Relations> =
  | keyof Row
  | keyof Relations
  | 'and'
  | 'or'
  | 'nor'
  | `${string}.${string}`

/** Keys that tell the filter of a relation from a map of relations. */
type FilterKey = keyof RelatedFilter<NoRelations, NoRelations>

type CheckRelatedFilter<Row, Relations, F> = {
  readonly [K in keyof F]: K extends 'where'
    ? Exact<F[K], WhereKey<Row, Relations>>
    : K extends 'fields'
      ? CheckFields<Row, F[K]>
      : K extends 'include'
        ? CheckInclude<Relations, F[K]>
        : K extends FilterKey
          ? unknown
          : never
}

type CheckIncluded<T, I> = I extends string | true
  ? unknown
  : I extends readonly unknown[]
    ? CheckInclude<TargetRelations<T>, I>
    : keyof I & FilterKey extends never
      ? CheckInclude<TargetRelations<T>, I>
      : CheckRelatedFilter<TargetRow<T>, TargetRelations<T>, I>

/** Refuses unknown names in an include, at any depth: what inference lets through are surplus keys of maps. */
export type CheckInclude<Relations, I> = I extends string | undefined
  ? unknown
  : I extends readonly unknown[]
    ? { readonly [K in keyof I]: CheckInclude<Relations, I[K]> }
    : I extends { readonly relation: infer R }
      ? R extends keyof Relations
        ? {
            readonly [K in keyof I]: K extends 'relation'
              ? unknown
              : K extends 'scope'
                ? CheckRelatedFilter<TargetRow<Relations[R]>, TargetRelations<Relations[R]>, I[K]>
                : never
          }
        : never
      : {
          readonly [K in keyof I]: K extends keyof Relations
            ? CheckIncluded<Relations[K], I[K]>
            : never
        }

type TrueKeys<F> = { [K in keyof F]: F[K] extends true | 1 ? K : never }[keyof F]

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

/** Normalises any form of include to `{ relation: entry }`. */
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

type RelatedValue<T, Entry> = FindRow<
  TargetRow<T>,
  TargetRelations<T>,
  EntryFilter<Entry>['fields'],
  EntryFilter<Entry>['include']
>

/** Members that included relations add: a list, or an optional row that is absent when nothing was found. */
type Included<Relations, Map> = {
  [R in keyof Map & keyof Relations as IsMany<Relations[R]> extends true ? R : never]: RelatedValue<
    Relations[R],
    Map[R]
  >[]
} & {
  [R in keyof Map & keyof Relations as IsMany<Relations[R]> extends true
    ? never
    : R]?: RelatedValue<Relations[R], Map[R]>
}

/** One result row of `find` with fields `F` and include `I`. */
export type FindRow<Row, Relations, F, I> = string extends keyof Row
  ? Row
  : [Exclude<I, undefined>] extends [never]
    ? Flatten<Selected<Row, F>>
    : Include<Relations> extends I
      ? Flatten<Selected<Row, F>>
      : Flatten<Selected<Row, F> & Included<Relations, EntryMap<EntriesOf<I>>>>

/** The filter of `find`, with `fields` and `include` open to inference. */
export type FindFilter<Row, Relations, F, I> = Omit<
  Filter<Row, Relations>,
  'fields' | 'include'
> & {
  readonly fields?: F & CheckFields<Row, F>
  readonly include?: I & CheckInclude<Relations, I>
}

/** The result row of a filter: `FindResult<Book, BookRelations, { fields: ['title'] }>`. */
export type FindResult<Row, Relations, Given> = FindRow<
  Row,
  Relations,
  Given extends { readonly fields: infer F } ? F : undefined,
  Given extends { readonly include: infer I } ? I : undefined
>
