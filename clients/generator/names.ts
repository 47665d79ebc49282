import type { ReadManifest } from './read-manifest.ts'

/** Names the generated file uses for its own ends, and global types it writes. */
const takenNames: readonly string[] = [
  'Api',
  'ApiDescription',
  'CallOptions',
  'Date',
  'FileDownload',
  'FileInput',
  'Model',
  'Pick',
  'Promise',
  'Record',
  'Related',
  'Stream',
  'Uint8Array',
  'api',
  'manifestHash',
]

const reservedWords: ReadonlySet<string> = new Set(
  (
    'any as bigint boolean break case catch class const continue debugger default delete do else enum export extends ' +
    'false finally for function if implements import in instanceof interface let never new null number object package ' +
    'private protected public return static string super switch symbol this throw true try type typeof undefined ' +
    'unknown var void while with yield await'
  ).split(' '),
)

const identifier = /^[A-Za-z_$][\w$]*$/

/** The interfaces of one model. */
export interface ModelNames {
  readonly row: string
  readonly data: string
  readonly relations: string
}

/** Which identifier stands for what in one generated file. */
export interface FileNames {
  readonly models: ReadonlyMap<string, ModelNames>
  /** Interface of the methods of a class, by class. */
  readonly methods: ReadonlyMap<string, string>
}

/**
 * Chooses the identifiers of a file. A name that is taken, or no identifier, gets another spelling; which one does not depend on
 * the order of registration, for a manifest is sorted.
 */
export function chooseNames(manifest: ReadManifest): FileNames {
  const taken = new Set(takenNames)
  const models = new Map(
    manifest.models.map(({ name }) => {
      const suffixes = ['', 'Data', 'Relations'] as const
      const base = freeName(identifierFrom(name), suffixes, taken)
      return [name, { row: base, data: `${base}Data`, relations: `${base}Relations` }]
    }),
  )
  const methods = new Map(
    manifest.classes.map(({ name }) => {
      const base = freeName(identifierFrom(name), ['Methods'], taken)
      return [name, `${base}Methods`]
    }),
  )
  return { models, methods }
}

/** Takes a name that is free with every suffix. */
function freeName(wanted: string, suffixes: readonly string[], taken: Set<string>): string {
  let name = wanted
  while (suffixes.some((suffix) => taken.has(`${name}${suffix}`) || reservedWords.has(name))) {
    name = `${name}_`
  }
  for (const suffix of suffixes) taken.add(`${name}${suffix}`)
  return name
}

function identifierFrom(name: string): string {
  const text = name.replace(/[^\w$]+/g, '_')
  return /^[A-Za-z_$]/.test(text) ? text : `_${text}`
}

/** A member name: bare where it is an identifier, quoted otherwise; `__proto__` is made a name like any other. */
export function memberName(name: string): string {
  if (name === '__proto__') return "['__proto__']"
  return identifier.test(name) ? name : quoted(name)
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A text literal in single quotes. */
export function quoted(text: string): string {
  const body = text.replace(/[\\']/g, '\\$&').replace(/[^\x20-\x7e]/gu, escapeCharacter)
  return `'${body}'`
}

function escapeCharacter(character: string): string {
  const known = escapes[character]
  if (known !== undefined) return known
  const isSafe = /[\p{L}\p{N}\p{P}\p{S}]/u.test(character)
  return isSafe ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
