/**
 * Compiles a LIKE text to a test: anchored at both ends, `%` any run, `_` one character (code point), `\` escapes.
 *
 * Runs in linear time for patterns without `_`, else in text × pattern at worst. `undefined` when the text ends in a
 * lone `\`. Source: data D-3.2-7.
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
  return { characters, literal: characters.includes(undefined) ? undefined : characters.join('') }
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
      at = findFrom(piece, text, at)
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

/** End of the first occurrence at or behind the position, else -1. */
function findFrom(piece: Piece, text: string, from: number): number {
  if (piece.literal !== undefined) {
    const at = text.indexOf(piece.literal, from)
    return at < 0 ? -1 : at + piece.literal.length
  }
  for (let at = from; at < text.length; at++) {
    const end = isInsidePair(text, at) ? -1 : matchAt(piece, text, at)
    if (end >= 0) return end
  }
  return -1
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
