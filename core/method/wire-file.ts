import { ConversionFailure, type WireType } from './wire-type.ts'

const notFile = new ConversionFailure('Value is not a file.')

/** Only a transport makes files: what a client writes as JSON or text has no stream that can be read. */
function toFile(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return undefined
  if (Array.isArray(value)) return value.every(isFile) ? value : notFile
  return isFile(value) ? value : notFile
}

function isFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('stream' in value)) return false
  const { stream } = value
  return typeof stream === 'object' && stream !== null && Symbol.asyncIterator in stream
}

/** An uploaded file: `{ filename, contentType, size?, stream }`, or a list of them. Source: remoting UP-1. */
export const fileType: WireType = Object.freeze({
  name: 'file',
  fromSloppy: toFile,
  fromTyped: toFile,
  validate: (value: unknown) => {
    const converted = toFile(value)
    return converted instanceof ConversionFailure ? converted : undefined
  },
  acceptsUndefined: true,
})
