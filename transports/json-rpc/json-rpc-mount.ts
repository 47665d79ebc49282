import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Catalog, type HttpRequest, RemoteError } from '../../core/spi.ts'
import { decodeBody, takeBody } from '../http/body.ts'
import { createErrorWriter, type ErrorWriter } from '../http/error-writer.ts'
import { HttpExchange, type RawHeaders } from '../http/exchange.ts'
import type { HttpMount } from '../http/host.ts'
import type { TokenRequest } from '../http/http-request.ts'
import { parseMediaType } from '../http/media-type.ts'
import { readHeader } from '../http/request-headers.ts'
import { answerMessage, type JsonRpcCaller, type JsonRpcService } from './json-rpc-handler.ts'
import type { JsonRpcConfiguration } from './json-rpc-options.ts'
import { type JsonRpcMessage, messageOf, readMessage } from './message.ts'

/** The endpoints of an application below one path of a host: one per class, and one for all of them. */
export class JsonRpcMount implements HttpMount {
  readonly path: string
  readonly isAhead = true
  readonly #configuration: JsonRpcConfiguration
  readonly #service: JsonRpcService
  readonly #writeError: ErrorWriter
  /** Class names by their lower-case form: paths match whatever their case. */
  #classes: ReadonlyMap<string, string> = new Map()

  constructor(
    configuration: JsonRpcConfiguration,
    service: JsonRpcService,
    log: (error: unknown, message: string) => void,
  ) {
    this.path = configuration.path
    this.#configuration = configuration
    this.#service = service
    this.#writeError = createErrorWriter(configuration.errors, log)
    this.update(service.catalog())
  }

  /** Takes the class names of a new catalog. */
  update(catalog: Catalog): void {
    this.#classes = new Map(catalog.classes.map(({ name }) => [name.toLowerCase(), name]))
  }

  readonly direct = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!mayBeEndpoint.test(request.url ?? '')) return false // every request of the host passes here
    const exchange = new HttpExchange(request, response)
    const endpoint = this.#endpointOf(exchange)
    if (endpoint === undefined) return false
    void this.#answer(exchange, endpoint)
    return true
  }

  readonly middleware: HttpMount['middleware'] = async (context, next) => {
    const exchange = new HttpExchange(context.req, context.res, context)
    const endpoint = this.#endpointOf(exchange)
    if (endpoint === undefined) return next()
    if (context.res.statusCode === 404) context.res.statusCode = 200 // Koa's default, nobody's decision
    await this.#answer(exchange, endpoint)
  }

  /** What a URL and its verb lead to; `undefined` is somebody else's. */
  #endpointOf({ raw, url, pathEnd }: HttpExchange): Endpoint | undefined {
    const { length } = this.path
    if (url.slice(0, length).toLowerCase() !== this.path.toLowerCase()) return undefined
    const match = endpointPath.exec(url.slice(length, pathEnd))
    if (match === null) return undefined
    if (raw.method === 'OPTIONS' && this.#refusesOptions) return undefined
    const [, segment] = match
    if (segment === undefined) return { className: undefined }
    const className = this.#classes.get(decode(segment).toLowerCase())
    return className === undefined ? undefined : { className }
  }

  /** Source: remoting U-11. */
  get #refusesOptions(): boolean {
    return this.#configuration.cors === undefined && this.#service.profile.compat['U-11']
  }

  async #answer(exchange: HttpExchange, { className }: Endpoint): Promise<void> {
    const { raw, response } = exchange
    const { cors } = this.#configuration
    cors?.apply(raw, response)
    if (raw.method === 'OPTIONS') {
      cors?.preflight(raw, response)
      return exchange.send(204, ['Allow', 'POST'], undefined)
    }
    try {
      const message = await this.#read(exchange)
      const text = await answerMessage(message, this.#service, new HttpCaller(exchange, className))
      if (!exchange.answered) send(exchange, message, text)
    } catch (error) {
      await this.#writeError(exchange, error)
    }
  }

  /** **Errors**: 405, 413, 415, and what a body that can not be read answers. Source: remoting J-13. */
  async #read(exchange: HttpExchange): Promise<JsonRpcMessage> {
    const { raw, response } = exchange
    const { limits, profile } = this.#service
    if (raw.method !== 'POST') {
      response.setHeader('Allow', 'POST')
      throw new RemoteError(`JSON-RPC is called with POST, not with ${raw.method}`, {
        statusCode: 405,
      })
    }
    const media = parseMediaType(readHeader(raw, 'content-type'))
    if (!jsonTypes.has(media.type)) throw unsupportedType(media.type)
    const parsed = exchange.koa?.request as { readonly body?: unknown } | undefined // where Koa body parsers put it
    if (parsed?.body !== undefined) return messageOf(parsed.body, limits)
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      takeBody(raw, response, limits.maxBytes, (body, error) =>
        body === undefined ? reject(error) : resolve(body),
      )
    })
    const text = decodeBody(bytes, media.charset, { allowLatin1: false })
    return readMessage(text, { limits, refuseConstructor: !profile.compat['Q-11'] })
  }
}

/** One endpoint; without a class name it answers for all classes. */
interface Endpoint {
  readonly className: string | undefined
}

const mayBeEndpoint = /jsonrpc\/?(?:\?|$)/i
const endpointPath = /^(?:\/([^/]+))?\/jsonrpc\/?$/i

/** The type keeps forms of foreign sites out: a browser asks before it sends these. */
const jsonTypes = new Set(['application/json', 'application/json-rpc', 'application/jsonrequest'])

function unsupportedType(type: string): RemoteError {
  const shown = type === '' ? 'none' : `"${type.slice(0, 40)}"`
  return new RemoteError(`the content type must be application/json, it is ${shown}`, {
    name: 'UnsupportedMediaTypeError',
    statusCode: 415,
  })
}

/** Broken escapes name no class. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Source: remoting J-4, J-6, J-12. */
function send(exchange: HttpExchange, message: JsonRpcMessage, text: string | undefined): void {
  if (text === undefined) {
    exchange.send(204, [], undefined)
    return
  }
  const headers: RawHeaders = ['Content-Type', 'application/json; charset=utf-8']
  headers.push('X-Content-Type-Options', 'nosniff')
  exchange.send(message.kind === 'malformed' ? 400 : 200, headers, text)
}

/** The client of one HTTP request; it goes away with its connection. */
class HttpCaller implements JsonRpcCaller {
  readonly className: string | undefined
  readonly #exchange: HttpExchange
  #abort: AbortController | undefined

  constructor(exchange: HttpExchange, className: string | undefined) {
    this.#exchange = exchange
    this.className = className
  }

  get metadata(): JsonRpcCaller['metadata'] {
    return this.#exchange.raw.headers
  }

  get accessToken(): unknown {
    return (this.#exchange.raw as TokenRequest).accessToken // a plain property, put there by middleware
  }

  get request(): HttpRequest {
    return this.#exchange.request
  }

  /** Source: remoting I-13. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const controller = new AbortController()
      const { response } = this.#exchange
      if (response.destroyed && !response.writableFinished) controller.abort()
      response.once('close', () => {
        if (!response.writableFinished) controller.abort()
      })
      this.#abort = controller
    }
    return this.#abort.signal
  }
}
