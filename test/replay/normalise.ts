const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/gi
/** Access tokens: 64 letters and digits, at least one of each. */
const token = /\b(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{64}\b/g
const isoDate = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g

/** A date nearer to the present than this is the time of the run. */
const nowMs = 3_600_000

/**
 * Replaces what differs from run to run: the server's origin, tokens and UUIDs (numbered in order of appearance) and the
 * time of now. One instance per conversation; the order in which values are shown to it decides the numbers.
 */
export class Normaliser {
  readonly #origin: string
  readonly #tokens = new Map<string, string>()
  readonly #uuids = new Map<string, string>()

  constructor(origin: string) {
    this.#origin = `http://${new URL(origin).host}`
  }

  text(text: string): string {
    return text
      .replaceAll(this.#origin, '<origin>')
      .replace(token, (found) => numbered(this.#tokens, 'token', found))
      .replace(uuid, (found) => numbered(this.#uuids, 'uuid', found.toLowerCase()))
      .replace(isoDate, (found) =>
        Math.abs(Date.parse(found) - Date.now()) < nowMs ? '<date>' : found,
      )
  }

  /** A copy with every text normalised; members named `stack` are left out. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return value.map((item) => this.value(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== 'stack')
        .map(([key, item]) => [key, this.value(item)]),
    )
  }
}

function numbered(labels: Map<string, string>, kind: string, value: string): string {
  const known = labels.get(value)
  if (known !== undefined) return known
  const label = `<${kind}:${labels.size + 1}>`
  labels.set(value, label)
  return label
}
