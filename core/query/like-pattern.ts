/**
 * Compiles a LIKE text to a test: anchored at both ends, `%` any run, `_` one character (code point), `\` escapes.
 *
 * Runs in linear time for patterns without `_`, else in text × pattern / 32 at worst. `undefined` when the text ends in
 * a lone `\`. Source: data D-3.2-7.
 */
export function compileLike(
  source: string,
  ignoreCase: boolean,
): ((text: string) => boolean) | undefined {
  const pieces = readPieces(ignoreCase ? source.toLowerCase() : source)
  if (pieces === undefined) return undefined
  const test = testOfPieces(pieces)
  return ignoreCase ? (text) => test(text.toLowerCase()) : test
}

/** What stands between two `%`: characters, `undefined` for `_`. */
interface Piece {
  readonly characters: readonly (string | undefined)[]
  /** The text of a piece without `_`. */
  readonly literal: string | undefined
  /** End of the first occurrence at or behind a position, else -1. */
  readonly find: (text: string, from: number) => number
}

function readPieces(source: string): Piece[] | undefined {
  const pieces: Piece[] = []
  let characters: (string | undefined)[] = []
  let escaped = false
  for (const character of source) {
    if (escaped) {
      characters.push(character)
      escaped = false
    } else if (character === '\\') {
      escaped = true
    } else if (character === '%') {
      pieces.push(pieceOf(characters))
      characters = []
    } else {
      characters.push(character === '_' ? undefined : character)
    }
  }
  pieces.push(pieceOf(characters))
  return escaped ? undefined : pieces
}

function pieceOf(characters: readonly (string | undefined)[]): Piece {
  if (characters.includes(undefined)) {
    return { characters, literal: undefined, find: searchOf(characters) }
  }
  const literal = characters.join('')
  const find = (text: string, from: number): number => {
    const at = text.indexOf(literal, from)
    return at < 0 ? -1 : at + literal.length
  }
  return { characters, literal, find }
}

function testOfPieces(pieces: readonly Piece[]): (text: string) => boolean {
  const first = pieces[0] ?? pieceOf([])
  if (pieces.length === 1) return (text) => matchAt(first, text, 0) === text.length
  const last = pieces.at(-1) ?? first
  const middle = pieces.slice(1, -1).filter((piece) => piece.characters.length > 0)
  return (text) => {
    let at = matchAt(first, text, 0)
    for (const piece of middle) {
      if (at < 0) return false
      at = piece.find(text, at)
    }
    return at >= 0 && endsWithPiece(last, text, at)
  }
}

/** End of the piece when it stands at the position, else -1. */
function matchAt(piece: Piece, text: string, from: number): number {
  if (piece.literal !== undefined) {
    return text.startsWith(piece.literal, from) ? from + piece.literal.length : -1
  }
  let at = from
  for (const character of piece.characters) {
    if (character === undefined) {
      const code = text.codePointAt(at)
      if (code === undefined) return -1
      at += code > 0xffff ? 2 : 1
    } else {
      if (!text.startsWith(character, at)) return -1
      at += character.length
    }
  }
  return at
}

/**
 * Searches for characters with `_` among them, all beginnings of a match at once: bit i of the state says that the first
 * i + 1 characters end here. Source: R. Baeza-Yates, G. Gonnet, "A New Approach to Text Searching" (Shift-And).
 */
function searchOf(
  characters: readonly (string | undefined)[],
): (text: string, from: number) => number {
  const words = Math.ceil(characters.length / 32)
  const { masks, any } = masksOf(characters, words)
  const last = characters.length - 1
  return (text, from) => {
    const state = new Int32Array(words)
    for (let at = from; at < text.length; at++) {
      const code = text.codePointAt(at) ?? 0
      if (code > 0xffff) at++
      advance(state, masks.get(code) ?? any)
      if (((state[last >> 5] ?? 0) >>> (last & 31)) & 1) return at + 1
    }
    return -1
  }
}

/** One character on: every beginning grows by one, a new one starts, and those the character does not continue end. */
function advance(state: Int32Array, mask: Int32Array): void {
  let carry = 1
  for (let word = 0; word < state.length; word++) {
    const bits = state[word] ?? 0
    state[word] = ((bits << 1) | carry) & (mask[word] ?? 0)
    carry = bits >>> 31
  }
}

/** Where a character may stand, by code point; `any` for characters the pattern does not name. */
function masksOf(
  characters: readonly (string | undefined)[],
  words: number,
): { readonly masks: ReadonlyMap<number, Int32Array>; readonly any: Int32Array } {
  const any = new Int32Array(words)
  for (const [index, character] of characters.entries()) {
    if (character === undefined) setBit(any, index)
  }
  const masks = new Map<number, Int32Array>()
  for (const [index, character] of characters.entries()) {
    const code = character?.codePointAt(0)
    if (code === undefined) continue
    const mask = masks.get(code) ?? any.slice()
    setBit(mask, index)
    masks.set(code, mask)
  }
  return { masks, any }
}

function setBit(mask: Int32Array, index: number): void {
  mask[index >> 5] = (mask[index >> 5] ?? 0) | (1 << (index & 31))
}

function endsWithPiece(piece: Piece, text: string, from: number): boolean {
  if (piece.literal !== undefined) {
    return text.length - piece.literal.length >= from && text.endsWith(piece.literal)
  }
  // a character has one or two code units
  const longest = Math.max(from, text.length - 2 * piece.characters.length)
  for (let at = longest; at < text.length; at++) {
    if (!isInsidePair(text, at) && matchAt(piece, text, at) === text.length) return true
  }
  return false
}

function isInsidePair(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 0xdc00 || code > 0xdfff || at === 0) return false
  const before = text.charCodeAt(at - 1)
  return before >= 0xd800 && before < 0xdc00
}
