const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const padding = 61
const codeOf = Uint8Array.from(alphabet, (character) => character.charCodeAt(0))
/** Six bits by character code; 64 marks what is not of the alphabet. */
const bitsOf = new Uint8Array(256).fill(64)
for (const [bits, code] of codeOf.entries()) bitsOf[code] = bits

const ascii = new TextDecoder()

/** The base64 text of bytes: standard alphabet, padded. Source: RFC 4648 section 4. */
export function base64FromBytes(bytes: Uint8Array): string {
  const codes = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let at = 0
  for (let from = 0; from < bytes.length; from += 3) {
    const second = bytes[from + 1] ?? 0
    const third = bytes[from + 2] ?? 0
    const bits = ((bytes[from] ?? 0) << 16) | (second << 8) | third
    codes[at++] = codeOf[bits >> 18] ?? 0
    codes[at++] = codeOf[(bits >> 12) & 63] ?? 0
    codes[at++] = codeOf[(bits >> 6) & 63] ?? 0
    codes[at++] = codeOf[bits & 63] ?? 0
  }
  const missing = (3 - (bytes.length % 3)) % 3
  if (missing > 0) codes.fill(padding, codes.length - missing)
  return ascii.decode(codes)
}

/** The bytes of a base64 text; `undefined` unless it is exactly what {@link base64FromBytes} would write. */
export function bytesFromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const missing = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const length = text.length - missing
  const bytes = new Uint8Array((text.length / 4) * 3 - missing)
  let bits = 0
  let count = 0
  let at = 0
  for (let from = 0; from < length; from++) {
    const sextet = bitsOf[text.charCodeAt(from)] ?? 64
    if (sextet === 64) return undefined
    bits = ((bits << 6) | sextet) & 0xffff
    count += 6
    if (count >= 8) {
      count -= 8
      bytes[at++] = (bits >> count) & 0xff
    }
  }
  return (bits & ((1 << count) - 1)) === 0 ? bytes : undefined
}
