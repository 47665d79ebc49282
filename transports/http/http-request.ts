import type { IncomingMessage } from 'node:http'
import type { HttpRequest } from '../../core/spi.ts'
import { chooseMediaType, fullMediaType } from './accept.ts'
import type { HttpExchange } from './exchange.ts'
import { hostOf, protocolOf, remoteAddressOf } from './forwarded.ts'
import { isHosted } from './hosted-context.ts'
import { parseMediaType } from './media-type.ts'
import { readHeader } from './request-headers.ts'

/** A request with a place for the caller's token, put there by token middleware. Source: remoting X-9. */
export interface TokenRequest extends IncomingMessage {
  accessToken?: unknown
}

/** The request as hooks and methods see it; made when one of them asks. Source: remoting K-2. */
export class WrappedRequest implements HttpRequest {
  readonly #exchange: HttpExchange

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange
  }

  get raw(): IncomingMessage {
    return this.#exchange.raw
  }

  get method(): string {
    return this.raw.method ?? 'GET'
  }

  get originalUrl(): string {
    return this.#exchange.originalUrl
  }

  get headers(): HttpRequest['headers'] {
    return this.raw.headers
  }

  get query(): HttpRequest['query'] {
    return this.#exchange.query
  }

  get params(): HttpRequest['params'] {
    return this.#exchange.params
  }

  get body(): unknown {
    return this.#exchange.body
  }

  get ip(): string {
    return this.#hosted?.ip ?? remoteAddressOf(this.raw)
  }

  get protocol(): string {
    return this.#hosted?.protocol ?? protocolOf(this.raw)
  }

  get host(): string {
    return this.#hosted?.host ?? hostOf(this.raw)
  }

  /** The context of a Koa application that is not ours: it decides which proxies it believes. */
  get #hosted(): HttpExchange['koa'] {
    const { koa } = this.#exchange
    return koa === undefined || isHosted(koa) ? undefined : koa
  }

  get accessToken(): unknown {
    return (this.raw as TokenRequest).accessToken // a plain property of the message
  }

  set accessToken(token: unknown) {
    ;(this.raw as TokenRequest).accessToken = token
  }

  /** The context of the call this request carries. */
  get remotingContext(): unknown {
    return this.#exchange.call?.context
  }

  get(name: string): string {
    const lower = name.toLowerCase()
    if (lower === 'referer' || lower === 'referrer') {
      return readHeader(this.raw, 'referer') ?? readHeader(this.raw, 'referrer') ?? ''
    }
    return readHeader(this.raw, lower) ?? ''
  }

  is(...types: readonly string[]): string | false {
    const { type } = parseMediaType(readHeader(this.raw, 'content-type'))
    if (type === '') return false
    return types.flat().find((candidate) => matches(type, candidate)) ?? false
  }

  accepts(...types: readonly string[]): string | false {
    return chooseMediaType(readHeader(this.raw, 'accept'), types.flat()) ?? false
  }
}

/** `json`, `application/json`, `text/*`, `+json`. */
function matches(type: string, candidate: string): boolean {
  if (candidate.startsWith('+')) return type.endsWith(candidate)
  const wanted = fullMediaType(candidate.toLowerCase())
  if (wanted === '*/*') return true
  return wanted.endsWith('/*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted
}
