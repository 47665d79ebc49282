import { decodeBody, payloadTooLarge, readBody } from '../http/body.ts'
import type { HttpExchange } from '../http/exchange.ts'
import { parseJsonBody } from '../http/json-body.ts'
import { type MediaType, parseMediaType } from '../http/media-type.ts'
import { countPairs, parseForm } from '../http/query-string.ts'
import { readHeader } from '../http/request-headers.ts'
import type { RestConfiguration } from './rest-options.ts'

/** A parsed body, and whether its values keep their types. */
export interface ParsedBody {
  readonly value: unknown
  readonly isJson: boolean
}

/** No body, or one of a type that is not read: no fields. Source: remoting Q-7. */
export const emptyBody: ParsedBody = Object.freeze({ value: Object.freeze({}), isJson: false })

/** What decides how bodies are read. */
export interface BodyRules {
  readonly json: RestConfiguration['json']
  readonly urlencoded: RestConfiguration['urlencoded']
  /** `Application/JSON` is converted as text. Source: remoting A-10. */
  readonly caseSensitiveJson: boolean
}

const formType = 'application/x-www-form-urlencoded'

/**
 * Reads and parses the body of a request. Bodies of other types stay untouched on the request.
 *
 * **Errors**: see `readBody`, `decodeBody`, `parseJsonBody`. Source: remoting 2.2.
 */
export function readRequestBody(exchange: HttpExchange, rules: BodyRules): Promise<ParsedBody> {
  const header = readHeader(exchange.raw, 'content-type')
  const media = parseMediaType(header)
  const isJson = rules.json.types.has(media.type)
  const parsed = parsedByMiddleware(exchange)
  if (parsed !== undefined) {
    return Promise.resolve({ value: parsed.value, isJson: isJson && isTyped(header, media, rules) })
  }
  if (isJson) return readJson(exchange, media, rules, isTyped(header, media, rules))
  return media.type === formType ? readForm(exchange, media, rules) : Promise.resolve(emptyBody)
}

/** A Koa body parser ahead of us has read the request already. */
export function parsedByMiddleware(
  exchange: HttpExchange,
): { readonly value: unknown } | undefined {
  const request = exchange.koa?.request as { readonly body?: unknown } | undefined // where Koa body parsers put it
  return request?.body === undefined ? undefined : { value: request.body }
}

function isTyped(header: string | undefined, media: MediaType, rules: BodyRules): boolean {
  return !rules.caseSensitiveJson || header?.startsWith(media.type) === true
}

function readJson(
  exchange: HttpExchange,
  media: MediaType,
  rules: BodyRules,
  isJson: boolean,
): Promise<ParsedBody> {
  const { json } = rules
  return readBody(exchange.raw, exchange.response, json.limit).then((buffer) => {
    const text = decodeBody(buffer, media.charset, { allowLatin1: false })
    return { value: parseJsonBody(text, json), isJson }
  })
}

async function readForm(
  exchange: HttpExchange,
  media: MediaType,
  rules: BodyRules,
): Promise<ParsedBody> {
  const { limit, extended, parameterLimit } = rules.urlencoded
  const buffer = await readBody(exchange.raw, exchange.response, limit)
  const text = decodeBody(buffer, media.charset, { allowLatin1: true })
  const pairs = countPairs(text)
  if (pairs > parameterLimit) throw payloadTooLarge('too many parameters')
  const value = parseForm(text, {
    depth: formDepth,
    maxPairs: parameterLimit,
    maxIndex: Math.max(100, pairs),
    nested: extended,
  })
  return { value, isJson: false }
}

/** Levels of brackets in form names, the depth of every transport. */
const formDepth = 32
