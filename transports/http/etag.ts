import { createHash } from 'node:crypto'

/** Longest text hashed in JavaScript; beyond it the native hash is cheaper (measured 2026-11, Node 20). */
const shortText = 4096

/** A weak validator of a text body, e.g. `W/"1f-2k9ahn3x"`. Source: remoting B-5, RFC 9110 8.8.3. */
export function weakEtag(text: string): string {
  const digest =
    text.length <= shortText ? hashText(text) : createHash('sha1').update(text).digest('base64url')
  return `W/"${text.length.toString(36)}-${digest}"`
}

/** Two 32-bit lanes of multiply-and-mix, over the even and the odd UTF-16 units, each seeing the other at the end. */
function hashText(text: string): string {
  let even = 0x811c9dc5
  let odd = 0x41c6ce57
  const pairs = text.length & ~1
  for (let i = 0; i < pairs; i += 2) {
    even = Math.imul(even ^ text.charCodeAt(i), 0x9e3779b1)
    odd = Math.imul(odd ^ text.charCodeAt(i + 1), 0x5f356495)
  }
  if (pairs < text.length) even = Math.imul(even ^ text.charCodeAt(pairs), 0x9e3779b1)
  even = Math.imul(even ^ (even >>> 16), 0x85ebca6b)
  odd = Math.imul(odd ^ (odd >>> 13), 0xc2b2ae35)
  const first = (even ^ (odd >>> 16)) >>> 0
  const second = (odd ^ (even >>> 13)) >>> 0
  return first.toString(36) + second.toString(36)
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
