/** How a value becomes XML. */
export interface XmlOptions {
  /** Name of the root element. */
  readonly root: string
  /** The line ahead of the root, without its line end; none when left out. */
  readonly declaration?: string
  /** @default two blanks */
  readonly indent?: string
  /** Members that are undefined become elements with the text `undefined` instead of nothing. @default false */
  readonly showUndefined?: boolean
  /** The members of an object, in order; lets a model show properties a row leaves unset. @default own enumerable ones */
  readonly entriesOf?: (
    value: object,
    path: readonly string[],
  ) => Iterable<readonly [string, unknown]>
}

/**
 * Writes a value as an XML document: a member is an element, a list repeats its element, a list at the root repeats
 * `result`, dates are ISO texts, `toJSON()` is honoured. Source: remoting N-20.
 *
 * **Shape**: `{ a: 1 }` gives `<?xml …?>\n<response>\n  <a>1</a>\n</response>`.
 *
 * **Errors**: throws what a `toJSON` throws, and for values nested in themselves.
 */
export function writeXml(value: unknown, options: XmlOptions): string {
  const writer = new XmlWriter(options)
  const plain = plainValue(value)
  const root = Array.isArray(plain) ? { result: plain } : plain
  writer.element(options.root, root, '', Array.isArray(plain) ? ['result'] : [])
  const text = writer.text()
  return options.declaration === undefined ? text : `${options.declaration}\n${text}`
}

class XmlWriter {
  readonly #lines: string[] = []
  readonly #options: XmlOptions
  readonly #indent: string
  readonly #open = new Set<object>()

  constructor(options: XmlOptions) {
    this.#options = options
    this.#indent = options.indent ?? '  '
  }

  text(): string {
    return this.#lines.join('\n')
  }

  element(name: string, given: unknown, margin: string, path: readonly string[]): void {
    const tag = elementName(name)
    const value = plainValue(given)
    if (Array.isArray(value)) {
      for (const item of value) this.element(name, item, margin, path)
    } else if (typeof value === 'object' && value !== null) {
      this.#container(tag, value, margin, path)
    } else if (value !== undefined || this.#options.showUndefined === true) {
      const text = escapeText(String(value))
      this.#lines.push(text === '' ? `${margin}<${tag}/>` : `${margin}<${tag}>${text}</${tag}>`)
    }
  }

  #container(tag: string, value: object, margin: string, path: readonly string[]): void {
    if (this.#open.has(value)) throw new TypeError('a value nested in itself has no XML form')
    this.#open.add(value)
    const start = this.#lines.length
    this.#lines.push('')
    const entries = this.#options.entriesOf?.(value, path) ?? Object.entries(value)
    for (const [key, member] of entries) {
      if (typeof member === 'function') continue
      this.element(key, member, margin + this.#indent, [...path, key])
    }
    const isEmpty = this.#lines.length === start + 1
    this.#lines[start] = isEmpty ? `${margin}<${tag}/>` : `${margin}<${tag}>`
    if (!isEmpty) this.#lines.push(`${margin}</${tag}>`)
    this.#open.delete(value)
  }
}

function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON()
  return value
}

/** Characters XML 1.0 has no way to write are left out. */
function escapeText(text: string): string {
  return (
    text
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/\]\]>/g, ']]&gt;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
  )
}

const nameStart =
  'A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f' +
  '\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}'
const noNameCharacter = new RegExp(`[^${nameStart}.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040-]`, 'gu')
const nameBegins = new RegExp(`^[${nameStart}]`, 'u')

/**
 * A key that is no XML name gets underscores where it breaks the rules; colons too, they would name a namespace.
 * Source: XML 1.0, section 2.3.
 */
function elementName(name: string): string {
  const cleaned = name.replace(noNameCharacter, '_')
  return nameBegins.test(cleaned) ? cleaned : `_${cleaned}`
}
