import type { Model } from '../model/model.ts'
import type { Property, PropertyType, ScalarKind } from '../model/property.ts'
import type { Path } from './query.ts'

/** What a dotted name means on a model. */
export interface ResolvedPath {
  readonly path: Path
  /** Every step is declared, or lies below a property of free form. */
  readonly known: boolean
  readonly hidden: boolean
  readonly protected: boolean
}

const declared = new WeakMap<Property, Path>()

/** The path of a declared property; one frozen object per property. */
export function pathOfProperty(property: Property): Path {
  const found = declared.get(property)
  if (found !== undefined) return found
  const path: Path = Object.freeze({
    segments: Object.freeze([property.name]),
    property,
    type: property.type,
  })
  declared.set(property, path)
  return path
}

/**
 * Finds the property a dotted name leads to.
 *
 * Below a list the item's members are meant, a segment of digits is a position; below `object`, `json`, `any` and
 * `array` everything is known and untyped. A path is hidden when any of its segments is. Source: data D-1.6-4, D-3.3-10.
 */
export function resolvePath(model: Model, name: string): ResolvedPath {
  const property = model.properties.get(name)
  if (property !== undefined) {
    return {
      path: pathOfProperty(property),
      known: true,
      hidden: property.hidden || model.hidden.has(name),
      protected: property.protected || model.protected.has(name),
    }
  }
  return resolveSegments(model, name.split('.'))
}

/** Marks below a declared step. */
interface Trail {
  type: PropertyType | undefined
  known: boolean
  hidden: boolean
  protected: boolean
}

function resolveSegments(model: Model, segments: readonly string[]): ResolvedPath {
  const property = model.properties.get(segments[0] ?? '')
  const trail: Trail = {
    type: property?.type,
    known: property !== undefined,
    hidden: property?.hidden === true || segments.some((segment) => model.hidden.has(segment)),
    protected:
      property?.protected === true || segments.some((segment) => model.protected.has(segment)),
  }
  for (let index = 1; index < segments.length; index++) descend(trail, segments[index] ?? '')
  return {
    path: Object.freeze({ segments: Object.freeze(segments), property, type: trail.type }),
    known: trail.known && segments.every((segment) => segment !== ''),
    hidden: trail.hidden,
    protected: trail.protected,
  }
}

function descend(trail: Trail, segment: string): void {
  const type = trail.type
  if (type === undefined) return
  if (type.kind === 'list') {
    trail.type = type.item
    if (!isPosition(segment)) descend(trail, segment)
    return
  }
  if (type.kind !== 'nested') {
    trail.known &&= isFreeForm(type.kind)
    trail.type = undefined
    return
  }
  const member = type.properties.get(segment)
  trail.type = member?.type
  trail.known &&= member !== undefined
  // Members of another model that are protected never leave the server either. Source: data D-1.6-2.
  trail.hidden ||= member !== undefined && (member.hidden || member.protected)
}

/** The property may hold anything, so that every path below it is known. */
export function isFreeForm(kind: PropertyType['kind']): boolean {
  return kind === 'object' || kind === 'json' || kind === 'any' || kind === 'array'
}

/** The kind one value of the type has: that of the item for lists; `undefined` for nested and undeclared ones. */
export function scalarKindOf(type: PropertyType | undefined): ScalarKind | undefined {
  if (type === undefined || type.kind === 'nested') return undefined
  return type.kind === 'list' ? scalarKindOf(type.item) : type.kind
}

/** A segment that names a position in a list. */
export function isPosition(segment: string): boolean {
  return /^\d{1,9}$/.test(segment)
}

/** The name of a path as it stands in a filter: `address.city`. */
export function nameOfPath(path: Path): string {
  return path.segments.join('.')
}
