import {
  type Catalog,
  type HttpRoute,
  normalizePath,
  type SharedClass,
  type SharedMethod,
  tidyPath,
} from '../../core/spi.ts'

/** One URL pattern that leads to a shared method. */
export interface Route {
  /** In lower case; `all` for every verb. */
  readonly verb: string
  /** Below the mount point, with its leading slash and without a trailing one; `/` for the root. */
  readonly path: string
  readonly sharedClass: SharedClass
  /** The class path this route was mounted under. */
  readonly classPath: string
  readonly method: SharedMethod
  /** Status, error status and what else the method's route said. */
  readonly http: HttpRoute
}

/** The routes below one class path. Their classes are compiled, and the routes listed, at first access. */
export interface RouteGroup {
  readonly classPath: string
  /** In the order they are tried: by verb, then by path. */
  readonly routes: readonly Route[]
}

/**
 * Groups the routes of a catalog by class path, in the order they are tried: the more exact class path first.
 * Source: remoting U-1 … U-8, U-13.
 */
export function groupRoutes(catalog: Catalog, normalizeHttpPath: boolean): readonly RouteGroup[] {
  const groups = new Map<string, LazyGroup>()
  for (const sharedClass of catalog.classes) {
    const normalize = sharedClass.normalizeHttpPath ?? normalizeHttpPath
    const shape = normalize ? normalizePath : tidyPath
    for (const path of sharedClass.paths) {
      const classPath = shape(path)
      const group = groups.get(classPath) ?? new LazyGroup(classPath)
      groups.set(classPath, group)
      group.add(sharedClass, shape)
    }
  }
  return [...groups.values()].sort((a, b) => comparePaths(a.classPath, b.classPath))
}

class LazyGroup implements RouteGroup {
  readonly classPath: string
  readonly #members: { readonly shared: SharedClass; readonly shape: (path: string) => string }[] =
    []
  #routes: readonly Route[] | undefined

  constructor(classPath: string) {
    this.classPath = classPath
  }

  add(shared: SharedClass, shape: (path: string) => string): void {
    this.#members.push({ shared, shape })
  }

  get routes(): readonly Route[] {
    if (this.#routes === undefined) {
      const ranked: Ranked[] = []
      for (const { shared, shape } of this.#members) {
        addRoutes(ranked, shared, this.classPath, shape)
      }
      this.#routes = Object.freeze(ranked.sort(compareRanked).map(({ route }) => route))
    }
    return this.#routes
  }
}

/** A route with its path split once, not at every comparison. */
interface Ranked {
  readonly route: Route
  readonly parts: readonly string[]
}

function partsOf(path: string): readonly string[] {
  return path.split('/').slice(1)
}

/** Class paths, loader paths and method paths multiply. Source: remoting U-2, U-3. */
function addRoutes(
  group: Ranked[],
  sharedClass: SharedClass,
  classPath: string,
  shape: (path: string) => string,
): void {
  const loaders = sharedClass.sharedCtor?.routes.map((route) => shape(route.path)) ?? [
    '/sharedCtor',
  ]
  for (const method of sharedClass.methods) {
    for (const loader of method.isStatic ? ['/'] : loaders) {
      for (const http of method.routes) {
        const path = joined(classPath, loader, shape(http.path))
        const route = { verb: http.verb, path, sharedClass, classPath, method, http }
        group.push({ route, parts: partsOf(path) })
      }
    }
  }
}

/** Joins tidy paths. */
function joined(...paths: readonly string[]): string {
  const path = paths.filter((part) => part !== '/').join('')
  return path === '' ? '/' : path
}

function compareRanked(a: Ranked, b: Ranked): number {
  return compareVerbs(a.route.verb, b.route.verb) || compareParts(a.parts, b.parts)
}

/** Descending by name: put, post, patch, head, get, delete, all. */
function compareVerbs(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0
}

/** Part by part: an empty part last, a parameter behind a literal, otherwise ascending; then the longer path first. */
export function comparePaths(a: string, b: string): number {
  return compareParts(partsOf(a), partsOf(b))
}

function compareParts(left: readonly string[], right: readonly string[]): number {
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = comparePart(left[i] ?? '', right[i] ?? '')
    if (order !== 0) return order
  }
  return right.length - left.length
}

function comparePart(a: string, b: string): number {
  if (a === b) return 0
  if (a === '' || b === '') return a === '' ? 1 : -1
  const [isParameter, other] = [a.startsWith(':'), b.startsWith(':')]
  if (isParameter !== other) return isParameter ? 1 : -1
  return a < b ? -1 : 1
}
