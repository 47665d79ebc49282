import { type Catalog, invalidArgument, type SharedMethod } from '../../core/spi.ts'
import type { McpSettings, McpToolOptions, ToolChoice } from './mcp-options.ts'
import { isToolName } from './tool-name.ts'

/** A method that is a tool, with what was said about it. */
export interface SelectedMethod {
  readonly method: SharedMethod
  readonly options: McpToolOptions
}

/** **Errors**: `INVALID_ARGUMENT` for a name without a method. */
export function checkNamedTools(tools: McpSettings['tools'], catalog: Catalog): void {
  if (typeof tools === 'function') return
  for (const name of tools) {
    if (!name.includes('*') && catalog.find(name) === undefined) {
      throw invalidArgument(`mcp.tools: there is no method "${name.slice(0, 100)}"`)
    }
  }
}

/**
 * The methods that are tools, by full name. Methods that take or answer files are none.
 *
 * **Errors**: `INVALID_ARGUMENT` for a malformed choice.
 */
export function selectMethods(
  tools: McpSettings['tools'],
  catalog: Catalog,
  warn: (message: string) => void,
): readonly SelectedMethod[] {
  const isNamed = typeof tools === 'function' ? undefined : compilePatterns(tools)
  const selected: SelectedMethod[] = []
  for (const method of catalog.methods.values()) {
    const marker = readChoice(method.definition['mcp'], `${method.fullName}: mcp`)
    if (marker === false) continue
    const choice =
      typeof tools === 'function'
        ? readChoice(tools(method), `mcp.tools(${method.fullName})`)
        : isNamed?.(method.fullName) || undefined
    const decided = choice ?? marker
    if (decided === undefined || decided === false) continue
    if (carriesFiles(method)) {
      warn(`${method.fullName} carries files and can not be a tool`)
      continue
    }
    selected.push({ method, options: { ...optionsOf(marker), ...optionsOf(choice) } })
  }
  return selected.sort((a, b) => (a.method.fullName < b.method.fullName ? -1 : 1))
}

function optionsOf(choice: ToolChoice): McpToolOptions {
  return typeof choice === 'object' ? choice : {}
}

const choiceKeys = new Set(['name', 'title', 'description', 'annotations'])

function readChoice(choice: unknown, place: string): ToolChoice {
  if (choice === undefined || typeof choice === 'boolean') return choice
  if (typeof choice !== 'object' || choice === null) {
    throw invalidArgument(`${place}: expected true, false or an object, got ${typeof choice}`)
  }
  const unknown = Object.keys(choice).find((key) => !choiceKeys.has(key))
  if (unknown !== undefined) throw invalidArgument(`${place}.${unknown}: unknown key`)
  const given = choice as McpToolOptions // keys checked, values below
  for (const key of ['name', 'title', 'description'] as const) {
    if (given[key] !== undefined && typeof given[key] !== 'string') {
      throw invalidArgument(`${place}.${key}: expected a text, got ${typeof given[key]}`)
    }
  }
  if (given.name !== undefined && !isToolName(given.name)) {
    throw invalidArgument(`${place}.name: expected up to 64 letters, digits, "_" and "-"`)
  }
  return given
}

function carriesFiles(method: SharedMethod): boolean {
  const isFile = (type: unknown) => typeof type === 'string' && type.toLowerCase() === 'file'
  return method.returnsFile || method.parameters.some(({ definition }) => isFile(definition.type))
}

/** Dot-segmented: `*` is one segment, `**` any run of segments. */
function compilePatterns(patterns: readonly string[]): (fullName: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const globs = patterns
    .filter((pattern) => pattern.includes('*'))
    .map((pattern) => {
      const source = pattern
        .split(/(\*+)/)
        .map((part) => (part === '*' ? '[^.]*' : part.startsWith('*') ? '.*' : escapeText(part)))
        .join('')
      return new RegExp(`^${source}$`)
    })
  return (fullName) => exact.has(fullName) || globs.some((glob) => glob.test(fullName))
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
