import { isPlainObject } from '../model/plain-object.ts'
import type { Profile } from '../profile.ts'
import { normalizeFields } from './parse-fields.ts'
import { normalizeInclude } from './parse-include.ts'

/** A filter as clients write it. */
export type WireFilter = Readonly<Record<string, unknown>>

/** Rules of the merge that may be switched off. Source: data D-3.6-6. @default all true */
export interface MergeFlags {
  readonly include?: boolean
  readonly collect?: boolean
  readonly fields?: boolean
  readonly order?: boolean
  readonly limit?: boolean
  readonly skip?: boolean
  readonly offset?: boolean
}

/**
 * Merges a stored scope into a caller's filter, both in wire shape. Neither is changed.
 *
 * `where`s are ANDed; includes unite, the scope's entry wins; the scope's order counts only where the caller has none;
 * the smaller limit counts; the scope's skip, offset and fields override. **Source**: data 3.6.
 *
 * **Errors**: 400 `INVALID_FILTER` for includes and fields of a wrong shape.
 */
export function mergeFilters(
  filter: WireFilter | null | undefined,
  scope: WireFilter | null | undefined,
  profile: Profile,
  flags: MergeFlags = {},
): WireFilter {
  if (!scope) return filter ?? {}
  const base = filter ?? {}
  const merged: Record<string, unknown> = { ...base }
  if (isCondition(scope.where)) {
    merged.where = isCondition(base.where) ? { and: [base.where, scope.where] } : scope.where
  }
  if (flags.include !== false) mergeIncludes(merged, base, scope, profile)
  if (flags.collect !== false && scope.collect !== undefined) merged.collect = scope.collect
  if (flags.fields !== false && !isEmptyFields(scope.fields)) merged.fields = scope.fields
  if (flags.order !== false && isEmpty(base.order) && !isEmpty(scope.order)) {
    merged.order = scope.order
  }
  if (flags.limit !== false) mergeLimits(merged, base, scope)
  if (flags.skip !== false && given(scope.skip)) setOnly(merged, 'skip', 'offset', scope.skip)
  else if (flags.offset !== false && given(scope.offset)) {
    setOnly(merged, 'offset', 'skip', scope.offset)
  }
  return merged
}

const given = (value: unknown): boolean => value !== undefined && value !== null

/** A where with something in it. Values of a wrong type are kept, so that parsing refuses them. */
function isCondition(where: unknown): boolean {
  return given(where) && !(isPlainObject(where) && Object.keys(where).length === 0)
}

function isEmpty(order: unknown): boolean {
  return !given(order) || order === '' || (Array.isArray(order) && order.length === 0)
}

function isEmptyFields(fields: unknown): boolean {
  if (!given(fields)) return true
  const { include, exclude } = normalizeFields(fields)
  return include === undefined && exclude === undefined
}

function mergeIncludes(
  merged: Record<string, unknown>,
  base: WireFilter,
  scope: WireFilter,
  profile: Profile,
): void {
  if (!given(scope.include)) return
  const added = normalizeInclude(scope.include, { profile })
  const names = new Set(added.map(({ relation }) => relation))
  const kept = normalizeInclude(base.include, { profile }).filter(
    ({ relation }) => !names.has(relation),
  )
  merged.include = [...kept, ...added].map((entry) =>
    entry.scope === undefined ? entry.relation : { relation: entry.relation, scope: entry.scope },
  )
}

/** 0 and missing are no limit; what is no number is left for parsing to refuse. */
function mergeLimits(merged: Record<string, unknown>, base: WireFilter, scope: WireFilter): void {
  const own = limitOf(base.limit)
  const other = limitOf(scope.limit)
  if (other === undefined) return
  if (own === undefined) merged.limit = scope.limit
  else if (other < own) merged.limit = other
}

function limitOf(limit: unknown): number | undefined {
  if (!given(limit) || limit === '') return undefined
  const number = Number(limit)
  return number === 0 ? undefined : number
}

/** `skip` and `offset` are one thing: setting one removes the other. */
function setOnly(
  merged: Record<string, unknown>,
  key: 'skip' | 'offset',
  other: 'skip' | 'offset',
  value: unknown,
): void {
  delete merged[other]
  merged[key] = value
}
