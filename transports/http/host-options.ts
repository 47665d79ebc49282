import { invalidArgument } from '../../core/spi.ts'
import type { TrustProxy } from './forwarded.ts'

/** Limits of the HTTP server; all on by default. */
export interface HttpHostOptions {
  /** Milliseconds for the headers of a request, also for the first byte of a new connection. @default 15000 */
  readonly headersTimeoutMs?: number
  /** Milliseconds for a whole request, body included; a slower one is answered 408. @default 60000 */
  readonly requestTimeoutMs?: number
  /** Milliseconds an idle kept-alive connection stays open. @default 5000 */
  readonly keepAliveTimeoutMs?: number
  /** Bytes of the request line and headers together; more is answered 431. @default 16384 */
  readonly maxHeaderBytes?: number
  /** Open connections; further ones are closed at once, 0 for no limit. @default 0 */
  readonly maxConnections?: number
  /** Requests per connection, 0 for no limit. @default 0 */
  readonly maxRequestsPerSocket?: number
  /** Milliseconds between looks at the timeouts above. @default 1000 */
  readonly timeoutCheckMs?: number
  /** Milliseconds calls under way get when the host closes and no signal says otherwise. @default 10000 */
  readonly closeTimeoutMs?: number
  /**
   * Believes `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`: `true` whatever they hold, a number the entries of the
   * last so many proxies. Only behind proxies that set them: anybody else may write what he likes. @default false
   */
  readonly trustProxy?: TrustProxy
}

/** Checked options with their defaults. */
export type HttpHostSettings = Required<HttpHostOptions>

const defaults: HttpHostSettings = Object.freeze({
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 5000,
  maxHeaderBytes: 16_384,
  maxConnections: 0,
  maxRequestsPerSocket: 0,
  timeoutCheckMs: 1000,
  closeTimeoutMs: 10_000,
  trustProxy: false,
})

/** **Errors**: `INVALID_ARGUMENT` for an unknown key or a value of the wrong kind. */
export function readHostSettings(options: HttpHostOptions = {}): HttpHostSettings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  for (const [key, value] of given) {
    if (!Object.hasOwn(defaults, key)) throw invalidArgument(`server.${key}: unknown key`)
    const isFlag = key === 'trustProxy'
    if (isFlag && typeof value === 'boolean') continue
    const least = isFlag ? 1 : 0
    if (Number.isInteger(value) && value >= least) continue
    const kinds = `${isFlag ? 'true, false or ' : ''}a whole number from ${least}`
    throw invalidArgument(`server.${key}: expected ${kinds}, got ${typeof value}`)
  }
  return Object.freeze({ ...defaults, ...Object.fromEntries(given) })
}
