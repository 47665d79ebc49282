import { randomBytes, randomUUID } from 'node:crypto'

/** 100-nanosecond steps between 15 October 1582 and the Unix epoch. Source: RFC 9562 section 5.1. */
const gregorianOffset = 122192928000000000n

const node = randomBytes(6)
node[0] = (node[0] ?? 0) | 1 // the multicast bit marks an address that is no hardware's: RFC 9562 section 6.10
const clockSequence = (randomBytes(2).readUInt16BE() & 0x3fff) | 0x8000
const suffix = `${clockSequence.toString(16)}-${node.toString('hex')}`

let lastTime = 0n

/** A time-based UUID (version 1); two calls never give the same one. Source: RFC 9562 section 5.1. */
export function createUuidV1(): string {
  const now = BigInt(Date.now()) * 10000n + gregorianOffset
  lastTime = now > lastTime ? now : lastTime + 1n
  const time = lastTime.toString(16).padStart(15, '0')
  return `${time.slice(7)}-${time.slice(3, 7)}-1${time.slice(0, 3)}-${suffix}`
}

/** A random UUID (version 4). */
export function createUuidV4(): string {
  return randomUUID()
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

/** Nine random characters that are safe in URLs (54 bits). */
export function createShortId(): string {
  let id = ''
  for (const byte of randomBytes(9)) id += alphabet.charAt(byte & 63)
  return id
}
