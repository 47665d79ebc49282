import { invalidArgument, type SharedMethod } from '../../core/spi.ts'
import type { HttpHostOptions } from '../http/host-options.ts'

/** Hints for the user of a tool; a client must not rely on them. Source: MCP 2025-06-18, `ToolAnnotations`. */
export interface ToolAnnotations {
  /** Changes nothing. @default the access type is `READ`; without one, every verb is GET or HEAD */
  readonly readOnlyHint?: boolean
  /** May overwrite or remove something. @default false for what reads or only adds, else true */
  readonly destructiveHint?: boolean
  /** A second call with the same arguments changes nothing more. @default true for PUT and DELETE */
  readonly idempotentHint?: boolean
  /** Reaches beyond the application. @default not stated */
  readonly openWorldHint?: boolean
}

/** What may be said about a tool. The same record stands under `mcp` in the definition of a method. */
export interface McpToolOptions {
  /** 1 to 64 letters, digits, `_` and `-`. @default the full name, `Book.find` as `Book_find` */
  readonly name?: string
  /** Shown to people. @default the full name of the method */
  readonly title?: string
  /** Read by the model. @default description and notes of the method */
  readonly description?: string
  readonly annotations?: ToolAnnotations
}

/** Whether a method is a tool, and how; `undefined` leaves it to the `mcp` key of its definition. */
export type ToolChoice = boolean | McpToolOptions | undefined

/** Options of {@link mcp}. */
export interface McpOptions {
  /**
   * Which methods are tools, beside those whose definition has an `mcp` key: full names and patterns as of hooks
   * (`Book.find`, `Book.*`, `**`), or a function. `mcp: false` in a definition keeps a method out of every pattern.
   * @default [], nothing
   */
  readonly tools?: readonly string[] | ((method: SharedMethod) => ToolChoice)
  /** Where HTTP answers. @default '/mcp'; with `stdio`, no HTTP at all */
  readonly path?: string
  /**
   * Serves the standard streams of the process, for clients that start the application themselves. Whatever else is
   * written to standard output goes to standard error. @default false
   */
  readonly stdio?: boolean
  /** Every HTTP request stands for itself: no sessions, no notification of changed tools. @default false */
  readonly stateless?: boolean
  /** Opens the port of the HTTP host; false for a server of the application's own. @default true */
  readonly listen?: boolean
  /** Limits of the HTTP server, where this transport is the first to use it. */
  readonly server?: HttpHostOptions
  /** Name of the server, for clients. @default 'viaduct' */
  readonly name?: string
  /** Version of the server, for clients. @default '1.0.0' */
  readonly version?: string
  /** How to use the tools, for the model. */
  readonly instructions?: string
  /**
   * Origins whose pages may call, e.g. `['https://app.example']`; `'*'` for all. Requests without an `Origin` header come
   * from programs and are not concerned. @default pages of this machine and of the address the application listens at
   */
  readonly allowedOrigins?: readonly string[]
  /** Sessions at a time, or requests at a time when stateless; further ones are answered 503. @default 1000 */
  readonly maxSessions?: number
  /** Milliseconds after which a session without an open request ends. @default 600000 */
  readonly sessionIdleTimeoutMs?: number
  /** Calls under way in one session; further ones fail with 429. @default 100 */
  readonly maxConcurrentCalls?: number
  /** Bytes of one message. @default 1048576 */
  readonly maxBodyBytes?: number
  /** Items a streaming method may answer; it is stopped after that. @default 1000 */
  readonly maxItems?: number
  /** Characters of JSON a streaming method may answer; it is stopped after that. @default 1048576 */
  readonly maxStreamLength?: number
  /** Milliseconds after which a streaming method is stopped. @default 60000 */
  readonly streamTimeoutMs?: number
}

/** Checked options with their defaults. */
export interface McpSettings {
  readonly tools: NonNullable<McpOptions['tools']>
  /** `undefined`: no HTTP. */
  readonly path: string | undefined
  readonly stdio: boolean
  readonly stateless: boolean
  readonly listen: boolean
  readonly server: HttpHostOptions | undefined
  readonly name: string
  readonly version: string
  readonly instructions: string | undefined
  readonly allowedOrigins: readonly string[] | undefined
  readonly limits: McpLimits
}

const limitDefaults = Object.freeze({
  maxSessions: 1000,
  sessionIdleTimeoutMs: 600_000,
  maxConcurrentCalls: 100,
  maxBodyBytes: 1_048_576,
  maxItems: 1000,
  maxStreamLength: 1_048_576,
  streamTimeoutMs: 60_000,
})

/** Whole numbers from 1. */
export type McpLimits = Readonly<Record<keyof typeof limitDefaults, number>>

const texts = ['name', 'version', 'instructions', 'path'] as const
const switches = ['stdio', 'stateless', 'listen'] as const
const known = new Set<string>([
  ...Object.keys(limitDefaults),
  ...texts,
  ...switches,
  'tools',
  'server',
  'allowedOrigins',
])

/** **Errors**: `INVALID_ARGUMENT` naming the key, for unknown keys and values of the wrong type. */
export function readMcpOptions(options: McpOptions): McpSettings {
  const given: Readonly<Record<string, unknown>> = { ...options }
  for (const key of Object.keys(given)) {
    if (!known.has(key)) throw invalidArgument(`mcp.${key}: unknown key`)
  }
  for (const key of texts) expectType(key, given[key], 'string')
  for (const key of switches) expectType(key, given[key], 'boolean')
  if (typeof options.tools !== 'function') expectTexts('tools', options.tools)
  expectTexts('allowedOrigins', options.allowedOrigins)
  const { stdio = false } = options
  return Object.freeze({
    tools: options.tools ?? [],
    path: readPath(options.path ?? (stdio ? undefined : '/mcp')),
    stdio,
    stateless: options.stateless === true,
    listen: options.listen !== false,
    server: options.server,
    name: options.name ?? 'viaduct',
    version: options.version ?? '1.0.0',
    instructions: options.instructions,
    allowedOrigins: options.allowedOrigins,
    limits: readLimits(given),
  })
}

function readLimits(given: Readonly<Record<string, unknown>>): McpLimits {
  const limits: Record<keyof typeof limitDefaults, number> = { ...limitDefaults }
  for (const key of Object.keys(limits) as (keyof typeof limitDefaults)[]) {
    // its own keys
    const value = given[key]
    if (value === undefined) continue
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
      throw invalidArgument(`mcp.${key}: expected a whole number from 1, got ${typeof value}`)
    }
    limits[key] = value
  }
  return Object.freeze(limits)
}

function readPath(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  if (!/^\/[^?#]*[^?#/]$/.test(path)) {
    throw invalidArgument(`mcp.path: expected a path such as "/mcp", got "${path.slice(0, 100)}"`)
  }
  return path
}

function expectType(key: string, value: unknown, type: 'string' | 'boolean'): void {
  if (value === undefined || typeof value === type) return
  throw invalidArgument(`mcp.${key}: expected a ${type}, got ${typeof value}`)
}

function expectTexts(key: string, value: unknown): void {
  if (value === undefined) return
  const isFitting =
    Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')
  if (!isFitting) throw invalidArgument(`mcp.${key}: expected a list of texts, got ${typeof value}`)
}
