import * as closeCodes from './close-codes.ts'
import type { CallOptions, Hello, Welcome, WireProblem } from './frame.ts'
import { PipeEnd } from './pipe.ts'

/** A frame that breaks the protocol: the pipe is closed. */
export function violation(what: string): PipeEnd {
  return new PipeEnd(closeCodes.protocol, what)
}

/** A plain object of own members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const noOptions: CallOptions = Object.freeze({})

/** Reads the options of a call. **Errors**: `TypeError` naming the member. */
export function readCallOptions(given: unknown): CallOptions {
  if (given === undefined || given === null) return noOptions
  if (!isRecord(given)) throw new TypeError('call options must be an object')
  const { ctor, timeout, metadata, credit } = given
  if (ctor !== undefined && !isRecord(ctor)) throw new TypeError('ctor must be an object')
  return {
    ...(ctor === undefined ? {} : { ctor }),
    ...(timeout === undefined ? {} : { timeout: countOf(timeout, 'timeout') }),
    ...(metadata === undefined ? {} : { metadata: readMetadata(metadata) }),
    ...(credit === undefined ? {} : { credit: countOf(credit, 'credit') }),
  }
}

function countOf(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new TypeError(`${name} must be a whole number from 0`)
}

/** Names of metadata one side may send. */
const maxMetadata = 100

/** Reads metadata: texts by name, names made lower case. **Errors**: `TypeError`. */
export function readMetadata(given: unknown): Readonly<Record<string, string>> {
  if (!isRecord(given)) throw new TypeError('metadata must be an object')
  const entries = Object.entries(given)
  if (entries.length > maxMetadata)
    throw new TypeError(`more than ${maxMetadata} names of metadata`)
  const metadata: Record<string, string> = {}
  for (const [name, value] of entries) {
    if (typeof value !== 'string') throw new TypeError('metadata must hold texts')
    const key = name.toLowerCase()
    if (key !== '__proto__') metadata[key] = value
  }
  return metadata
}

/** Reads the first message of a client. **Errors**: a `PipeEnd`. */
export function readHello(message: string | Uint8Array): Hello {
  const hello = soleFrame(message, 0)
  const { version, codec, session, received, resume, token, metadata } = hello
  if (typeof version !== 'number') throw violation('a hello without a version')
  if (codec !== undefined && typeof codec !== 'string') throw violation('a codec that is no text')
  if (session !== undefined && typeof session !== 'string')
    throw violation('a session that is no text')
  if (token !== undefined && typeof token !== 'string') throw violation('a token that is no text')
  try {
    return {
      version,
      ...(codec === undefined ? {} : { codec }),
      ...(session === undefined ? {} : { session, received: countOf(received, 'received') }),
      resume: resume === true,
      ...(token === undefined ? {} : { token }),
      ...(metadata === undefined ? {} : { metadata: readMetadata(metadata) }),
    }
  } catch (error) {
    throw violation(error instanceof Error ? error.message : 'a broken hello')
  }
}

/** Reads the first message of a server. **Errors**: a `PipeEnd`. */
export function readWelcome(message: string | Uint8Array): Welcome {
  const { version, session, resumed, received, limits } = soleFrame(message, 1)
  if (typeof session !== 'string' || typeof received !== 'number' || !isRecord(limits)) {
    throw violation('a broken welcome')
  }
  const count = (name: string, fallback: number) => {
    const value = limits[name]
    return typeof value === 'number' && value > 0 ? value : fallback
  }
  return {
    version: Number(version),
    session,
    resumed: resumed === true,
    received,
    limits: {
      maxMessageBytes: count('maxMessageBytes', 1024 * 1024),
      maxConcurrentCalls: count('maxConcurrentCalls', 1000),
      silenceMs: count('silenceMs', 45_000),
      resumeMs: count('resumeMs', 0),
    },
  }
}

function soleFrame(message: string | Uint8Array, kind: number): Readonly<Record<string, unknown>> {
  let frames: unknown
  try {
    frames = JSON.parse(typeof message === 'string' ? message : new TextDecoder().decode(message))
  } catch {
    throw new PipeEnd(closeCodes.malformed, 'the first message is no JSON text')
  }
  const frame: unknown = Array.isArray(frames) && frames.length === 1 ? frames[0] : undefined
  const body: unknown = Array.isArray(frame) && frame[0] === kind ? frame[1] : undefined
  if (!isRecord(body)) throw violation('the first message is no hello or welcome')
  return body
}

/** Reads the problem of an error frame; what is missing is filled in. */
export function readProblem(given: unknown): WireProblem {
  const { statusCode, name, message, code, details } = isRecord(given) ? given : {}
  return {
    statusCode: typeof statusCode === 'number' ? statusCode : 500,
    ...(typeof name === 'string' ? { name } : {}),
    message: typeof message === 'string' ? message : 'unknown error',
    ...(typeof code === 'string' ? { code } : {}),
    ...(details === undefined ? {} : { details }),
  }
}
