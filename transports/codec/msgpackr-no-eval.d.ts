/** The part of msgpackr this folder uses. Its build without `new Function` has no types, and the others' leave out some of it. */
declare module 'msgpackr/index-no-eval' {
  /** Options of both directions. */
  interface Options {
    /** Which objects are written as records of a structure. */
    readonly useRecords?: boolean | ((value: object) => boolean)
    /** Structures last from message to message. */
    readonly sequential?: boolean
    /** Structures defined at the same time. @default 64 */
    readonly maxOwnStructures?: number
    /** Maps are read as objects. */
    readonly mapsAsObjects?: boolean
    /** `auto`: integers up to 2^53 are read as numbers, others as BigInt. */
    readonly int64AsType?: 'bigint' | 'number' | 'string' | 'auto'
    /** @default true */
    readonly useToJSON?: boolean
  }

  class Packr {
    constructor(options: Options)
    /** The bytes are a view of a buffer of the packer's, which it does not write again. */
    pack(value: unknown): Uint8Array
  }

  class Unpackr {
    constructor(options: Options)
    unpack(message: Uint8Array): unknown
  }

  /** Where an extension writes: room for `size` bytes at a position. */
  type Allocate = (size: number) => { readonly target: Uint8Array; readonly position: number }

  /** Registers an extension for all packers and unpackers of this build. */
  function addExtension<T>(extension: {
    readonly type: number
    readonly Class?: new (...values: never[]) => T
    /** Writes through `allocate`, its header included. */
    readonly pack?: (value: T, allocate: Allocate) => void
    readonly unpack: (content: Uint8Array) => unknown
  }): void
}
