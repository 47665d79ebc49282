import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import {
  type Call,
  type CallContext,
  type CallInput,
  findReservedKey,
  ownStatusOf,
  problemFromError,
  type Reply,
  remoteError,
  type SharedMethod,
  type TransportEnvironment,
} from '../../core/spi.ts'
import type { ErrorSettings } from '../http/error-options.ts'
import type { ToolArgument } from './argument-schema.ts'
import type { McpLimits } from './mcp-options.ts'
import { collectItems, discardItems, type ItemListener } from './stream-items.ts'
import type { Tool } from './tool.ts'

/** What every call of a transport shares. */
export interface ToolCallEnvironment {
  readonly handle: TransportEnvironment['handle']
  readonly log: TransportEnvironment['log']
  readonly errors: ErrorSettings
  readonly limits: McpLimits
  /** Aborted when the transport closes: streams end. */
  readonly closing: AbortSignal
}

/** One call of a tool as it came in. */
export interface ToolRequest {
  readonly tool: Tool
  /** By name, from JSON. */
  readonly args: Readonly<Record<string, unknown>>
  readonly metadata: Call['metadata']
  readonly accessToken: unknown
  readonly signal: AbortSignal
  /** Told about every item of a stream; absent when the client did not ask. */
  readonly onItem: ItemListener | undefined
}

/** A call as this transport carries it. */
class McpCall implements Call {
  readonly transport = 'mcp'
  readonly method: SharedMethod
  readonly input: CallInput
  readonly ctorInput: CallInput | undefined
  readonly metadata: Call['metadata']
  readonly accessToken: unknown
  readonly signal: AbortSignal
  failedInMethod: boolean | undefined = undefined
  context: CallContext | undefined = undefined
  readonly #args: ToolRequest['args']

  constructor({ tool, args, metadata, accessToken, signal }: ToolRequest) {
    const { method, ctor } = tool
    this.method = method
    this.input = inputOf(method, tool.arguments.own, args)
    this.ctorInput = ctor === undefined ? undefined : inputOf(ctor, tool.arguments.instance, args)
    this.metadata = metadata
    this.accessToken = accessToken
    this.signal = signal
    this.#args = args
  }

  readArgument(name: string): unknown {
    return Object.hasOwn(this.#args, name) ? this.#args[name] : undefined
  }
}

function inputOf(
  method: SharedMethod,
  given: readonly ToolArgument[],
  args: ToolRequest['args'],
): CallInput {
  const values: unknown[] = method.parameters.map(() => undefined)
  for (const { name, parameter } of given) {
    if (Object.hasOwn(args, name)) values[parameter.index] = args[name]
  }
  return { values, typed: true }
}

/**
 * Calls a tool through the whole pipeline. A failure of the method is a result with `isError`.
 *
 * **Errors**: rejects only when the signal aborts.
 */
export async function callTool(
  request: ToolRequest,
  environment: ToolCallEnvironment,
): Promise<CallToolResult> {
  let call: McpCall | undefined
  try {
    refuseReservedKeys(request.args)
    call = new McpCall(request)
    const reply = await untilAborted(environment.handle(call), request.signal)
    return await resultOf(reply, request, environment)
  } catch (error) {
    if (request.signal.aborted) throw error
    const isOwn = call?.failedInMethod === true && ownStatusOf(error) === undefined
    const fallback = isOwn ? request.tool.method.routes[0]?.errorStatus : undefined
    return failureResult(error, request.tool.method.fullName, environment, fallback)
  }
}

/** **Errors**: `RESERVED_KEY`; standard streams bring JSON nobody looked at. */
function refuseReservedKeys(args: ToolRequest['args']): void {
  const path = findReservedKey(args)
  if (path !== undefined) throw remoteError('RESERVED_KEY', 'reserved key "__proto__"', { path })
}

/** Rejects as soon as the caller is gone; a stream that comes too late is let go. */
function untilAborted(pending: Promise<Reply>, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    pending
      .then((reply) => {
        if (signal.aborted && reply.kind === 'stream') discardItems(reply.items)
        resolve(reply)
      }, reject)
      .finally(() => signal.removeEventListener('abort', leave))
  })
}

async function resultOf(
  reply: Reply,
  { signal, onItem }: ToolRequest,
  { limits, closing }: ToolCallEnvironment,
): Promise<CallToolResult> {
  if (reply.kind === 'answered') return { content: [] }
  if (reply.kind === 'value') return valueResult(JSON.stringify(reply.value))
  const { texts, complete } = await collectItems(reply.items, { signal, closing, limits, onItem })
  return valueResult(`{"items":[${texts.join(',')}],"complete":${complete}}`)
}

/** The JSON as text for every client, and as data where it is an object. */
function valueResult(text: string | undefined): CallToolResult {
  if (text === undefined) return { content: [] }
  const content: CallToolResult['content'] = [{ type: 'text', text }]
  if (!text.startsWith('{')) return { content }
  return { content, structuredContent: JSON.parse(text) as Record<string, unknown> } // an object by its first letter
}

/** A failure as a client sees it: the problem as JSON, under the disclosure rules of every transport. */
export function failureResult(
  error: unknown,
  fullName: string,
  { errors, log }: Pick<ToolCallEnvironment, 'errors' | 'log'>,
  fallbackStatus?: number,
): CallToolResult {
  if (errors.log) logSafely(log, error, `the tool call of ${fullName} failed`)
  const { body } = problemFromError(error, { ...errors, fallbackStatus })
  return { content: [{ type: 'text', text: problemText(body) }], isError: true }
}

function problemText(body: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(body)
  } catch {
    // details that have no JSON form (a cycle, a bigint) are left out
    const { statusCode, name, message } = body
    return JSON.stringify({ statusCode, name: String(name), message: String(message) })
  }
}

/** What was thrown need have no text; neither it nor a logger ends the process. */
function logSafely(log: ToolCallEnvironment['log'], error: unknown, message: string): void {
  try {
    log(error, message)
  } catch {
    // the answer still goes out
  }
}
