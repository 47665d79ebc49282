/** What a pattern is made of, after parsing. Assertions and characters are leaves. */
export type Node =
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | {
      readonly kind: 'repeat'
      readonly item: Node
      readonly min: number
      /** Infinity for `*` and `+`. */
      readonly max: number
    }

/** `start` and `end` of the text, the same per line, and the edges of words. */
export type Assertion = 'start' | 'end' | 'lineStart' | 'lineEnd' | 'word' | 'notWord'

/** A set of code points; pairs of first and last, inclusive. */
export interface CharacterSet {
  readonly ranges: readonly (readonly [number, number])[]
  readonly negated: boolean
}

/** Why a pattern is refused: `invalid` syntax, or valid syntax outside what can be searched in linear time. */
export class PatternFault extends Error {
  readonly kind: 'invalid' | 'unsupported'

  constructor(kind: 'invalid' | 'unsupported', message: string) {
    super(message)
    this.name = 'PatternFault'
    this.kind = kind
  }
}

type Ranges = (readonly [number, number])[]

const maxCode = 0x10ffff
const digits: Ranges = [[0x30, 0x39]]
const words: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
const spaces: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]
const lineEnds: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 }

/** Groups may not be nested deeper; the parser is recursive. */
const maxGroups = 500

/**
 * Parses the syntax of JavaScript regular expressions without look-around and back-references.
 *
 * Code points are the unit, as with the `u` flag; otherwise the lenient syntax without it holds.
 *
 * **Throws** a {@link PatternFault}. **Source**: data D-3.5-7.
 */
export function parseRegularExpression(source: string, multiline: boolean): Node {
  const reader = { codes: Array.from(source, (text) => text.codePointAt(0) ?? 0), at: 0, groups: 0 }
  const node = readChoice(reader, multiline)
  if (reader.at < reader.codes.length) throw new PatternFault('invalid', 'unmatched ")"')
  return node
}

interface Reader {
  readonly codes: readonly number[]
  at: number
  groups: number
}

const codeOf = (text: string): number => text.charCodeAt(0)
const bar = codeOf('|')
const open = codeOf('(')
const close = codeOf(')')
const backslash = codeOf('\\')

function textAt(reader: Reader, length = 1): string {
  const codes = reader.codes.slice(reader.at, reader.at + length)
  return codes.length === 0 ? '' : String.fromCodePoint(...codes)
}

function readChoice(reader: Reader, multiline: boolean): Node {
  const options: Node[] = [readSequence(reader, multiline)]
  while (reader.codes[reader.at] === bar) {
    reader.at++
    options.push(readSequence(reader, multiline))
  }
  return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options }
}

function readSequence(reader: Reader, multiline: boolean): Node {
  const items: Node[] = []
  for (;;) {
    const code = reader.codes[reader.at]
    if (code === undefined || code === bar || code === close) break
    const atom = readAtom(reader, multiline)
    items.push(readQuantifier(reader, atom))
  }
  return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'sequence', items }
}

function readAtom(reader: Reader, multiline: boolean): Node {
  const code = reader.codes[reader.at] ?? 0
  if (code === open) return readGroup(reader, multiline)
  if (code === backslash) return readEscape(reader)
  const text = textAt(reader)
  reader.at++
  switch (text) {
    case '.':
      return { kind: 'set', set: { ranges: lineEnds, negated: true } }
    case '^':
      return { kind: 'assertion', assertion: multiline ? 'lineStart' : 'start' }
    case '$':
      return { kind: 'assertion', assertion: multiline ? 'lineEnd' : 'end' }
    case '[':
      return readClass(reader)
    case '*':
    case '+':
    case '?':
      throw new PatternFault('invalid', 'nothing to repeat')
    case '{':
      reader.at--
      if (readCount(reader) !== undefined) throw new PatternFault('invalid', 'nothing to repeat')
      reader.at++
      return { kind: 'character', code }
    default:
      return { kind: 'character', code }
  }
}

function readGroup(reader: Reader, multiline: boolean): Node {
  reader.at++
  if (++reader.groups > maxGroups) throw new PatternFault('unsupported', 'too many groups')
  if (textAt(reader) === '?') readGroupKind(reader)
  const node = readChoice(reader, multiline)
  if (reader.codes[reader.at] !== close) throw new PatternFault('invalid', 'unterminated group')
  reader.at++
  // wrapped, so that a quantifier applies to the whole and a bare assertion in it may be repeated
  return { kind: 'sequence', items: [node] }
}

function readGroupKind(reader: Reader): void {
  const kind = textAt(reader, 3)
  if (kind.startsWith('?:')) {
    reader.at += 2
  } else if (kind.startsWith('?=') || kind.startsWith('?!') || kind === '?<=' || kind === '?<!') {
    throw new PatternFault('unsupported', 'look-around is not supported')
  } else if (kind.startsWith('?<')) {
    const end = reader.codes.indexOf(codeOf('>'), reader.at)
    const name =
      end < 0
        ? ''
        : String.fromCodePoint(...reader.codes.slice(reader.at + 2, Math.min(end, reader.at + 66)))
    if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) {
      throw new PatternFault('invalid', 'invalid group name')
    }
    reader.at = end + 1
  } else {
    throw new PatternFault('invalid', 'invalid group')
  }
}

function readQuantifier(reader: Reader, item: Node): Node {
  const count = readCount(reader)
  if (count === undefined) return item
  if (item.kind === 'assertion') throw new PatternFault('invalid', 'nothing to repeat')
  // a lazy quantifier changes which match is found, never whether one is
  if (textAt(reader) === '?') reader.at++
  if (readCount(reader) !== undefined) throw new PatternFault('invalid', 'nothing to repeat')
  const [min, max] = count
  if (min > max) throw new PatternFault('invalid', 'numbers out of order in quantifier')
  return { kind: 'repeat', item, min, max }
}

/** Consumes a quantifier without its `?`; `undefined` where none stands. */
function readCount(reader: Reader): readonly [number, number] | undefined {
  const text = textAt(reader)
  if (text === '*' || text === '+' || text === '?') {
    reader.at++
    return [text === '+' ? 1 : 0, text === '?' ? 1 : Number.POSITIVE_INFINITY]
  }
  if (text !== '{') return undefined
  const match = /^\{(\d{1,9})(?:(,)(\d{1,9})?)?\}/.exec(textAt(reader, 24))
  if (match === null) return undefined
  reader.at += match[0].length
  const min = Number(match[1])
  if (match[2] === undefined) return [min, min]
  return [min, match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3])]
}

function readEscape(reader: Reader): Node {
  reader.at++
  const text = textAt(reader)
  if (text === '') throw new PatternFault('invalid', '\\ at end of pattern')
  if (text === 'b' || text === 'B') {
    reader.at++
    return { kind: 'assertion', assertion: text === 'b' ? 'word' : 'notWord' }
  }
  if (/[1-9]/.test(text) || text === 'k') {
    throw new PatternFault('unsupported', 'back-references are not supported')
  }
  const set = setOfEscape(text)
  if (set !== undefined) {
    reader.at++
    return { kind: 'set', set }
  }
  return { kind: 'character', code: readEscapedCode(reader) }
}

function setOfEscape(text: string): CharacterSet | undefined {
  switch (text) {
    case 'd':
    case 'D':
      return { ranges: digits, negated: text === 'D' }
    case 'w':
    case 'W':
      return { ranges: words, negated: text === 'W' }
    case 's':
    case 'S':
      return { ranges: spaces, negated: text === 'S' }
    case 'p':
    case 'P':
      throw new PatternFault('unsupported', 'Unicode property escapes are not supported')
    default:
      return undefined
  }
}

/** One character after a backslash that stands before the reader. */
function readEscapedCode(reader: Reader): number {
  const text = textAt(reader)
  const code = reader.codes[reader.at] ?? 0
  reader.at++
  if (Object.hasOwn(controls, text)) return controls[text] ?? code
  if (text === 'c' && /^[A-Za-z]/.test(textAt(reader))) {
    return (reader.codes[reader.at++] ?? 0) % 32
  }
  const length = text === 'x' ? 2 : text === 'u' ? 4 : 0
  const hexadecimal = textAt(reader, length)
  if (length > 0 && hexadecimal.length === length && /^[\da-fA-F]+$/.test(hexadecimal)) {
    reader.at += length
    return Number.parseInt(hexadecimal, 16)
  }
  return code
}

function readClass(reader: Reader): Node {
  const negated = textAt(reader) === '^'
  if (negated) reader.at++
  const ranges: Ranges = []
  for (;;) {
    const text = textAt(reader)
    if (text === '') throw new PatternFault('invalid', 'unterminated character class')
    if (text === ']') break
    readClassRange(reader, ranges)
  }
  reader.at++
  return { kind: 'set', set: { ranges, negated } }
}

function readClassRange(reader: Reader, ranges: Ranges): void {
  const first = readClassAtom(reader)
  if (textAt(reader) !== '-' || textAt(reader, 2) === '-]' || textAt(reader, 2) === '-') {
    ranges.push(...first)
    return
  }
  reader.at++
  const last = readClassAtom(reader)
  const [from] = first[0] ?? [0]
  const [to] = last[0] ?? [0]
  if (!isSingle(first) || !isSingle(last)) {
    ranges.push(...first, ...last, [0x2d, 0x2d])
  } else if (from > to) {
    throw new PatternFault('invalid', 'range out of order in character class')
  } else {
    ranges.push([from, to])
  }
}

const isSingle = (ranges: Ranges): boolean =>
  ranges.length === 1 && ranges[0] !== undefined && ranges[0][0] === ranges[0][1]

function readClassAtom(reader: Reader): Ranges {
  const code = reader.codes[reader.at] ?? 0
  reader.at++
  if (code !== backslash) return [[code, code]]
  const text = textAt(reader)
  if (text === '') throw new PatternFault('invalid', '\\ at end of pattern')
  if (text === 'b') {
    reader.at++
    return [[8, 8]]
  }
  const set = setOfEscape(text)
  if (set !== undefined) {
    reader.at++
    return set.negated ? complement(set.ranges) : [...set.ranges]
  }
  const escaped = readEscapedCode(reader)
  return [[escaped, escaped]]
}

/** The code points outside sorted ranges. */
function complement(ranges: CharacterSet['ranges']): Ranges {
  const result: Ranges = []
  let next = 0
  for (const [first, last] of ranges) {
    if (first > next) result.push([next, first - 1])
    next = last + 1
  }
  if (next <= maxCode) result.push([next, maxCode])
  return result
}

/** `\w` without regard to flags; also what the edges of words are measured by. */
export function isWordCode(code: number): boolean {
  return words.some(([first, last]) => code >= first && code <= last)
}

/** Characters `.` does not match and `m` takes as ends of lines. */
export function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x2028 || code === 0x2029
}
