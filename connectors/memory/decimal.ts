import { invalidArgument } from '../../core/spi.ts'

const decimal = /^-?\d+(?:\.\d+)?$/

/**
 * Adds two decimal texts exactly, never through a binary float: `addDecimals('0.10', '0.2')` is `'0.30'`.
 *
 * **Errors**: 400 `INVALID_ARGUMENT` for anything but digits with an optional sign and point. Source: data D-1.3-12.
 */
export function addDecimals(text: string, addend: string): string {
  if (!decimal.test(text) || !decimal.test(addend)) {
    throw invalidArgument('cannot add to a text that is no decimal number')
  }
  const places = Math.max(placesOf(text), placesOf(addend))
  return textOfScaled(scaled(text, places) + scaled(addend, places), places)
}

function placesOf(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

function scaled(text: string, places: number): bigint {
  return BigInt(text.replace('.', '') + '0'.repeat(places - placesOf(text)))
}

function textOfScaled(value: bigint, places: number): string {
  const sign = value < 0n ? '-' : ''
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0')
  if (places === 0) return sign + digits
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`
}
