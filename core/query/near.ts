import { type DistanceUnit, distanceBetween, isDistanceUnit } from '../model/geo-point.ts'
import { isPoint } from './compare-values.ts'
import { readPoint } from './convert-value.ts'
import { isFreeForm } from './path.ts'
import type { Near, Path, Where } from './query.ts'
import { invalidFilter, invalidValue, kindOf, unsupportedOperator } from './query-error.ts'
import { countCondition, refuseOperator, type Subject, type WhereReader } from './where-reader.ts'

/**
 * Reads `near` with its companions `maxDistance`, `minDistance` and `unit`. Distances of 0 and below are ignored.
 *
 * **Errors** (400): `INVALID_VALUE` for points and distances, `INVALID_FILTER` for units, `INVALID_OPERATOR` for
 * properties that are no points. **Source**: data D-3.2-12, 3.7.
 */
export function readNear(
  subject: Subject,
  operand: unknown,
  operands: Readonly<Record<string, unknown>>,
  reader: WhereReader,
): Where {
  countCondition(reader)
  if (reader.context.supports?.near === false) throw unsupportedOperator(subject.at, 'near')
  const { kind } = subject
  if (kind !== undefined && kind !== 'geopoint' && !isFreeForm(kind)) {
    return refuseOperator(subject, 'near', reader, `${subject.at}: near applies to points`)
  }
  const point = readPoint(operand, `${subject.at}.near`)
  const maxDistance = readDistance(operands.maxDistance, `${subject.at}.maxDistance`)
  const minDistance = readDistance(operands.minDistance, `${subject.at}.minDistance`)
  const near: Near = Object.freeze({
    lat: point.lat,
    lng: point.lng,
    ...(maxDistance === undefined ? {} : { maxDistance }),
    ...(minDistance === undefined ? {} : { minDistance }),
    unit: readUnit(operands.unit, subject.at, reader),
  })
  return Object.freeze({ kind: 'near', path: subject.path, near })
}

function readDistance(value: unknown, at: string): number | undefined {
  if (value === undefined || value === null) return undefined
  const distance = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof distance !== 'number' || Number.isNaN(distance)) {
    throw invalidValue(at, 'number', value)
  }
  return distance > 0 ? distance : undefined
}

function readUnit(value: unknown, at: string, reader: WhereReader): DistanceUnit {
  if (value === undefined || value === null) return reader.context.options.geoDefaultUnit ?? 'miles'
  if (isDistanceUnit(value)) return value
  throw invalidFilter(`${at}.unit`, `${at}.unit: unknown unit of type ${kindOf(value)}`)
}

/** Distance of a value from the point, in the unit of `near`; Infinity for values that are no points. */
export function distanceFrom(near: Near, value: unknown): number {
  return isPoint(value) ? distanceBetween(near, value, near.unit) : Number.POSITIVE_INFINITY
}

/** The filter half of `near`: within the bounds. Values that are no points never are. */
export function isWithin(near: Near, value: unknown): boolean {
  const distance = distanceFrom(near, value)
  return (
    distance < Number.POSITIVE_INFINITY &&
    (near.maxDistance === undefined || distance <= near.maxDistance) &&
    (near.minDistance === undefined || distance >= near.minDistance)
  )
}

/** The condition whose distance orders the result: the first `near` that holds for every row. Source: data D-3.2-12. */
export function nearOf(where: Where): { readonly path: Path; readonly near: Near } | undefined {
  if (where.kind === 'near') return where
  if (where.kind !== 'and') return undefined
  for (const condition of where.conditions) {
    const found = nearOf(condition)
    if (found !== undefined) return found
  }
  return undefined
}
