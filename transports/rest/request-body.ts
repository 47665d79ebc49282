import { decodeBody, payloadTooLarge, readBody, takeBody } from '../http/body.ts'
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

/** Takes a parsed body, or the error of reading it; called once. */
export type ParsedBodyTaker = (body: ParsedBody | undefined, error?: unknown) => void

/**
 * Reads and parses the body of a request. Bodies of other types stay untouched on the request.
 *
 * **Errors**: see `takeBody`, `decodeBody`, `parseJsonBody`. Source: remoting 2.2.
 */
export function takeRequestBody(
  exchange: HttpExchange,
  rules: BodyRules,
  take: ParsedBodyTaker,
): void {
  const header = readHeader(exchange.raw, 'content-type')
  const media = parseMediaType(header)
  const namesJson = rules.json.types.has(media.type)
  const parsed = parsedByMiddleware(exchange)
  if (parsed !== undefined) {
    take({ value: parsed.value, isJson: namesJson && isTyped(header, media, rules) })
  } else if (namesJson) {
    const { raw, response } = exchange
    const isJson = isTyped(header, media, rules)
    takeBody(raw, response, rules.json.limit, (bytes, error) => {
      let body: ParsedBody | undefined
      let failure: unknown = error
      try {
        if (bytes !== undefined) body = { value: parseJson(bytes, media, rules), isJson }
      } catch (thrown) {
        failure = thrown
      }
      take(body, failure)
    })
  } else if (media.type === formType) {
    readForm(exchange, media, rules).then(take, (error) => take(undefined, error))
  } else take(emptyBody)
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

function parseJson(bytes: Buffer, { charset }: MediaType, { json }: BodyRules): unknown {
  return parseJsonBody(decodeBody(bytes, charset, { allowLatin1: false }), json)
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
