import { type Model, RemoteError, type Reply, type ReplyMetadata } from '../../core/spi.ts'
import { isFresh, weakEtag } from '../http/etag.ts'
import type { HttpExchange, RawHeaders } from '../http/exchange.ts'
import { readHeader } from '../http/request-headers.ts'
import { isRedirect } from '../http/status.ts'
import { writeXml } from '../http/xml.ts'
import type { Endpoint } from './endpoint.ts'
import type { ResultFormat } from './negotiation.ts'

/** A reply that is one value. */
export type ValueReply = Extract<Reply, { kind: 'value' }>

/**
 * Writes a value: status, headers of the method, then the body in the negotiated form.
 *
 * **Errors**: throws what serialising throws (a cycle, a bigint); nothing is written then. Source: remoting 2.3.
 */
export function writeValue(
  exchange: HttpExchange,
  endpoint: Endpoint,
  format: ResultFormat,
  reply: ValueReply,
): void {
  const status = statusOf(exchange, endpoint, reply.metadata)
  const text =
    reply.value === undefined ? undefined : render(exchange, endpoint, format, reply.value)
  if (text === undefined) writeNothing(exchange, endpoint, format, status, reply.metadata)
  else writeText(exchange, format, status, text, reply.metadata)
}

/** The route's status wins over one a return was aimed at, which wins over one set on the response. Source: remoting B-2. */
export function statusOf(
  exchange: HttpExchange,
  endpoint: Endpoint,
  metadata: ReplyMetadata | undefined,
): number {
  const asked = metadata?.status
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 200 && asked <= 599)) {
    throw new RemoteError(`a return aimed at the status is ${asked}`, { code: 'internal' })
  }
  return endpoint.route.http.status ?? asked ?? exchange.response.statusCode
}

/** 204, or the status set before. Source: remoting B-3, B-4. */
function writeNothing(
  exchange: HttpExchange,
  endpoint: Endpoint,
  format: ResultFormat,
  status: number,
  metadata: ReplyMetadata | undefined,
): void {
  const headers: RawHeaders = []
  const final = status === 200 ? 204 : status
  if (!isRedirect(final)) {
    const type = endpoint.charsetOnEmpty
      ? `${format.contentType}; charset=utf-8`
      : format.contentType
    addContentType(exchange, headers, metadata, type)
  }
  addMetadata(headers, metadata)
  exchange.send(final, headers, undefined)
}

interface Rendered {
  readonly text: string
  /** Differs from the negotiated one for JSONP. */
  readonly contentType?: string
  readonly isScript?: boolean
}

function writeText(
  exchange: HttpExchange,
  format: ResultFormat,
  status: number,
  rendered: Rendered,
  metadata: ReplyMetadata | undefined,
): void {
  const headers: RawHeaders = []
  const type = withCharset(rendered.contentType ?? format.contentType)
  if (!isRedirect(status)) addContentType(exchange, headers, metadata, type)
  if (rendered.isScript === true) headers.push('X-Content-Type-Options', 'nosniff')
  sendTagged(exchange, status, headers, rendered.text, metadata)
}

function withCharset(type: string): string {
  return type === 'application/json' ? jsonType : `${type}; charset=utf-8`
}

const jsonType = 'application/json; charset=utf-8'

/** Adds the validator, and answers 304 when the client's copy is still good. Source: remoting B-5. */
export function sendTagged(
  exchange: HttpExchange,
  status: number,
  headers: RawHeaders,
  text: string,
  metadata: ReplyMetadata | undefined,
): void {
  const etag = weakEtag(text)
  const { raw } = exchange
  const isRead = raw.method === 'GET' || raw.method === 'HEAD'
  if (isRead && status >= 200 && status < 300) {
    const candidates = readHeader(raw, 'if-none-match')
    if (candidates !== undefined && isFresh(etag, candidates, readHeader(raw, 'cache-control'))) {
      const kept: RawHeaders = ['ETag', etag]
      addMetadata(kept, metadata, 'content-type')
      exchange.response.removeHeader('Content-Type')
      exchange.send(304, kept, undefined)
      return
    }
  }
  headers.push('ETag', etag)
  addMetadata(headers, metadata)
  exchange.send(status, headers, text)
}

/** A type set by a hook, the method or a return aimed at the header wins. Source: remoting B-4. */
export function addContentType(
  exchange: HttpExchange,
  headers: RawHeaders,
  metadata: ReplyMetadata | undefined,
  type: string,
): void {
  const named = metadata?.headers
  if (named !== undefined) {
    for (const name in named) if (name.toLowerCase() === 'content-type') return
  }
  if (!exchange.response.hasHeader('content-type')) headers.push('Content-Type', type)
}

/** Headers returns were aimed at. Source: remoting R-6. */
export function addMetadata(
  headers: RawHeaders,
  metadata: ReplyMetadata | undefined,
  except?: string,
): void {
  const named = metadata?.headers
  if (named === undefined) return
  for (const [name, value] of Object.entries(named)) {
    if (name.toLowerCase() !== except) headers.push(name, value)
  }
}

/** `undefined` for a value without a text form. */
function render(
  exchange: HttpExchange,
  endpoint: Endpoint,
  format: ResultFormat,
  value: unknown,
): Rendered | undefined {
  if (format.kind === 'xml') return { text: renderXml(endpoint, value) }
  const text = JSON.stringify(value) as string | undefined // functions and symbols have none
  if (text === undefined || format.kind === 'json') return text === undefined ? undefined : { text }
  const callback = callbackOf(exchange)
  if (callback === '') return { text }
  return { text: renderScript(callback, text), contentType: 'text/javascript', isScript: true }
}

/** The name with everything removed that is no part of one; '' without a callback. Source: remoting N-10, N-11. */
function callbackOf(exchange: HttpExchange): string {
  const given = exchange.query['callback']
  const name = Array.isArray(given) ? given[0] : given
  return typeof name === 'string' ? name.replace(/[^\w$.[\]]/g, '') : ''
}

function renderScript(callback: string, json: string): string {
  const safe = json.replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029')
  return `/**/ typeof ${callback} === 'function' && ${callback}(${safe});`
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>'

/** Source: remoting N-20, N-21. */
function renderXml(endpoint: Endpoint, value: unknown): string {
  if (value === null) return '<null/>'
  if (!value) return ''
  const { wrapperElement, declaration: declares } = endpoint.xml
  if (typeof value === 'object' && 'toXML' in value && typeof value.toXML === 'function') {
    return String(value.toXML({ declaration: declares !== false, wrapperElement }))
  }
  const { rowModel } = endpoint
  return writeXml(value, {
    root: wrapperElement === false || wrapperElement === undefined ? 'response' : wrapperElement,
    ...(declares === false ? {} : { declaration }),
    showUndefined: endpoint.xmlShowsUndefined,
    ...(rowModel === undefined
      ? {}
      : { entriesOf: (row, path) => rowEntries(rowModel, row, path) }),
  })
}

/** A row shows every visible property of its model, set or not, as LoopBack 3 was recorded to. */
function* rowEntries(
  model: Model,
  row: object,
  path: readonly string[],
): Generator<readonly [string, unknown]> {
  const isRow = path.length === 0 || (path.length === 1 && path[0] === 'result')
  const members = new Map(Object.entries(row))
  if (isRow) {
    for (const name of model.properties.keys()) {
      if (model.hidden.has(name)) continue
      yield [name, members.get(name)]
      members.delete(name)
    }
  }
  yield* members
}
