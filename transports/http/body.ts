import { isAscii, isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { RemoteError } from '../../core/spi.ts'
import { readHeader } from './request-headers.ts'

/** Time a client gets to finish sending a refused body, so that it can read the answer, in milliseconds. */
const lingerMs = 2000

/** Takes a whole body, or says why there is none; called once. */
export type BodyTaker = (bytes: Buffer | undefined, error?: RemoteError) => void

/** As {@link takeBody}, for callers that wait. */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    takeBody(request, response, maxBytes, (bytes, error) => {
      if (bytes === undefined) reject(error)
      else resolve(bytes)
    })
  })
}

/**
 * Reads a whole body into one buffer; compressed ones (`gzip`, `deflate`, `br`) are inflated and counted inflated.
 * Answers `Expect: 100-continue` when it begins to read. It calls back, so that no promise stands
 * between a body and its call.
 *
 * **Errors**: 413 `PayloadTooLargeError`, 415 for an unknown encoding, 400 for a broken or aborted one.
 * Source: remoting Q-4.
 */
export function takeBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  take: BodyTaker,
): void {
  const encoding = (readHeader(request, 'content-encoding') ?? 'identity').trim().toLowerCase()
  const announced = Number(readHeader(request, 'content-length') ?? 0)
  if (encoding === 'identity' && announced > maxBytes) {
    take(undefined, refuse(request, payloadTooLarge()))
    return
  }
  const inflate = inflaterOf(encoding)
  if (inflate === undefined && encoding !== 'identity') {
    const message = `unsupported content encoding "${encoding.slice(0, 40)}"`
    take(undefined, refuse(request, unsupportedMedia(message)))
    return
  }
  if (waitingForContinue.delete(request)) response.writeContinue()
  collect(request, inflate === undefined ? request : request.pipe(inflate), maxBytes, take)
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
  take: BodyTaker,
): void {
  let only: Buffer | undefined
  let chunks: Chunks | undefined
  let size = 0
  let isOver = false
  const fail = (error: RemoteError): void => {
    if (isOver) return
    isOver = true
    source.off('data', onData)
    if (source !== request) {
      request.unpipe()
      source.destroy()
    }
    take(undefined, refuse(request, error))
  }
  const onData = (chunk: Buffer): void => {
    size += chunk.length
    if (size > maxBytes) fail(payloadTooLarge())
    else if (size === chunk.length) only = chunk
    else {
      chunks ??= new Chunks(only)
      chunks.add(chunk)
    }
  }
  source.on('data', onData)
  source.on('end', () => {
    if (isOver) return
    isOver = true
    take(chunks?.join() ?? only ?? noBytes)
  })
  // a request that ends early emits an error, too
  source.on('error', () => {
    const isAborted = request.destroyed && !request.complete
    fail(badBody(isAborted ? aborted : 'the request body could not be read'))
  })
  if (source !== request) request.on('error', () => fail(badBody(aborted)))
}

const noBytes = Buffer.alloc(0)
const aborted = 'the request was aborted'

/** Chunks joined at a time. */
const joinedChunks = 256

/**
 * The pieces of a body. Small ones are joined as they come: a buffer object costs some hundred bytes, and a body in chunks
 * of one byte would take 450 MB per MiB (measured 2026-11, Node 20).
 */
class Chunks {
  readonly #joined: Buffer[] = []
  #recent: Buffer[]

  constructor(first: Buffer | undefined) {
    this.#recent = first === undefined ? [] : [first]
  }

  add(chunk: Buffer): void {
    this.#recent.push(chunk)
    if (this.#recent.length < joinedChunks) return
    this.#joined.push(Buffer.concat(this.#recent))
    this.#recent = []
  }

  join(): Buffer {
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

/** What code that still reads or waits gets when its client is gone. */
export function connectionEnded(): RemoteError {
  return new RemoteError('the connection of the client ended before its call did', {
    code: 'canceled',
  })
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
    if (isAscii(buffer)) return buffer.toString('latin1') // the same text, faster
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
