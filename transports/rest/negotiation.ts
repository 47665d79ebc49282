import type { Profile } from '../../core/spi.ts'
import { chooseMediaType, fullMediaType, namesMediaType } from '../http/accept.ts'
import type { HttpExchange } from '../http/exchange.ts'
import { readHeader } from '../http/request-headers.ts'

/** The form a result is written in. */
export interface ResultFormat {
  readonly kind: 'json' | 'javascript' | 'xml'
  /** Without its charset, e.g. `application/json`. */
  readonly contentType: string
}

/** Chooses the form of a result; `undefined` means 406. */
export type Negotiator = (exchange: HttpExchange) => ResultFormat | undefined

const json: ResultFormat = Object.freeze({ kind: 'json', contentType: 'application/json' })

const defaultTypes = [
  'application/json',
  'application/javascript',
  'text/javascript',
  'json',
  '*/*',
]
const xmlTypes = ['application/xml', 'text/xml', 'xml']

/** Accept headers remembered with their outcome; clients send few different ones. */
const maxRemembered = 200

/** Compiles the negotiation of one configuration. Source: remoting 2.4. */
export function createNegotiator(
  options: { readonly supportedTypes: readonly string[] | undefined; readonly xml: boolean },
  profile: Profile,
): Negotiator {
  const offers = options.supportedTypes ?? [...defaultTypes, ...(options.xml ? xmlTypes : [])]
  const supported = new Set(offers.map(fullMediaType))
  const checksFormat = !profile.compat['N-6']
  const byAccept = new Map<string, ResultFormat | undefined>()
  const fromAccept = (accept: string): ResultFormat | undefined => {
    const known = byAccept.get(accept)
    if (known !== undefined || byAccept.has(accept)) return known
    const chosen = chooseMediaType(accept, offers)
    const format = chosen === undefined ? undefined : formatOf(fullMediaType(chosen))
    if (byAccept.size < maxRemembered) byAccept.set(accept, format)
    return format
  }
  const fromQuery = (asked: unknown): ResultFormat | undefined => {
    if (typeof asked !== 'string') return undefined
    const type = formatNames.get(asked.toLowerCase())
    if (type === undefined || (checksFormat && !isSupported(type, supported))) return undefined
    return formatOf(type)
  }
  const unstated = formatOf(fullMediaType(offers[0] ?? 'json'))
  return (exchange) => {
    if (exchange.pathEnd < exchange.url.length) {
      const asked = exchange.query['_format']
      if (asked !== undefined && asked !== '') return fromQuery(asked)
    }
    const accept = readHeader(exchange.raw, 'accept')
    return accept === undefined ? unstated : fromAccept(accept)
  }
}

/** What `_format` may say, and the type it means. Source: remoting N-5. */
const formatNames: ReadonlyMap<string, string> = new Map([
  ['json', 'application/json'],
  ['application/json', 'application/json'],
  ['*/*', 'application/json'],
  ['xml', 'text/xml'],
  ['text/xml', 'text/xml'],
  ['application/xml', 'application/xml'],
  ['application/javascript', 'application/javascript'],
  ['text/javascript', 'text/javascript'],
  ['application/vnd.api+json', 'application/vnd.api+json'],
])

function isSupported(type: string, supported: ReadonlySet<string>): boolean {
  if (type === 'text/xml') return supported.has('text/xml') || supported.has('application/xml')
  return supported.has(type)
}

function formatOf(type: string): ResultFormat | undefined {
  switch (type) {
    case 'application/json':
    case '*/*':
      return json
    case 'application/javascript':
    case 'text/javascript':
      return { kind: 'javascript', contentType: 'application/json' }
    case 'application/xml':
    case 'text/xml':
      return { kind: 'xml', contentType: type }
    default:
      return type.endsWith('+json') ? { kind: 'json', contentType: type } : undefined
  }
}

/** How a stream of items is written. */
export type StreamFormat = 'event-stream' | 'ndjson' | 'multiplexed'

/** Chooses the form of a stream; there is no 406 for streams. Source: remoting ST-2, ST-9. */
export function chooseStreamFormat(exchange: HttpExchange): StreamFormat {
  const asked = exchange.pathEnd < exchange.url.length ? exchange.query['_format'] : undefined
  if (asked === 'event-stream' || asked === 'text/event-stream') return 'event-stream'
  if (asked === 'application/x-ndjson' || asked === 'ndjson') return 'ndjson'
  if (asked !== undefined && asked !== '') return 'multiplexed'
  const accept = readHeader(exchange.raw, 'accept')
  if (accept === undefined) return 'event-stream'
  const namesLines = namesMediaType(accept, 'application/x-ndjson')
  if (namesLines && !namesMediaType(accept, 'text/event-stream')) return 'ndjson'
  return chooseMediaType(accept, ['text/event-stream']) === undefined
    ? 'multiplexed'
    : 'event-stream'
}
