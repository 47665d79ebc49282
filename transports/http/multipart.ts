import type { IncomingMessage } from 'node:http'
import { RemoteError } from '../../core/spi.ts'
import { connectionEnded } from './body.ts'
import { parseParameters } from './media-type.ts'

/** Bytes the headers of one part may have. */
const maxPartHeaderBytes = 16_384

/** One part of a multipart body. */
export interface MultipartPart {
  readonly name: string
  /** Set for files, possibly empty. The path a browser may send is cut off. */
  readonly filename: string | undefined
  readonly contentType: string
  /** The bytes, once. Not reading to the end is fine: the next part is found all the same. */
  bytes(): AsyncGenerator<Buffer>
}

/**
 * Reads `multipart/form-data` part by part, never holding more than a chunk: the socket waits while a part is not read.
 *
 * **Errors**: 400 for a body that is no multipart or ends early, `canceled` when its connection does. Source: RFC 7578, RFC 2046 5.1.
 */
export async function* readMultipart(
  request: IncomingMessage,
  contentType: string,
): AsyncGenerator<MultipartPart> {
  const boundary = parseParameters(contentType).get('boundary')
  if (boundary === undefined || boundary === '' || boundary.length > 200) {
    throw malformed('the multipart boundary is missing')
  }
  const reader = new MultipartReader(request, boundary)
  await reader.skipToDelimiter()
  while (await reader.hasPart()) {
    const headers = await reader.readHeaders()
    const part = describePart(headers, reader)
    if (part !== undefined) yield part
    await reader.skipToDelimiter()
  }
}

class MultipartReader {
  readonly #delimiter: Buffer
  readonly #request: IncomingMessage
  readonly #chunks: AsyncIterator<Buffer>
  /** A virtual line end stands ahead of the first boundary. */
  #buffer: Buffer = Buffer.from('\r\n')
  #inPart = true

  constructor(request: IncomingMessage, boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
    this.#request = request
    this.#chunks = request.iterator({ destroyOnReturn: false })
  }

  /** Bytes up to the next delimiter, which is consumed. */
  async *bytes(): AsyncGenerator<Buffer> {
    while (this.#inPart) {
      const found = this.#buffer.indexOf(this.#delimiter)
      if (found >= 0) {
        const last = this.#buffer.subarray(0, found)
        this.#buffer = this.#buffer.subarray(found + this.#delimiter.length)
        this.#inPart = false
        if (last.length > 0) yield last
        return
      }
      const safe = this.#buffer.length - this.#delimiter.length + 1
      if (safe > 0) {
        const piece = this.#buffer.subarray(0, safe)
        this.#buffer = this.#buffer.subarray(safe)
        yield piece
      }
      await this.#more()
    }
  }

  async skipToDelimiter(): Promise<void> {
    for await (const _ of this.bytes());
  }

  /** After a delimiter: a line end begins a part, two dashes end the body. */
  async hasPart(): Promise<boolean> {
    while (this.#buffer.length < 2) await this.#more()
    if (this.#buffer[0] === dash && this.#buffer[1] === dash) return false
    const end = await this.#find('\r\n', 256)
    this.#buffer = this.#buffer.subarray(end) // the line end stays: a part may have no headers at all
    return true
  }

  async readHeaders(): Promise<ReadonlyMap<string, string>> {
    const end = await this.#find('\r\n\r\n', maxPartHeaderBytes)
    const text = this.#buffer.toString('utf8', 0, end)
    this.#buffer = this.#buffer.subarray(end + 4)
    this.#inPart = true
    const headers = new Map<string, string>()
    for (const line of text.split('\r\n')) {
      const colon = line.indexOf(':')
      if (colon > 0)
        headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
    }
    return headers
  }

  async #find(text: string, limit: number): Promise<number> {
    for (;;) {
      const found = this.#buffer.indexOf(text)
      if (found >= 0) return found
      if (this.#buffer.length > limit)
        throw malformed('the header of a multipart part is too large')
      await this.#more()
    }
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#next()
    if (done === true) throw malformed('the multipart body ends early')
    this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value])
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.#chunks.next()
    } catch (error) {
      throw this.#request.complete ? error : connectionEnded()
    }
  }
}

const dash = 45

function describePart(
  headers: ReadonlyMap<string, string>,
  reader: MultipartReader,
): MultipartPart | undefined {
  const disposition = parseParameters(headers.get('content-disposition') ?? '')
  const name = disposition.get('name')
  if (name === undefined) return undefined
  return {
    name,
    filename: filenameOf(disposition),
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    bytes: () => reader.bytes(),
  }
}

/** `filename*` wins; directories are cut off. Source: RFC 7578 4.2, RFC 5987. */
function filenameOf(disposition: ReadonlyMap<string, string>): string | undefined {
  const extended = /^utf-8'[^']*'(.*)$/i.exec(disposition.get('filename*') ?? '')?.[1]
  const name = extended === undefined ? disposition.get('filename') : decodeSafely(extended)
  return name?.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function malformed(message: string): RemoteError {
  return new RemoteError(message, { name: 'BadRequestError', statusCode: 400 })
}
