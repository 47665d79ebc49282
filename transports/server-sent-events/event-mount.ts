import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  invalidArgument,
  RemoteError,
  type Reply,
  remoteError,
  type SharedMethod,
  type TransportEnvironment,
} from '../../core/spi.ts'
import { decodeBody, readBody } from '../http/body.ts'
import { createErrorWriter, type ErrorWriter } from '../http/error-writer.ts'
import { HttpExchange, type RawHeaders } from '../http/exchange.ts'
import type { HttpMount } from '../http/host.ts'
import { parseJsonBody } from '../http/json-body.ts'
import { parseMediaType } from '../http/media-type.ts'
import { readHeader } from '../http/request-headers.ts'
import { EventCall, findTarget, fingerprintOf, type NamedArguments } from './event-call.ts'
import { lostText, parseEventId } from './event-text.ts'
import type { StreamOrigin } from './resumable-stream.ts'
import type { EventConfiguration } from './server-sent-events-options.ts'
import type { StreamRegistry } from './stream-registry.ts'

type Target = NonNullable<ReturnType<typeof findTarget>>

/** The event streams of an application, one URL per method: `<path>/Book.watch`. */
export class EventMount implements HttpMount {
  readonly path: string
  readonly isAhead = true
  readonly #configuration: EventConfiguration
  readonly #environment: TransportEnvironment
  readonly #streams: StreamRegistry
  readonly #writeError: ErrorWriter

  constructor(
    configuration: EventConfiguration,
    environment: TransportEnvironment,
    streams: StreamRegistry,
  ) {
    this.path = configuration.path
    this.#configuration = configuration
    this.#environment = environment
    this.#streams = streams
    this.#writeError = createErrorWriter(configuration.errors, environment.log)
  }

  readonly direct = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!mayBeEvents.test(request.url ?? '')) return false // every request of the host passes here
    const exchange = new HttpExchange(request, response)
    const target = this.#targetOf(exchange)
    if (target === undefined) return false
    void this.#answer(exchange, target)
    return true
  }

  readonly middleware: HttpMount['middleware'] = async (context, next) => {
    const exchange = new HttpExchange(context.req, context.res, context)
    const target = this.#targetOf(exchange)
    if (target === undefined) return next()
    if (context.res.statusCode === 404) context.res.statusCode = 200 // Koa's default, nobody's decision
    await this.#answer(exchange, target)
  }

  /** The method a URL names; `undefined` is somebody else's. */
  #targetOf({ raw, url, pathEnd }: HttpExchange): Target | undefined {
    const { length } = this.path
    if (url.slice(0, length).toLowerCase() !== this.path.toLowerCase()) return undefined
    const match = methodSegment.exec(url.slice(length, pathEnd))
    if (match === null) return undefined
    const isRefused =
      raw.method === 'OPTIONS' &&
      this.#configuration.cors === undefined &&
      this.#environment.profile.compat['U-11']
    return isRefused ? undefined : findTarget(this.#environment.catalog(), decode(match[1] ?? ''))
  }

  async #answer(exchange: HttpExchange, target: Target): Promise<void> {
    const { raw, response } = exchange
    const { cors } = this.#configuration
    cors?.apply(raw, response)
    if (raw.method === 'OPTIONS') {
      cors?.preflight(raw, response)
      return exchange.send(204, ['Allow', verbsOf(target.method).join(', ')], undefined)
    }
    try {
      checkVerb(exchange, target.method)
      const origin = { caller: fingerprintOf(exchange), method: target.method.fullName }
      const eventId = readHeader(raw, 'last-event-id') ?? ''
      if (raw.method === 'DELETE') return this.#leave(exchange, eventId, origin)
      const args = await this.#readArguments(exchange)
      if (eventId !== '') return this.#resume(exchange, eventId, origin)
      await this.#begin(exchange, target, args, origin)
    } catch (error) {
      await this.#writeError(exchange, error)
    }
  }

  /** Errors of the call itself are ordinary answers; the head waits for the stream. Source: remoting ST-10. */
  async #begin(
    exchange: HttpExchange,
    target: Target,
    args: NamedArguments,
    origin: StreamOrigin,
  ): Promise<void> {
    const { response } = exchange
    refuseFiles(target.method)
    const stream = this.#streams.open(origin)
    const leave = () => this.#streams.remove(stream)
    response.once('close', leave)
    let reply: Reply
    try {
      reply = await this.#environment.handle(new EventCall(exchange, target, args, stream.signal))
    } catch (error) {
      leave()
      throw error
    } finally {
      response.off('close', leave)
    }
    if (response.destroyed || exchange.answered)
      leave() // nobody knows its id
    else {
      this.#beginStream(exchange)
      stream.attach(response, 0)
    }
    await stream.run(itemsOf(reply))
  }

  /** Goes on with a stream, or says what is gone; never calls the method again. */
  #resume(exchange: HttpExchange, eventId: string, origin: StreamOrigin): void {
    const { response } = exchange
    const { retryMs } = this.#configuration.replay
    const id = parseEventId(eventId)
    const stream = id === undefined ? undefined : this.#streams.find(id.stream)
    if (id === undefined || stream === undefined) {
      this.#beginStream(exchange)
      response.end(lostText(id === undefined ? null : id.number + 1, retryMs))
      return
    }
    checkOwner(stream.origin, origin)
    if (id.number > stream.last) throw invalidArgument('Last-Event-ID: no such event was sent yet')
    if (stream.isComplete && id.number === stream.last) {
      exchange.send(204, [], undefined) // an EventSource stops coming back
      return
    }
    this.#streams.claim(stream)
    this.#beginStream(exchange)
    stream.attach(response, id.number)
  }

  /** The client says that it does not come back. */
  #leave(exchange: HttpExchange, eventId: string, origin: StreamOrigin): void {
    const stream = this.#streams.find(parseEventId(eventId)?.stream ?? '')
    if (stream !== undefined) {
      checkOwner(stream.origin, origin)
      this.#streams.remove(stream)
    }
    exchange.send(204, [], undefined)
  }

  #beginStream(exchange: HttpExchange): void {
    exchange.response.socket?.setNoDelay(true)
    exchange.beginStream(200, [...eventStreamHeaders])
  }

  /** **Errors**: 400, 413, 415. */
  async #readArguments(exchange: HttpExchange): Promise<NamedArguments> {
    const { raw } = exchange
    const limits = this.#configuration.json
    if (raw.method === 'GET') {
      const text = exchange.query['args'] ?? ''
      if (typeof text !== 'string') throw invalidArgument('args: expected JSON text')
      return objectOf(parseJsonBody(text, { strict: false, limits }))
    }
    const media = parseMediaType(readHeader(raw, 'content-type'))
    if (media.type !== 'application/json') throw unsupportedType(media.type)
    const parsed = exchange.koa?.request as { readonly body?: unknown } | undefined // where Koa body parsers put it
    if (parsed?.body !== undefined) return objectOf(parsed.body)
    const bytes = await readBody(raw, exchange.response, this.#configuration.maxBytes)
    const text = decodeBody(bytes, media.charset, { allowLatin1: false })
    return objectOf(parseJsonBody(text, { strict: false, limits }))
  }
}

const mayBeEvents = /\/events\/[^/?]*\./i
/** Looking up a name costs the square of its dots. */
const methodSegment = /^\/([^/]{1,512})\/?$/

/** Compression and buffering on the way would hold events back. */
const eventStreamHeaders: RawHeaders = [
  'Content-Type',
  'text/event-stream',
  'Cache-Control',
  'no-cache, no-transform',
  'X-Accel-Buffering',
  'no',
]

/** Broken escapes name no method. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** GET is for streams, and for what REST answers to a GET: other methods must not be reached by a link. */
function verbsOf(method: SharedMethod): readonly string[] {
  const isReadable = method.routes.some(({ verb }) => verb === 'get' || verb === 'all')
  return method.streams || isReadable ? ['GET', 'POST', 'DELETE'] : ['POST', 'DELETE']
}

/** **Errors**: 405 with `Allow`. */
function checkVerb({ raw, response }: HttpExchange, method: SharedMethod): void {
  const verbs = verbsOf(method)
  if (verbs.includes(raw.method ?? '')) return
  response.setHeader('Allow', verbs.join(', '))
  throw new RemoteError(`${method.fullName} is not called with ${raw.method}`, { statusCode: 405 })
}

/** **Errors**: `NOT_IMPLEMENTED` ahead of any effect. */
function refuseFiles({ returnsFile, fullName }: SharedMethod): void {
  if (!returnsFile) return
  throw remoteError('NOT_IMPLEMENTED', `${fullName} answers a file, event streams carry none`)
}

/** **Errors**: `ACCESS_DENIED` for the id of somebody else, or of another method. */
function checkOwner(owner: StreamOrigin, caller: StreamOrigin): void {
  if (owner.caller === caller.caller && owner.method === caller.method) return
  throw remoteError('ACCESS_DENIED', 'the event id belongs to another caller or method')
}

function objectOf(value: unknown): NamedArguments {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as NamedArguments // parsed JSON
  }
  throw invalidArgument(
    `the arguments must be an object, got ${Array.isArray(value) ? 'array' : typeof value}`,
  )
}

function unsupportedType(type: string): RemoteError {
  const shown = type === '' ? 'none' : `"${type.slice(0, 40)}"`
  return new RemoteError(`the content type must be application/json, it is ${shown}`, {
    name: 'UnsupportedMediaTypeError',
    statusCode: 415,
  })
}

/** A value is a stream of one item, or of none. */
function itemsOf(reply: Reply): AsyncIterable<unknown> {
  return reply.kind === 'stream'
    ? reply.items
    : only(reply.kind === 'value' ? reply.value : undefined)
}

async function* only(value: unknown): AsyncGenerator<unknown> {
  if (value !== undefined) yield value
}
