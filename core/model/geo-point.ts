/** A point on Earth in degrees; `JSON.stringify` gives `{"lat":…,"lng":…}`. Source: data D-1.3-8. */
export class GeoPoint {
  /** −90 … 90 */
  readonly lat: number
  /** −180 … 180 */
  readonly lng: number

  constructor(lat: number, lng: number) {
    this.lat = lat
    this.lng = lng
  }

  toString(): string {
    return `${this.lat},${this.lng}`
  }
}

/** Units of a distance. */
export type DistanceUnit = 'kilometers' | 'meters' | 'miles' | 'feet' | 'radians' | 'degrees'

/** Radius of the Earth in each unit; miles and kilometers are LoopBack's figures. Source: data D-3.7-3. */
const earthRadius: Readonly<Record<DistanceUnit, number>> = {
  kilometers: 6370.99056,
  meters: 6370990.56,
  miles: 3958.75,
  feet: 20902200,
  radians: 1,
  degrees: 180 / Math.PI,
}

const radiansPerDegree = Math.PI / 180

/** Great-circle distance by the haversine formula. */
export function distanceBetween(
  a: { readonly lat: number; readonly lng: number },
  b: { readonly lat: number; readonly lng: number },
  unit: DistanceUnit = 'miles',
): number {
  const sinLat = Math.sin(((b.lat - a.lat) * radiansPerDegree) / 2)
  const sinLng = Math.sin(((b.lng - a.lng) * radiansPerDegree) / 2)
  const h =
    sinLat * sinLat +
    Math.cos(a.lat * radiansPerDegree) * Math.cos(b.lat * radiansPerDegree) * sinLng * sinLng
  return 2 * earthRadius[unit] * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** Tells a distance unit from any other value. */
export function isDistanceUnit(value: unknown): value is DistanceUnit {
  return typeof value === 'string' && Object.hasOwn(earthRadius, value)
}

/**
 * Builds a point from two members, or says what is wrong with them.
 *
 * **Errors**: returns the text of the violated bound instead of throwing (remoting E-14).
 */
export function geoPointFromMembers(lat: unknown, lng: unknown): GeoPoint | string {
  if (typeof lat !== 'number' || Number.isNaN(lat)) return 'lat must be a number'
  if (typeof lng !== 'number' || Number.isNaN(lng)) return 'lng must be a number'
  if (lat < -90) return 'lat must be >= -90'
  if (lat > 90) return 'lat must be <= 90'
  if (lng < -180) return 'lng must be >= -180'
  if (lng > 180) return 'lng must be <= 180'
  return new GeoPoint(lat, lng)
}
