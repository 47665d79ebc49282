import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'

/** The repository. */
export const repository = resolve(import.meta.dirname, '../..')

/** A fenced block of a document. */
export interface Snippet {
  /** Below the repository. */
  readonly document: string
  /** Line of the opening fence, from 1. */
  readonly line: number
  readonly language: string
  /** What follows the language, e.g. `['run']`. */
  readonly flags: readonly string[]
  readonly text: string
}

const fence = /^```(\w*)[ \t]*([^\n]*)\n([\s\S]*?)^```[ \t]*$/gm

/** The fenced blocks of a document, in order. */
export function snippetsOf(document: string): Snippet[] {
  const content = readFileSync(join(repository, document), 'utf8')
  return [...content.matchAll(fence)].map((match) => ({
    document,
    line: content.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    flags: (match[2] ?? '').split(/\s+/).filter(Boolean),
    text: match[3] ?? '',
  }))
}

/** README.md and everything below docs/. */
export function documents(): string[] {
  const below = readdirSync(join(repository, 'docs'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)))
  return ['README.md', ...below.sort()]
}

/** A runnable block and the transcript that follows it. */
export interface RunnableSnippet {
  readonly snippet: Snippet
  readonly transcript: readonly TranscriptStep[]
}

/** The blocks marked `ts run`, each with the steps of the `console` blocks up to the next one. */
export function runnableSnippetsOf(document: string): RunnableSnippet[] {
  const found: { snippet: Snippet; transcript: TranscriptStep[] }[] = []
  for (const snippet of snippetsOf(document)) {
    if (snippet.language === 'ts' && snippet.flags.includes('run')) {
      found.push({ snippet, transcript: [] })
    } else if (snippet.language === 'console') {
      found.at(-1)?.transcript.push(...transcriptFromText(snippet.text))
    }
  }
  return found
}

/** A command of a transcript as a request, and the text it prints. */
export interface TranscriptStep {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Printed lines, joined. */
  readonly expected: string
}

/** Reads `$ curl …` lines and what is printed below each; other commands are not steps. */
export function transcriptFromText(text: string): TranscriptStep[] {
  return text
    .split(/^\$ /m)
    .filter((part) => part.startsWith('curl '))
    .map((part) => {
      const [command = '', ...printed] = part.replaceAll('\\\n', ' ').trimEnd().split('\n')
      return { ...requestFromCurl(wordsOf(command)), expected: printed.join('\n') }
    })
}

/** Splits a shell line into words; quotes group, nothing is expanded. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  )
}

function requestFromCurl(words: readonly string[]): Omit<TranscriptStep, 'expected'> {
  const headers: Record<string, string> = {}
  const query: string[] = []
  let [method, body, url]: [string | undefined, string | undefined, string] = [
    undefined,
    undefined,
    '',
  ]
  for (let i = 1; i < words.length; i++) {
    const word = words[i] ?? ''
    const next = (): string => words[++i] ?? ''
    if (word === '-X') method = next()
    else if (word === '-d') body = next()
    else if (word === '-H') {
      const header = next()
      const colon = header.indexOf(':')
      headers[header.slice(0, colon)] = header.slice(colon + 1).trim()
    } else if (word === '--json') {
      body = next()
      headers['content-type'] = 'application/json'
    } else if (word === '--data-urlencode') {
      const [name = '', ...value] = next().split('=')
      query.push(`${name}=${encodeURIComponent(value.join('='))}`)
    } else if (!word.startsWith('-')) url = word
  }
  const { pathname, search } = new URL(url.includes('://') ? url : `http://${url}`)
  const path = query.length === 0 ? pathname + search : `${pathname}?${query.join('&')}`
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    path,
    headers,
    ...(body === undefined ? {} : { body }),
  }
}

/** Packages a snippet may name; `viaduct` is the repository itself. */
const packages = ['zod', 'koa', '@koa', '@types', 'uvu', 'fast-check']

/**
 * An empty folder outside the repository in which `viaduct` and the packages above resolve as in a user's project, but
 * to the sources. The caller removes it.
 */
export function createSnippetFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'viaduct-snippets-')))
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  symlinkSync(repository, join(modules, 'viaduct'), 'dir')
  for (const name of packages) {
    const target = join(repository, 'node_modules', name)
    if (existsSync(target)) symlinkSync(target, join(modules, name), 'dir')
  }
  return folder
}
