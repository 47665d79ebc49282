import type { Part } from '../session/parts.ts'
import type { Message } from '../session/pipe.ts'

/** Limits of what a codec accepts from outside; all inclusive. */
export interface CodecLimits {
  /** Bytes of one message. @default 1 MiB */
  readonly maxMessageBytes: number
  /** Levels of lists and objects inside one frame's values. @default 32 */
  readonly maxDepth: number
  /** Keys of one object. @default 1000 */
  readonly maxKeys: number
  /** Items of one list. @default 10000 */
  readonly maxItems: number
  /** Record structures one side may define (MessagePack only). @default 32; 0 switches them off */
  readonly maxStructures: number
}

/** The limits every transport starts with. */
export const defaultCodecLimits: CodecLimits = Object.freeze({
  maxMessageBytes: 1024 * 1024,
  maxDepth: 32,
  maxKeys: 1000,
  maxItems: 10_000,
  maxStructures: 32,
})

/** How values without a form in plain JavaScript are made and recognised. The browser's and the server's differ. */
export interface RichTypes {
  /** Bytes as they are handed on; a `Buffer` on the server. What it is given is nobody else's. */
  readonly makeBytes: (bytes: Uint8Array) => unknown
  readonly isGeoPoint: (value: object) => value is { readonly lat: number; readonly lng: number }
  readonly makeGeoPoint: (lat: number, lng: number) => unknown
  /** Errors inside values, not those of calls. */
  readonly makeError: (problem: {
    readonly name: string
    readonly message: string
    readonly code?: string
    readonly details?: unknown
  }) => unknown
}

/** How many references were made so far: who compares it before and after decoding knows whether there is one to look for. */
export const references = { made: 0 }

/** Stands in arguments for a stream whose items follow in frames of this id. */
export class StreamReference {
  readonly id: number

  constructor(id: number) {
    this.id = id
    references.made++
  }
}

/** Stands in arguments for the result, or a part of it, of an earlier call of the same message. */
export class ResultReference {
  readonly id: number
  readonly path: readonly string[]

  constructor(id: number, path: readonly string[]) {
    this.id = id
    this.path = path
    references.made++
  }
}

/** What is wrong with a message that can not be decoded. */
export class CodecError extends Error {
  /** `tooBig`: beyond a limit; `malformed`: anything else. */
  readonly kind: 'malformed' | 'tooBig'

  constructor(kind: 'malformed' | 'tooBig', message: string) {
    super(message)
    this.name = 'CodecError'
    this.kind = kind
  }
}

/**
 * Turns lists of frames into messages and back. One instance per session and direction pair: it may remember structures
 * it has sent, so that every encoded message must be delivered once and in order, except those of
 * {@link Codec.encodePlain}.
 *
 * Beyond JSON it keeps Date, bytes, BigInt, Map, Set, `undefined` in lists and members, NaN and the infinities, −0,
 * GeoPoint, Error, {@link StreamReference} and {@link ResultReference}. What it decodes are fresh trees of plain objects
 * without `__proto__`, and nothing in it was assigned through a path.
 */
export interface Codec {
  /** Name in the sub-protocol, e.g. `json` of `viaduct.v1.json`. */
  readonly name: string
  /**
   * Leaves out members that are `undefined`, functions or symbols, and those named `__proto__`, `constructor` or
   * `prototype`, which no decoder accepts; in lists, the former become `undefined`. `toJSON` is honoured. The frames are
   * left as they are. **Errors**: `TypeError` for what has no form: cycles, functions as whole values.
   */
  encode(frames: readonly unknown[]): Message
  /** One frame as {@link Codec.encode} writes it, without the list around it. */
  encodeFrame(frame: readonly unknown[]): Part
  /** As {@link Codec.encode}, but without touching what the session remembers; for frames that may get lost. */
  encodePlain(frames: readonly unknown[]): Message
  /**
   * Checks nothing of the frames but that they are a list of lists; whoever reads them checks their values. **Errors**:
   * {@link CodecError}, after which a codec that remembers structures refuses all that follows.
   */
  decode(message: Message): readonly (readonly unknown[])[]
}

/** Makes codecs for sessions. */
export interface CodecFactory {
  readonly name: string
  /** Messages are text. */
  readonly isText: boolean
  /** Its codecs remember what they have sent; others may be shared by all sessions. @default false */
  readonly isStateful?: boolean
  create(types: RichTypes, limits?: Partial<CodecLimits>): Codec
}
