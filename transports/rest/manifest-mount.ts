import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Middleware } from 'koa'
import type { TransportEnvironment } from '../../core/spi.ts'
import type { Cors } from '../http/cors.ts'
import { HttpExchange } from '../http/exchange.ts'
import type { HttpMount } from '../http/host.ts'
import { sendTagged } from './value-writer.ts'

/**
 * Answers `GET <path>/manifest.json` with what `app.describe()` gives, for generators. Switched on by the option `manifest`: who
 * reads it knows every method and every public model.
 */
export class ManifestMount implements HttpMount {
  readonly path: string
  readonly isAhead = true
  readonly #environment: TransportEnvironment
  readonly #cors: Cors | undefined
  #known: { readonly catalog: unknown; readonly text: string } | undefined

  constructor(path: string, cors: Cors | undefined, environment: TransportEnvironment) {
    this.path = `${path}/manifest.json`
    this.#cors = cors
    this.#environment = environment
  }

  readonly direct = (request: IncomingMessage, response: ServerResponse): boolean => {
    const exchange = new HttpExchange(request, response)
    if (!this.#isAsked(exchange)) return false
    this.#answer(exchange)
    return true
  }

  readonly middleware: Middleware = (context, next) => {
    const exchange = new HttpExchange(context.req, context.res, context)
    if (!this.#isAsked(exchange)) return next()
    this.#answer(exchange)
    return undefined
  }

  #isAsked({ raw, url, pathEnd }: HttpExchange): boolean {
    const isRead = raw.method === 'GET' || raw.method === 'HEAD'
    return isRead && url.slice(0, pathEnd) === this.path
  }

  #answer(exchange: HttpExchange): void {
    this.#cors?.apply(exchange.raw, exchange.response)
    const headers = ['Content-Type', 'application/json; charset=utf-8', 'Cache-Control', 'no-cache']
    sendTagged(exchange, 200, headers, this.#text(), undefined)
  }

  /** Describing compiles every class; it happens once a catalog, when somebody asks. */
  #text(): string {
    const catalog = this.#environment.catalog()
    if (this.#known?.catalog !== catalog) {
      this.#known = { catalog, text: JSON.stringify(catalog.describe()) }
    }
    return this.#known.text
  }
}
