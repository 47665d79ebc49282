import type { CallOptions, Stream } from './call-options.ts'
import type { Model } from './model-types.ts'
import type { Flatten, NoRelations, Related } from './query-types.ts'

/** What an application says about its types; `typeof app` has it. */
interface TypedApp {
  readonly $types?: { readonly models: unknown; readonly methods: unknown }
  readonly models: unknown
}

type TypesOf<App extends TypedApp> = NonNullable<App['$types']>

/** Models by name. */
type ModelsOf<App extends TypedApp> = TypesOf<App>['models']

/** Anything a function takes or gives. */
type Operation = (...args: never[]) => unknown

/** The repository of a model, of which only parameters and results are read. */
type RepositoryOf<App extends TypedApp, N> = N extends keyof App['models']
  ? App['models'][N]
  : never

type ResultOfOperation<R, Name> = Name extends keyof R
  ? R[Name] extends Operation
    ? Awaited<ReturnType<R[Name]>>
    : never
  : never

type FirstParameter<R, Name> = Name extends keyof R
  ? R[Name] extends (first: infer First, ...rest: never[]) => unknown
    ? First
    : never
  : never

type RowOf<App extends TypedApp, N> = NonNullable<ResultOfOperation<RepositoryOf<App, N>, 'reload'>>
type DataOf<App extends TypedApp, N> = FirstParameter<RepositoryOf<App, N>, 'save'>
type IdOf<App extends TypedApp, N> = FirstParameter<RepositoryOf<App, N>, 'deleteById'>

/** The relations a definition declares; they stand under its one symbol. */
type DeclaredRelations<D> =
  NonNullable<D[keyof D & symbol]> extends { readonly relations: infer R } ? R : NoRelations

type TargetOf<R> = R extends
  | { readonly belongsTo: infer T }
  | { readonly hasMany: infer T }
  | { readonly hasOne: infer T }
  | { readonly hasAndBelongsToMany: infer T }
  | { readonly referencesMany: infer T }
  | { readonly embedsOne: infer T }
  | { readonly embedsMany: infer T }
  | { readonly model: infer T }
  ? T
  : never

type ToManyKind = 'hasMany' | 'hasAndBelongsToMany' | 'referencesMany' | 'embedsMany'

type IsToMany<R> = R extends
  | { readonly hasMany: string }
  | { readonly hasAndBelongsToMany: string }
  | { readonly referencesMany: string }
  | { readonly embedsMany: string }
  | { readonly type: ToManyKind }
  ? true
  : false

/** Relations of a model in the form {@link Model} takes. */
type RelationsOf<
  App extends TypedApp,
  N,
  Declared = DeclaredRelations<ModelsOf<App>[N & keyof ModelsOf<App>]>,
> = {
  [K in keyof Declared as TargetOf<Declared[K]> extends keyof ModelsOf<App> ? K : never]: IsToMany<
    Declared[K]
  > extends true
    ? RelatedTo<App, TargetOf<Declared[K]>>[]
    : RelatedTo<App, TargetOf<Declared[K]>> | null
}

interface RelatedTo<App extends TypedApp, N> extends Related<RowOf<App, N>, RelationsOf<App, N>> {}

type ModelCalls<App extends TypedApp, N> = N extends keyof ModelsOf<App>
  ? Model<RowOf<App, N>, DataOf<App, N>, RelationsOf<App, N>, IdOf<App, N>>
  : unknown

/** Members that may be undefined may be left out. */
type Arguments<A> = Flatten<
  { readonly [K in keyof A as undefined extends A[K] ? never : K]: A[K] } & {
    readonly [K in keyof A as undefined extends A[K] ? K : never]?: A[K]
  }
>

/** The shape of a shared method that gives a value or a stream. */
type Reply<R> = [Extract<R, AsyncIterable<unknown>>] extends [never]
  ? Promise<R>
  : Stream<Extract<R, AsyncIterable<unknown>> extends AsyncIterable<infer Item> ? Item : never>

type Reach<A, R> = unknown extends R ? Calls<A, Promise<R>> : Calls<A, Reply<R>>

interface Calls<A, R> {
  (...args: Parametersof<A>): R
  (id: string | number | readonly unknown[], ...args: Parametersof<A>): R
}

type Parametersof<A> =
  NoRelations extends Arguments<A>
    ? [args?: Arguments<A>, options?: CallOptions]
    : [args: Arguments<A>, options?: CallOptions]

type MethodCalls<Methods> = {
  readonly [K in keyof Methods]: Methods[K] extends {
    readonly handler: (args: infer A, context: never) => infer R
  }
    ? Reach<A, Awaited<R>>
    : never
}

/**
 * The calls of an application, inferred: `createClient<ApiOf<typeof app>>(dialer)` with `import type { app }`. For
 * repositories that hold server and client and are not large; otherwise generate a file.
 *
 * It knows no defaults (every argument of a schema with one is asked for) and not which methods are those of one row:
 * both forms of a call compile.
 */
export type ApiOf<App extends TypedApp> = {
  readonly [N in keyof ModelsOf<App> | keyof TypesOf<App>['methods']]: ModelCalls<App, N> &
    (N extends keyof TypesOf<App>['methods'] ? MethodCalls<TypesOf<App>['methods'][N]> : unknown)
}
