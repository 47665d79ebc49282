import { isDeepStrictEqual } from 'node:util'
import { remoteError } from '../error/remote-error.ts'
import type { Row } from '../model/model.ts'
import type { IncludeEntry, Query } from '../query/query.ts'
import { textOfWhere, whereForHook } from './access.ts'
import { checkAnswerSize } from './answer-size.ts'
import { defaultScopeOf } from './default-scope.ts'
import type { ModelRuntime } from './model-runtime.ts'
import { beginNested, type Operation } from './operation.ts'
import { isFromWire } from './query-guards.ts'
import { applyScope, bothOf } from './query-merge.ts'
import {
  keyValues,
  type RelationPlan,
  relationPlanOf,
  textOfKeys,
  whereOfKeys,
} from './relation-plan.ts'

/** Runs a query with its own hooks and includes; with `limitPer` limit and skip count per group. */
export type RowReader = (
  operation: Operation,
  query: Query,
  limitPer?: readonly string[],
) => Promise<Row[]>

/** The key properties the includes of a query need and its `fields` leave out. Source: data D-3.1-11. */
export function keysForIncludes(runtime: ModelRuntime, query: Query): readonly string[] {
  const { fields, include } = query
  if (fields === undefined || include.length === 0) return noNames
  const names = new Set<string>()
  for (const entry of include) {
    const relation = runtime.relations.get(entry.relation)?.relation
    const needed =
      relation?.scopeOf === undefined ? relation?.ownKeys : runtime.model.properties.keys()
    for (const name of needed ?? []) {
      if (!fields.includes(name)) names.add(name)
    }
  }
  return [...names]
}

const noNames: readonly string[] = []

/** Removes keys that were loaded for linking only. */
export function stripKeys(rows: Row[], names: readonly string[]): Row[] {
  for (const name of names) {
    for (const row of rows) delete row[name]
  }
  return rows
}

/**
 * Loads relations into rows, one query per relation and level (more only where a key list is too long for one).
 * A to-many relation becomes a list, a to-one relation is absent when there is none. Source: data 3.4b.
 */
export async function includeRelations(
  operation: Operation,
  rows: readonly Row[],
  include: readonly IncludeEntry[],
  read: RowReader,
): Promise<void> {
  for (const entry of include) {
    const relation = operation.runtime.relations.get(entry.relation)?.relation
    if (relation?.disableInclude === true) continue
    const plan = relationPlanOf(operation.runtime, entry.relation)
    for (const group of groupsByScope(plan, rows, entry.query)) {
      linkRows(group.rows, plan, await loadChildren(operation, plan, group, entry.query, read))
    }
  }
  if (isFromWire(operation)) checkAnswerSize(rows, include)
}

/** Rows for which a relation has the same filter. */
interface ScopeGroup {
  readonly rows: readonly Row[]
  readonly scope: Query | undefined
}

/** One group, unless the relation's scope is computed and not the same for all rows. Source: data D-4.1-11, D-3.4b-1. */
function groupsByScope(
  plan: RelationPlan,
  rows: readonly Row[],
  query: Query,
): readonly ScopeGroup[] {
  if (plan.relation.scopeOf === undefined) return [{ rows, scope: plan.scope() }]
  const filter = { where: whereForHook(query.where) }
  const groups = new Map<string, { readonly rows: Row[]; readonly scope: Query | undefined }[]>()
  for (const row of rows) {
    const scope = plan.scope(row, filter)
    const text = scope === undefined ? '' : textOfWhere(scope.where)
    const alike = groups.get(text) ?? []
    groups.set(text, alike)
    const group = alike.find((other) => isDeepStrictEqual(other.scope, scope))
    if (group === undefined) alike.push({ rows: [row], scope })
    else group.rows.push(row)
  }
  return [...groups.values()].flat()
}

/** Children by the text of their key, in scope order. */
type Children = ReadonlyMap<string, Row[]>

function linkRows(rows: readonly Row[], plan: RelationPlan, children: Children): void {
  const { name, many, ownKeys } = plan.relation
  for (const row of rows) {
    const keys = keyValues(row, ownKeys)
    const found = keys === undefined ? undefined : children.get(textOfKeys(keys))
    if (many) row[name] = found ?? []
    else if (found?.[0] !== undefined) row[name] = found[0]
  }
}

async function loadChildren(
  operation: Operation,
  plan: RelationPlan,
  { rows, scope }: ScopeGroup,
  query: Query,
  read: RowReader,
): Promise<Children> {
  const children = new Map<string, Row[]>()
  const keys = uniqueKeys(rows, plan.relation.ownKeys)
  if (keys.length === 0) return children
  const target = plan.target()
  const nested = beginNested(operation, target)
  const scoped = applyScope(
    target.model,
    applyScope(target.model, query, scope),
    defaultScopeOf(target, query.where),
  )
  const { targetKeys, many } = plan.relation
  const paging = pagingOf(nested, plan, scoped)
  const extra =
    scoped.fields === undefined ? [] : targetKeys.filter((name) => !scoped.fields?.includes(name))
  for (const part of splitKeys(nested, keys)) {
    const found = await read(
      nested,
      {
        ...scoped,
        where: bothOf(whereOfKeys(target.model, targetKeys, part), scoped.where),
        fields: scoped.fields && [...scoped.fields, ...extra],
        limit: paging === 'native' ? scoped.limit : undefined,
        skip: paging === 'native' ? scoped.skip : 0,
      },
      paging === 'native' ? targetKeys : undefined,
    )
    groupByKey(found, targetKeys, children)
    stripKeys(found, extra)
  }
  if (many && paging === 'emulated') cutPages(children, scoped)
  return children
}

/** Each key once, in the order of the rows. Source: data D-3.4b-3. */
export function uniqueKeys(
  rows: readonly Readonly<Row>[],
  names: readonly string[],
): readonly (readonly unknown[])[] {
  const keys = new Map<string, readonly unknown[]>()
  for (const row of rows) {
    const values = keyValues(row, names)
    if (values !== undefined) keys.set(textOfKeys(values), values)
  }
  return [...keys.values()]
}

/** Parts no longer than one condition may be. */
export function splitKeys<T>(operation: Operation, keys: readonly T[]): readonly (readonly T[])[] {
  const { source } = operation.runtime
  const limit = Math.max(
    1,
    Math.min(
      operation.connector.supports.maxInValues,
      source.settings.inqLimit ?? Number.POSITIVE_INFINITY,
    ),
  )
  if (keys.length <= limit) return [keys]
  const parts: T[][] = []
  for (let start = 0; start < keys.length; start += limit)
    parts.push(keys.slice(start, start + limit))
  return parts
}

/** How limit and skip per parent are done. **Errors**: 400 where the connector can not. Source: data D-3.4b-2. */
function pagingOf(
  operation: Operation,
  plan: RelationPlan,
  query: Query,
): 'none' | 'native' | 'emulated' {
  if (!plan.relation.many || (query.limit === undefined && query.skip === 0)) return 'none'
  const { supports, name } = operation.connector
  if (supports.includeLimit !== false) return supports.includeLimit
  throw remoteError(
    'OPERATOR_NOT_SUPPORTED',
    `include of "${plan.relation.name}": the ${name} connector supports no limit in include`,
  )
}

function groupByKey(
  rows: readonly Row[],
  names: readonly string[],
  into: Map<string, Row[]>,
): void {
  for (const row of rows) {
    const values = keyValues(row, names)
    if (values === undefined) continue
    const text = textOfKeys(values)
    const group = into.get(text)
    if (group === undefined) into.set(text, [row])
    else group.push(row)
  }
}

function cutPages(children: Map<string, Row[]>, query: Query): void {
  const end = query.limit === undefined ? undefined : query.skip + query.limit
  for (const [key, group] of children) children.set(key, group.slice(query.skip, end))
}
