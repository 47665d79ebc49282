import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { phraseOf } from '../../core/spi.ts'

/** Milliseconds a peer gets to read the last answer before its socket is destroyed. */
const farewellMs = 1000

const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/**
 * Answers bytes that are no HTTP, headers that are too large, and requests that never end; then closes the socket.
 * No request object exists at this point, so the answer is written by hand.
 */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  const current = (socket as Duplex & { readonly _httpMessage?: ServerResponse | null })
    ._httpMessage // node's own link from a socket to the answer under way
  if (error.code === 'ECONNRESET' || !socket.writable || current?.headersSent === true) {
    socket.destroy()
    return
  }
  const statusCode = statuses[error.code ?? ''] ?? 400
  const phrase = phraseOf(statusCode)
  const body = JSON.stringify({ error: { statusCode, name: 'Error', message: phrase } })
  socket.end(
    `HTTP/1.1 ${statusCode} ${phrase}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  setTimeout(() => socket.destroy(), farewellMs).unref()
}
