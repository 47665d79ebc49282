/** One range of an Accept header. */
interface Range {
  readonly type: string
  readonly subtype: string
  /** 0 … 1 */
  readonly quality: number
  /** Position in the header. */
  readonly order: number
}

const shorthands: Readonly<Record<string, string>> = {
  json: 'application/json',
  xml: 'application/xml',
  html: 'text/html',
  text: 'text/plain',
  txt: 'text/plain',
  css: 'text/css',
  js: 'application/javascript',
  png: 'image/png',
  urlencoded: 'application/x-www-form-urlencoded',
  multipart: 'multipart/*',
}

/** Writes out short names such as `json`. */
export function fullMediaType(name: string): string {
  return Object.hasOwn(shorthands, name) ? (shorthands[name] ?? name) : name
}

/**
 * Chooses the offer a client likes best, `undefined` when it accepts none. Quality decides, then how exactly the range
 * names the offer, then the order of the header, then the order of the offers. No header accepts the first offer.
 * Source: RFC 9110 12.5.1.
 */
export function chooseMediaType(
  header: string | undefined,
  offers: readonly string[],
): string | undefined {
  if (header === undefined) return offers[0]
  const ranges = parseRanges(header)
  let best: string | undefined
  let bestScore: Score | undefined
  for (const offer of offers) {
    const score = scoreOf(fullMediaType(offer), ranges)
    if (score === undefined || (bestScore !== undefined && !isBetter(score, bestScore))) continue
    best = offer
    bestScore = score
  }
  return best
}

/** The header names the type itself, not by a wildcard. */
export function namesMediaType(header: string | undefined, type: string): boolean {
  return (
    header !== undefined &&
    parseRanges(header).some(
      (range) => `${range.type}/${range.subtype}` === type && range.quality > 0,
    )
  )
}

interface Score {
  readonly quality: number
  readonly exactness: number
  readonly order: number
}

function parseRanges(header: string): readonly Range[] {
  return header.split(',').flatMap((part, order) => {
    const match = /^\s*([^\s/;]+)\/([^\s;]+)\s*(?:;(.*))?$/.exec(part)
    if (match === null) return []
    const [, type = '', subtype = '', parameters = ''] = match
    const quality = Number(/(?:^|;)\s*q\s*=\s*([\d.]+)/i.exec(parameters)?.[1] ?? 1)
    return [{ type: type.toLowerCase(), subtype: subtype.toLowerCase(), quality, order }]
  })
}

/** The most exact range decides about an offer, also when it excludes it with `q=0`. */
function scoreOf(offer: string, ranges: readonly Range[]): Score | undefined {
  const [type, subtype] = offer.toLowerCase().split('/', 2)
  let score: Score | undefined
  for (const range of ranges) {
    const exactness = exactnessOf(range, type, subtype)
    if (exactness < 0 || (score !== undefined && score.exactness >= exactness)) continue
    score = { quality: range.quality, exactness, order: range.order }
  }
  return score === undefined || score.quality <= 0 ? undefined : score
}

function exactnessOf(range: Range, type: string | undefined, subtype: string | undefined): number {
  if (range.type === type && range.subtype === subtype) return 2
  if (range.type === type && range.subtype === '*') return 1
  return range.type === '*' && range.subtype === '*' ? 0 : -1
}

function isBetter(a: Score, b: Score): boolean {
  if (a.quality !== b.quality) return a.quality > b.quality
  if (a.exactness !== b.exactness) return a.exactness > b.exactness
  return a.order < b.order
}
