/**
 * Why a session's pipe is closed; the numbers of WebSocket close frames, used by every pipe. Constants of their own, for
 * `import * as closeCodes`: bundlers put the numbers in their places. Source: RFC 6455 7.4.
 *
 * @module
 */

/** Done. */
export const normal = 1000
/** The server stops; calls under way were answered. */
export const goingAway = 1001
/** A message of the wrong kind (text for a binary codec). */
export const unsupportedData = 1003
/** The connection ended without a word; never sent. */
export const abnormal = 1006
/** A message that is no list of frames, invalid UTF-8, broken MessagePack. Source: remoting WS-6. */
export const malformed = 1007
/** A message beyond the limit. */
export const tooBig = 1009
/** A well-formed frame that must not come now: an unknown type, a second hello, an id in use. */
export const protocol = 4400
/** No or a wrong token. */
export const unauthenticated = 4401
/** An origin that is not allowed. */
export const forbidden = 4403
/** An unknown protocol version or codec. */
export const unsupportedVersion = 4406
/** The hello did not come in time. */
export const helloTimeout = 4408
/** The same session was resumed over another pipe. */
export const replaced = 4409
/** The other side is silent or does not read. */
export const unresponsive = 4410
/** Too many calls, streams or bytes under way. */
export const tooMany = 4429
