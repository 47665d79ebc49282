import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { RemoteError } from '../../core/spi.ts'
import { readHeader } from './request-headers.ts'

/** Time a client gets to finish sending a refused body, so that it can read the answer, in milliseconds. */
const lingerMs = 2000

/**
 * Reads a whole body into one buffer; compressed ones (`gzip`, `deflate`, `br`) are inflated and counted inflated.
 * Answers `Expect: 100-continue` when it begins to read.
 *
 * **Errors**: 413 `PayloadTooLargeError`, 415 for an unknown encoding, 400 for a broken or aborted one.
 * Source: remoting Q-4.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<Buffer> {
  const encoding = (readHeader(request, 'content-encoding') ?? 'identity').trim().toLowerCase()
  const announced = Number(readHeader(request, 'content-length') ?? 0)
  if (encoding === 'identity' && announced > maxBytes) {
    return Promise.reject(refuse(request, payloadTooLarge()))
  }
  const inflate = inflaterOf(encoding)
  if (inflate === undefined && encoding !== 'identity') {
    const message = `unsupported content encoding "${encoding.slice(0, 40)}"`
    return Promise.reject(refuse(request, unsupportedMedia(message)))
  }
  if (waitingForContinue.delete(request)) response.writeContinue()
  return inflate === undefined
    ? collect(request, request, maxBytes)
    : collect(request, request.pipe(inflate), maxBytes)
}

const waitingForContinue = new WeakSet<IncomingMessage>()

/** Notes that the client sends its body only after a `100 Continue`. Source: RFC 9110 10.1.1. */
export function expectContinue(request: IncomingMessage): void {
  waitingForContinue.add(request)
}

/** Lets the client send its body at once; for requests somebody else reads. */
export function continueNow(request: IncomingMessage, response: ServerResponse): void {
  if (waitingForContinue.delete(request)) response.writeContinue()
}

function inflaterOf(encoding: string): Transform | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      return undefined
  }
}

function collect(
  request: IncomingMessage,
  source: IncomingMessage | Transform,
  maxBytes: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks = new Chunks()
    let size = 0
    const fail = (error: RemoteError): void => {
      source.off('data', onData)
      if (source !== request) {
        request.unpipe()
        source.destroy()
      }
      reject(refuse(request, error))
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > maxBytes) fail(payloadTooLarge())
      else chunks.add(chunk)
    }
    source.on('data', onData)
    source.on('end', () => resolve(chunks.join()))
    source.on('error', () => fail(badBody('the request body could not be read')))
    request.on('close', () => {
      if (!request.complete) fail(badBody('the request was aborted'))
    })
  })
}

/** Chunks joined at a time. */
const joinedChunks = 256

/**
 * The pieces of a body. Small ones are joined as they come: a buffer object costs some hundred bytes, and a body in chunks
 * of one byte would take 450 MB per MiB (measured 2026-11, Node 20).
 */
class Chunks {
  readonly #joined: Buffer[] = []
  #recent: Buffer[] = []

  add(chunk: Buffer): void {
    this.#recent.push(chunk)
    if (this.#recent.length < joinedChunks) return
    this.#joined.push(Buffer.concat(this.#recent))
    this.#recent = []
  }

  join(): Buffer {
    const [first] = this.#recent
    if (this.#joined.length === 0 && this.#recent.length === 1 && first !== undefined) return first
    return Buffer.concat([...this.#joined, ...this.#recent])
  }
}

/** Reads on without keeping anything, so that the client may see the answer; ends the socket if it never finishes. */
function refuse(request: IncomingMessage, error: RemoteError): RemoteError {
  if (request.complete || request.destroyed) return error
  request.resume()
  const timer = setTimeout(() => {
    if (!request.complete) request.destroy()
  }, lingerMs)
  timer.unref()
  request.once('close', () => clearTimeout(timer))
  return error
}

/** A 413 as LoopBack names it. Source: remoting Q-4. */
export function payloadTooLarge(message = 'request entity too large'): RemoteError {
  return new RemoteError(message, { name: 'PayloadTooLargeError', statusCode: 413 })
}

function unsupportedMedia(message: string): RemoteError {
  return new RemoteError(message, { name: 'UnsupportedMediaTypeError', statusCode: 415 })
}

function badBody(message: string): RemoteError {
  return new RemoteError(message, { name: 'BadRequestError', statusCode: 400 })
}

const latin1Names = new Set(['iso-8859-1', 'latin1', 'us-ascii', 'ascii'])

/**
 * Decodes a body; a byte order mark is dropped.
 *
 * **Errors**: 400 for bytes that are not in the charset, 415 for a charset other than UTF-8, UTF-16 and, where
 * `allowLatin1` says so, ISO-8859-1.
 */
export function decodeBody(
  buffer: Buffer,
  charset: string | undefined,
  options: { readonly allowLatin1: boolean },
): string {
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') {
    if (!isUtf8(buffer)) throw badBody('the request body is not valid UTF-8')
    const text = buffer.toString('utf8')
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }
  if (charset === 'utf-16' || charset === 'utf-16le') {
    try {
      return new TextDecoder('utf-16le', { fatal: true }).decode(buffer)
    } catch {
      throw badBody('the request body is not valid UTF-16')
    }
  }
  if (options.allowLatin1 && latin1Names.has(charset)) return buffer.toString('latin1')
  throw unsupportedMedia(`unsupported charset "${charset.toUpperCase().slice(0, 40)}"`)
}
