import { type FileHandle, open } from 'node:fs/promises'
import { RemoteError } from '../../core/spi.ts'
import { decodeLine, headerRecords, isIntact, type JournalLine } from './journal-line.ts'
import type { JournalRecord } from './journal-record.ts'

const chunkBytes = 1 << 20
const lineFeed = 0x0a

/** A line of the file, its place and whether it ends in a line feed. */
interface RawLine {
  readonly bytes: Buffer
  readonly offset: number
  readonly isEnded: boolean
}

/** Where the next line goes. */
export interface JournalEnd {
  /** Bytes of the file that are good; what follows is a torn write to be cut off. */
  readonly size: number
  /** Number of the next line. */
  readonly nextNumber: number
  /** Bytes that have to be cut off. */
  readonly torn: number
}

/**
 * Reads a journal and hands out its records in order.
 *
 * A damaged end is what a crash leaves: it was never acknowledged and is left out. Damage with good lines behind it is not.
 *
 * **Errors**: `data_loss` naming file and offset when the middle of the file is damaged.
 */
export async function readJournal(
  path: string,
  take: (record: JournalRecord, size: number) => void,
): Promise<JournalEnd> {
  const handle = await open(path, 'r')
  try {
    let size = 0
    let nextNumber = 0
    let damaged: number | undefined
    for await (const raw of readLines(handle)) {
      const line = parseLine(raw, damaged === undefined ? nextNumber : undefined)
      if (line === undefined) damaged ??= raw.offset
      else if (damaged !== undefined) throw corruption(path, damaged)
      else {
        takeLine(line, raw.bytes.length, take)
        nextNumber = line.number + 1
        size = raw.offset + raw.bytes.length + 1
      }
    }
    const { size: length } = await handle.stat()
    return { size, nextNumber, torn: length - size }
  } finally {
    await handle.close()
  }
}

/** The file begins with a journal's header. */
export async function isJournal(path: string): Promise<boolean> {
  const handle = await open(path, 'r')
  try {
    const expected = `,0,[${headerRecords}]]\n`
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0)
    return buffer.toString('latin1', 11, bytesRead).startsWith(expected)
  } finally {
    await handle.close()
  }
}

function takeLine(
  line: JournalLine,
  bytes: number,
  take: (record: JournalRecord, size: number) => void,
): void {
  if (line.number === 0) return
  const size = Math.ceil(bytes / Math.max(1, line.records.length))
  for (const record of line.records) take(record, size)
}

function parseLine(raw: RawLine, expected: number | undefined): JournalLine | undefined {
  if (!raw.isEnded || !isIntact(raw.bytes)) return undefined
  try {
    const line = decodeLine(raw.bytes)
    return expected === undefined || line.number === expected ? line : undefined
  } catch {
    return undefined
  }
}

async function* readLines(handle: FileHandle): AsyncGenerator<RawLine> {
  let rest: Buffer[] = []
  let offset = 0
  let position = 0
  for (;;) {
    const { buffer, bytesRead } = await handle.read(
      Buffer.allocUnsafe(chunkBytes),
      0,
      chunkBytes,
      position,
    )
    if (bytesRead === 0) break
    position += bytesRead
    const chunk = buffer.subarray(0, bytesRead)
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      const piece = chunk.subarray(start, end)
      const bytes = rest.length === 0 ? piece : Buffer.concat([...rest, piece])
      rest = []
      yield { bytes, offset, isEnded: true }
      offset += bytes.length + 1
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
  }
  if (rest.length > 0) yield { bytes: Buffer.concat(rest), offset, isEnded: false }
}

function corruption(path: string, offset: number): RemoteError {
  return new RemoteError(
    `${path} is damaged at byte ${offset}, before its end: restore it from a copy, or cut it off there to give up what follows`,
    { code: 'data_loss' },
  )
}
