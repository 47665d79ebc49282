import type { Message } from './pipe.ts'

/**
 * The encoded form of one frame without the list around it. Frames are encoded when they are sent, so that a value can
 * change afterwards and one that has no form fails alone; messages are put together from parts at the end of a tick.
 */
export type Part = string | Uint8Array

/** Takes the list of one frame apart: the brackets of JSON, or the one byte `0x91` of MessagePack. */
export function partOf(message: Message): Part {
  return typeof message === 'string' ? message.slice(1, -1) : message.subarray(1)
}

/** Bytes of a part; of text at most, counted exactly only where it matters. */
export function sizeOf(part: Part, exactFrom: number): number {
  if (typeof part !== 'string') return part.length
  return part.length * 3 < exactFrom ? part.length : utf8Length(part)
}

function utf8Length(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) length += unit > 0x7ff ? 2 : 1
    if (unit >= 0xd800 && unit <= 0xdbff) {
      length -= 1 // a pair takes four bytes
      i++
    }
  }
  return length
}

/** Puts parts of one kind together to a message. */
export function joinParts(parts: readonly Part[]): Message {
  const [first] = parts
  if (typeof first === 'string') return joinTexts(first, parts)
  const bytes = parts as readonly Uint8Array[] // one codec makes parts of one kind
  const header = listHeader(bytes.length)
  let length = header.length
  for (const part of bytes) length += part.length
  const message = new Uint8Array(length)
  message.set(header)
  let position = header.length
  for (const part of bytes) {
    message.set(part, position)
    position += part.length
  }
  return message
}

function joinTexts(first: string, parts: readonly Part[]): string {
  let text = `[${first}`
  for (let index = 1; index < parts.length; index++) text += `,${parts[index]}`
  return `${text}]`
}

/** Source: MessagePack specification, array format family. */
function listHeader(count: number): readonly number[] {
  if (count < 16) return [0x90 | count]
  if (count < 65_536) return [0xdc, count >> 8, count & 0xff]
  return [0xdd, count >>> 24, (count >> 16) & 0xff, (count >> 8) & 0xff, count & 0xff]
}
