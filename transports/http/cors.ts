import type { IncomingMessage, ServerResponse } from 'node:http'
import { invalidArgument } from '../../core/spi.ts'
import { readHeader } from './request-headers.ts'

/** Cross-origin access; off unless given. Source: remoting N-30. */
export interface CorsOptions {
  /** `'*'`, one origin, several (texts or patterns), or `true` to allow whoever asks. @default '*' */
  readonly origin?: string | RegExp | boolean | readonly (string | RegExp)[]
  /** @default 'GET,HEAD,PUT,PATCH,POST,DELETE' */
  readonly methods?: string | readonly string[]
  /** @default what the preflight asks for */
  readonly allowedHeaders?: string | readonly string[]
  readonly exposedHeaders?: string | readonly string[]
  /** Cookies and authorization may be sent. @default false */
  readonly credentials?: boolean
  /** Seconds a preflight may be cached. */
  readonly maxAge?: number
}

/** Compiled cross-origin rules. */
export interface Cors {
  /** Puts the headers of a plain answer on the response. */
  apply(request: IncomingMessage, response: ServerResponse): void
  /** Puts the headers of a preflight answer on the response; false when the request is none. */
  preflight(request: IncomingMessage, response: ServerResponse): boolean
}

const known = new Set([
  'origin',
  'methods',
  'allowedHeaders',
  'exposedHeaders',
  'credentials',
  'maxAge',
])

/**
 * Compiles cross-origin rules; `undefined` and `false` mean none.
 *
 * **Errors**: `INVALID_ARGUMENT` for `true` (CF-19), unknown keys, and credentials for every origin.
 */
export function compileCors(options: unknown): Cors | undefined {
  if (options === undefined || options === null || options === false) return undefined
  if (typeof options !== 'object') {
    throw invalidArgument('cors: expected an object of options; true alone would open every origin')
  }
  const unknown = Object.keys(options).find((key) => !known.has(key))
  if (unknown !== undefined) throw invalidArgument(`cors.${unknown}: unknown key`)
  return createCors(options as CorsOptions) // keys checked; values are read below
}

function createCors(options: CorsOptions): Cors | undefined {
  const { origin = '*', credentials = false } = options
  if (origin === false) return undefined
  if (credentials && (origin === '*' || origin === true)) {
    const shown = origin === true ? 'true' : '"*"'
    throw invalidArgument(`cors: credentials can not be combined with the origin ${shown}`)
  }
  const methods = list(options.methods) ?? 'GET,HEAD,PUT,PATCH,POST,DELETE'
  const allowedHeaders = list(options.allowedHeaders)
  const exposedHeaders = list(options.exposedHeaders)
  const allow = (request: IncomingMessage, response: ServerResponse): void => {
    if (origin !== '*') addVary(response)
    const allowed = allowedOrigin(origin, readHeader(request, 'origin'))
    if (allowed === undefined) return
    response.setHeader('Access-Control-Allow-Origin', allowed)
    if (credentials) response.setHeader('Access-Control-Allow-Credentials', 'true')
  }
  return {
    apply(request, response) {
      allow(request, response)
      if (exposedHeaders !== undefined) {
        response.setHeader('Access-Control-Expose-Headers', exposedHeaders)
      }
    },
    preflight(request, response) {
      if (readHeader(request, 'access-control-request-method') === undefined) return false
      allow(request, response)
      response.setHeader('Access-Control-Allow-Methods', methods)
      const asked = allowedHeaders ?? readHeader(request, 'access-control-request-headers')
      if (asked !== undefined) response.setHeader('Access-Control-Allow-Headers', asked)
      if (options.maxAge !== undefined) {
        response.setHeader('Access-Control-Max-Age', String(options.maxAge))
      }
      return true
    },
  }
}

/** Caches keep one answer per origin; what others said about caching stays. */
function addVary(response: ServerResponse): void {
  const known = response.getHeader('Vary')
  if (known === undefined) response.setHeader('Vary', 'Origin')
  else if (!/(?:^|,)\s*(?:\*|origin)\s*(?:,|$)/i.test(String(known))) {
    response.setHeader('Vary', `${String(known)}, Origin`)
  }
}

function list(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : value.join(',')
}

function allowedOrigin(
  rule: NonNullable<CorsOptions['origin']>,
  origin: string | undefined,
): string | undefined {
  if (rule === '*') return '*'
  if (origin === undefined) return undefined
  if (rule === true) return origin
  const rules = typeof rule === 'object' && !(rule instanceof RegExp) ? rule : [rule]
  const matches = rules.some((one) =>
    one instanceof RegExp
      ? new RegExp(one.source, one.flags.replace(/[gy]/g, '')).test(origin)
      : one === origin,
  )
  return matches ? origin : undefined
}
