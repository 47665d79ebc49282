import type { ServerResponse } from 'node:http'
import { RemoteError } from '../../core/spi.ts'
import type { HttpExchange, RawHeaders } from '../http/exchange.ts'
import type { Endpoint } from './endpoint.ts'
import { pump } from './pump.ts'
import { addContentType, addMetadata, statusOf, type ValueReply } from './value-writer.ts'

/**
 * Writes a raw file: bytes or text at once, anything readable as a stream. The head of a stream waits for its first
 * bytes, so that a failure before them is still an ordinary error.
 *
 * **Errors**: throws 500 for a value that is no file; a stream that fails later destroys the socket. Source: remoting FI-1 … FI-3.
 */
export async function writeFile(
  exchange: HttpExchange,
  endpoint: Endpoint,
  reply: ValueReply,
  closing: AbortSignal,
): Promise<void> {
  const { value, metadata } = reply
  const status = statusOf(exchange, endpoint, metadata)
  const headers: RawHeaders = []
  if (value === undefined) {
    addMetadata(headers, metadata)
    exchange.send(status === 200 ? 204 : status, headers, undefined)
    return
  }
  const isText = typeof value === 'string'
  addContentType(exchange, headers, metadata, isText ? endpoint.textFileType : endpoint.fileType)
  addMetadata(headers, metadata)
  if (isText || value instanceof Uint8Array) exchange.send(status, headers, value)
  else await writeChunks(exchange, chunksOf(value), status, headers, closing)
}

function chunksOf(value: unknown): AsyncIterable<unknown> {
  if (typeof value === 'object' && value !== null) {
    if (Symbol.asyncIterator in value) return value as AsyncIterable<unknown> // checked
    if ('pipe' in value && typeof value.pipe === 'function') return pipedChunks(value as Pipeable)
  }
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  throw new RemoteError(`cannot create a file response from ${type}`, { code: 'internal' })
}

/** Old-style streams that only know `pipe`. */
interface Pipeable {
  pipe(target: NodeJS.WritableStream): unknown
  on?(event: 'error', listener: (error: unknown) => void): unknown
}

async function* pipedChunks(source: Pipeable): AsyncGenerator<unknown> {
  const { PassThrough } = await import('node:stream')
  const through = new PassThrough()
  source.on?.('error', (error) =>
    through.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  source.pipe(through)
  yield* through
}

async function writeChunks(
  exchange: HttpExchange,
  chunks: AsyncIterable<unknown>,
  status: number,
  headers: RawHeaders,
  closing: AbortSignal,
): Promise<void> {
  const { response } = exchange
  const isHead = exchange.raw.method === 'HEAD'
  try {
    const ended = await pump(chunks, response, closing, (chunk) => {
      if (!response.headersSent) exchange.beginStream(status, headers)
      return isHead || writeChunk(response, chunk)
    })
    if (!ended) return void response.destroy()
    if (!response.headersSent) exchange.beginStream(status, headers)
    response.end()
  } catch (error) {
    if (!response.headersSent) throw error
    response.destroy()
  }
}

function writeChunk(response: ServerResponse, chunk: unknown): boolean {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return response.write(chunk)
  throw new RemoteError(`a file stream yielded ${typeof chunk}`, { code: 'internal' })
}
