import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  distanceBetween,
  GeoPoint,
  geoPointFromMembers,
  isDistanceUnit,
} from '../../../core/model/geo-point.ts'

const paris = new GeoPoint(48.8566, 2.3522)
const london = new GeoPoint(51.5074, -0.1278)

test('D-1.3-8: a point shows its members, latitude first', () => {
  assert.is(JSON.stringify(paris), '{"lat":48.8566,"lng":2.3522}')
  assert.is(String(paris), '48.8566,2.3522')
})

test('D-1.3-8: members out of range or of another type are named', () => {
  assert.instance(geoPointFromMembers(-90, 180), GeoPoint)
  const expected: [unknown, unknown, string][] = [
    ['1', 0, 'lat must be a number'],
    [0, Number.NaN, 'lng must be a number'],
    [-91, 0, 'lat must be >= -90'],
    [91, 0, 'lat must be <= 90'],
    [0, -181, 'lng must be >= -180'],
    [0, 181, 'lng must be <= 180'],
  ]
  for (const [lat, lng, text] of expected) assert.is(geoPointFromMembers(lat, lng), text)
})

test('D-3.7-3: the distance between two cities in each unit', () => {
  const near = (actual: number, wanted: number) =>
    assert.ok(Math.abs(actual / wanted - 1) < 0.01, `${actual} is not about ${wanted}`)
  near(distanceBetween(paris, london, 'kilometers'), 343.5)
  near(distanceBetween(paris, london), 213.5)
  near(distanceBetween(paris, london, 'meters'), 343500)
  near(distanceBetween(paris, london, 'feet'), 1127000)
  near(distanceBetween(paris, london, 'radians'), 0.0539)
  near(distanceBetween(paris, london, 'degrees'), 3.09)
  assert.is(distanceBetween(paris, paris), 0)
})

test('distance units are known by name', () => {
  assert.ok(isDistanceUnit('miles'))
  assert.not.ok(isDistanceUnit('parsecs'))
  assert.not.ok(isDistanceUnit('toString'))
})

test.run()
