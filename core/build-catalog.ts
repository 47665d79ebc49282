import type { Catalog, SharedClass } from './catalog.ts'
import { describeCatalog } from './manifest.ts'
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
export interface CatalogEnvironment extends Omit<MethodEnvironment, 'idType'>, SourceOptions {}

/** Compiles every class. **Errors**: what a definition gets wrong, naming class, method and key. */
export function buildCatalog(
  sources: Iterable<ClassSource>,
  models: ReadonlyMap<string, Model>,
  environment: CatalogEnvironment,
): Catalog {
  const classes: SharedClass[] = []
  const methods = new Map<string, SharedMethod>()
  const parameters: MethodEnvironment['compiled'] = new WeakMap()
  for (const source of sources) {
    const compiled = compileClass(source, { ...environment, compiled: parameters })
    classes.push(compiled)
    for (const method of compiled.methods) {
      if (!methods.has(method.fullName)) methods.set(method.fullName, method)
    }
  }
  const catalog: Catalog = {
    classes: Object.freeze(classes),
    methods,
    models,
    describe: () => describeCatalog(catalog),
  }
  return Object.freeze(catalog)
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
  return Object.freeze({
    name: builder.name,
    paths: pathsOf(source),
    normalizeHttpPath: builder.definition.normalizeHttpPath,
    methods: Object.freeze(builder.sources(environment).map(compile)),
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
