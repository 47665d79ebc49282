import type { Catalog, SharedClass } from './catalog.ts'
import { describeCatalog, type ManifestOptions } from './manifest.ts'
import { compileMethod, type MethodSource } from './method/compile-method.ts'
import { pathsOfMarked } from './method/discover.ts'
import type { MethodEnvironment } from './method/parameter.ts'
import type { SharedClassBuilder, SourceOptions } from './method/shared-class.ts'
import type { SharedMethod } from './method/shared-method.ts'
import type { TypeDeclaration } from './method/wire-type.ts'
import type { Model } from './model/model.ts'

/** A class with what the catalog needs to compile it. */
export interface ClassSource {
  readonly builder: SharedClassBuilder
  readonly model: Model | undefined
  /** Loads instances; a model's own loader, or the one of the definition. */
  readonly sharedCtor: MethodSource | undefined
  /** Paths when the definition names none. */
  readonly defaultPath: string
  readonly idType: TypeDeclaration | undefined
}

/** What the catalog is built with. */
export interface CatalogEnvironment
  extends Omit<MethodEnvironment, 'idType'>,
    SourceOptions,
    ManifestOptions {}

/**
 * Compiles every class, up to the methods that follow from its model: those wait until somebody asks for them, so that
 * starting does not pay for the thousands of methods nobody calls.
 *
 * **Errors**: what a definition gets wrong, naming class, method and key.
 */
export function buildCatalog(
  sources: Iterable<ClassSource>,
  models: ReadonlyMap<string, Model>,
  environment: CatalogEnvironment,
): Catalog {
  const parameters: MethodEnvironment['compiled'] = new WeakMap()
  const classes = Object.freeze(
    [...sources].map((source) => compileClass(source, { ...environment, compiled: parameters })),
  )
  const byName = new Map<string, ClassMethods>()
  for (const shared of classes) {
    const known = byName.get(shared.name) ?? new ClassMethods()
    byName.set(shared.name, known.add(shared))
  }
  /** Methods found so far, by full name: never more than there are. */
  const found = new Map<string, SharedMethod>()
  let methods: ReadonlyMap<string, SharedMethod> | undefined
  const catalog: Catalog = {
    classes,
    get methods() {
      methods ??= new Map([...byName.values()].flatMap((known) => [...known.methods]))
      return methods
    },
    find(fullName) {
      const known = found.get(fullName)
      if (known !== undefined || fullName.length > maxNameLength) return known
      for (let dot = fullName.indexOf('.'); dot > 0; dot = fullName.indexOf('.', dot + 1)) {
        const method = byName.get(fullName.slice(0, dot))?.methods.get(fullName)
        if (method === undefined) continue
        found.set(fullName, method)
        return method
      }
      return undefined
    },
    models,
    describe: () => describeCatalog(catalog, environment),
  }
  return Object.freeze(catalog)
}

/** Longest full name looked up: every dot in it is tried as the end of the class's name. */
const maxNameLength = 1024

/** The methods of the classes of one name; the first of two with the same full name counts. */
class ClassMethods {
  readonly #classes: SharedClass[] = []
  #methods: ReadonlyMap<string, SharedMethod> | undefined

  add(shared: SharedClass): this {
    this.#classes.push(shared)
    return this
  }

  get methods(): ReadonlyMap<string, SharedMethod> {
    if (this.#methods !== undefined) return this.#methods
    const methods = new Map<string, SharedMethod>()
    for (const method of this.#classes.flatMap((shared) => shared.methods)) {
      if (!methods.has(method.fullName)) methods.set(method.fullName, method)
    }
    this.#methods = methods
    return methods
  }
}

function compileClass(source: ClassSource, environment: CatalogEnvironment): SharedClass {
  const { builder, model, sharedCtor, idType } = source
  const methodEnvironment: MethodEnvironment = {
    types: environment.types,
    warn: environment.warn,
    ...(environment.compiled === undefined ? {} : { compiled: environment.compiled }),
    idType,
  }
  const compile = (method: MethodSource) => compileMethod(builder.name, method, methodEnvironment)
  const described = builder.sources(environment).map((method) => ({
    method,
    compiled: method.isDerived === true ? undefined : compile(method),
  }))
  let methods: readonly SharedMethod[] | undefined
  return Object.freeze({
    name: builder.name,
    paths: pathsOf(source),
    normalizeHttpPath: builder.definition.normalizeHttpPath,
    get methods() {
      methods ??= Object.freeze(
        described.map(({ method, compiled }) => compiled ?? compile(method)),
      )
      return methods
    },
    sharedCtor:
      sharedCtor === undefined ? undefined : compile({ ...sharedCtor, isSharedCtor: true }),
    model,
  })
}

/** Source: remoting C-2. */
function pathsOf(source: ClassSource): readonly string[] {
  const { from, http = from && pathsOfMarked(from) } = source.builder.definition
  const given: readonly { readonly path?: string }[] =
    http === undefined ? [] : Array.isArray(http) ? http : [http]
  const routes = given.length === 0 ? [{}] : given
  return Object.freeze(
    routes.map((route: { readonly path?: string }) => withSlash(route.path ?? source.defaultPath)),
  )
}

function withSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}
