import type { Route } from './routes.ts'

/** One route as tools list it. Source: remoting U-18. */
export interface RouteDescription {
  /** In lower case; `all` for every verb. */
  readonly verb: string
  /** Below the mount point, without a trailing slash. */
  readonly path: string
  readonly description: string | undefined
  readonly notes: string | undefined
  readonly documented: boolean
  /** Full name, e.g. `Book.find`. */
  readonly method: string
  /** As the method was described; `undefined` instead of an empty list. */
  readonly accepts: unknown
  readonly returns: unknown
  readonly errors: unknown
  readonly http: unknown
}

/** Describes routes for tools, in the order they are tried. */
export function describeRoutes(routes: readonly Route[]): readonly RouteDescription[] {
  return routes.map(({ verb, path, method }) => ({
    verb,
    path,
    description: method.description,
    notes: method.notes,
    documented: method.documented,
    method: method.fullName,
    accepts: unlessEmpty(method.parameters.map((parameter) => parameter.definition)),
    returns: unlessEmpty(method.returns.map((returned) => returned.definition)),
    errors: unlessEmpty(method.errors),
    http: method.definition.http,
  }))
}

function unlessEmpty(list: readonly unknown[]): unknown {
  return list.length === 0 ? undefined : list
}

/** A class with its routes, as client generators read it. Source: remoting U-19. */
export interface RestClass {
  readonly name: string
  readonly routes: readonly { readonly path: string }[]
  /** Paths of the instance loader, e.g. `['/:id']`. */
  readonly ctor: readonly string[]
  readonly methods: readonly RestMethod[]
}

/** One method of a {@link RestClass}. */
export interface RestMethod {
  readonly name: string
  readonly fullName: string
  readonly isStatic: boolean
  readonly routes: readonly { readonly verb: string; readonly path: string }[]
  readonly accepts: readonly { readonly arg?: string; readonly type?: unknown }[]
  /** `all` is POST, verbs in upper case. */
  getEndpoints(): readonly { readonly verb: string; readonly fullPath: string }[]
  isReturningArray(): boolean
  acceptsSingleBodyArgument(): boolean
  getArgByName(name: string): { readonly arg?: string; readonly type?: unknown } | undefined
}

/** Groups routes by class and method. `mountPath` precedes every full path. */
export function describeClasses(routes: readonly Route[], mountPath: string): readonly RestClass[] {
  const byClass = groupByClass(routes)
  return [...byClass].map(([sharedClass, own]) => ({
    name: sharedClass.name,
    routes: sharedClass.paths.map((path) => ({ path })),
    ctor: sharedClass.sharedCtor?.routes.map(({ path }) => path) ?? [],
    methods: [...new Set(own.map(({ method }) => method))].map((method) =>
      describeMethod(
        method,
        own.filter((route) => route.method === method),
        mountPath,
      ),
    ),
  }))
}

function groupByClass(routes: readonly Route[]): Map<Route['sharedClass'], Route[]> {
  const groups = new Map<Route['sharedClass'], Route[]>()
  for (const route of routes) {
    const group = groups.get(route.sharedClass) ?? []
    group.push(route)
    groups.set(route.sharedClass, group)
  }
  return groups
}

function describeMethod(
  method: Route['method'],
  routes: readonly Route[],
  mountPath: string,
): RestMethod {
  const { name, fullName, isStatic, parameters, returns } = method
  const inBody = parameters.filter((parameter) => parameter.source === 'body')
  return {
    name,
    fullName,
    isStatic,
    routes: method.routes.map(({ verb, path }) => ({ verb, path })),
    accepts: parameters.map((parameter) => parameter.definition),
    getEndpoints: () =>
      routes.map(({ verb, path }) => ({
        verb: verb === 'all' ? 'POST' : verb.toUpperCase(),
        fullPath: `${mountPath}${path}`,
      })),
    isReturningArray: () =>
      returns.length === 1 && returns[0]?.root === true && returns[0].type.name.startsWith('['),
    acceptsSingleBodyArgument: () => parameters.length === 1 && inBody.length === 1,
    getArgByName: (wanted) => parameters.find((parameter) => parameter.name === wanted)?.definition,
  }
}
