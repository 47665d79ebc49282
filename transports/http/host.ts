import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type Koa from 'koa'
import type { Middleware } from 'koa'
import { RemoteError, type TransportEnvironment } from '../../core/spi.ts'
import { continueNow, expectContinue } from './body.ts'
import { answerClientError } from './client-error.ts'
import { type ErrorOptions, readErrorSettings } from './error-options.ts'
import { createErrorWriter, type ErrorWriter } from './error-writer.ts'
import { finishWaiting, HttpExchange } from './exchange.ts'
import { trustForwarded } from './forwarded.ts'
import { type HttpHostOptions, type HttpHostSettings, readHostSettings } from './host-options.ts'
import { hostContext } from './hosted-context.ts'
import { MiddlewarePhases } from './phases.ts'
import { type PathMatcher, type PhaseEntry, pathOf } from './scoped-middleware.ts'

/** Something that answers below a path of the host. */
export interface HttpMount {
  /** With its leading slash and without a trailing one, e.g. `/api`; `''` for the root. */
  readonly path: string
  /** Answers without Koa; false leaves the request to Koa. Absent when middleware stands in the way. */
  readonly direct: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  /** Answers inside Koa, in phase `routes`. */
  readonly middleware: Middleware
  /** What `direct` leaves is answered in Koa. @default false */
  readonly needsKoa?: boolean
  /** Asked before mounts that are not, whatever the order of installation: it answers few paths below a shared one. @default false */
  readonly isAhead?: boolean
}

/** Takes over an upgraded connection; false when it is not its own. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean

/**
 * The HTTP server of an application and its Koa instance. Transports share it by `httpHostKey`: each mounts itself,
 * opens in `onReady` and closes; the port opens with the first and closes with the last of them.
 */
export class HttpHost {
  readonly phases: MiddlewarePhases
  #settings: HttpHostSettings
  readonly #environment: TransportEnvironment
  readonly #mounts: HttpMount[] = []
  readonly #upgrades: UpgradeListener[] = []
  #writeError: ErrorWriter
  readonly #closing = new AbortController()
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #users = 0
  #isDirect = true
  /** Paths that middleware stands ahead of; others are answered directly. */
  #scopes: readonly PathMatcher[] = []
  #koa: ((request: IncomingMessage, response: ServerResponse) => unknown) | undefined

  constructor(environment: TransportEnvironment) {
    this.#environment = environment
    this.phases = new MiddlewarePhases(environment.profile.name)
    this.#settings = readHostSettings({})
    this.#writeError = this.#createErrorWriter(environment.remoting.errorHandler ?? {})
  }

  /**
   * Takes the options of a transport, before the host opens; those given last count. `errorOptions` decide how errors nobody
   * handles are written. @default the `errorHandler` section
   */
  configure(options: HttpHostOptions | undefined, errorOptions: ErrorOptions | undefined): void {
    if (options !== undefined) this.#settings = readHostSettings(options)
    if (errorOptions !== undefined) this.#writeError = this.#createErrorWriter(errorOptions)
  }

  #createErrorWriter(options: Readonly<Record<string, unknown>> | ErrorOptions): ErrorWriter {
    const { profile, warn, log } = this.#environment
    const settings = readErrorSettings(options, { profile, warn, xml: false, includeStatus: false })
    return createErrorWriter(settings, log)
  }

  /** Aborted when the host closes: endless answers end. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** The node server, once open. */
  get server(): Server | undefined {
    return this.#server
  }

  /** Origins it listens at, e.g. `['http://127.0.0.1:3000']`; empty while closed. */
  get origins(): readonly string[] {
    const address = this.#server?.address() as AddressInfo | null | undefined // TCP only
    if (address === null || address === undefined) return []
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return [`http://${host}:${address.port}`]
  }

  mount(mount: HttpMount): void {
    if (mount.isAhead === true) this.#mounts.unshift(mount)
    else this.#mounts.push(mount)
  }

  /** Adds middleware of the application to a phase, ahead of or behind what is mounted. */
  use(phase: string, ...entries: readonly PhaseEntry[]): void {
    for (const entry of entries) this.phases.add(phase, entry)
  }

  onUpgrade(listener: UpgradeListener): void {
    this.#upgrades.push(listener)
  }

  /** Compiles what was mounted. Koa is loaded only when somebody needs it. */
  async prepare(): Promise<void> {
    const needsKoa =
      !this.phases.isEmpty ||
      this.#mounts.some((mount) => mount.direct === undefined || mount.needsKoa === true)
    const { ahead } = this.phases
    this.#isDirect = ahead !== true
    this.#scopes = ahead === true ? [] : ahead
    if (needsKoa) this.#koa = (await this.#createKoa()).callback()
  }

  /** Opens the port. The second and later users find it open. **Errors**: the port is taken. */
  async open(): Promise<void> {
    this.#users++
    if (this.#server !== undefined) return
    await this.prepare()
    const server = this.#createServer()
    this.#server = server
    const { port, host } = this.#environment.address
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(portError(error, port, host)))
      server.listen(port, host, () => {
        server.removeAllListeners('error')
        server.on('error', (error) => this.#environment.log(error, 'the HTTP server failed'))
        resolve()
      })
    })
  }

  /**
   * Stops listening, ends streams, waits for calls under way until the signal aborts or the close timeout passes, then
   * destroys what is left.
   */
  async close(signal?: AbortSignal): Promise<void> {
    this.#users = Math.max(0, this.#users - 1)
    if (this.#users > 0) return
    this.#closing.abort()
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const force = (): void => server.closeAllConnections()
    const sweep = setInterval(() => server.closeIdleConnections(), 20)
    const timeout = setTimeout(force, this.#settings.closeTimeoutMs)
    signal?.addEventListener('abort', force, { once: true })
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    if (signal?.aborted === true) force()
    else this.#closeUnused(server)
    await closed
    clearInterval(sweep)
    clearTimeout(timeout)
    signal?.removeEventListener('abort', force)
  }

  /** The request listener, for a server of the application's own. */
  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { trustProxy } = this.#settings
    if (trustProxy !== false) trustForwarded(request, trustProxy)
    try {
      refuseFragment(request.url)
      if (this.#isDirect && this.#answersDirectly(request, response)) return
    } catch (error) {
      void this.#writeError(new HttpExchange(request, response), error) // nobody else could catch it
      return
    }
    if (this.#koa === undefined) {
      const exchange = new HttpExchange(request, response)
      void this.#writeError(exchange, notFoundError(exchange))
      return
    }
    continueNow(request, response)
    this.#koa(request, response)
  }

  #answersDirectly(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#scopes.length > 0 && this.#isScoped(request.url ?? '/')) return false
    for (const mount of this.#mounts) {
      if (mount.direct?.(request, response) === true) return true
    }
    return false
  }

  #isScoped(url: string): boolean {
    const path = pathOf(url)
    return this.#scopes.some((match) => match(path) >= 0)
  }

  /** Answers an error nobody handled. Source: remoting E-10. */
  fail(exchange: HttpExchange, error: unknown, fallbackStatus?: number): Promise<void> {
    return this.#writeError(exchange, error, { fallbackStatus })
  }

  /** Answers a request nobody handled: 404 `Cannot GET /other`. Source: framework F-1.26. */
  failUnknown(exchange: HttpExchange): Promise<void> {
    return this.#writeError(exchange, notFoundError(exchange))
  }

  #createServer(): Server {
    const settings = this.#settings
    const server = createServer({
      headersTimeout: Math.min(settings.headersTimeoutMs, settings.requestTimeoutMs || Infinity),
      requestTimeout: settings.requestTimeoutMs,
      keepAliveTimeout: settings.keepAliveTimeoutMs,
      connectionsCheckingInterval: settings.timeoutCheckMs,
      maxHeaderSize: settings.maxHeaderBytes,
    })
    if (settings.maxConnections > 0) server.maxConnections = settings.maxConnections
    server.maxRequestsPerSocket = settings.maxRequestsPerSocket
    server.on('request', this.listener)
    server.on('checkContinue', (request, response) => {
      expectContinue(request)
      this.listener(request, response)
    })
    server.on('clientError', answerClientError)
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    // with a listener, node stops treating every request that offers an upgrade as an ordinary one
    if (this.#upgrades.length > 0) server.on('upgrade', this.#upgrade)
    return server
  }

  /** node does not count connections that never sent a byte as idle. */
  #closeUnused(server: Server): void {
    server.closeIdleConnections()
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  readonly #upgrade: (...upgrade: Parameters<UpgradeListener>) => void = (
    request,
    socket,
    head,
  ) => {
    trustForwarded(request, this.#settings.trustProxy)
    try {
      for (const listener of this.#upgrades) if (listener(request, socket, head)) return
    } catch (error) {
      this.#environment.log(error, 'an upgrade failed')
    }
    socket.on('error', () => {}) // nobody else listens
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  }

  async #createKoa(): Promise<Koa> {
    const { default: KoaApplication } = await import('koa')
    const { trustProxy } = this.#settings
    const koa = new KoaApplication({
      proxy: trustProxy !== false,
      maxIpsCount: typeof trustProxy === 'number' ? trustProxy : 0,
    })
    koa.on('error', (error) => this.#environment.log(error, 'a request failed in Koa'))
    koa.use(this.#outermost)
    for (const middleware of this.phases.ordered(this.#mounts.map((mount) => mount.middleware))) {
      koa.use(middleware)
    }
    return koa
  }

  /** Around everything: writes what nobody answered and what nobody caught. */
  readonly #outermost: Middleware = async (context, next) => {
    hostContext(context)
    try {
      await next()
    } catch (error) {
      if (context.res.statusCode === 404) context.res.statusCode = 200 // Koa's default, nobody's decision
      await this.fail(new HttpExchange(context.req, context.res, context), error)
    }
    const isOpen = context.respond !== false && !context.headerSent && context.writable
    if (isOpen && context.status === 404 && (context.body === undefined || context.body === null)) {
      context.res.statusCode = 200
      await this.failUnknown(new HttpExchange(context.req, context.res, context))
    }
    finishWaiting(context)
  }
}

/** Longest piece of a URL repeated in a message. Source: framework F-1.26. */
const shownUrl = 512

function notFoundError(exchange: HttpExchange): RemoteError {
  const { raw, originalUrl } = exchange
  return new RemoteError(`Cannot ${raw.method} ${originalUrl.slice(0, shownUrl)}`, {
    code: 'not_found',
    statusCode: 404,
  })
}

/** A taken port is the usual one; it says what to do about it. */
function portError(error: Error & { readonly code?: string }, port: number, host: string): Error {
  if (error.code !== 'EADDRINUSE') return error
  const text = `port ${port} of ${host} is in use: choose another one with start({ port })`
  return new RemoteError(text, { code: 'unavailable', cause: error })
}

/**
 * A request has no fragment; whether one belongs to the path is answered differently by routers and middleware, so that a
 * guard could be passed by. Source: RFC 9112 3.2. **Errors**: 400.
 */
function refuseFragment(url: string | undefined): void {
  if (url?.includes('#') !== true) return
  throw new RemoteError('the request target has a fragment', { statusCode: 400 })
}
