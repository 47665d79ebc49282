import type { Tool as ToolDescription } from '@modelcontextprotocol/sdk/types.js'
import type { Catalog, SharedClass, SharedMethod } from '../../core/spi.ts'
import { argumentsOf, inputSchemaOf, type ToolArguments, typeNamesOf } from './argument-schema.ts'
import type { McpSettings, McpToolOptions, ToolAnnotations } from './mcp-options.ts'
import { outputSchemaOf } from './result-schema.ts'
import { nameTools } from './tool-name.ts'
import { selectMethods } from './tool-selection.ts'

/** A shared method as a client sees it, with what a call needs. */
export interface Tool {
  readonly method: SharedMethod
  /** Loads the instance of a prototype method. */
  readonly ctor: SharedMethod | undefined
  readonly arguments: ToolArguments
  readonly description: ToolDescription
}

/** The tools of one catalog, by name, in the order of the methods' full names. */
export function compileTools(
  settings: Pick<McpSettings, 'tools'>,
  catalog: Catalog,
  warn: (message: string) => void,
): ReadonlyMap<string, Tool> {
  const selected = selectMethods(settings.tools, catalog, warn)
  const names = nameTools(
    selected.map(({ method, options }) => ({ fullName: method.fullName, wished: options.name })),
  )
  return new Map(
    selected.map(({ method, options }) => {
      const name = names.get(method.fullName) ?? method.fullName
      return [name, compileTool(name, method, options, catalog)]
    }),
  )
}

function compileTool(
  name: string,
  method: SharedMethod,
  options: McpToolOptions,
  catalog: Catalog,
): Tool {
  const owner = catalog.classes.find((shared) => shared.name === method.className)
  const ctor = method.isStatic ? undefined : owner?.sharedCtor
  const given = argumentsOf(method, ctor)
  const output = outputSchemaOf(method, catalog.models)
  const types = typeNamesOf(owner, catalog)
  return {
    method,
    ctor,
    arguments: given,
    description: {
      name,
      title: options.title ?? method.fullName,
      description: options.description ?? descriptionOf(method, owner),
      inputSchema: inputSchemaOf(method, given, owner, types),
      ...(output === undefined ? {} : { outputSchema: output }),
      annotations: { ...annotationsOf(method), ...options.annotations },
    },
  }
}

function descriptionOf(method: SharedMethod, owner: SharedClass | undefined): string {
  const texts = [method.description, method.notes].filter((text) => text !== undefined)
  if (texts.length === 0) return `Calls ${method.fullName}.`
  return owner?.model === undefined ? texts.join('\n\n') : `${owner.name}: ${texts.join('\n\n')}`
}

function annotationsOf(method: SharedMethod): ToolAnnotations {
  const verbs = method.routes.map(({ verb }) => verb)
  const every = (...allowed: readonly string[]) => verbs.every((verb) => allowed.includes(verb))
  const reads =
    method.accessType === 'READ' || (method.accessType === undefined && every('get', 'head'))
  if (reads) return { readOnlyHint: true, destructiveHint: false, idempotentHint: true }
  const adds = every('post') && method.routes.every(({ path }) => path === '/')
  return {
    readOnlyHint: false,
    destructiveHint: !adds,
    idempotentHint: every('put', 'delete'),
  }
}
