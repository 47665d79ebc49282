import type { IncomingMessage } from 'node:http'

/**
 * Reads one header without building `request.headers`: most calls need two or three of them.
 *
 * `name` must be in lower case. A repeated header is read the way node joins it.
 */
export function readHeader(request: IncomingMessage, name: string): string | undefined {
  const raw = request.rawHeaders
  let found: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const key = raw[i] as string // pairs
    if (key.length !== name.length || (key !== name && key.toLowerCase() !== name)) continue
    if (found !== undefined) return joined(request, name)
    found = raw[i + 1]
  }
  return found
}

function joined(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** The request announces a body, possibly an empty one: an empty JSON body is still read as JSON. Source: remoting Q-6. */
export function hasBody(request: IncomingMessage): boolean {
  const raw = request.rawHeaders
  for (let i = 0; i < raw.length; i += 2) {
    const key = raw[i] as string // pairs
    if (key.length === 14 && key.toLowerCase() === 'content-length') return true
    if (key.length === 17 && key.toLowerCase() === 'transfer-encoding') return true
  }
  return false
}
