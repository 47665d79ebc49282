import type { IncomingMessage } from 'node:http'
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  type CallToolRequest,
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type RequestId,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js'
import type { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { RemoteError } from '../../core/spi.ts'
import type { TokenRequest } from '../http/http-request.ts'
import type { CallsUnderWay } from './calls-under-way.ts'
import type { McpSettings } from './mcp-options.ts'
import type { ItemListener } from './stream-items.ts'
import { callTool, failureResult, type ToolCallEnvironment } from './tool-call.ts'
import type { ToolSet } from './tool-set.ts'

/** The HTTP request that carried a message. */
export interface Carrier {
  readonly request: IncomingMessage
  /** Aborted when the connection ends before the answer did. */
  readonly signal: AbortSignal
}

/**
 * Hands a carrier through the SDK: what stands under `auth` of a request is the one thing its handlers get to see, for
 * every message apart. Nothing of it is a credential; those are in the headers.
 */
export function carriedBy(carrier: Carrier): AuthInfo {
  return { token: '', clientId: '', scopes: [], extra: { [carrierKey]: carrier } }
}

const carrierKey = 'viaduct'

function carrierOf({ authInfo }: Extra): Carrier | undefined {
  return authInfo?.extra?.[carrierKey] as Carrier | undefined // put there above; absent on standard streams
}

/** What the servers of one transport share. */
export interface ServerEnvironment extends ToolCallEnvironment {
  readonly settings: McpSettings
  readonly tools: ToolSet
  readonly calls: CallsUnderWay
  /** One for all: the SDK would make one for every session, at 0.5 ms each (measured 2026-11). */
  readonly validator: AjvJsonSchemaValidator
}

/** What is particular to one connection. */
export interface ConnectionPlan {
  /** Tells of changed tools. */
  readonly listChanged: boolean
  /** Ends what still waits for the answer of a call its client has cancelled. */
  readonly endCancelled?: (id: RequestId) => void
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

/** The protocol's side of one client: lists the tools and calls them. */
export function createProtocolServer(environment: ServerEnvironment, plan: ConnectionPlan): Server {
  const { name, version, instructions } = environment.settings
  const server = new Server(
    { name, version },
    {
      jsonSchemaValidator: environment.validator,
      capabilities: { tools: plan.listChanged ? { listChanged: true } : {} },
      ...(instructions === undefined ? {} : { instructions }),
    },
  )
  let running = 0
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listTools(environment) }))
  server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {
    const isCrowded = running >= environment.limits.maxConcurrentCalls
    running++
    environment.calls.enter()
    try {
      return isCrowded
        ? failureResult(tooManyCalls(), request.params.name, environment)
        : await answerCall(request, extra, environment)
    } finally {
      running--
      environment.calls.leave()
      if (extra.signal.aborted) plan.endCancelled?.(extra.requestId)
    }
  })
  return server
}

function tooManyCalls(): RemoteError {
  return new RemoteError('too many calls are under way', { code: 'resource_exhausted' })
}

function listTools(environment: ServerEnvironment) {
  return [...toolsOf(environment).values()].map(({ description }) => description)
}

/** **Errors**: an internal error that discloses nothing, when the application's choice of tools fails. */
function toolsOf({ tools, log }: ServerEnvironment): ToolSet['tools'] {
  try {
    return tools.tools
  } catch (error) {
    log(error, 'the tools can not be listed')
    throw new McpError(ErrorCode.InternalError, 'the tools can not be listed')
  }
}

/** **Errors**: the protocol's invalid params for an unknown tool. */
function answerCall(
  { params }: CallToolRequest,
  extra: Extra,
  environment: ServerEnvironment,
): Promise<CallToolResult> {
  const tool = toolsOf(environment).get(params.name)
  if (tool === undefined) {
    const shown = params.name.slice(0, 100)
    throw new McpError(ErrorCode.InvalidParams, `there is no tool "${shown}"`)
  }
  const carrier = carrierOf(extra)
  return callTool(
    {
      tool,
      args: params.arguments ?? {},
      metadata: carrier?.request.headers ?? {},
      accessToken: (carrier?.request as TokenRequest | undefined)?.accessToken, // put there by middleware
      signal:
        carrier === undefined ? extra.signal : AbortSignal.any([extra.signal, carrier.signal]),
      onItem: progressOf(extra),
    },
    environment,
  )
}

/** Items travel ahead as progress where the client asked for it. */
function progressOf({ _meta, sendNotification }: Extra): ItemListener | undefined {
  const progressToken = _meta?.progressToken
  if (progressToken === undefined) return undefined
  return (message, progress) =>
    sendNotification({
      method: 'notifications/progress',
      params: { progressToken, progress, message },
    })
}
