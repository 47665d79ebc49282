import type { RichTypes } from './codec.ts'

/** Makes the `Error` of an error that came inside a value; `code` and `details` are own members when sent. */
export const makePlainError: RichTypes['makeError'] = ({ name, message, code, details }) => {
  const error = new Error(message)
  Object.defineProperty(error, 'name', { configurable: true, writable: true, value: name })
  if (code !== undefined) Object.assign(error, { code })
  if (details !== undefined) Object.assign(error, { details })
  return error
}

/** Rich types of browsers: bytes are `Uint8Array`, a geo point is a plain `{ lat, lng }` and is sent as such. */
export const plainRichTypes: RichTypes = Object.freeze<RichTypes>({
  makeBytes: (bytes) => bytes,
  isGeoPoint: (value): value is { readonly lat: number; readonly lng: number } => {
    void value
    return false
  },
  makeGeoPoint: (lat, lng) => ({ lat, lng }),
  makeError: makePlainError,
})
