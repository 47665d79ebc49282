import {
  type Handler,
  type HttpRequest,
  RemoteError,
  remoteError,
  type TransportEnvironment,
} from '../../core/spi.ts'
import type { Codec } from '../codec/codec.ts'
import { jsonCodec } from '../codec/json.ts'
import { serverRichTypes } from '../codec/server-rich-types.ts'
import { decodeBody, readBody } from '../http/body.ts'
import type { ErrorSettings } from '../http/error-options.ts'
import type { HttpExchange } from '../http/exchange.ts'
import type { TokenRequest } from '../http/http-request.ts'
import { parseMediaType } from '../http/media-type.ts'
import { readHeader } from '../http/request-headers.ts'
import { defaultSessionLimits } from '../session/limits.ts'
import type { SessionIdentity } from '../session/server-call.ts'
import { ServerSession, type SessionService } from '../session/server-session.ts'
import { findSharedCtor } from '../session/session-options.ts'
import { BatchCodec, type BatchLimits } from './batch-codec.ts'
import { parsedByMiddleware } from './request-body.ts'
import type { RestConfiguration } from './rest-options.ts'

const batchPath = /^\/(?:\$|%24)batch\/?$/i

/**
 * Answers `POST <path>/$batch`: the body is one message of the session protocol as JSON, a list of call frames; the answer is
 * the list of their replies. The calls run in a session of this one message, so that references between them, conversion and
 * limits are those of sessions; metadata, access token and request are those of the HTTP request.
 */
export class BatchEndpoint {
  readonly #configuration: RestConfiguration
  readonly #codec: Codec
  readonly #service: SessionService
  readonly #limits: BatchLimits

  constructor(
    configuration: RestConfiguration,
    { maxCalls }: { readonly maxCalls: number },
    environment: TransportEnvironment,
  ) {
    const { json, errors } = configuration
    const { maxDepth, maxKeys, maxItems } = json.limits
    const maxMessageBytes = wholeLimit(json.limit)
    const { handle, catalog, log } = environment
    this.#configuration = configuration
    this.#codec = jsonCodec.create(serverRichTypes, {
      maxMessageBytes,
      maxDepth: wholeLimit(maxDepth),
      maxKeys: wholeLimit(maxKeys),
      maxItems: wholeLimit(maxItems),
    })
    this.#limits = { maxCalls, maxAnswerBytes: defaultSessionLimits.maxReplyBytes }
    this.#service = {
      handle: reporting(refusingStreams(handle), errors, log),
      find: (fullName) => catalog().find(fullName),
      ctorOf: (method) => findSharedCtor(catalog(), method),
      errors,
      limits: {
        ...defaultSessionLimits,
        maxMessageBytes,
        maxConcurrentCalls: maxCalls,
        maxIncomingStreams: 0,
      },
      schedule: (flush) => void setImmediate(flush),
    }
  }

  /** Whether a URL names it; its path goes from `start` to `end`. */
  isAt(url: string, start: number, end: number): boolean {
    return end - start <= longestPath && batchPath.test(url.slice(start, end))
  }

  /** **Errors**: rejects with what keeps every call from running: 400, 413, 415. */
  async answer(exchange: HttpExchange): Promise<void> {
    const text = await this.#read(exchange)
    const { response } = exchange
    if (response.destroyed) return
    const codec = new BatchCodec(this.#codec, this.#limits)
    const session = new ServerSession('', codec, identityOf(exchange), this.#service, () => {})
    const leave = (): void => {
      session.close()
      codec.leave()
    }
    response.once('close', leave)
    try {
      session.receive(text)
      const answer = await codec.answer
      if (answer === undefined || exchange.answered) return
      const headers = ['Content-Type', 'application/json; charset=utf-8']
      exchange.send(200, [...headers, 'X-Content-Type-Options', 'nosniff'], answer)
    } finally {
      response.off('close', leave)
      session.close()
    }
  }

  async #read(exchange: HttpExchange): Promise<string> {
    const { types, limit } = this.#configuration.json
    const media = parseMediaType(readHeader(exchange.raw, 'content-type'))
    // forms of foreign sites can not have the type: a browser asks before it sends it
    if (!types.has(media.type)) throw unsupportedType(media.type)
    const parsed = parsedByMiddleware(exchange)
    if (parsed !== undefined) return JSON.stringify(parsed.value) ?? ''
    const bytes = await readBody(exchange.raw, exchange.response, limit)
    return decodeBody(bytes, media.charset, { allowLatin1: false })
  }
}

/** Codecs take whole numbers; JSON bodies may be limited by `Infinity`. */
function wholeLimit(limit: number): number {
  return Math.min(Math.floor(limit), Number.MAX_SAFE_INTEGER)
}

/** Characters of `/%24batch/`. */
const longestPath = 10

function unsupportedType(type: string): RemoteError {
  const shown = type === '' ? 'none' : `"${type.slice(0, 40)}"`
  return new RemoteError(`a batch has the content type application/json, this one ${shown}`, {
    name: 'UnsupportedMediaTypeError',
    statusCode: 415,
  })
}

function identityOf(exchange: HttpExchange): SessionIdentity {
  const { raw } = exchange
  return {
    transport: 'rest',
    metadata: raw.headers,
    accessToken: (raw as TokenRequest).accessToken, // a plain property, put there by middleware
    get request(): HttpRequest {
      return exchange.request
    },
  }
}

/** An answer is one JSON text. **Errors**: `NOT_IMPLEMENTED` ahead of any effect. */
function refusingStreams(handle: Handler): Handler {
  return (call) => {
    const { streams, returnsFile, fullName } = call.method
    if (!streams && !returnsFile) return handle(call)
    const what = streams ? 'a stream' : 'a file'
    const text = `${fullName} answers ${what}, a batch over REST carries none`
    return Promise.reject(remoteError('NOT_IMPLEMENTED', text))
  }
}

/** Failed calls are logged as those of other routes are. */
function reporting(
  handle: Handler,
  errors: ErrorSettings,
  log: TransportEnvironment['log'],
): Handler {
  if (!errors.log) return handle
  return async (call) => {
    try {
      return await handle(call)
    } catch (error) {
      try {
        log(error, `${call.method.fullName} failed in a batch`)
      } catch {
        // a logger may fail on what was thrown; the answer still goes out
      }
      throw error
    }
  }
}
