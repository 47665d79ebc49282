import { invalidArgument, type TransportEnvironment } from '../../core/spi.ts'
import { parseByteSize } from '../http/byte-size.ts'
import { type Cors, type CorsOptions, compileCors } from '../http/cors.ts'
import { type ErrorOptions, type ErrorSettings, readErrorSettings } from '../http/error-options.ts'
import type { HttpHostOptions } from '../http/host-options.ts'
import type { JsonLimits } from '../http/json-body.ts'

/** How streams survive a lost connection. */
export interface ReplaySettings {
  /** Items of a stream kept for a client that comes back. @default 1000 */
  readonly replayItems: number
  /** Bytes of a stream kept; one item may go beyond. @default 1 MiB */
  readonly replayBytes: number
  /** Milliseconds a stream without a client is kept; 0 ends it with its connection. @default 30000 */
  readonly resumeMs: number
  /** Streams of the application, kept ones included; further ones are answered 503. @default 10000 */
  readonly maxStreams: number
  /** Bytes kept for all streams together; one item of each may go beyond. @default 64 MiB */
  readonly maxReplayBytes: number
  /** Milliseconds after which a client that lost its connection should come back. @default 1000 */
  readonly retryMs: number
  /**
   * Milliseconds between comment lines of an idle stream, 0 for none. A client that reads nothing for two of them is
   * disconnected. @default 15000
   */
  readonly heartbeatMs: number
}

/** Options of {@link serverSentEvents}. */
export interface ServerSentEventsOptions extends Partial<ReplaySettings> {
  /** What `/events` stands below. @default '/api' */
  readonly path?: string
  /** Bytes of a request body, or text such as `'100kb'`. @default `remoting.json.limit`, else 1 MiB */
  readonly maxBytes?: number | string
  /** Levels of objects and lists of the arguments. @default 32 */
  readonly maxDepth?: number
  /** Keys of one object. @default 1000 */
  readonly maxKeys?: number
  /** Items of one list. @default 10000 */
  readonly maxItems?: number
  /** False opens no port: somebody else opens the HTTP host of the application. @default true */
  readonly listen?: boolean
  /** Limits of the HTTP server; those of the transport installed last count. */
  readonly server?: HttpHostOptions
  /** @default the `errorHandler` section of `remoting` */
  readonly errorHandler?: ErrorOptions
  /** @default the `cors` section of `remoting` */
  readonly cors?: CorsOptions | false
}

/** Options checked and completed, once per start. */
export interface EventConfiguration {
  /** Without a trailing slash, e.g. `/api/events`. */
  readonly path: string
  readonly replay: ReplaySettings
  readonly maxBytes: number
  readonly json: JsonLimits
  readonly errors: ErrorSettings
  readonly cors: Cors | undefined
}

const replayDefaults: ReplaySettings = Object.freeze({
  replayItems: 1000,
  replayBytes: 1024 * 1024,
  resumeMs: 30_000,
  maxStreams: 10_000,
  maxReplayBytes: 64 * 1024 * 1024,
  retryMs: 1000,
  heartbeatMs: 15_000,
})

const jsonDefaults = { maxDepth: 32, maxKeys: 1000, maxItems: 10_000 } as const

/** Settings that may be switched off. */
const fromZero = new Set(['resumeMs', 'retryMs', 'heartbeatMs'])

const known = new Set([
  ...Object.keys(replayDefaults),
  ...Object.keys(jsonDefaults),
  'path',
  'maxBytes',
  'listen',
  'server',
  'errorHandler',
  'cors',
])

/** **Errors**: `INVALID_ARGUMENT` naming the key, for an unknown one and for a value that is no whole number. */
export function readEventConfiguration(
  options: ServerSentEventsOptions,
  environment: Pick<TransportEnvironment, 'profile' | 'remoting' | 'warn'>,
): EventConfiguration {
  const { profile, remoting, warn } = environment
  const unknown = Object.keys(options).find((key) => !known.has(key))
  if (unknown !== undefined) throw invalidArgument(`serverSentEvents.${unknown}: unknown key`)
  return Object.freeze({
    path: `${readPath(options.path)}/events`,
    replay: readNumbers(replayDefaults, options),
    maxBytes: parseByteSize(
      options.maxBytes ?? remoting.json?.['limit'] ?? 1024 * 1024,
      'serverSentEvents.maxBytes',
    ),
    json: Object.freeze({
      ...readNumbers(jsonDefaults, options),
      refuseConstructor: !profile.compat['Q-11'],
    }),
    errors: readErrorSettings(options.errorHandler ?? remoting.errorHandler ?? {}, {
      profile,
      warn,
      xml: false,
      includeStatus: profile.compat['E-1'],
    }),
    cors: compileCors(options.cors ?? remoting.cors),
  })
}

function readNumbers<K extends keyof ReplaySettings | keyof typeof jsonDefaults>(
  defaults: Readonly<Record<K, number>>,
  options: ServerSentEventsOptions,
): Readonly<Record<K, number>> {
  const names = Object.keys(defaults) as K[] // its own keys
  const entries = names.map((name) => {
    const value = options[name] ?? defaults[name]
    const least = fromZero.has(name) ? 0 : 1
    if (Number.isInteger(value) && value >= least) return [name, value]
    throw invalidArgument(
      `serverSentEvents.${name}: expected a whole number from ${least}, got ${typeof value}`,
    )
  })
  return Object.freeze(Object.fromEntries(entries)) as Record<K, number> // built from the names
}

function readPath(path = '/api'): string {
  const tidy = path.replace(/^\/*/, '/').replace(/\/+$/, '')
  if (/[?#\s]/.test(tidy)) throw invalidArgument(`serverSentEvents.path: "${path}" is no path`)
  return tidy === '/' ? '' : tidy
}
