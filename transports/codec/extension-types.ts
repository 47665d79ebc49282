/**
 * Extension types of the MessagePack form, for other implementations as well, and for `import * as extensionTypes`: bundlers
 * put the numbers in their places. Numbers inside extensions are big-endian.
 *
 * @module
 */

/** `undefined`: no content, one byte 0. */
export const absent = 0
/** Float64, milliseconds, NaN when invalid. */
export const date = 1
/** Decimal digits. */
export const bigint = 2
/** Two float64: latitude, longitude. */
export const geopoint = 3
/** Float64, the id. */
export const stream = 4
/** One byte, the first item of a list: it says what the rest of it makes, see `list-kinds.ts`. */
export const list = 5
/** UTF-8, in place of a text that begins with a byte order mark; names of members stay texts. */
export const text = 6
