import type { Context, Middleware, Next } from 'koa'
import { invalidArgument } from '../../core/spi.ts'
import { composeMiddleware } from './compose.ts'

/**
 * Where middleware answers. A text is a prefix of whole segments (`/admin`, `/users/:id`); a segment with a colon ahead is any
 * segment. A regular expression has to match from the start of the path to the end of a segment.
 */
export type PathPattern = string | RegExp

/** Middleware for a part of the URLs, e.g. `{ paths: '/admin', use: guard }`. Source: framework F-1.19. */
export interface ScopedMiddleware {
  /** @default '/' */
  readonly paths?: PathPattern | readonly PathPattern[]
  readonly use: Middleware | readonly Middleware[]
}

/** What a phase takes. */
export type PhaseEntry = Middleware | ScopedMiddleware

/** Length of the prefix of a path that a pattern matches; 0 for the pattern `/`, −1 where none does. */
export type PathMatcher = (path: string) => number

/** An entry made ready: `match` is left out where every path fits. */
export interface CompiledEntry {
  readonly middleware: Middleware
  readonly match: PathMatcher | undefined
}

/** **Errors**: `INVALID_ARGUMENT` naming the place for what is no middleware and no path. */
export function compileEntry(entry: PhaseEntry, place: string): CompiledEntry {
  if (typeof entry === 'function') return { middleware: entry, match: undefined }
  if (typeof entry !== 'object' || entry === null) throw noMiddleware(place, entry)
  const { paths = '/', use, ...unknown } = entry
  const [first] = Object.keys(unknown)
  if (first !== undefined) throw invalidArgument(`${place}: unknown key "${first}"`)
  const list = typeof use === 'function' ? [use] : use
  if (!Array.isArray(list)) throw noMiddleware(place, use)
  for (const one of list) if (typeof one !== 'function') throw noMiddleware(place, one)
  const inner = composeMiddleware(list)
  if (paths === '/') return { middleware: inner, match: undefined }
  const match = compilePaths(paths, place)
  return { middleware: scopeMiddleware(match, inner), match }
}

function noMiddleware(place: string, value: unknown): Error {
  return invalidArgument(`${place}: expected Koa middleware, got ${typeof value}`)
}

/** Compiles one pattern or several, of which the first that fits counts. **Errors**: `INVALID_ARGUMENT` naming the place. */
export function compilePaths(
  paths: PathPattern | readonly PathPattern[],
  place = 'paths',
): PathMatcher {
  const list: readonly unknown[] = Array.isArray(paths) ? paths : [paths]
  const matchers = list.map((path) => compilePath(path, place))
  return (path) => {
    for (const match of matchers) {
      const length = match(path)
      if (length >= 0) return length
    }
    return -1
  }
}

function compilePath(pattern: unknown, place: string): PathMatcher {
  if (pattern instanceof RegExp) return matchExpression(pattern)
  if (typeof pattern === 'string' && pattern.startsWith('/')) return matchSegments(pattern)
  const given = typeof pattern === 'string' ? `"${pattern}"` : typeof pattern
  throw invalidArgument(
    `${place}: paths are texts with a slash ahead or regular expressions, got ${given}`,
  )
}

function matchExpression({ source, flags }: RegExp): PathMatcher {
  const pattern = new RegExp(source, flags.replace(/[gy]/g, '')) // those two remember a position
  return (path) => {
    const match = pattern.exec(path)
    if (match === null || match.index !== 0) return -1
    const { length } = match[0].replace(/\/$/, '')
    return length === path.length || path[length] === '/' ? length : -1
  }
}

/**
 * Segments match without regard to case, escapes and doubled slashes: middleware that guards a path must not be passed by
 * another spelling of it.
 */
function matchSegments(pattern: string): PathMatcher {
  const segments = pattern
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (segment.startsWith(':') ? undefined : segment.toLowerCase()))
  return (path) => {
    let position = 0
    for (const segment of segments) {
      let start = position
      while (path[start] === '/') start++
      if (start === position) return -1
      const slash = path.indexOf('/', start)
      const end = slash < 0 ? path.length : slash
      if (start === end || !fits(path.slice(start, end), segment)) return -1
      position = end
    }
    return position
  }
}

function fits(text: string, segment: string | undefined): boolean {
  if (segment === undefined || text.toLowerCase() === segment) return true
  if (!text.includes('%')) return false
  try {
    return decodeURIComponent(text).toLowerCase() === segment
  } catch {
    return false
  }
}

/** Splits a URL as it stands in a request line: `['http://host', '/path', '?query']`. */
function splitUrl(url: string): readonly [origin: string, path: string, rest: string] {
  const origin = url.startsWith('/') ? '' : (/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i.exec(url)?.[0] ?? '')
  const mark = url.slice(origin.length).search(/[?#]/)
  const end = mark < 0 ? url.length : origin.length + mark
  return [origin, url.slice(origin.length, end) || '/', url.slice(end)]
}

/** The path of a URL as it stands in a request line. */
export function pathOf(url: string): string {
  return splitUrl(url)[1]
}

/**
 * Runs middleware for matching paths only. It sees the URL without the matched prefix, which `context.mountPath` holds; what
 * stands below it in the chain sees the whole URL. Source: framework F-1.19.
 */
function scopeMiddleware(match: PathMatcher, middleware: Middleware): Middleware {
  return (context, next) => {
    const length = match(pathOf(context.url))
    if (length < 0) return next()
    return length === 0 ? middleware(context, next) : runBelow(context, next, middleware, length)
  }
}

async function runBelow(
  context: Context,
  next: Next,
  middleware: Middleware,
  length: number,
): Promise<unknown> {
  const whole = placeOf(context)
  const [origin, path, rest] = splitUrl(whole.url)
  const prefix = path.slice(0, length)
  const inner: Place = {
    url: `${origin}${path.slice(length) || '/'}${rest}`,
    mountPath: `${whole.mountPath ?? ''}${prefix}`,
  }
  goTo(context, inner)
  try {
    return await middleware(context, async () => {
      const left = placeOf(context)
      // a URL the middleware rewrote stays rewritten below
      goTo(context, left.url === inner.url ? whole : { ...whole, url: addPrefix(left.url, prefix) })
      try {
        return await next()
      } finally {
        goTo(context, left)
      }
    })
  } finally {
    goTo(context, whole)
  }
}

function addPrefix(url: string, prefix: string): string {
  const [origin, path, rest] = splitUrl(url)
  return `${origin}${prefix}${path}${rest}`
}

/** The URL middleware sees, and the prefix that was taken off. */
interface Place {
  readonly url: string
  readonly mountPath: string | undefined
}

/** By the URL's text: Koa's `path` keeps a parsed form that does not notice when a URL comes back. */
function placeOf(context: Context): Place {
  return { url: context.url, mountPath: context['mountPath'] }
}

function goTo(context: Context, { url, mountPath }: Place): void {
  context.url = url
  context['mountPath'] = mountPath
}
