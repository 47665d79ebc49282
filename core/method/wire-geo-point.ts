import { GeoPoint, geoPointFromMembers } from '../model/geo-point.ts'
import { malformedObject } from './wire-failure.ts'
import { looksLikeJsonArray, looksLikeJsonObject, parseJsonText } from './wire-json.ts'
import { ConversionFailure, type WireType } from './wire-type.ts'

/** What is said of a value that is no point; bounds name themselves. Source: remoting E-14. */
interface GeoPointTexts {
  readonly notAPoint: ConversionFailure
  readonly notAPair: ConversionFailure
  readonly notTwoItems: ConversionFailure
  readonly noMembers: ConversionFailure
  readonly emptyMember: ConversionFailure
  /** Follows `lat must be a number`. */
  readonly suffix: string
}

const texts: GeoPointTexts = {
  notAPoint: new ConversionFailure('Value is not a geopoint.'),
  notAPair: new ConversionFailure('Value is not a "lat,lng" pair.'),
  notTwoItems: new ConversionFailure('Value is not an array [lat, lng].'),
  noMembers: new ConversionFailure('Value has no lat and lng.'),
  emptyMember: new ConversionFailure('lat and lng must be numbers'),
  suffix: '',
}

/** As recorded, spelling included. */
const loopBackTexts: GeoPointTexts = {
  notAPoint: new ConversionFailure(
    'must provide valid geo-coordinates array [lat, lng] or object or a "lat, lng" string',
  ),
  notAPair: new ConversionFailure(
    'must provide a "lat,lng" string when creating a GeoPoint with string',
  ),
  notTwoItems: new ConversionFailure('must provide valid geo-cordinates array [lat, lng]'),
  noMembers: new ConversionFailure('must provide a lat and lng object when creating a GeoPoint'),
  emptyMember: new ConversionFailure('lat & lng must be numbers when creating GeoPoint'),
  suffix: ' when creating a GeoPoint',
}

/** Type `geopoint`; `legacyTexts` says things as LoopBack 3 did. Source: remoting CW-8. */
export function createGeoPointType(legacyTexts: boolean): WireType {
  const say = legacyTexts ? loopBackTexts : texts
  const build = (lat: unknown, lng: unknown): GeoPoint | ConversionFailure => {
    const point = geoPointFromMembers(lat, lng)
    if (point instanceof GeoPoint) return point
    return new ConversionFailure(point.endsWith('a number') ? point + say.suffix : point)
  }
  const fromPair = (text: string): unknown => {
    const comma = text.indexOf(',')
    if (comma === -1 || text.includes(',', comma + 1)) return say.notAPair
    const lat = text.slice(0, comma).trim()
    const lng = text.slice(comma + 1).trim()
    return lat === '' || lng === '' ? say.emptyMember : build(Number(lat), Number(lng))
  }
  const fromMembers = (value: unknown, read: (member: unknown) => unknown): unknown => {
    if (Array.isArray(value)) {
      return value.length === 2 ? build(read(value[0]), read(value[1])) : say.notTwoItems
    }
    if (typeof value !== 'object' || value === null) return say.notAPoint
    if (!Object.hasOwn(value, 'lat') || !Object.hasOwn(value, 'lng')) return say.noMembers
    return build(read(Reflect.get(value, 'lat')), read(Reflect.get(value, 'lng')))
  }
  const fromTyped = (value: unknown): unknown => {
    if (value instanceof GeoPoint || value === undefined) return value
    return typeof value === 'string' ? fromPair(value) : fromMembers(value, same)
  }
  const fromText = (text: string): unknown => {
    if (text === 'null') return say.notAPoint
    if (!looksLikeJsonArray(text) && !looksLikeJsonObject(text)) return fromPair(text)
    const parsed = parseJsonText(text, malformedObject)
    return parsed instanceof ConversionFailure ? parsed : fromMembers(parsed, same)
  }
  const fromSloppy = (value: unknown): unknown => {
    if (value === '' || value === undefined || value instanceof GeoPoint) return value || undefined
    return typeof value === 'string' ? fromText(value) : fromMembers(value, numberOfText)
  }
  const validate = (value: unknown): ConversionFailure | undefined => {
    const checked = fromTyped(value)
    return checked instanceof ConversionFailure ? checked : undefined
  }
  return Object.freeze({
    name: 'geopoint',
    fromSloppy,
    fromTyped,
    validate,
    acceptsUndefined: true,
  })
}

function same(member: unknown): unknown {
  return member
}

/** Members of nested query keys are text. */
function numberOfText(member: unknown): unknown {
  return typeof member === 'string' && member !== '' ? Number(member) : member
}
