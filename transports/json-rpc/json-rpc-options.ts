import { invalidArgument, type TransportEnvironment } from '../../core/spi.ts'
import { parseByteSize } from '../http/byte-size.ts'
import { type Cors, type CorsOptions, compileCors } from '../http/cors.ts'
import { type ErrorOptions, type ErrorSettings, readErrorSettings } from '../http/error-options.ts'
import type { HttpHostOptions } from '../http/host-options.ts'

/** What a caller may send; all limits are inclusive. */
export interface JsonRpcLimits {
  /** Bytes of one message, or text such as `'100kb'`. @default `remoting.json.limit`, else 1 MiB */
  readonly maxBytes: number
  /** Levels of objects and lists of a message. @default 32 */
  readonly maxDepth: number
  /** Keys of one object. @default 1000 */
  readonly maxKeys: number
  /** Items of one list. @default 10000 */
  readonly maxItems: number
  /** Requests of one batch. @default 100 */
  readonly maxBatch: number
  /** Calls of one batch, or of one connection, that run at the same time. @default 10 */
  readonly maxConcurrentCalls: number
}

/** Options of {@link jsonRpc}. */
export interface JsonRpcOptions extends Partial<Omit<JsonRpcLimits, 'maxBytes'>> {
  /** Where the endpoints are mounted. @default '/api' */
  readonly path?: string
  /** Bytes of one message, or text such as `'100kb'`. @default `remoting.json.limit`, else 1 MiB */
  readonly maxBytes?: number | string
  /** Milliseconds a request gets, all calls of a batch together; 0 leaves it to `invocationTimeout`. @default 0 */
  readonly timeoutMs?: number
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
export interface JsonRpcConfiguration {
  /** Without a trailing slash; `''` for the root. */
  readonly path: string
  readonly limits: JsonRpcLimits
  readonly timeoutMs: number
  readonly errors: ErrorSettings
  readonly cors: Cors | undefined
}

const defaultLimits = {
  maxDepth: 32,
  maxKeys: 1000,
  maxItems: 10_000,
  maxBatch: 100,
  maxConcurrentCalls: 10,
} as const

const limitNames = Object.keys(defaultLimits) as (keyof typeof defaultLimits)[] // its own keys

const known = new Set<string>([
  ...limitNames,
  'path',
  'maxBytes',
  'timeoutMs',
  'listen',
  'server',
  'errorHandler',
  'cors',
])

/** **Errors**: `INVALID_ARGUMENT` naming the key, for an unknown one and for a value that is no whole number. */
export function readJsonRpcConfiguration(
  options: JsonRpcOptions,
  environment: Pick<TransportEnvironment, 'profile' | 'remoting' | 'warn'>,
): JsonRpcConfiguration {
  const { profile, remoting, warn } = environment
  const unknown = Object.keys(options).find((key) => !known.has(key))
  if (unknown !== undefined) throw invalidArgument(`jsonRpc.${unknown}: unknown key`)
  return Object.freeze({
    path: readPath(options.path),
    limits: readLimits(options, remoting.json?.['limit']),
    timeoutMs: wholeNumber('timeoutMs', options.timeoutMs ?? 0, 0),
    errors: readErrorSettings(options.errorHandler ?? remoting.errorHandler ?? {}, {
      profile,
      warn,
      xml: false,
      includeStatus: profile.compat['E-1'],
    }),
    cors: compileCors(options.cors ?? remoting.cors),
  })
}

function readLimits(options: JsonRpcOptions, bodyLimit: unknown): JsonRpcLimits {
  const asked = options.maxBytes ?? bodyLimit ?? 1024 * 1024
  if (typeof asked !== 'number' && typeof asked !== 'string') {
    throw invalidArgument(`jsonRpc.maxBytes: expected a number of bytes, got ${typeof asked}`)
  }
  const limits = limitNames.map((name) => [
    name,
    wholeNumber(name, options[name] ?? defaultLimits[name], 1),
  ])
  return Object.freeze({
    ...(Object.fromEntries(limits) as Record<keyof typeof defaultLimits, number>), // built from its keys
    maxBytes: parseByteSize(asked, 'jsonRpc.maxBytes'),
  })
}

function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value
  throw invalidArgument(
    `jsonRpc.${name}: expected a whole number from ${least}, got ${typeof value}`,
  )
}

function readPath(path = '/api'): string {
  const tidy = path.replace(/^\/*/, '/').replace(/\/+$/, '')
  if (/[?#\s]/.test(tidy)) throw invalidArgument(`jsonRpc.path: "${path}" is no path`)
  return tidy === '/' ? '' : tidy
}
