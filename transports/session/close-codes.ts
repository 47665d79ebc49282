/** Why a session's pipe is closed; the numbers of WebSocket close frames, used by every pipe. Source: RFC 6455 7.4. */
export const closeCodes = Object.freeze({
  /** Done. */
  normal: 1000,
  /** The server stops; calls under way were answered. */
  goingAway: 1001,
  /** A message of the wrong kind (text for a binary codec). */
  unsupportedData: 1003,
  /** The connection ended without a word; never sent. */
  abnormal: 1006,
  /** A message that is no list of frames, invalid UTF-8, broken MessagePack. Source: remoting WS-6. */
  malformed: 1007,
  /** A message beyond the limit. */
  tooBig: 1009,
  /** A well-formed frame that must not come now: an unknown type, a second hello, an id in use. */
  protocol: 4400,
  /** No or a wrong token. */
  unauthenticated: 4401,
  /** An origin that is not allowed. */
  forbidden: 4403,
  /** An unknown protocol version or codec. */
  unsupportedVersion: 4406,
  /** The hello did not come in time. */
  helloTimeout: 4408,
  /** The same session was resumed over another pipe. */
  replaced: 4409,
  /** The other side is silent or does not read. */
  unresponsive: 4410,
  /** Too many calls, streams or bytes under way. */
  tooMany: 4429,
} as const)
