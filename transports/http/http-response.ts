import type { ServerResponse } from 'node:http'
import type { HttpResponse } from '../../core/spi.ts'
import type { HttpExchange } from './exchange.ts'

const extensionTypes: Readonly<Record<string, string>> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
}

/**
 * The response as hooks and methods see it; made when one of them asks. Whoever ends it answers the call himself.
 * Source: remoting B-11, K-2.
 */
export class WrappedResponse implements HttpResponse {
  readonly #exchange: HttpExchange

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange
  }

  get raw(): ServerResponse {
    return this.#exchange.response
  }

  get headersSent(): boolean {
    return this.raw.headersSent
  }

  get statusCode(): number {
    return this.raw.statusCode
  }

  set statusCode(code: number) {
    this.raw.statusCode = code
  }

  status(code: number): this {
    this.raw.statusCode = code
    return this
  }

  get(name: string): string | number | string[] | undefined {
    return this.raw.getHeader(name)
  }

  set(name: string, value: string | readonly string[]): this {
    const named = name.toLowerCase() === 'content-type' && typeof value === 'string'
    this.raw.setHeader(name, named ? (extensionTypes[value] ?? value) : value)
    return this
  }

  header(name: string, value: string | readonly string[]): this {
    return this.set(name, value)
  }

  send(body?: string | Uint8Array | object): void {
    if (body === undefined) this.end()
    else if (typeof body === 'string') this.#finishAs('text/html; charset=utf-8', body)
    else if (body instanceof Uint8Array) this.#finishAs('application/octet-stream', body)
    else this.json(body)
  }

  json(body: unknown): void {
    this.#finishAs('application/json; charset=utf-8', JSON.stringify(body) ?? '')
  }

  redirect(url: string, status = 302): void {
    this.raw.statusCode = status
    this.set('Location', encodeLocation(url))
    this.#finishAs('text/plain; charset=utf-8', `Redirecting to ${url}`)
  }

  end(chunk?: string | Uint8Array): void {
    this.#takeOver()
    if (chunk === undefined) this.raw.end()
    else this.raw.end(chunk)
  }

  #finishAs(defaultType: string, body: string | Uint8Array): void {
    if (!this.raw.hasHeader('Content-Type')) this.raw.setHeader('Content-Type', defaultType)
    this.#takeOver()
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    this.raw.setHeader('Content-Length', length)
    if (this.#exchange.raw.method === 'HEAD') this.raw.end()
    else this.raw.end(body)
  }

  #takeOver(): void {
    const { koa } = this.#exchange
    if (koa !== undefined) koa.respond = false
  }
}

/** Escapes what a header can not carry and leaves existing escapes alone. */
function encodeLocation(url: string): string {
  try {
    return encodeURI(url).replaceAll('%25', '%')
  } catch {
    return encodeURI(url.replace(/[\uD800-\uDFFF]/g, '\uFFFD'))
  }
}
