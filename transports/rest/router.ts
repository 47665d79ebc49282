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

/** The targets below one class path, in the order they are to be tried; listed at first access. */
export interface TargetGroup<T extends Target> {
  readonly classPath: string
  readonly targets: readonly T[]
}

/**
 * A tree over the path segments of an ordered list of routes. It answers exactly as trying the list from the top
 * would: every node knows the lowest position below it, so branches that can not win are not entered.
 *
 * The targets of a group enter the tree when a request comes to where their class path leads, so that a thousand classes
 * cost a start little.
 *
 * Case of literal segments and one trailing slash do not matter. Source: remoting U-6, U-7, U-9, U-10.
 */
export class Router<T extends Target> {
  readonly #groups: readonly TargetGroup<T>[]
  /** By verb, planted at its first request; `*` takes routes of every verb. */
  readonly #trees = new Map<string, Tree<T>>()
  #classes: readonly ClassPath<T>[] | undefined

  /** `groups` in the order they are to be tried. */
  constructor(groups: readonly TargetGroup<T>[]) {
    this.#groups = groups
  }

  /**
   * Finds what a request leads to. `url` holds the path from `start` to `end`.
   *
   * **Errors**: 400 `URIError` for a parameter that can not be decoded.
   */
  find(verb: string, url: string, start: number, end: number): Match<T> | undefined {
    const search = this.#search(verb, url, start, end)
    const { best } = search
    return best === undefined
      ? undefined
      : { target: best.target, params: readParams(best, search.captured) }
  }

  /** The verbs a path answers to, in upper case, for an Allow header; HEAD where GET is. Source: remoting U-11, U-12. */
  allowedVerbs(url: string, start: number, end: number): readonly string[] {
    const found = new Set<string>()
    for (const verb of this.#verbsNear(url, start, end)) {
      if (this.#search(verb, url, start, end).best !== undefined) found.add(verb)
    }
    if (found.delete('all')) for (const verb of commonVerbs) found.add(verb)
    if (found.has('get')) found.add('head')
    const rank = (verb: string) => (commonVerbs.indexOf(verb) + 100) % 100
    return [...found].sort((a, b) => rank(a) - rank(b)).map((verb) => verb.toUpperCase())
  }

  /** Verbs of the routes whose class path may begin the URL. */
  #verbsNear(url: string, start: number, end: number): ReadonlySet<string> {
    const path = url.slice(start, end)
    const verbs = new Set<string>()
    for (const { pattern, group } of this.#classPaths()) {
      if (pattern.test(path)) for (const { route } of group.targets) verbs.add(route.verb)
    }
    return verbs
  }

  #search(verb: string, url: string, start: number, end: number): Search<T> {
    const search: Search<T> = {
      tree: this.#treeOf(verb),
      url,
      end: withoutSlash(url, start, end),
      best: undefined,
      values: [],
      captured: [],
    }
    walk(search.tree.root, start, search)
    return search
  }

  /** Requests have few verbs: node knows some thirty. */
  #treeOf(verb: string): Tree<T> {
    const known = this.#trees.get(verb)
    if (known !== undefined) return known
    const tree = plant(this.#groups, verb)
    this.#trees.set(verb, tree)
    return tree
  }

  #classPaths(): readonly ClassPath<T>[] {
    this.#classes ??= this.#groups.map(classPathOf)
    return this.#classes
  }

  /** The most exact class whose path begins the URL, and where the rest begins. Source: remoting U-14. */
  findClass(
    url: string,
    start: number,
    end: number,
  ): { readonly name: string; readonly length: number } | undefined {
    const path = url.slice(start, end)
    for (const { pattern, group } of this.#classPaths()) {
      const match = pattern.exec(path)
      const [first] = match === null ? [] : group.targets
      if (match !== null && first !== undefined) {
        return { name: first.route.sharedClass.name, length: match[0].length }
      }
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

/** The routes of one verb. */
interface Tree<T extends Target> {
  readonly verb: string
  readonly root: Node<T>
}

/** A group that has not entered the tree yet, and the position of its first target. */
interface Pending<T extends Target> {
  readonly group: TargetGroup<T>
  readonly order: number
}

interface Node<T extends Target> {
  /** Groups to be planted before the node is looked at. */
  pending: Pending<T>[] | undefined
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
  readonly tree: Tree<T>
  readonly url: string
  readonly end: number
  best: Leaf<T> | undefined
  readonly values: string[]
  captured: readonly string[]
}

function createNode<T extends Target>(): Node<T> {
  return {
    pending: undefined,
    best: Infinity,
    leaf: undefined,
    literals: undefined,
    patterns: undefined,
    parameter: undefined,
    rest: undefined,
  }
}

/** Positions a group may take: more than any class has routes. */
const groupSize = 2 ** 20

/** The tree of one verb, its groups where their class paths lead; from the first parameter on, nobody knows. */
function plant<T extends Target>(groups: readonly TargetGroup<T>[], verb: string): Tree<T> {
  const root = createNode<T>()
  for (const [index, group] of groups.entries()) {
    const order = index * groupSize
    let node = root
    node.best = Math.min(node.best, order)
    for (const segment of group.classPath.split('/').filter(isNotEmpty)) {
      if (segment.includes(':') || segment === '*') break
      node = childFor(node, segment, [])
      node.best = Math.min(node.best, order)
    }
    node.pending ??= []
    node.pending.push({ group, order })
  }
  return { verb, root }
}

function grow<T extends Target>(node: Node<T>, { verb, root }: Tree<T>): void {
  const pending = node.pending ?? []
  node.pending = undefined
  for (const { group, order } of pending) {
    for (const [index, target] of group.targets.entries()) {
      const { verb: named, path } = target.route
      const isMeant = verb === named || named === 'all' || (verb === 'head' && named === 'get')
      if (isMeant) insert(root, target, order + index, path.split('/').filter(isNotEmpty))
    }
  }
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
      node.rest = earlier(node.rest, leaf)
      return
    }
    node = childFor(node, segment, names)
    node.best = Math.min(node.best, order)
  }
  node.leaf = earlier(node.leaf, leaf)
}

/** Of two routes of the same shape the earlier one wins; groups do not come in order. */
function earlier<T extends Target>(known: Leaf<T> | undefined, leaf: Leaf<T>): Leaf<T> {
  return known === undefined || leaf.order < known.order ? leaf : known
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
  if (node.pending !== undefined) grow(node, search.tree)
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

interface ClassPath<T extends Target> {
  readonly group: TargetGroup<T>
  readonly pattern: RegExp
}

function classPathOf<T extends Target>(group: TargetGroup<T>): ClassPath<T> {
  const source = group.classPath === '/' ? '' : segmentSource(group.classPath)
  return { group, pattern: new RegExp(`^${source}(?=/|$)`, 'i') }
}
