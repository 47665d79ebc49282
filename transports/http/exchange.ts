import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context as KoaContext } from 'koa'
import type { Call, HttpRequest, HttpResponse } from '../../core/spi.ts'
import { isHosted } from './hosted-context.ts'
import { WrappedRequest } from './http-request.ts'
import { WrappedResponse } from './http-response.ts'
import { type FormObject, parseForm } from './query-string.ts'
import { isBodyless } from './status.ts'

/** Headers as node writes them: name, value, name, value. */
export type RawHeaders = string[]

/**
 * One request and its answer. Everything few requests need (query, wrappers) is made on first access. The same code
 * answers directly and inside Koa; only {@link HttpExchange.send} knows the difference.
 */
export class HttpExchange {
  readonly raw: IncomingMessage
  readonly response: ServerResponse
  /** Set when the request came through Koa. */
  readonly koa: KoaContext | undefined
  /** Path and query as routed here, origin removed from absolute forms. */
  readonly url: string
  /** End of the path in {@link url}. */
  readonly pathEnd: number
  /** Parsed body; `{}` until one was read. */
  body: unknown = noBody
  /** Decoded path parameters, set by the router. */
  params: Readonly<Record<string, string>> = noParams
  /** The call this request carries, once there is one. */
  call: Call | undefined = undefined
  #query: FormObject | undefined
  #request: HttpRequest | undefined
  #response: HttpResponse | undefined

  constructor(raw: IncomingMessage, response: ServerResponse, koa?: KoaContext) {
    this.raw = raw
    this.response = response
    this.koa = koa
    const url = raw.url ?? '/'
    this.url = url.charCodeAt(0) === slash ? url : withoutOrigin(url)
    const mark = this.url.indexOf('?')
    this.pathEnd = mark < 0 ? this.url.length : mark
  }

  /** Path and query as the client sent them. */
  get originalUrl(): string {
    return this.koa === undefined ? this.url : this.koa.originalUrl
  }

  get query(): FormObject {
    this.#query ??=
      this.pathEnd < this.url.length ? parseForm(this.url.slice(this.pathEnd + 1)) : {}
    return this.#query
  }

  /** What hooks and methods see. Source: remoting K-2. */
  get request(): HttpRequest {
    this.#request ??= new WrappedRequest(this)
    return this.#request
  }

  get wrappedResponse(): HttpResponse {
    this.#response ??= new WrappedResponse(this)
    return this.#response
  }

  /** Somebody finished the response, or began it. */
  get answered(): boolean {
    return this.response.headersSent || this.response.writableEnded
  }

  /**
   * Writes a whole answer. Headers set on the response before (by hooks, by Koa middleware) are kept unless named here.
   * A HEAD answer keeps the headers of its body.
   */
  send(status: number, headers: RawHeaders, body: string | Uint8Array | undefined): void {
    if (body === undefined || isBodyless(status)) this.#sendHead(status, headers)
    else this.#sendBody(status, headers, body)
  }

  #sendHead(status: number, headers: RawHeaders): void {
    const { response, koa } = this
    if (koa === undefined) {
      if (!isBodyless(status)) headers.push('Content-Length', '0')
      response.writeHead(status, headers).end()
      return
    }
    if (isBodyless(status)) {
      // Koa would strip the content type: the host writes this answer once every middleware has run
      setHeaders(koa, status, headers)
      koa.respond = false
      finishLater(koa)
    } else {
      setHeaders(koa, status, headers)
      const isTyped = koa.res.hasHeader('Content-Type')
      koa.body = Buffer.alloc(0)
      if (!isTyped) koa.remove('Content-Type') // Koa's guess about an empty buffer
    }
  }

  #sendBody(status: number, headers: RawHeaders, body: string | Uint8Array): void {
    const { response, koa } = this
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    headers.push('Content-Length', String(length))
    if (koa === undefined) {
      response.writeHead(status, headers)
      if (this.raw.method === 'HEAD') response.end()
      // a text of ASCII is written faster so, together with the head
      else if (length === body.length) response.end(body, 'latin1')
      else response.end(body)
      return
    }
    setHeaders(koa, status, headers)
    koa.body =
      typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.length)
  }

  /** Takes the response away from Koa and writes the head of a streamed answer. */
  beginStream(status: number, headers: RawHeaders): void {
    if (this.koa !== undefined) this.koa.respond = false
    this.response.writeHead(status, headers)
  }
}

const slash = 47
const noBody: unknown = Object.freeze({})
const noParams: Readonly<Record<string, string>> = Object.freeze({})

/** `GET http://host/path HTTP/1.1` is legal; routing sees the path only. Source: RFC 9112 3.2.2. */
function withoutOrigin(url: string): string {
  const match = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*(.*)$/i.exec(url)
  if (match === null) return url
  const rest = match[1] ?? ''
  return rest.startsWith('/') ? rest : `/${rest}`
}

function setHeaders(koa: KoaContext, status: number, headers: RawHeaders): void {
  koa.status = status
  for (let i = 0; i < headers.length; i += 2) {
    koa.res.setHeader(headers[i] as string, headers[i + 1] as string) // pairs
  }
}

/** Answers without a body that wait for the middleware above them. */
const waiting = new WeakSet<KoaContext>()

function finishLater(koa: KoaContext): void {
  if (isHosted(koa)) waiting.add(koa)
  else koa.res.end()
}

/** Ends an answer that waited for the middleware above it. */
export function finishWaiting(koa: KoaContext): void {
  if (waiting.delete(koa) && !koa.res.writableEnded) koa.res.end()
}
