import { hash } from 'node:crypto'

/** A weak validator of a text body, e.g. `W/"1f-2jmj7l5rSw0yVb_vlWAYkK_YBwk"`. Source: remoting B-5, RFC 9110 8.8.3. */
export function weakEtag(text: string): string {
  return `W/"${text.length.toString(36)}-${hash('sha1', text, 'base64url')}"`
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
