import { RemoteError } from '../../core/spi.ts'
import type { Route } from './routes.ts'

/** Something the router leads to. */
export interface Target {
  readonly route: Route
}

/** A target and the parameters of the URL that led to it. */
export interface Match<T extends Target> {
  readonly target: T
  readonly params: Readonly<Record<string, string>>
}

/**
 * A tree over the path segments of an ordered list of routes. It answers exactly as trying the list from the top
 * would: every node knows the lowest position below it, so branches that can not win are not entered.
 *
 * Case of literal segments and one trailing slash do not matter. Source: remoting U-6, U-7, U-9, U-10.
 */
export class Router<T extends Target> {
  readonly #trees = new Map<string, Node<T>>()
  readonly #classes: readonly ClassPath[]
  readonly #verbs: readonly string[]

  /** `targets` in the order they are to be tried. */
  constructor(targets: readonly T[]) {
    const verbs = new Set(targets.map(({ route }) => route.verb))
    const segments = targets.map(({ route }) => route.path.split('/').filter(isNotEmpty))
    for (const verb of [...verbs, 'head', '*']) {
      this.#trees.set(verb, buildTree(targets, segments, verb))
    }
    this.#verbs = [...verbs]
    this.#classes = classPaths(targets)
  }

  /**
   * Finds what a request leads to. `url` holds the path from `start` to `end`.
   *
   * **Errors**: 400 `URIError` for a parameter that can not be decoded.
   */
  find(verb: string, url: string, start: number, end: number): Match<T> | undefined {
    const tree = this.#trees.get(verb) ?? this.#trees.get('*')
    if (tree === undefined) return undefined
    const search: Search<T> = {
      url,
      end: withoutSlash(url, start, end),
      best: undefined,
      values: [],
      captured: [],
    }
    walk(tree, start, search)
    const { best } = search
    return best === undefined
      ? undefined
      : { target: best.target, params: readParams(best, search.captured) }
  }

  /** The verbs a path answers to, in upper case, for an Allow header; HEAD where GET is. Source: remoting U-11, U-12. */
  allowedVerbs(url: string, start: number, end: number): readonly string[] {
    const found = new Set<string>()
    for (const verb of this.#verbs) {
      if (this.#findExactly(verb, url, start, end)) found.add(verb)
    }
    if (found.delete('all')) for (const verb of commonVerbs) found.add(verb)
    if (found.has('get')) found.add('head')
    const rank = (verb: string) => (commonVerbs.indexOf(verb) + 100) % 100
    return [...found].sort((a, b) => rank(a) - rank(b)).map((verb) => verb.toUpperCase())
  }

  #findExactly(verb: string, url: string, start: number, end: number): boolean {
    const tree = this.#trees.get(verb === 'all' ? '*' : verb)
    if (tree === undefined) return false
    const search: Search<T> = {
      url,
      end: withoutSlash(url, start, end),
      best: undefined,
      values: [],
      captured: [],
    }
    walk(tree, start, search)
    return search.best !== undefined
  }

  /** The most exact class whose path begins the URL, and where the rest begins. Source: remoting U-14. */
  findClass(
    url: string,
    start: number,
    end: number,
  ): { readonly name: string; readonly length: number } | undefined {
    const path = url.slice(start, end).toLowerCase()
    for (const { name, pattern } of this.#classes) {
      const match = pattern.exec(path)
      if (match !== null) return { name, length: match[0].length }
    }
    return undefined
  }
}

const commonVerbs = ['get', 'head', 'post', 'put', 'patch', 'delete']

interface Leaf<T extends Target> {
  readonly target: T
  readonly order: number
  /** Names of the parameters in the order they are captured. */
  readonly names: readonly string[]
}

interface Node<T extends Target> {
  /** Lowest order in the subtree. */
  best: number
  leaf: Leaf<T> | undefined
  literals: Map<string, Node<T>> | undefined
  /** Segments with text around their parameters, e.g. `:name.:extension`. */
  patterns:
    | { readonly source: string; readonly pattern: RegExp; readonly node: Node<T> }[]
    | undefined
  parameter: Node<T> | undefined
  /** The rest of the path, slashes included. */
  rest: Leaf<T> | undefined
}

interface Search<T extends Target> {
  readonly url: string
  readonly end: number
  best: Leaf<T> | undefined
  readonly values: string[]
  captured: readonly string[]
}

function createNode<T extends Target>(): Node<T> {
  return {
    best: Infinity,
    leaf: undefined,
    literals: undefined,
    patterns: undefined,
    parameter: undefined,
    rest: undefined,
  }
}

/** The tree of one verb; `*` stands for verbs no route names. */
function buildTree<T extends Target>(
  targets: readonly T[],
  segments: readonly (readonly string[])[],
  verb: string,
): Node<T> {
  const root = createNode<T>()
  for (let order = 0; order < targets.length; order++) {
    const target = targets[order] as T // order is in range
    const named = target.route.verb
    if (named !== verb && named !== 'all' && !(verb === 'head' && named === 'get')) continue
    insert(root, target, order, segments[order] ?? [])
  }
  return root
}

const isNotEmpty = (segment: string): boolean => segment !== ''

function insert<T extends Target>(
  root: Node<T>,
  target: T,
  order: number,
  segments: readonly string[],
): void {
  const names: string[] = []
  const leaf: Leaf<T> = { target, order, names }
  let node = root
  node.best = Math.min(node.best, order)
  for (const [index, segment] of segments.entries()) {
    if (segment === '*' && index === segments.length - 1) {
      names.push('0')
      node.rest ??= leaf
      return
    }
    node = childFor(node, segment, names)
    node.best = Math.min(node.best, order)
  }
  node.leaf ??= leaf // an earlier route of the same shape wins
}

function childFor<T extends Target>(node: Node<T>, segment: string, names: string[]): Node<T> {
  if (/^:\w+$/.test(segment)) {
    names.push(segment.slice(1))
    node.parameter ??= createNode<T>()
    return node.parameter
  }
  if (!segment.includes(':')) {
    const key = segment.toLowerCase()
    node.literals ??= new Map()
    const child = node.literals.get(key) ?? createNode<T>()
    node.literals.set(key, child)
    node.literals.set(segment, child) // the usual spelling needs no lower-casing
    return child
  }
  for (const [, name = ''] of segment.matchAll(parameterPattern)) names.push(name)
  const source = segmentSource(segment)
  node.patterns ??= []
  const known = node.patterns.find((entry) => entry.source === source)
  if (known !== undefined) return known.node
  const child = createNode<T>()
  node.patterns.push({ source, pattern: new RegExp(`^${source}$`, 'i'), node: child })
  return child
}

const parameterPattern = /:(\w+)(?:\(([^()]*)\))?/g

/** `:a-:b` as the text of a regular expression; `:a(\d+)` brings its own. */
function segmentSource(segment: string): string {
  let source = ''
  let position = 0
  for (const match of segment.matchAll(parameterPattern)) {
    source += escapeLiteral(segment.slice(position, match.index))
    source += `(${match[2] ?? '[^/]+?'})`
    position = match.index + match[0].length
  }
  return source + escapeLiteral(segment.slice(position))
}

function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function withoutSlash(url: string, start: number, end: number): number {
  return end > start && url.charCodeAt(end - 1) === slash ? end - 1 : end
}

const slash = 47

/** `position` stands on the slash ahead of the next segment, or at the end. */
function walk<T extends Target>(node: Node<T>, position: number, search: Search<T>): void {
  const { url, end } = search
  if (position >= end) {
    if (node.leaf !== undefined) take(node.leaf, search)
    return
  }
  if (url.charCodeAt(position) !== slash) return
  let next = url.indexOf('/', position + 1)
  if (next < 0 || next > end) next = end
  const segment = url.slice(position + 1, next)
  const literal = node.literals?.get(segment) ?? node.literals?.get(segment.toLowerCase())
  if (literal !== undefined && canWin(literal.best, search)) walk(literal, next, search)
  if (segment === '') return
  if (node.patterns !== undefined) {
    for (const { pattern, node: child } of node.patterns) {
      if (canWin(child.best, search)) walkPattern(pattern, child, segment, next, search)
    }
  }
  const { parameter, rest } = node
  if (parameter !== undefined && canWin(parameter.best, search)) {
    search.values.push(segment)
    walk(parameter, next, search)
    search.values.pop()
  }
  if (rest !== undefined && canWin(rest.order, search)) {
    search.values.push(url.slice(position + 1, end))
    take(rest, search)
    search.values.pop()
  }
}

function walkPattern<T extends Target>(
  pattern: RegExp,
  child: Node<T>,
  segment: string,
  next: number,
  search: Search<T>,
): void {
  const match = pattern.exec(segment)
  if (match === null) return
  const depth = search.values.length
  search.values.push(...match.slice(1))
  walk(child, next, search)
  search.values.length = depth
}

function canWin<T extends Target>(order: number, search: Search<T>): boolean {
  return search.best === undefined || order < search.best.order
}

function take<T extends Target>(leaf: Leaf<T>, search: Search<T>): void {
  if (!canWin(leaf.order, search)) return
  search.best = leaf
  search.captured = search.values.length === 0 ? noValues : [...search.values]
}

const noValues: readonly string[] = Object.freeze([])
const noParams: Readonly<Record<string, string>> = Object.freeze({})

function readParams<T extends Target>(
  leaf: Leaf<T>,
  values: readonly string[],
): Readonly<Record<string, string>> {
  const { names } = leaf
  if (names.length === 0) return noParams
  const params: Record<string, string> = {}
  for (let i = 0; i < names.length; i++) {
    params[names[i] as string] = decodeSegment(values[i] ?? '') // names come from the definition
  }
  return params
}

function decodeSegment(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw new RemoteError(`Failed to decode param '${text}'`, { name: 'URIError', statusCode: 400 })
  }
}

interface ClassPath {
  readonly name: string
  readonly pattern: RegExp
}

/** Class paths, the more exact ones first: the targets come in that order. */
function classPaths(targets: readonly Target[]): readonly ClassPath[] {
  const known = new Map<string, ClassPath>()
  for (const { route } of targets) {
    if (known.has(route.classPath)) continue
    const source = route.classPath === '/' ? '' : segmentSource(route.classPath.toLowerCase())
    known.set(route.classPath, {
      name: route.sharedClass.name,
      pattern: new RegExp(`^${source}(?=/|$)`),
    })
  }
  return [...known.values()]
}
