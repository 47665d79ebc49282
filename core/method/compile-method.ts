import { invalidArgument } from '../error/remote-error.ts'
import { compileReturns } from './output.ts'
import { compileParameters, type MethodEnvironment } from './parameter.ts'
import type { HttpRoute, SharedMethod, SharedMethodDefinition } from './shared-method.ts'

/** A described method with its function, before it is compiled. */
export interface MethodSource {
  readonly name: string
  readonly definition: SharedMethodDefinition
  /** Named arguments and the context. */
  readonly handler: (args: never, context: never) => unknown
  readonly isSharedCtor?: boolean
  /** The class or object it was found on. */
  readonly owner?: unknown
  /** It follows from a model and holds no mistake of the user's: it may be compiled when somebody asks for it. */
  readonly isDerived?: boolean
}

/** Compiles one method of a class. **Errors**: `INVALID_ARGUMENT` naming the method and the key. */
export function compileMethod(
  className: string,
  source: MethodSource,
  environment: MethodEnvironment,
): SharedMethod {
  const { name, definition } = source
  if (name.startsWith('prototype.')) {
    throw invalidArgument(`${className}.${name}: a method name must not begin with "prototype."`)
  }
  const isStatic = definition.isStatic !== false
  const fullName = isStatic ? `${className}.${name}` : `${className}.prototype.${name}`
  const returns = compileReturns(fullName, definition.returns, environment)
  const first = returns[0]?.definition.type
  return Object.freeze({
    name,
    className,
    fullName,
    isStatic,
    isSharedCtor: source.isSharedCtor === true,
    aliases: Object.freeze([...(definition.aliases ?? [])]),
    parameters: compileParameters(fullName, definition.accepts, environment),
    returns,
    routes: compileRoutes(name, definition.http),
    streams: first === 'ReadableStream',
    returnsFile: returns.some((returned) => returned.definition.type === 'file'),
    accessType: definition.accessType,
    documented: definition.documented !== false,
    description: textOf(definition.description),
    notes: textOf(definition.notes),
    errors: listOf(definition.errors),
    definition,
    owner: source.owner,
    invoke: source.handler as SharedMethod['invoke'], // typed at its definition, fed by the compiled parameters
  })
}

/** Verb defaults to `all`, path to the method's name; `del` is read as `delete`. Source: remoting U-1. */
function compileRoutes(name: string, http: SharedMethodDefinition['http']): SharedMethod['routes'] {
  const given: readonly HttpRoute[] = http === undefined ? [] : Array.isArray(http) ? http : [http]
  const routes = given.length === 0 ? [{}] : given
  return Object.freeze(
    routes.map((route: HttpRoute) => {
      const verb = (route.verb ?? 'all').toLowerCase()
      return Object.freeze({
        ...route,
        verb: verb === 'del' ? 'delete' : verb,
        path: route.path ?? `/${name}`,
      })
    }),
  )
}

/** One thing, or several. Source: remoting S-1. */
function listOf(given: unknown): readonly unknown[] {
  if (given === undefined || given === null) return Object.freeze([])
  return Object.freeze(Array.isArray(given) ? [...given] : [given])
}

function textOf(text: string | readonly string[] | undefined): string | undefined {
  return typeof text === 'string' || text === undefined ? text : text.join('\n')
}
