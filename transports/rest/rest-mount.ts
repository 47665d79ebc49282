import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, Middleware, Next } from 'koa'
import {
  type Catalog,
  type EagerHandler,
  ownStatusOf,
  type Profile,
  RemoteError,
  type Reply,
  type TransportEnvironment,
} from '../../core/spi.ts'
import { connectionEnded } from '../http/body.ts'
import { composeMiddleware } from '../http/compose.ts'
import { createErrorWriter, type ErrorWriter } from '../http/error-writer.ts'
import { HttpExchange } from '../http/exchange.ts'
import type { HttpHost } from '../http/host.ts'
import { parseMediaType } from '../http/media-type.ts'
import { hasBody, readHeader } from '../http/request-headers.ts'
import { BatchEndpoint } from './batch.ts'
import { type Endpoint, EndpointGroup, type LazyEndpoint } from './endpoint.ts'
import { writeFile } from './file-writer.ts'
import { createNegotiator, type Negotiator, type ResultFormat } from './negotiation.ts'
import { type BodyRules, parsedByMiddleware, takeRequestBody } from './request-body.ts'
import { RestCall } from './rest-call.ts'
import type { RestConfiguration, RestOptions } from './rest-options.ts'
import { type Match, Router } from './router.ts'
import { groupRoutes, type Route, type RouteGroup } from './routes.ts'
import { type StreamEnvironment, writeStream } from './stream-writer.ts'
import { Upload } from './upload.ts'
import { sendTagged, writeValue } from './value-writer.ts'

/** The shared methods of an application below one path of a host. It owns the router, and swaps it with the catalog. */
export class RestMount {
  readonly configuration: RestConfiguration
  readonly #handle: EagerHandler
  readonly #profile: Profile
  readonly #host: HttpHost
  readonly #negotiate: Negotiator
  readonly #writeError: ErrorWriter
  readonly #bodyRules: BodyRules
  readonly #streams: StreamEnvironment
  readonly #use: Middleware | undefined
  readonly #routers: Middleware | undefined
  readonly #batch: BatchEndpoint | undefined
  #groups: readonly RouteGroup[] = []
  #router = new Router<LazyEndpoint>([])

  constructor(
    options: RestOptions,
    configuration: RestConfiguration,
    environment: TransportEnvironment,
    host: HttpHost,
  ) {
    const { profile } = environment
    const { use = [], routers = [] } = options
    this.configuration = configuration
    this.#handle = environment.handleEagerly
    this.#profile = profile
    this.#host = host
    this.#negotiate = createNegotiator(configuration, profile)
    this.#writeError = createErrorWriter(configuration.errors, environment.log)
    this.#bodyRules = { ...configuration, caseSensitiveJson: profile.compat['A-10'] }
    this.#streams = {
      ...configuration.streams,
      errors: configuration.errors,
      log: environment.log,
      closing: host.closing,
    }
    this.#batch =
      configuration.batch && new BatchEndpoint(configuration, configuration.batch, environment)
    this.#use = use.length === 0 ? undefined : composeMiddleware(use)
    this.#routers =
      routers.length === 0
        ? undefined
        : composeMiddleware(routers.map((router) => router.routes() as Middleware)) // the shape @koa/router promises
    this.update(environment.catalog())
  }

  get routes(): readonly Route[] {
    return this.#groups.flatMap(({ routes }) => routes)
  }

  /** Takes the routes of a new catalog; requests under way keep theirs. Source: remoting M-9. */
  update(catalog: Catalog): void {
    const environment = { configuration: this.configuration, compat: this.#profile.compat }
    this.#groups = groupRoutes(catalog, this.configuration.normalizeHttpPath)
    this.#router = new Router(
      this.#groups.map((group) => new EndpointGroup(group, catalog, environment)),
    )
  }

  /** The direct path: answers without Koa, false when the request is not ours. */
  readonly direct = (request: IncomingMessage, response: ServerResponse): boolean => {
    const exchange = new HttpExchange(request, response)
    if (!this.#owns(exchange)) return false
    const found = this.#find(exchange)
    if (found === undefined) return false
    void this.#answer(exchange, found)
    return true
  }

  /** The way through Koa: own middleware, then the same code as the direct path. */
  readonly middleware: Middleware = async (context, next) => {
    if (!this.#owns(new HttpExchange(context.req, context.res, context))) {
      return this.#routers === undefined ? next() : this.#routers(context, next)
    }
    if (this.#use === undefined) return this.#answerInKoa(context, next)
    return this.#use(context, () => this.#answerInKoa(context, next))
  }

  async #answerInKoa(context: Context, next: Next): Promise<unknown> {
    const exchange = new HttpExchange(context.req, context.res, context)
    const before = context.res.statusCode
    if (before === 404) context.res.statusCode = 200 // Koa's default, nobody's decision
    let found = this.#find(exchange)
    if (found === undefined) {
      context.res.statusCode = before
      let isUnhandled = this.#routers === undefined
      await this.#routers?.(context, async () => {
        isUnhandled = true
      })
      if (!isUnhandled) return
      if (!this.configuration.handleUnknownPaths) return next()
      context.res.statusCode = 200
      found = this.#unknown(exchange)
    }
    return this.#answer(exchange, found)
  }

  /** The path is ours, whatever its case. */
  #owns({ url, pathEnd }: HttpExchange): boolean {
    const { path } = this.configuration
    const { length } = path
    if (length === 0) return true
    if (pathEnd < length || (pathEnd > length && url.charCodeAt(length) !== slash)) return false
    return url.startsWith(path) || url.slice(0, length).toLowerCase() === path.toLowerCase()
  }

  /** What to do with a request; `undefined` passes an unknown path on. */
  #find(exchange: HttpExchange): Finding | undefined {
    const { raw, url, pathEnd } = exchange
    const start = this.configuration.path.length
    this.configuration.cors?.apply(raw, exchange.response)
    const verb = verbs[raw.method ?? 'GET'] ?? (raw.method ?? 'GET').toLowerCase()
    try {
      if (verb === 'options') return this.#findOptions(exchange)
      const match = this.#router.find(verb, url, start, pathEnd)
      if (match !== undefined) return match
    } catch (error) {
      return this.#failure(exchange, error)
    }
    const batch = this.#batch
    if (verb === 'post' && batch?.isAt(url, start, pathEnd) === true) {
      return { answer: () => this.#answerBatch(exchange, batch) }
    }
    const passesOn = this.#routers !== undefined || !this.configuration.handleUnknownPaths
    return passesOn ? undefined : this.#unknown(exchange)
  }

  /** OPTIONS never reaches a method. Source: remoting U-11, N-30. */
  #findOptions(exchange: HttpExchange): Finding | undefined {
    const { cors } = this.configuration
    const allow = this.#allowedVerbs(exchange)
    if (allow.length === 0 || (cors === undefined && this.#profile.compat['U-11'])) {
      return this.#routers === undefined && this.configuration.handleUnknownPaths
        ? this.#unknown(exchange)
        : undefined
    }
    cors?.preflight(exchange.raw, exchange.response)
    return { answer: () => exchange.send(204, ['Allow', allow.join(', ')], undefined) }
  }

  #allowedVerbs({ url, pathEnd }: HttpExchange): readonly string[] {
    const start = this.configuration.path.length
    const verbs = this.#router.allowedVerbs(url, start, pathEnd)
    if (verbs.length > 0 || this.#batch?.isAt(url, start, pathEnd) !== true) return verbs
    return ['POST']
  }

  /** Source: remoting U-12, U-14 … U-16. */
  #unknown(exchange: HttpExchange): Finding {
    const { raw, url, pathEnd, response } = exchange
    const start = this.configuration.path.length
    const allow = this.#allowedVerbs(exchange)
    if (allow.length > 0) response.setHeader('Allow', allow.join(', '))
    const found = this.#router.findClass(url, start, pathEnd)
    const rest = url.slice(start + (found?.length ?? 0), start + shownUrl)
    const below = rest.startsWith('/') ? rest : `/${rest}`
    const text =
      found === undefined
        ? `There is no method to handle ${raw.method} ${below}`
        : `Shared class "${found.name}" has no method handling ${raw.method} ${below}`
    return this.#failure(exchange, new RemoteError(text, { code: 'not_found', statusCode: 404 }))
  }

  #failure(exchange: HttpExchange, error: unknown): Finding {
    return { answer: () => this.#fail(exchange, error, undefined) }
  }

  /** Rejects only where errors are passed on inside Koa. */
  #answer(exchange: HttpExchange, found: Finding): Promise<void> | void {
    if ('answer' in found) return found.answer()
    const { params } = found
    const target = found.target.endpoint
    exchange.params = params
    const format = target.kind === 'value' ? this.#negotiate(exchange) : plain
    if (format === undefined && !waitsForResult(exchange, target))
      return sendNotAcceptable(exchange)
    if (hasBody(exchange.raw) || parsedByMiddleware(exchange) !== undefined) {
      return this.#answerBody(exchange, target, format)
    }
    return this.#invoke(exchange, target, format, false)
  }

  async #answerBatch(exchange: HttpExchange, batch: BatchEndpoint): Promise<void> {
    try {
      await batch.answer(exchange)
    } catch (error) {
      await this.#fail(exchange, error, undefined)
    }
  }

  #answerBody(
    exchange: HttpExchange,
    endpoint: Endpoint,
    format: ResultFormat | undefined,
  ): Promise<void> {
    const upload = this.#uploadFor(exchange, endpoint)
    if (upload !== undefined) return this.#answerUpload(exchange, endpoint, format, upload)
    return new Promise((resolve) => {
      takeRequestBody(exchange, this.#bodyRules, (body, error) => {
        if (body === undefined) return resolve(this.#fail(exchange, error, undefined))
        exchange.body = body.value
        resolve(this.#invoke(exchange, endpoint, format, body.isJson))
      })
    })
  }

  async #answerUpload(
    exchange: HttpExchange,
    endpoint: Endpoint,
    format: ResultFormat | undefined,
    upload: Upload,
  ): Promise<void> {
    const { response } = exchange
    const leave = (): void => {
      if (!response.writableFinished) void this.#closeUpload(upload, connectionEnded())
    }
    try {
      await upload.read(exchange)
      if (response.destroyed) throw connectionEnded()
      response.once('close', leave)
      exchange.body = upload.value
      await this.#invoke(exchange, endpoint, format, upload.isJson, upload)
    } catch (error) {
      await this.#fail(exchange, error, undefined)
    } finally {
      response.off('close', leave)
      await this.#closeUpload(upload)
    }
  }

  /** A folder that can not be removed is the operator's concern, not the client's. */
  async #closeUpload(upload: Upload, reason?: Error): Promise<void> {
    try {
      await upload.close(reason)
    } catch (error) {
      this.#streams.log(error, 'the files of an upload could not be removed')
    }
  }

  #uploadFor(exchange: HttpExchange, endpoint: Endpoint): Upload | undefined {
    if (endpoint.files === undefined) return undefined
    const contentType = readHeader(exchange.raw, 'content-type')
    if (parseMediaType(contentType).type !== 'multipart/form-data') return undefined
    const { upload, urlencoded } = this.configuration
    return new Upload(endpoint.files, { ...upload, maxFieldBytes: urlencoded.limit })
  }

  /** The hot path of a call without a body: no promise unless the method waits. */
  #invoke(
    exchange: HttpExchange,
    endpoint: Endpoint,
    format: ResultFormat | undefined,
    isJson: boolean,
    upload?: Upload,
  ): Promise<void> | undefined {
    let call: RestCall
    try {
      const source = { exchange, isJson }
      const input = endpoint.readInput(source)
      const ctorInput = endpoint.readCtorInput?.(source)
      call = new RestCall(exchange, endpoint.route.method, input, ctorInput)
    } catch (error) {
      return this.#fail(exchange, error, undefined)
    }
    const reply = this.#handle(call)
    if (!(reply instanceof Promise)) return this.#settle(exchange, endpoint, format, reply, upload)
    return reply.then(
      (settled) => this.#settle(exchange, endpoint, format, settled, upload),
      (error: unknown) => {
        const isOwn = call.failedInMethod === true && ownStatusOf(error) === undefined
        return this.#fail(exchange, error, isOwn ? endpoint.route.http.errorStatus : undefined)
      },
    )
  }

  #settle(
    exchange: HttpExchange,
    endpoint: Endpoint,
    format: ResultFormat | undefined,
    reply: Reply,
    upload: Upload | undefined,
  ): Promise<void> | undefined {
    try {
      if (upload?.failure !== undefined) throw upload.failure
      const pending = this.#write(exchange, endpoint, format, reply)
      return pending?.catch((error: unknown) => this.#fail(exchange, error, undefined))
    } catch (error) {
      return this.#fail(exchange, error, undefined)
    }
  }

  #write(
    exchange: HttpExchange,
    endpoint: Endpoint,
    format: ResultFormat | undefined,
    reply: Reply,
  ): Promise<void> | undefined {
    if (reply.kind === 'answered' || exchange.answered) return undefined
    if (reply.kind === 'stream') return writeStream(exchange, endpoint, reply, this.#streams)
    if (endpoint.kind === 'file') return writeFile(exchange, endpoint, reply, this.#host.closing)
    if (endpoint.kind === 'stream') {
      const { fullName } = endpoint.route.method
      throw new RemoteError(`${fullName} answered no stream`, { code: 'internal' })
    }
    if (format === undefined) sendNotAcceptable(exchange)
    else writeValue(exchange, endpoint, format, reply)
    return undefined
  }

  /** Source: remoting E-3, E-10. */
  async #fail(
    exchange: HttpExchange,
    error: unknown,
    errorStatus: number | undefined,
  ): Promise<void> {
    const fallbackStatus = exchange.response.statusCode === 200 ? errorStatus : undefined
    if (this.configuration.handleErrors)
      return this.#writeError(exchange, error, { fallbackStatus })
    if (exchange.koa === undefined) return this.#host.fail(exchange, error, fallbackStatus)
    if (fallbackStatus !== undefined) exchange.response.statusCode = fallbackStatus
    throw error
  }
}

/** What a URL leads to: a method, or something that answers itself: a batch, a list of verbs, an error. */
type Finding = Match<LazyEndpoint> | { readonly answer: () => Promise<void> | void }

const slash = 47

/** Longest piece of a URL repeated in a message. */
const shownUrl = 512

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'head',
  POST: 'post',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
  OPTIONS: 'options',
}

/** Streams and files choose their form themselves. */
const plain: ResultFormat = Object.freeze({ kind: 'json', contentType: 'application/json' })

/** Reading is without side effect: LoopBack 3 finds out about 404 before it answers 406. Source: remoting N-4. */
function waitsForResult(exchange: HttpExchange, endpoint: Endpoint): boolean {
  const { method } = exchange.raw
  return endpoint.negotiatesLate && (method === 'GET' || method === 'HEAD')
}

function sendNotAcceptable(exchange: HttpExchange): void {
  sendTagged(
    exchange,
    406,
    ['Content-Type', 'text/plain; charset=utf-8'],
    'Not Acceptable',
    undefined,
  )
}
