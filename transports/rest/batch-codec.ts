import { type RemoteError, remoteError } from '../../core/spi.ts'
import { type Codec, CodecError } from '../codec/codec.ts'
import * as frameKinds from '../session/frame-kinds.ts'
import type { Part } from '../session/parts.ts'
import { isRecord } from '../session/read-frame.ts'

/** What one batch may hold and answer. */
export interface BatchLimits {
  /** Calls and notices. */
  readonly maxCalls: number
  /** Bytes of all replies together. */
  readonly maxAnswerBytes: number
}

/** Bytes of a reply that is sent whatever came before: who waits for a call has to hear of it. */
const smallReplyBytes = 1024

/**
 * The codec of one batch. It reads the one message there is, and keeps the replies the session writes until every call has
 * one. Made for one batch; the codec under it remembers nothing.
 */
export class BatchCodec implements Codec {
  readonly name = 'json'
  /** The JSON text of all replies in the order of the calls; `undefined` when the client left before. */
  readonly answer: Promise<string | undefined>
  readonly #codec: Codec
  readonly #limits: BatchLimits
  /** By id, in the order of the calls. */
  readonly #replies = new Map<unknown, string | undefined>()
  #missing = 0
  #bytes = 0
  #finish: (answer: string | undefined) => void = () => {}

  constructor(codec: Codec, limits: BatchLimits) {
    this.#codec = codec
    this.#limits = limits
    this.answer = new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  /**
   * Reads the calls. **Errors**: 400 for what is no message, for other frames than calls and notices, for ids out of order, for
   * metadata of one call; 413 `PAYLOAD_TOO_LARGE` for too many calls. Nothing has run then.
   */
  decode(message: string): readonly (readonly unknown[])[] {
    const frames = this.#read(message)
    const { maxCalls } = this.#limits
    if (frames.length > maxCalls) {
      throw remoteError('PAYLOAD_TOO_LARGE', `a batch of more than ${maxCalls} calls`)
    }
    let lastId = 0
    for (const [index, frame] of frames.entries()) {
      const isCall = frame[0] === frameKinds.call
      checkFrame(frame, index, lastId)
      if (!isCall) continue
      lastId = Number(frame[1])
      this.#replies.set(lastId, undefined)
    }
    this.#missing = this.#replies.size
    if (this.#missing === 0) this.#finish('[]')
    return frames
  }

  #read(message: string): readonly (readonly unknown[])[] {
    try {
      return this.#codec.decode(message)
    } catch (error) {
      throw error instanceof CodecError ? remoteError('INVALID_ARGUMENT', error.message) : error
    }
  }

  /** **Errors**: `RangeError` for a reply beyond the limit; one that says so still fits. */
  encodeFrame(frame: readonly unknown[]): Part {
    const part = this.#codec.encodeFrame(frame)
    this.#keep(frame[1], String(part))
    return part
  }

  encode(frames: readonly unknown[]): string | Uint8Array {
    return this.#codec.encode(frames)
  }

  encodePlain(frames: readonly unknown[]): string | Uint8Array {
    return this.#codec.encodePlain(frames)
  }

  #keep(id: unknown, reply: string): void {
    if (!this.#replies.has(id) || this.#replies.get(id) !== undefined) return
    const size = Buffer.byteLength(reply)
    if (size > smallReplyBytes && this.#bytes + size > this.#limits.maxAnswerBytes) {
      throw new RangeError(`the replies of a batch are beyond ${this.#limits.maxAnswerBytes} bytes`)
    }
    this.#bytes += size
    this.#replies.set(id, reply)
    if (--this.#missing === 0) this.#finish(`[${[...this.#replies.values()].join(',')}]`)
  }

  /** Nobody waits for the answer any more. */
  leave(): void {
    this.#finish(undefined)
  }
}

/** **Errors**: 400 `INVALID_ARGUMENT` naming the place of the frame. */
function checkFrame(frame: readonly unknown[], index: number, lastId: number): void {
  const [kind, id] = frame
  const isCall = kind === frameKinds.call
  if (!isCall && kind !== frameKinds.notice) {
    throw invalidFrame(index, 'a batch holds calls and notices only')
  }
  if (isCall && !(typeof id === 'number' && Number.isSafeInteger(id) && id > lastId)) {
    throw invalidFrame(index, 'ids must be whole numbers from 1 that grow')
  }
  const options = frame[isCall ? 4 : 3]
  if (isRecord(options) && options['metadata'] !== undefined) {
    throw invalidFrame(index, 'metadata are the headers of the request, one call has none')
  }
}

function invalidFrame(index: number, what: string): RemoteError {
  return remoteError('INVALID_ARGUMENT', `frame ${index}: ${what}`)
}
