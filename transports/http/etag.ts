import { createHash } from 'node:crypto'

/** Longest text hashed in JavaScript; beyond it the native hash is cheaper (measured 2026-11, Node 20). */
const shortText = 4096

/** A weak validator of a text body, e.g. `W/"1f-2k9ahn3x"`. Source: remoting B-5, RFC 9110 8.8.3. */
export function weakEtag(text: string): string {
  const digest =
    text.length <= shortText ? hashText(text) : createHash('sha1').update(text).digest('base64url')
  return `W/"${text.length.toString(36)}-${digest}"`
}

/** Two 32-bit lanes of multiply-and-mix over UTF-16 units: 53 bits as base 36. */
function hashText(text: string): string {
  let low = 0xdeadbeef
  let high = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    low = Math.imul(low ^ unit, 0x9e3779b1)
    high = Math.imul(high ^ unit, 0x5f356495)
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  return ((high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0)).toString(36)
}

/**
 * The client's copy is still good: `If-None-Match` names the validator or `*`, and no `Cache-Control: no-cache` asks
 * for a fresh one. Comparison is weak. Source: RFC 9110 13.1.2.
 */
export function isFresh(
  etag: string,
  ifNoneMatch: string | undefined,
  cacheControl: string | undefined,
): boolean {
  if (ifNoneMatch === undefined) return false
  if (cacheControl !== undefined && /(?:^|,)\s*no-cache\s*(?:,|$)/i.test(cacheControl)) return false
  if (ifNoneMatch.trim() === '*') return true
  const wanted = opaqueOf(etag)
  return ifNoneMatch.split(',').some((candidate) => opaqueOf(candidate.trim()) === wanted)
}

function opaqueOf(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}
