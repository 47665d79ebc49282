import { invalidArgument } from '../../core/spi.ts'

const units: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/**
 * Reads a size in bytes: a number, or text such as `'100kb'`, `'1.5 mb'`.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the option.
 */
export function parseByteSize(value: unknown, option: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return Math.floor(value)
  const match =
    typeof value === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([kmg]?b)?\s*$/i.exec(value) : null
  if (match === null) throw invalidArgument(`${option}: expected a size such as "100kb"`)
  return Math.floor(Number(match[1]) * (units[(match[2] ?? 'b').toLowerCase()] ?? 1))
}
