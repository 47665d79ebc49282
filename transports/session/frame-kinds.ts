/**
 * Kinds of frames, the first element of each, for `import * as frameKinds`: bundlers put the numbers in their places.
 * `docs/protocol.md` describes them for other implementations.
 *
 * @module
 */

/** Greeting of the client. */
export const hello = 0
/** The server's answer to it. */
export const welcome = 1
/** Calls a method by its full name. */
export const call = 2
/** The result. */
export const value = 3
/** The call, or the stream, failed. */
export const error = 4
/** The result is a stream. */
export const stream = 5
/** The next items of a stream. */
export const items = 6
/** The stream is over. */
export const end = 7
/** The reader of a stream has room for more items. */
export const credit = 8
/** The caller, or the reader of a stream, has left. */
export const cancel = 9
/** A call nobody answers. */
export const notice = 10
/** Asks for a sign of life. */
export const ping = 11
/** Gives it. */
export const pong = 12
/** No new calls; those under way are finished. */
export const goaway = 13
/** So many numbered messages were received. */
export const ack = 14
