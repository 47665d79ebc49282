import type { Row } from '../model/model.ts'
import { isPosition } from './path.ts'
import type { Path } from './query.ts'

/** Reads a top-level member; never one of a prototype. */
export function memberReader(name: string): (row: Readonly<Row>) => unknown {
  return name in Object.prototype
    ? (row) => (Object.hasOwn(row, name) ? row[name] : undefined)
    : (row) => row[name]
}

/**
 * Compiles "the test holds for a value at the path": for the value itself, or for any of its items where lists stand
 * on the way or at the end. A path that leads nowhere gives `undefined` to the test.
 *
 * **Source**: data D-3.2-1 (array property), D-3.3-13, D-3.3-14.
 */
export function compilePathTest(
  path: Path,
  test: (value: unknown) => boolean,
): (row: Readonly<Row>) => boolean {
  const read = memberReader(path.segments[0] ?? '')
  const matches = (value: unknown): boolean =>
    test(value) || (Array.isArray(value) && value.some((item) => test(item)))
  const rest = path.segments.slice(1)
  return rest.length === 0
    ? (row) => matches(read(row))
    : (row) => someAt(read(row), rest, 0, matches)
}

function someAt(
  value: unknown,
  segments: readonly string[],
  at: number,
  matches: (value: unknown) => boolean,
): boolean {
  const segment = segments[at]
  if (segment === undefined) return matches(value)
  if (Array.isArray(value)) {
    if (isPosition(segment)) return someAt(value[Number(segment)], segments, at + 1, matches)
    if (value.length === 0) return matches(undefined)
    return value.some((item) => someAt(item, segments, at, matches))
  }
  return someAt(memberOf(value, segment), segments, at + 1, matches)
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name] // an object with that own member
}

/** Reads the one value at a path for sorting and distances: the first item where lists stand on the way. */
export function compileReader(path: Path): (row: Readonly<Row>) => unknown {
  const read = memberReader(path.segments[0] ?? '')
  const rest = path.segments.slice(1)
  if (rest.length === 0) return read
  return (row) => {
    let value = read(row)
    for (const segment of rest) {
      if (Array.isArray(value) && !isPosition(segment)) value = value[0]
      value = memberOf(value, segment)
    }
    return value
  }
}
