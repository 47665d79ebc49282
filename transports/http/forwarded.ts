import type { IncomingMessage } from 'node:http'
import { readHeader } from './request-headers.ts'

/**
 * What is believed of `X-Forwarded-For`, `-Proto` and `-Host`: nothing, everything, or what the last n proxies added.
 */
export type TrustProxy = boolean | number

/** Proxies believed, by request; requests nobody put here came straight from their client. */
const trusted = new WeakMap<IncomingMessage, number>()

/** Believes what the proxies ahead say about a request. */
export function trustForwarded(request: IncomingMessage, trust: TrustProxy): void {
  if (trust !== false) trusted.set(request, trust === true ? Number.POSITIVE_INFINITY : trust)
}

/** Address of the client; '' once its socket is gone. */
export function remoteAddressOf(request: IncomingMessage): string {
  return forwarded(request, 'x-forwarded-for') ?? request.socket.remoteAddress ?? ''
}

/** `http` or `https`, as the client spoke it. */
export function protocolOf(request: IncomingMessage): 'http' | 'https' {
  const said = forwarded(request, 'x-forwarded-proto')?.toLowerCase()
  if (said === 'http' || said === 'https') return said
  return 'encrypted' in request.socket && request.socket.encrypted === true ? 'https' : 'http'
}

/** Host and port the client asked for, e.g. `shop.example:8443`; '' when it named none. */
export function hostOf(request: IncomingMessage): string {
  const said = forwarded(request, 'x-forwarded-host')
  return said !== undefined && isHost.test(said) ? said : (readHeader(request, 'host') ?? '')
}

const isHost = /^[\w.:[\]-]+$/

/** The entry of the outermost proxy that is believed; each appends its own. */
function forwarded(request: IncomingMessage, name: string): string | undefined {
  const count = trusted.get(request)
  const text = count === undefined ? undefined : readHeader(request, name)
  if (count === undefined || text === undefined) return undefined
  const entries = text.split(',')
  const entry = entries[Math.max(0, entries.length - count)]?.trim()
  return entry === '' ? undefined : entry
}
