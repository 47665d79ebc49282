import type { TransportEnvironment } from '../../core/spi.ts'
import type { McpSettings } from './mcp-options.ts'
import { compileTools, type Tool } from './tool.ts'

/**
 * The tools of the catalog of the moment. They are compiled when a client first asks: looking for them compiles every
 * method of the application, which a start should not pay for.
 */
export class ToolSet {
  readonly #settings: McpSettings
  readonly #environment: TransportEnvironment
  #tools: ReadonlyMap<string, Tool> | undefined

  constructor(settings: McpSettings, environment: TransportEnvironment) {
    this.#settings = settings
    this.#environment = environment
  }

  /** **Errors**: what {@link McpSettings.tools} throws, `INVALID_ARGUMENT` for a malformed choice. */
  get tools(): ReadonlyMap<string, Tool> {
    const { catalog, warn } = this.#environment
    this.#tools ??= compileTools(this.#settings, catalog(), warn)
    return this.#tools
  }

  /** Takes over a new catalog; whether clients that asked before see a difference. */
  refresh(): boolean {
    const before = this.#tools
    this.#tools = undefined
    return before !== undefined && textOf(before) !== textOf(this.tools)
  }
}

function textOf(tools: ReadonlyMap<string, Tool>): string {
  return JSON.stringify([...tools.values()].map(({ description }) => description))
}
