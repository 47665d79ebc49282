import { Buffer } from 'node:buffer'
import { GeoPoint } from '../../core/spi.ts'
import type { RichTypes } from './codec.ts'
import { makePlainError } from './rich-types.ts'

/** Rich types of the server: bytes are `Buffer`, geo points the core's {@link GeoPoint}. Not for browsers. */
export const serverRichTypes: RichTypes = Object.freeze<RichTypes>({
  makeBytes: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  isGeoPoint: (value): value is GeoPoint => value instanceof GeoPoint,
  makeGeoPoint: (lat, lng) => new GeoPoint(lat, lng),
  makeError: makePlainError,
})
