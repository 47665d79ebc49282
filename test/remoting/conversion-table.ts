import { readFileSync } from 'node:fs'
import { GeoPoint } from 'viaduct'
import type { ProfileName } from 'viaduct/spi'

/** One row of a conversion table; see `test/vectors/coercion/README.md`. */
export interface ConversionRow {
  readonly id: string
  readonly input: unknown
  readonly expect: Readonly<Record<string, unknown>>
}

/** One input for one type, with what the method must receive. */
export interface ConversionCase {
  readonly id: string
  /** `number`, `[number]`, `object+allowArray`, `custom`. */
  readonly type: string
  readonly input: unknown
  readonly expected: unknown
  /** The other profile expects something else. */
  readonly differs: boolean
}

/** Stands for an answer of 400. */
export const refused = Symbol('refused')

/** Reads a table for one profile. */
export function readCases(file: string, profile: ProfileName): readonly ConversionCase[] {
  const url = new URL(`../vectors/coercion/${file}.json`, import.meta.url)
  const rows: readonly ConversionRow[] = JSON.parse(readFileSync(url, 'utf8'))
  return rows.flatMap((row) =>
    Object.entries(row.expect).map(([type, expected]) => ({
      id: row.id,
      type,
      input: read(row.input, profile),
      expected: read(expected, profile),
      differs: JSON.stringify(expected).includes('$profile'),
    })),
  )
}

/** Reads the notation of one value. */
function read(value: unknown, profile: ProfileName): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => read(item, profile))
  const [key = '', content] = Object.entries(value)[0] ?? []
  switch (key) {
    case '$undefined':
      return undefined
    case '$fail':
      return refused
    case '$date':
      return new Date(content)
    case '$geopoint':
      return new GeoPoint(content[0], content[1])
    case '$number':
      return Number(content)
    case '$literal':
      return content
    case '$profile':
      return read(content[profile], profile)
    case '$engineDate':
      return engineDate(content)
    case '$engineDates': {
      const dates: readonly unknown[] = content.map(engineDate)
      return dates.includes(refused) ? refused : dates
    }
    default:
      return value
  }
}

function engineDate(text: string): unknown {
  const milliseconds = Date.parse(text)
  return Number.isNaN(milliseconds) ? refused : new Date(milliseconds)
}
