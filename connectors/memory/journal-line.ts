import { crc32 } from 'node:zlib'
import { decodeValue, tagMark } from './codec.ts'
import type { JournalRecord } from './journal-record.ts'

/**
 * A line of a journal file holds everything one flush made durable, so that a torn write can only damage the last line.
 *
 * **Shape**: `["1c291ca3",12,[["put","Book",1,{"title":"…","id":1}]]]` and a line feed: CRC-32 of everything behind the first
 * comma, in hexadecimal; the number of the line, counted from 0; its records. Line 0 is the header.
 */
export interface JournalLine {
  readonly number: number
  readonly records: readonly JournalRecord[]
}

/** Header of a file: line 0 with one record. */
export const headerRecords = '["viaduct-memory",1]'

const prefixLength = 12 // ["1c291ca3",

/** The bytes of a line; `records` is the text of its records, separated by commas. */
export function encodeLine(number: number, records: string): Buffer {
  const body = Buffer.from(`["00000000",${number},[${records}]]\n`)
  const sum = crc32(body.subarray(prefixLength, body.length - 1))
  body.write(sum.toString(16).padStart(8, '0'), 2, 'latin1')
  return body
}

/** Whether the bytes, without their line feed, are a whole and unharmed line. */
export function isIntact(line: Buffer): boolean {
  if (line.length < prefixLength + 4 || line[0] !== 0x5b || line[1] !== 0x22) return false
  const sum = line.toString('latin1', 2, 10)
  return crc32(line.subarray(prefixLength)).toString(16).padStart(8, '0') === sum
}

/** Parses an intact line. **Errors**: throws when it is not of the journal's form. */
export function decodeLine(line: Buffer): JournalLine {
  const text = line.toString('utf8')
  const parsed: unknown = JSON.parse(text)
  if (!Array.isArray(parsed) || typeof parsed[1] !== 'number' || !Array.isArray(parsed[2])) {
    throw new Error('not a journal line')
  }
  const records = text.includes(tagMark) ? decodeValue(parsed[2]) : parsed[2]
  return { number: parsed[1], records: records as readonly JournalRecord[] } // written by journal-record.ts, CRC checked
}
