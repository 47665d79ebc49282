import { isUtf8 } from 'node:buffer'
import type { Readable, Writable } from 'node:stream'
import * as closeCodes from '../session/close-codes.ts'
import { type Message, PipeEnd } from '../session/pipe.ts'
import { QueuePipe } from '../session/queue-pipe.ts'

/** Kinds of messages, the fifth byte of each. */
const kinds = { text: 0, bytes: 1, close: 2 } as const

/**
 * A pipe over two byte streams. Each message is its length in four bytes (most significant first, of what follows the
 * fifth byte), one byte for its kind (0 text in UTF-8, 1 bytes, 2 the end: two bytes of close code, then the reason in UTF-8),
 * and its bytes.
 */
export function pipeFromStreams(
  input: Readable,
  output: Writable,
  maxMessageBytes: number,
): QueuePipe {
  const pipe = new QueuePipe({
    send: (message) => write(output, message),
    close: ({ closeCode, message }) => {
      writeEnd(output, closeCode, message)
      input.destroy()
    },
    pause: () => input.pause(),
    resume: () => input.resume(),
  })
  const reader = new FrameReader(maxMessageBytes)
  input.on('data', (chunk: Buffer) => {
    try {
      for (const message of reader.read(chunk)) {
        if (message instanceof PipeEnd) pipe.finish(message)
        else pipe.push(message)
      }
    } catch (error) {
      pipe.abort(
        error instanceof PipeEnd ? error : new PipeEnd(closeCodes.malformed, String(error)),
      )
    }
  })
  const gone = (): void => pipe.finish(new PipeEnd(closeCodes.abnormal, 'the stream ended'))
  input.on('end', gone)
  input.on('close', gone)
  input.on('error', gone)
  output.on('error', gone)
  return pipe
}

function write(output: Writable, message: Message): Promise<void> | void {
  const isText = typeof message === 'string'
  const body = isText ? Buffer.from(message) : message
  output.write(header(body.length, isText ? kinds.text : kinds.bytes))
  if (output.write(body)) return
  return new Promise((resolve) => {
    const done = (): void => {
      output.off('drain', done)
      output.off('close', done)
      resolve()
    }
    output.on('drain', done)
    output.on('close', done)
  })
}

function header(length: number, kind: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt32BE(length)
  bytes[4] = kind
  return bytes
}

function writeEnd(output: Writable, closeCode: number, reason: string): void {
  if (output.destroyed || output.writableEnded) return
  const text = Buffer.from(reason)
  const code = Buffer.alloc(2)
  code.writeUInt16BE(closeCode)
  output.write(header(text.length + 2, kinds.close))
  output.end(Buffer.concat([code, text]))
}

/** Cuts a byte stream into messages. */
class FrameReader {
  readonly #maxMessageBytes: number
  #chunks: Buffer[] = []
  #size = 0

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes
  }

  /** **Errors**: a `PipeEnd` for a message that is too long, of an unknown kind, or a text that is no UTF-8. */
  *read(chunk: Buffer): Generator<Message | PipeEnd> {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    while (this.#size >= 5) {
      const head = this.#peek(5)
      const length = head.readUInt32BE(0)
      const kind = head[4] ?? 0
      if (length > this.#maxMessageBytes) throw new PipeEnd(closeCodes.tooBig, 'a long message')
      if (kind > kinds.close) throw new PipeEnd(closeCodes.malformed, 'an unknown kind of message')
      if (this.#size < length + 5) return
      const body = this.#take(length + 5).subarray(5)
      if (kind === kinds.text) yield textOf(body)
      else if (kind === kinds.bytes) yield body
      else yield endOf(body)
    }
  }

  #peek(length: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.length >= length) return first
    const joined = Buffer.concat(this.#chunks)
    this.#chunks = [joined]
    return joined
  }

  #take(length: number): Buffer {
    const joined = this.#peek(length)
    this.#size -= length
    const rest = joined.subarray(length)
    if (rest.length === 0) this.#chunks.shift()
    else this.#chunks[0] = rest
    return joined.subarray(0, length)
  }
}

function endOf(body: Buffer): PipeEnd {
  if (body.length < 2) return new PipeEnd(closeCodes.malformed, 'a broken end')
  return new PipeEnd(body.readUInt16BE(0), textOf(body.subarray(2)))
}

/** As WebSocket does: a replaced byte would be another message. Source: RFC 6455 8.1. */
function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new PipeEnd(closeCodes.malformed, 'a text that is no UTF-8')
  return bytes.toString('utf8')
}
