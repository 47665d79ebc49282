import type { Catalog, Model, ReturnDefinition } from '../../core/spi.ts'
import { compileInput, type InputReader } from './arguments.ts'
import type { RestConfiguration } from './rest-options.ts'
import type { Route, RouteGroup } from './routes.ts'
import { fileParameters } from './upload.ts'

/** A route with everything about its requests and answers that can be decided before the first call. */
export interface Endpoint {
  readonly route: Route
  readonly readInput: InputReader
  /** Set for prototype methods. */
  readonly readCtorInput: InputReader | undefined
  /** Parameters that take uploaded files. */
  readonly files: ReadonlyMap<string, boolean> | undefined
  readonly kind: 'value' | 'stream' | 'file'
  /** A GET runs before a 406 is decided. Source: remoting N-4. */
  readonly negotiatesLate: boolean
  /** The type of an empty answer names its charset. Source: remoting B-4. */
  readonly charsetOnEmpty: boolean
  /** Type of files that name none. Source: remoting FI-2. */
  readonly fileType: string
  readonly textFileType: string
  readonly xml: NonNullable<ReturnDefinition['xml']>
  readonly xmlShowsUndefined: boolean
  /** The model whose rows this route answers with, where XML shows unset properties. */
  readonly rowModel: Model | undefined
}

/** What endpoints are compiled with. */
export interface EndpointEnvironment {
  readonly configuration: RestConfiguration
  readonly compat: {
    readonly 'N-4': boolean
    readonly 'B-4': boolean
    readonly 'FI-2': boolean
    readonly 'N-20': boolean
    readonly argsParameter: boolean
  }
}

/** Compiles one route of a catalog. */
export function compileEndpoint(
  route: Route,
  catalog: Catalog,
  environment: EndpointEnvironment,
): Endpoint {
  const { configuration, compat } = environment
  const { method, sharedClass } = route
  const pathNames = new Set([...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name))
  const { implicitHeaders } = configuration
  const options = { implicitHeaders, pathNames, argsParameter: compat.argsParameter }
  const ctor = method.isStatic ? undefined : sharedClass.sharedCtor
  const first = method.returns.find((returned) => returned.target === 'body')
  return Object.freeze({
    route,
    readInput: compileInput(method.parameters, options),
    readCtorInput: ctor === undefined ? undefined : compileInput(ctor.parameters, options),
    files: fileParameters(method),
    kind: method.streams ? 'stream' : method.returnsFile ? 'file' : 'value',
    negotiatesLate: compat['N-4'],
    charsetOnEmpty: compat['B-4'],
    fileType: compat['FI-2'] ? 'application/json' : 'application/octet-stream',
    textFileType: compat['FI-2'] ? 'application/json; charset=utf-8' : 'application/octet-stream',
    xml: first?.definition.xml ?? {},
    xmlShowsUndefined: compat['N-20'],
    rowModel:
      compat['N-20'] && first?.root === true ? modelOf(first.definition.type, catalog) : undefined,
  } satisfies Endpoint)
}

function modelOf(type: unknown, catalog: Catalog): Model | undefined {
  const name = Array.isArray(type) ? type[0] : type
  return typeof name === 'string' ? catalog.models.get(name) : undefined
}

/** A route whose endpoint is compiled at its first request: starting does not pay for routes nobody asks for. */
export class LazyEndpoint {
  readonly route: Route
  readonly #catalog: Catalog
  readonly #environment: EndpointEnvironment
  #endpoint: Endpoint | undefined

  constructor(route: Route, catalog: Catalog, environment: EndpointEnvironment) {
    this.route = route
    this.#catalog = catalog
    this.#environment = environment
  }

  get endpoint(): Endpoint {
    this.#endpoint ??= compileEndpoint(this.route, this.#catalog, this.#environment)
    return this.#endpoint
  }
}

/** The endpoints of one class path, made when a request comes near. */
export class EndpointGroup {
  readonly #group: RouteGroup
  readonly #catalog: Catalog
  readonly #environment: EndpointEnvironment
  #targets: readonly LazyEndpoint[] | undefined

  constructor(group: RouteGroup, catalog: Catalog, environment: EndpointEnvironment) {
    this.#group = group
    this.#catalog = catalog
    this.#environment = environment
  }

  get classPath(): string {
    return this.#group.classPath
  }

  get targets(): readonly LazyEndpoint[] {
    this.#targets ??= this.#group.routes.map(
      (route) => new LazyEndpoint(route, this.#catalog, this.#environment),
    )
    return this.#targets
  }
}
