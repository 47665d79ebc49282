import type { IncomingMessage, ServerResponse } from 'node:http'
import { ErrorCode, isInitializeRequest } from '@modelcontextprotocol/sdk/types.js'
import { problemFromError, RemoteError, type TransportEnvironment } from '../../core/spi.ts'
import { decodeBody, readBody } from '../http/body.ts'
import { type Cors, compileCors } from '../http/cors.ts'
import { HttpExchange } from '../http/exchange.ts'
import { hostOf } from '../http/forwarded.ts'
import type { HttpMount } from '../http/host.ts'
import { defaultJsonLimits, parseJsonBody } from '../http/json-body.ts'
import { readHeader } from '../http/request-headers.ts'
import type { McpSettings } from './mcp-options.ts'
import { compileOriginRule, type OriginRule } from './origin.ts'
import type { ServerEnvironment } from './protocol-server.ts'
import { Session } from './session.ts'

/** Streamable HTTP below one path of the host. It owns the sessions. Source: MCP 2025-06-18, transports. */
export class McpMount implements HttpMount {
  readonly path: string
  readonly #settings: McpSettings
  readonly #environment: ServerEnvironment
  readonly #log: TransportEnvironment['log']
  readonly #mayCall: OriginRule
  readonly #cors: Cors | undefined
  readonly #sessions = new Map<string, Session>()
  readonly #sweep: NodeJS.Timeout
  #isClosing = false

  constructor(path: string, server: ServerEnvironment, transport: TransportEnvironment) {
    const { settings } = server
    this.path = path
    this.#settings = settings
    this.#environment = server
    this.#log = transport.log
    this.#mayCall = compileOriginRule(settings.allowedOrigins, transport.address.host)
    this.#cors = compileCors({
      origin: true, // those the rule above lets through
      methods: ['GET', 'POST', 'DELETE'],
      exposedHeaders: ['Mcp-Session-Id', 'Mcp-Protocol-Version'],
    })
    const idleMs = settings.limits.sessionIdleTimeoutMs
    this.#sweep = setInterval(() => this.#closeIdle(idleMs), Math.min(idleMs, longestSweepMs))
    this.#sweep.unref()
  }

  /** The direct path: answers without Koa, false when the request is not ours. */
  readonly direct = (request: IncomingMessage, response: ServerResponse): boolean => {
    const exchange = new HttpExchange(request, response)
    if (!this.#owns(exchange)) return false
    void this.#answer(exchange, undefined)
    return true
  }

  /** The way through Koa: the same code, with the response taken away from Koa. */
  readonly middleware: HttpMount['middleware'] = async (context, next) => {
    const exchange = new HttpExchange(context.req, context.res, context)
    if (!this.#owns(exchange)) return next()
    context.respond = false
    const { body } = context.request as { readonly body?: unknown } // where Koa body parsers put it
    await this.#answer(exchange, body)
  }

  /** Tells every client that the tools changed. */
  announceTools(): void {
    for (const session of this.#sessions.values()) session.announceTools()
  }

  /** Refuses new requests and ends the streams on which clients listen; calls go on. */
  stopListening(): void {
    this.#isClosing = true
    clearInterval(this.#sweep)
    for (const session of this.#sessions.values()) session.stopListening()
  }

  /** Ends every session and aborts its calls. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close()))
  }

  #owns({ url, pathEnd }: HttpExchange): boolean {
    const { length } = this.path
    const isLonger = pathEnd === length + 1 && url.charCodeAt(length) === slash
    return (pathEnd === length || isLonger) && url.startsWith(this.path)
  }

  /** Never rejects. */
  async #answer(exchange: HttpExchange, parsed: unknown): Promise<void> {
    const { raw, response } = exchange
    try {
      const origin = readHeader(raw, 'origin')
      if (!this.#mayCall(origin, hostOf(raw))) {
        throw new RemoteError('the origin is not allowed', { statusCode: 403 })
      }
      if (origin !== undefined) this.#cors?.apply(raw, response)
      if (this.#isClosing) throw new RemoteError('the server is closing', { code: 'unavailable' })
      await this.#answerMethod(raw, response, parsed)
    } catch (error) {
      this.#fail(response, error)
    }
  }

  async #answerMethod(
    request: IncomingMessage,
    response: ServerResponse,
    parsed: unknown,
  ): Promise<void> {
    const { method } = request
    if (response.destroyed) return // nobody would ever hear of the end of what is opened below
    if (method === 'OPTIONS') {
      this.#cors?.preflight(request, response)
      response.writeHead(204, { Allow: 'GET, POST, DELETE' }).end()
    } else if (method === 'POST') {
      const message = parsed ?? (await this.#readMessage(request, response))
      await this.#post(request, response, message)
    } else if ((method === 'GET' || method === 'DELETE') && !this.#settings.stateless) {
      const session = this.#sessionOf(request)
      await session.answer(request, response)
    } else {
      response.setHeader('Allow', this.#settings.stateless ? 'POST' : 'GET, POST, DELETE')
      throw new RemoteError('Method Not Allowed', { statusCode: 405 })
    }
  }

  /** **Errors**: 413, 415, 400 as of `readBody`, `decodeBody` and `parseJsonBody`. */
  async #readMessage(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const bytes = await readBody(request, response, this.#settings.limits.maxBodyBytes)
    const text = decodeBody(bytes, undefined, { allowLatin1: false })
    return parseJsonBody(text, { strict: true, limits: defaultJsonLimits })
  }

  async #post(request: IncomingMessage, response: ServerResponse, message: unknown): Promise<void> {
    const controller = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) controller.abort()
    })
    const isNew = this.#settings.stateless || isFirst(request, message)
    const session = isNew ? await this.#openSession() : this.#sessionOf(request)
    if (this.#settings.stateless) response.once('close', () => void session.close())
    await session.answer(request, response, { message, signal: controller.signal })
    if (isNew && !this.#settings.stateless && !session.isInitialized) await session.close()
  }

  /** **Errors**: 503 when there are too many. */
  async #openSession(): Promise<Session> {
    if (this.#sessions.size >= this.#settings.limits.maxSessions) {
      throw new RemoteError('too many sessions', { code: 'unavailable' })
    }
    const session = new Session({
      environment: this.#environment,
      stateless: this.#settings.stateless,
    })
    this.#sessions.set(session.id, session)
    await session.open(() => this.#sessions.delete(session.id))
    return session
  }

  /** **Errors**: 400 without a session id, 404 for one that is not known (any more). */
  #sessionOf(request: IncomingMessage): Session {
    const id = readHeader(request, 'mcp-session-id')
    if (id === undefined) throw new RemoteError('Mcp-Session-Id is missing', { statusCode: 400 })
    const session = this.#sessions.get(id)
    if (session === undefined) throw new RemoteError('session not found', { statusCode: 404 })
    return session
  }

  #closeIdle(idleMs: number): void {
    const now = Date.now()
    for (const session of this.#sessions.values()) {
      if (session.idleMs(now) >= idleMs) void session.close()
    }
  }

  /** Errors of the transport are JSON-RPC errors without an id. Failures of ours are logged and not shown. */
  #fail(response: ServerResponse, error: unknown): void {
    const { statusCode, body } = problemFromError(error)
    if (statusCode === 500) this.#log(error, 'an MCP request failed')
    if (response.headersSent) {
      response.destroy()
      return
    }
    const isSyntax = body['name'] === 'SyntaxError'
    const code = isSyntax ? ErrorCode.ParseError : (codes[statusCode] ?? ErrorCode.InvalidRequest)
    const text = JSON.stringify({
      jsonrpc: '2.0',
      error: { code, message: body['message'] },
      id: null,
    })
    response.writeHead(statusCode, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      'X-Content-Type-Options': 'nosniff',
    })
    response.end(text)
  }
}

/** A client's first message: it opens its session. */
function isFirst(request: IncomingMessage, message: unknown): boolean {
  return readHeader(request, 'mcp-session-id') === undefined && isInitializeRequest(message)
}

const slash = 47

/** Milliseconds between looks at idle sessions, at most. */
const longestSweepMs = 30_000

/** Codes of the SDK's own answers, by status. */
const codes: Readonly<Record<number, number>> = {
  403: -32000,
  404: -32001,
  405: -32000,
  503: -32000,
}
