import type { IncomingMessage } from 'node:http'
import { invalidArgument } from '../../core/spi.ts'
import type { CodecFactory } from '../codec/codec.ts'
import { jsonCodec } from '../codec/json.ts'
import { msgpackCodec } from '../codec/msgpack.ts'
import { hostOf } from '../http/forwarded.ts'
import { checkKeys, type SessionOptions } from '../session/session-options.ts'

/** Decides whether a page of this origin may connect. */
export type OriginCheck = (origin: string, request: IncomingMessage) => boolean

/** Options of {@link websocket}. */
export interface WebsocketOptions extends SessionOptions {
  /** Path of the endpoint, on the port of the application's HTTP server. @default '/' */
  readonly path?: string
  /** Codecs a client may ask for, the preferred one first. @default JSON and MessagePack */
  readonly codecs?: readonly CodecFactory[]
  /**
   * Origins whose pages may connect; `'*'` allows all. Programs that send no Origin always may. @default the server's own
   */
  readonly allowedOrigins?: '*' | readonly string[] | OriginCheck
  /** Compresses messages; costs memory per connection and time per message. @default false */
  readonly perMessageDeflate?: boolean
}

/** Options of {@link websocket}, checked. */
export interface WebsocketConfiguration {
  readonly path: string
  readonly codecs: readonly CodecFactory[]
  readonly mayConnect: OriginCheck
  readonly perMessageDeflate: boolean
}

const known = [
  'path',
  'codecs',
  'allowedOrigins',
  'perMessageDeflate',
  'limits',
  'authenticate',
] as const satisfies readonly (keyof WebsocketOptions)[]

/** **Errors**: `INVALID_ARGUMENT` naming the option. */
export function readWebsocketOptions(options: WebsocketOptions): WebsocketConfiguration {
  checkKeys('websocket', options, known)
  const { path = '/', codecs = [jsonCodec, msgpackCodec], perMessageDeflate = false } = options
  if (!path.startsWith('/'))
    throw invalidArgument(`websocket({ path }): "${path}" has no slash ahead`)
  if (codecs.length === 0) throw invalidArgument('websocket({ codecs }): needs at least one codec')
  return Object.freeze({
    path,
    codecs,
    perMessageDeflate,
    mayConnect: originCheck(options.allowedOrigins),
  })
}

function originCheck(allowed: WebsocketOptions['allowedOrigins']): OriginCheck {
  if (allowed === '*') return () => true
  if (typeof allowed === 'function') return allowed
  if (allowed === undefined) return isOwnOrigin
  const origins = new Set(allowed.map((origin) => origin.toLowerCase()))
  return (origin) => origins.has(origin.toLowerCase())
}

/** The page came from the host the request is for. */
function isOwnOrigin(origin: string, request: IncomingMessage): boolean {
  return URL.canParse(origin) && new URL(origin).host === hostOf(request).toLowerCase()
}
