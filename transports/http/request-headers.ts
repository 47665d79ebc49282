import type { IncomingMessage } from 'node:http'

/** Reads one header; `name` must be in lower case. Repeated ones are joined. */
export function readHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'object' ? value.join(', ') : value
}

/** The request announces a body, possibly an empty one: an empty JSON body is still read as JSON. Source: remoting Q-6. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}
