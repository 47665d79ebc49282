import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { SharedMethod } from '../../core/spi.ts'
import { payloadTooLarge } from '../http/body.ts'
import type { HttpExchange } from '../http/exchange.ts'
import { type MultipartPart, readMultipart } from '../http/multipart.ts'
import { parseForm } from '../http/query-string.ts'
import { readHeader } from '../http/request-headers.ts'
import type { RestConfiguration } from './rest-options.ts'

/** What a parameter of type `file` gets. Source: remoting UP-1. */
export interface UploadedFile {
  /** Without directories. */
  readonly filename: string
  readonly contentType: string
  /** Bytes; unknown while the file is still arriving. */
  readonly size?: number
  /** Readable once. Destroyed when the call ends. */
  readonly stream: Readable
}

/** The parameters of a method that take files: name → takes a list. `undefined` when there is none. */
export function fileParameters(method: SharedMethod): ReadonlyMap<string, boolean> | undefined {
  const files = method.parameters.flatMap(({ name, definition: { type } }) => {
    const isList = Array.isArray(type) && type[0] === 'file'
    return type === 'file' || isList ? [[name, isList] as const] : []
  })
  return files.length === 0 ? undefined : new Map(files)
}

type UploadLimits = RestConfiguration['upload'] & { readonly maxFieldBytes: number }

/**
 * Files on their way into a call. The last file a method waits for is handed over while it arrives; files before it are
 * put into a temporary folder, because a socket has one order only. Fields behind the last file come too late.
 */
export class Upload {
  /** What the arguments are read from: text fields, and files by name. */
  readonly value: Record<string, unknown> = {}
  readonly isJson = false
  /** Set when a limit was passed while the method was already reading: the call fails with it. */
  failure: unknown = undefined
  readonly #wanted: ReadonlyMap<string, boolean>
  readonly #limits: UploadLimits
  readonly #streams: Readable[] = []
  readonly #pairs: string[] = []
  #folder: string | undefined
  #files = 0
  #fields = 0
  #fieldBytes = 0

  constructor(wanted: ReadonlyMap<string, boolean>, limits: UploadLimits) {
    this.#wanted = wanted
    this.#limits = limits
  }

  /**
   * Reads until every file the method takes is there or arriving.
   *
   * **Errors**: 413 beyond a limit, 400 for a malformed body.
   */
  async read({ raw }: HttpExchange): Promise<void> {
    for await (const part of readMultipart(raw, readHeader(raw, 'content-type') ?? '')) {
      if (part.filename === undefined) await this.#takeField(part)
      else if (await this.#takeFile(part, part.filename)) break
    }
    const fields = parseForm(this.#pairs.join('&'), { depth: 32, maxIndex: this.#limits.maxFields })
    for (const [name, value] of Object.entries(fields)) {
      if (!Object.hasOwn(this.value, name)) this.value[name] = value
    }
  }

  /**
   * Destroys what nobody read and removes temporary files; harmless when repeated. Who still reads gets `reason`.
   */
  async close(reason?: Error): Promise<void> {
    for (const stream of this.#streams) stream.destroy(reason)
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
  }

  async #takeField(part: MultipartPart): Promise<void> {
    if (++this.#fields > this.#limits.maxFields) throw payloadTooLarge('too many fields')
    const isFile = this.#wanted.has(part.name) // a text field is no file, whatever its name
    const pieces: Buffer[] = []
    for await (const piece of part.bytes()) {
      this.#fieldBytes += piece.length
      if (this.#fieldBytes > this.#limits.maxFieldBytes)
        throw payloadTooLarge('the fields are too large')
      pieces.push(piece)
    }
    if (isFile) return
    const value = Buffer.concat(pieces).toString('utf8')
    this.#pairs.push(`${escapeName(part.name)}=${encodeURIComponent(value)}`)
  }

  /** Returns true when the file is handed over while it arrives: nothing behind it can be read before it. */
  async #takeFile(part: MultipartPart, filename: string): Promise<boolean> {
    if (++this.#files > this.#limits.maxFiles) throw payloadTooLarge('too many files')
    const isList = this.#wanted.get(part.name)
    const repeats = isList === false && Object.hasOwn(this.value, part.name)
    if (isList === undefined || repeats) {
      for await (const _ of this.#limited(part));
      return false
    }
    const isLast =
      !isList &&
      [...this.#wanted].every(([name]) => name === part.name || Object.hasOwn(this.value, name))
    const file = isLast ? this.#arriving(part, filename) : await this.#stored(part, filename)
    if (isList)
      this.value[part.name] = [
        ...((this.value[part.name] as UploadedFile[] | undefined) ?? []),
        file,
      ]
    else this.value[part.name] = file
    return isLast
  }

  #arriving(part: MultipartPart, filename: string): UploadedFile {
    const stream = Readable.from(this.#limited(part), { objectMode: false })
    this.#streams.push(stream)
    stream.on('error', () => {}) // a reader sees it too; without one it must not end the process
    return { filename, contentType: part.contentType, stream }
  }

  async #stored(part: MultipartPart, filename: string): Promise<UploadedFile> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'viaduct-upload-'))
    const path = join(this.#folder, String(this.#files))
    let size = 0
    const counted = async function* (source: AsyncIterable<Buffer>) {
      for await (const piece of source) {
        size += piece.length
        yield piece
      }
    }
    await pipeline(counted(this.#limited(part)), createWriteStream(path, { mode: 0o600 }))
    const stream = createReadStream(path)
    stream.on('error', () => {})
    this.#streams.push(stream)
    return { filename, contentType: part.contentType, size, stream }
  }

  async *#limited(part: MultipartPart): AsyncGenerator<Buffer> {
    let size = 0
    for await (const piece of part.bytes()) {
      size += piece.length
      if (size > this.#limits.maxFileSize) {
        this.failure = payloadTooLarge('a file is too large')
        throw this.failure
      }
      yield piece
    }
  }
}

/** Field names keep their brackets, so that `a[b]` nests as it does in other forms. */
function escapeName(name: string): string {
  return encodeURIComponent(name).replaceAll('%5B', '[').replaceAll('%5D', ']')
}
