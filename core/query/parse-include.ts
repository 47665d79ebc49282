import { remoteError } from '../error/remote-error.ts'
import type { Model } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Profile } from '../profile.ts'
import { invalidFilter, joinPath, kindOf, reservedKey, unknownRelation } from './query-error.ts'

/** One relation to include, in wire shape. */
export interface IncludeScope {
  readonly relation: string
  /** A full filter on the target. */
  readonly scope: Readonly<Record<string, unknown>> | undefined
}

/** What normalising needs to tell nested includes from scopes and to know what to refuse. */
export interface IncludeContext {
  readonly profile: Profile
  /** The model the include starts from, if known, and where its targets are found. */
  readonly model?: Model | undefined
  readonly models?: ReadonlyMap<string, Model> | undefined
}

const filterKeys: ReadonlySet<string> = new Set(
  'where order limit skip offset fields include'.split(' '),
)

/**
 * Brings every form of `include` to a list with one entry per relation, in order of appearance.
 *
 * Forms: `"a"`, `["a", "b"]`, `{ a: "b" }`, `{ a: ["b"] }`, `{ a: { b: "c" } }`, `{ a: true }`,
 * `{ relation | rel: "a", scope: {…} }`, `{ a: {…filter} }`, and mixed lists. A relation named twice is included once:
 * later scopes override, their includes unite. An object whose keys are all keys of a filter is a scope, unless they
 * are all relations of the target.
 *
 * **Errors**: 400 `INVALID_FILTER` for other scalars (loopback3 ignores them, data D-3.4-6). **Source**: data 3.4.
 */
export function normalizeInclude(
  include: unknown,
  context: IncludeContext,
  at = 'include',
): readonly IncludeScope[] {
  const found = new Map<string, IncludeScope>()
  collect(include, context, at, found)
  return [...found.values()]
}

function collect(
  include: unknown,
  context: IncludeContext,
  at: string,
  found: Map<string, IncludeScope>,
): void {
  if (include === undefined || include === null || include === '') return
  if (typeof include === 'string') {
    add(found, { relation: include, scope: undefined })
  } else if (Array.isArray(include)) {
    for (const [index, item] of include.entries())
      collect(item, context, joinPath(at, index), found)
  } else if (isPlainObject(include)) {
    collectObject(include, context, at, found)
  } else if (!context.profile.compat['D-3.4-6']) {
    throw invalidFilter(at, `${at}: expected text, a list or an object, got ${kindOf(include)}`)
  }
}

function collectObject(
  include: Readonly<Record<string, unknown>>,
  context: IncludeContext,
  at: string,
  found: Map<string, IncludeScope>,
): void {
  const named = Object.hasOwn(include, 'relation')
    ? include.relation
    : Object.hasOwn(include, 'rel')
      ? include.rel
      : undefined
  if (typeof named === 'string') {
    add(found, { relation: named, scope: readScope(include.scope, joinPath(at, 'scope')) })
    return
  }
  for (const key of Object.keys(include)) {
    if (key === '__proto__') throw reservedKey(at)
    const value = include[key]
    // query strings number the entries of long lists
    if (/^\d+$/.test(key)) collect(value, context, joinPath(at, key), found)
    else if (value !== false) add(found, { relation: key, scope: scopeOf(key, value, context) })
  }
}

function readScope(scope: unknown, at: string): Readonly<Record<string, unknown>> | undefined {
  if (scope === undefined || scope === null) return undefined
  if (isPlainObject(scope)) return scope
  throw invalidFilter(at, `${at}: expected an object, got ${kindOf(scope)}`)
}

/** What stands behind a relation's name: its scope, or the includes below it. */
function scopeOf(
  relation: string,
  value: unknown,
  context: IncludeContext,
): Readonly<Record<string, unknown>> | undefined {
  if (value === true || value === undefined || value === null) return undefined
  if (!isPlainObject(value)) return { include: value }
  const keys = Object.keys(value)
  if (keys.length === 0) return undefined
  const target = context.model?.relations.get(relation)?.target
  const relations = target === undefined ? undefined : context.models?.get(target)?.relations
  const isNested = relations !== undefined && keys.every((key) => relations.has(key))
  return keys.every((key) => filterKeys.has(key)) && !isNested ? value : { include: value }
}

function add(found: Map<string, IncludeScope>, entry: IncludeScope): void {
  const known = found.get(entry.relation)
  if (known?.scope === undefined || entry.scope === undefined) {
    found.set(entry.relation, known?.scope === undefined ? entry : known)
    return
  }
  const includes = [known.scope.include, entry.scope.include].filter(
    (include) => include !== undefined && include !== null,
  )
  const scope = {
    ...known.scope,
    ...entry.scope,
    ...(includes.length < 2 ? {} : { include: includes }),
  }
  found.set(entry.relation, { relation: entry.relation, scope })
}

/**
 * Finds the relation of an include.
 *
 * **Errors**: 400 `UNKNOWN_RELATION`. **Source**: data D-3.4b-13, framework F-2.54.
 */
export function relationOf(model: Model, name: string) {
  const relation = model.relations.get(name)
  if (relation === undefined) throw unknownRelation(name, model.name)
  return relation
}

/** **Errors**: 400 `QUERY_OBJECT_TOO_DEEP` for includes nested deeper than a where may be. */
export function checkIncludeDepth(level: number, maxDepth: number): void {
  if (level <= maxDepth) return
  throw remoteError(
    'QUERY_OBJECT_TOO_DEEP',
    `the query has more than ${maxDepth} levels of include`,
  )
}
