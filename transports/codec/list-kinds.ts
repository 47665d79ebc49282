/**
 * What a marked list makes of the items behind its marker, the codes of letters, for `import * as listKinds`: bundlers put the
 * numbers in their places.
 *
 * @module
 */

/** Keys and values by turns. */
export const map = 0x6d
/** The items. */
export const set = 0x73
/** Name, message, code or nil, and the details if there are any. */
export const error = 0x65
/** The id, then the steps of the path. */
export const reference = 0x72
