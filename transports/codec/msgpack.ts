/// <reference path="./msgpackr-no-eval.d.ts" />
import { type Allocate, addExtension, Packr, Unpackr } from 'msgpackr/index-no-eval'
import { partOf } from '../session/parts.ts'
import type { Codec, CodecFactory, CodecLimits, RichTypes } from './codec.ts'
import * as extensionTypes from './extension-types.ts'
import { checkFrames, codecErrorFrom, malformed, parseCodecLimits, tooBig } from './limits.ts'
import {
  PackedValue,
  packBigInt,
  packedForms,
  packText,
  UnpackedExtension,
} from './msgpack-extension.ts'
import {
  maxStructureKeyBytes,
  maxStructureKeys,
  scanMessage,
  structureCount,
} from './msgpack-scan.ts'
import { createExtensionWalk } from './msgpack-walk.ts'
import { createPreparation, prepareFrames, type RichForms } from './prepare-value.ts'

/** Options of {@link msgpackCodecWith}. */
export interface MsgpackCodecOptions {
  /**
   * Objects with the same keys are sent as records: the keys once, then values only. The other side must have agreed.
   * @default false
   */
  readonly structures?: boolean
}

/**
 * A codec of `viaduct.v1.msgpack`: a message is the MessagePack of its list of frames. What MessagePack has no form for
 * are extensions, see `extension-types.ts`. Integers beyond 2^53 are read as BigInt.
 *
 * **Errors**: `TypeError` for an unknown option.
 */
export function msgpackCodecWith(options: MsgpackCodecOptions = {}): CodecFactory {
  const { structures = false, ...unknown } = options
  const [key] = Object.keys(unknown)
  if (key !== undefined) throw new TypeError(`unknown option "${key}" of the MessagePack codec`)
  return Object.freeze<CodecFactory>({
    name: 'msgpack',
    isText: false,
    create: (types, given) => {
      registerExtensions()
      const limits = parseCodecLimits(given)
      const usesStructures = structures && structureCount(limits) > 0
      return Object.freeze<Codec>({
        name: 'msgpack',
        ...createEncoding(types, limits, usesStructures),
        decode: createDecoding(types, limits, usesStructures),
      })
    },
  })
}

/** The MessagePack codec without record structures. */
export const msgpackCodec: CodecFactory = /* @__PURE__ */ msgpackCodecWith()

/** Numbers other than −0 have forms of their own in MessagePack. */
const richForms: RichForms = Object.freeze<RichForms>({
  ...packedForms,
  fromNumber: (value) =>
    value === 0 ? new PackedValue(Uint8Array.of(0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0)) : value,
  fromBigInt: packBigInt,
  fromUndefined: () => undefined,
  fromText: packText,
  fromTagged: (members) => members,
})

/** One packer for all: it remembers nothing between two messages. */
let plainPacker: Packr | undefined

function createEncoding(
  types: RichTypes,
  limits: CodecLimits,
  usesStructures: boolean,
): Pick<Codec, 'encode' | 'encodeFrame' | 'encodePlain'> {
  const prepare = createPreparation(richForms, types)
  if (!usesStructures) {
    plainPacker ??= new Packr({ useRecords: false, useToJSON: false })
    const packer = plainPacker
    const encode: Codec['encode'] = (frames) => pack(packer, prepareFrames(frames, prepare))
    return { encode, encodeFrame: (frame) => partOf(encode([frame])), encodePlain: encode }
  }
  // a packer that knows of records does not write the integers that stand for them
  const plain = new Packr({ useRecords: () => false, useToJSON: false })
  let packer = recordPacker(limits)
  const encode: Codec['encode'] = (frames) => {
    const prepared = prepareFrames(frames, prepare)
    try {
      return pack(packer, prepared)
    } catch (error) {
      // what it defined in this message is not sent
      packer = recordPacker(limits)
      throw error
    }
  }
  return {
    encode,
    encodeFrame: (frame) => partOf(encode([frame])),
    encodePlain: (frames) => pack(plain, prepareFrames(frames, prepare)),
  }
}

function pack(packer: Packr, frames: readonly unknown[]): Uint8Array {
  try {
    return packer.pack(frames)
  } catch (error) {
    throw new TypeError('a value that MessagePack has no form for', { cause: error })
  }
}

function recordPacker(limits: CodecLimits): Packr {
  return new Packr({
    sequential: true,
    maxOwnStructures: structureCount(limits),
    useRecords: isRecord,
    useToJSON: false,
  })
}

/** Whether the keys of an object are few and short enough for a structure. */
function isRecord(value: object): boolean {
  let keys = 0
  // the values come from a preparation: all enumerable members are their own
  for (const key in value) {
    // a character takes three bytes at most, the header of a text three more
    if (++keys > maxStructureKeys || key.length * 3 + 3 > maxStructureKeyBytes) return false
  }
  return true
}

function createDecoding(
  types: RichTypes,
  limits: CodecLimits,
  usesStructures: boolean,
): Codec['decode'] {
  const walk = createExtensionWalk(types, limits)
  const structures = usesStructures ? new Map<number, number>() : undefined
  const unpacker = new Unpackr(
    usesStructures ? { ...reading, sequential: true } : { ...reading, useRecords: false },
  )
  let isOutOfStep = false
  return (message) => {
    if (typeof message === 'string') throw malformed('a text instead of bytes')
    const most = limits.maxMessageBytes
    if (message.length > most) throw tooBig(`more than ${most} bytes`)
    if (isOutOfStep) throw malformed('it follows one that was refused')
    const state = { bytes: message, limits, structures, isRich: false }
    try {
      scanMessage(state)
      const value = unpacker.unpack(message)
      return checkFrames(state.isRich ? walk(value) : value)
    } catch (error) {
      // a part of its structures may be known to the scan only
      isOutOfStep = usesStructures
      throw codecErrorFrom(error)
    }
  }
}

/** Integers up to 2^53 are numbers, others BigInt. */
const reading = { mapsAsObjects: true, int64AsType: 'auto' } as const

let isRegistered = false

/** Makes the extensions known to this build of msgpackr, which nobody but this folder loads. */
function registerExtensions(): void {
  if (isRegistered) return
  isRegistered = true
  const { absent, date, ...others } = extensionTypes
  void absent // msgpackr writes and reads it itself
  addExtension({ Class: PackedValue, type: date, pack: copyPacked, unpack: unpackType(date) })
  for (const type of Object.values(others)) addExtension({ type, unpack: unpackType(type) })
}

function unpackType(type: number): (bytes: Uint8Array) => UnpackedExtension {
  return (bytes) => new UnpackedExtension(type, bytes)
}

/** Writes the bytes in place of a value. */
function copyPacked(value: PackedValue, allocate: Allocate): void {
  const { target, position } = allocate(value.bytes.length)
  target.set(value.bytes, position)
}
