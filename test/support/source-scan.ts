/** One import or export-from of a source file. */
export interface ImportSite {
  readonly specifier: string
  /** `import type`, or a list in which every name is a type: erased when compiled. */
  readonly typeOnly: boolean
  readonly kind: 'import' | 'export' | 'export-all' | 'dynamic'
}

/** Where a regular expression may begin: after these characters, a slash is no division. */
const beforeRegExp = new Set([...'(,=:[!&|?{};+-*%<>~^', ''])
const wordsBeforeRegExp = /(?:^|[^\w$.])(?:return|typeof|case|in|of|void|delete|throw|new|await)$/

/**
 * Blanks comments and the inside of texts, templates and regular expressions, so that patterns meet code only. Length and
 * line breaks stay, so that positions still fit the original.
 */
export function codeOnly(source: string): string {
  const out = [...source]
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' '
  }
  let at = 0
  let last = '' // last character of code, for the question "division or regular expression?"
  let lastAt = -1
  const braces: number[] = [] // open braces inside each `${…}`
  while (at < out.length) {
    const char = source[at] ?? ''
    const pair = source.slice(at, at + 2)
    let end = -1
    if (pair === '//') end = lineEnd(source, at)
    else if (pair === '/*') end = after(source, '*/', at + 2)
    if (end >= 0) {
      blank(at, end)
      at = end
      continue
    }
    if (char === '"' || char === "'") {
      end = textEnd(source, at, char)
      blank(at + 1, end - 1)
    } else if (char === '`' || (char === '}' && braces.at(-1) === 0)) {
      if (char === '}') braces.pop()
      const stop = templateEnd(source, at + 1)
      blank(at + 1, stop.end - (stop.opens ? 2 : 1))
      if (stop.opens) braces.push(0)
      end = stop.end
    } else if (char === '/' && startsRegExp(source, last, lastAt)) {
      end = regExpEnd(source, at)
      blank(at + 1, end - 1)
    } else {
      if (braces.length > 0 && char === '{') braces[braces.length - 1] = (braces.at(-1) ?? 0) + 1
      if (braces.length > 0 && char === '}') braces[braces.length - 1] = (braces.at(-1) ?? 0) - 1
      end = at + 1
    }
    if (char.trim() !== '') {
      last = source[end - 1] ?? ''
      lastAt = end - 1
    }
    at = end
  }
  return out.join('')
}

function startsRegExp(source: string, last: string, lastAt: number): boolean {
  if (beforeRegExp.has(last)) return true
  return wordsBeforeRegExp.test(source.slice(Math.max(0, lastAt - 10), lastAt + 1))
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf('\n', from)
  return end < 0 ? source.length : end
}

function after(source: string, text: string, from: number): number {
  const found = source.indexOf(text, from)
  return found < 0 ? source.length : found + text.length
}

function textEnd(source: string, from: number, quote: string): number {
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === quote || source[i] === '\n') return i + 1
  }
  return source.length
}

/** The end of a template's text: behind its backtick, or behind `${`. */
function templateEnd(source: string, from: number): { end: number; opens: boolean } {
  for (let i = from; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === '`') return { end: i + 1, opens: false }
    else if (source.startsWith('${', i)) return { end: i + 2, opens: true }
  }
  return { end: source.length, opens: false }
}

function regExpEnd(source: string, from: number): number {
  let inClass = false
  for (let i = from + 1; i < source.length && source[i] !== '\n'; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === '[') inClass = true
    else if (source[i] === ']') inClass = false
    else if (source[i] === '/' && !inClass) return i + 1
  }
  return from + 1
}

const statement =
  /(?<=^|[\n;}])[ \t]*(import|export)\b([^;'"`()=]*?)\bfrom[ \t]*(['"])|(?<=^|[\n;}])[ \t]*import[ \t]*(['"])|\bimport[ \t]*\([ \t\n]*(['"])/g

/** Finds the imports of a source file. */
export function importsOf(source: string, code = codeOnly(source)): ImportSite[] {
  return [...code.matchAll(statement)].map((match) => {
    const start = match.index + match[0].length
    const quote = match[3] ?? match[4] ?? match[5] ?? "'"
    const specifier = source.slice(start, source.indexOf(quote, start))
    const clause = (match[2] ?? '').trim()
    return {
      specifier,
      typeOnly: match[1] !== undefined && isTypeClause(clause),
      kind: kindOf(match, clause),
    }
  })
}

function kindOf(match: RegExpMatchArray, clause: string): ImportSite['kind'] {
  if (match[5] !== undefined) return 'dynamic'
  if (match[1] !== 'export') return 'import'
  return clause.startsWith('*') ? 'export-all' : 'export'
}

function isTypeClause(clause: string): boolean {
  if (/^type\b/.test(clause)) return true
  const names = /^\{([^}]*)\}$/.exec(clause)?.[1]
  if (names === undefined) return false
  const list = names
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  return list.length > 0 && list.every((name) => name.startsWith('type '))
}
