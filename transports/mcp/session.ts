import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js'
import { carriedBy, createProtocolServer, type ServerEnvironment } from './protocol-server.ts'

/** What a session is opened with. */
export interface SessionOptions {
  readonly environment: ServerEnvironment
  /** No identity: one request, then closed. */
  readonly stateless: boolean
}

/** A message with the life of the request that carried it. */
export interface CarriedMessage {
  /** The parsed body. */
  readonly message: unknown
  /** Aborted when the connection ends before the answer did. */
  readonly signal: AbortSignal
}

/** One client over HTTP, from `initialize` to its DELETE, its idle timeout, or the end of the transport. */
export class Session {
  readonly id: string = randomUUID()
  readonly #http: StreamableHTTPServerTransport
  readonly #server: ReturnType<typeof createProtocolServer>
  #openResponses = 0
  #lastUsed = Date.now()

  constructor({ environment, stateless }: SessionOptions) {
    this.#http = new StreamableHTTPServerTransport(
      stateless ? {} : { sessionIdGenerator: () => this.id },
    )
    this.#server = createProtocolServer(environment, {
      listChanged: !stateless,
      endCancelled: (id) => this.#endCancelled(id),
    })
  }

  /** `onClose` runs once, whoever closes. */
  async open(onClose: () => void): Promise<void> {
    this.#server.onclose = onClose
    // the SDK's class declares its optional members in a way this compiler's exact mode refuses
    await this.#server.connect(this.#http as Transport)
  }

  /** The protocol accepted its `initialize`. */
  get isInitialized(): boolean {
    return this.#http.sessionId !== undefined
  }

  /** Milliseconds since the last response ended; 0 while one is open. */
  idleMs(now: number): number {
    return this.#openResponses > 0 ? 0 : now - this.#lastUsed
  }

  /** Answers one request; without a message for GET and DELETE. Resolves when the answer is written. */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    carried?: CarriedMessage,
  ): Promise<void> {
    this.#openResponses++
    response.once('close', () => {
      this.#openResponses--
      this.#lastUsed = Date.now()
    })
    if (carried === undefined) return this.#http.handleRequest(request, response)
    const { message, signal } = carried
    const auth = carriedBy({ request, signal })
    await this.#http.handleRequest(Object.assign(request, { auth }), response, message)
  }

  /** Tells the client that the tools changed, where it listens. */
  announceTools(): void {
    this.#server.sendToolListChanged().catch(() => undefined) // the client has just gone
  }

  /** Ends the stream on which the client listens; calls go on. */
  stopListening(): void {
    this.#http.closeStandaloneSSEStream()
  }

  /** Ends the session and aborts its calls. */
  close(): Promise<void> {
    return this.#server.close()
  }

  /** The SDK leaves a cancelled request without an answer, and its response open for ever. */
  #endCancelled(id: RequestId): void {
    const error = { code: ErrorCode.ConnectionClosed, message: 'the call was cancelled' }
    this.#http.send({ jsonrpc: '2.0', id, error }).catch(() => undefined) // the connection is gone, too
  }
}
