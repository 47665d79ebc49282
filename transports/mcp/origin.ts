import { isIP } from 'node:net'

const thisMachine = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Decides by the headers `Origin` and `Host` whether a page may call. */
export type OriginRule = (origin: string | undefined, host: string | undefined) => boolean

/**
 * Pages of other sites are refused: a browser would lend them the network position of its user, and a name that first
 * leads to them and then to this machine would make them look like our own. Without a list, pages of this machine may
 * call, those of the address the application listens at, and those whose address is written in digits and is the one
 * called: digits can not be led elsewhere. Source: MCP 2025-06-18, transports, security warning.
 */
export function compileOriginRule(
  allowed: readonly string[] | undefined,
  listensAt: string,
): OriginRule {
  if (allowed?.includes('*') === true) return () => true
  if (allowed !== undefined) {
    const origins = new Set(allowed)
    return (origin) => origin === undefined || origins.has(origin)
  }
  return (origin, host) => {
    if (origin === undefined) return true
    const url = parseOrigin(origin)
    if (url === undefined) return false
    const { hostname } = url
    if (thisMachine.has(hostname) || hostname === listensAt) return true
    return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 && url.host === host
  }
}

function parseOrigin(origin: string): URL | undefined {
  try {
    const url = new URL(origin)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
  } catch {
    return undefined
  }
}
