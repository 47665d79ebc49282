import { invalidArgument } from '../error/remote-error.ts'
import type { Model } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { Relation } from '../model/relation.ts'
import { checkWhere } from './guard.ts'
import { contextOf, type ParseContext } from './parse-context.ts'
import { readFields } from './parse-fields.ts'
import {
  checkIncludeDepth,
  type IncludeScope,
  normalizeInclude,
  relationOf,
} from './parse-include.ts'
import { readOrder } from './parse-order.ts'
import { type IncludeEntry, matchAll, type Query } from './query.ts'
import { invalidFilter, kindOf, reservedKey, tooComplex, unknownRelation } from './query-error.ts'
import { isPolymorphic } from './related.ts'
import { readConditions, readWhere } from './where.ts'
import {
  type Budget,
  createBudget,
  createReader,
  maxDepthOf,
  type WhereReader,
} from './where-reader.ts'

/** Rows answered when only `skip` is given. Source: data D-3.1-2. */
export const limitOfSkip = 100

/** Most includes in one filter. */
const maxIncludes = 1000

const noIncludes: readonly IncludeEntry[] = Object.freeze([])

/**
 * Checks a filter and converts it to a frozen {@link Query}. `undefined` and `null` find everything; the input is
 * never changed (data D-0-7).
 *
 * **Shape**: `{ where: { pages: { gt: 300 } }, order: 'title DESC', limit: 20, include: 'author' }`.
 *
 * **Errors** (400): `INVALID_ARGUMENT` when it is no object (data D-0-3); those of `parseWhere`, and `INVALID_FILTER`
 * or `UNKNOWN_RELATION` for the other keys, with `details.path`.
 */
export function parseFilter(model: Model, filter: unknown, context: ParseContext): Query {
  if (filter === undefined || filter === null) return emptyQuery(model, context)
  if (!isPlainObject(filter)) {
    throw invalidArgument(`the query filter is not an object but ${kindOf(filter)}`)
  }
  return readFilter(model, filter, '', 0, createRoot(context))
}

function emptyQuery(model: Model, context: ParseContext): Query {
  return readFilter(model, {}, '', 0, createRoot(context))
}

function createRoot(context: ParseContext): WhereReader {
  return createReader(context, readConditions, true, createBudget())
}

function readFilter(
  model: Model,
  filter: Readonly<Record<string, unknown>>,
  at: string,
  level: number,
  reader: WhereReader,
): Query {
  const extra = readExtra(model, filter, at, reader)
  const skip = readSkip(model, filter, at)
  const limit = readLimit(model, filter.limit, at) ?? (skip > 0 ? limitOfSkip : undefined)
  return Object.freeze({
    where:
      filter.where === undefined ? matchAll : readWhere(model, filter.where, `${at}where`, reader),
    order: readOrder(model, filter.order, `${at}order`, reader),
    limit,
    skip,
    fields:
      filter.fields === undefined ? undefined : readFields(model, filter.fields, `${at}fields`),
    include:
      filter.include === undefined
        ? noIncludes
        : readInclude(model, filter.include, at, level, reader),
    count: readCount(model, filter.count, at),
    extra,
  })
}

/** Keys beyond the standard ones: the connector's, in loopback3 any. Source: data D-3.1-8. */
function readExtra(
  model: Model,
  filter: Readonly<Record<string, unknown>>,
  at: string,
  reader: WhereReader,
): Query['extra'] {
  let extra: [string, unknown][] | undefined
  for (const key of Object.keys(filter)) {
    if (isStandardKey(key) || filter[key] === undefined) continue
    if (key === '__proto__' || key === 'constructor') throw reservedKey(`${at}${key}`)
    const known = reader.context.supports?.filterKeys?.includes(key) === true
    if (!known && !model.profile.compat['D-3.1-8']) {
      const shown = `${at}${key}`.slice(0, 80)
      throw invalidFilter(shown, `unknown key "${shown}" in the filter of ${model.name}`)
    }
    checkWhere({ [key]: filter[key] }, reader.context.options, reader.context.inProcess)
    extra ??= []
    extra.push([key, filter[key]])
  }
  return extra === undefined ? undefined : Object.freeze(Object.fromEntries(extra))
}

function isStandardKey(key: string): boolean {
  switch (key) {
    case 'where':
    case 'order':
    case 'limit':
    case 'skip':
    case 'offset':
    case 'fields':
    case 'include':
    case 'count':
      return true
    default:
      return false
  }
}

/** 0 and null are no limit. Source: data D-3.1-2, framework F-2.38. */
function readLimit(model: Model, value: unknown, at: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (value === '' && model.profile.name === 'loopback3') return undefined
  const limit = wholeNumber(value)
  if (limit === undefined) {
    throw invalidFilter(`${at}limit`, `The limit parameter ${show(value)} is not valid`)
  }
  return limit === 0 ? undefined : limit
}

/** Source: data D-3.1-3. */
function readSkip(model: Model, filter: Readonly<Record<string, unknown>>, at: string): number {
  const hasSkip = filter.skip !== undefined && filter.skip !== null
  const hasOffset = filter.offset !== undefined && filter.offset !== null
  if (!hasSkip && !hasOffset) return 0
  if (hasSkip && hasOffset && model.profile.name === 'strict') {
    throw invalidFilter(`${at}offset`, 'the filter has both skip and offset')
  }
  const value = hasSkip ? filter.skip : filter.offset
  const skip = wholeNumber(value)
  if (skip !== undefined) return skip
  const name = hasSkip ? 'skip' : 'offset'
  throw invalidFilter(`${at}${name}`, `The offset/skip parameter ${show(value)} is not valid`)
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined
}

/** Numbers and short texts as JSON, anything else by its type. */
function show(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.length <= 32 ? JSON.stringify(value) : kindOf(value)
}

function readCount(model: Model, value: unknown, at: string): boolean {
  if (value === undefined || value === null) return false
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === 'false') return value === 'true'
  if (model.profile.compat['D-3.1-8']) return false
  throw invalidFilter(`${at}count`, `count: expected a boolean, got ${kindOf(value)}`)
}

function readInclude(
  model: Model,
  include: unknown,
  at: string,
  level: number,
  reader: WhereReader,
): readonly IncludeEntry[] {
  checkIncludeDepth(level + 1, maxDepthOf(reader))
  const { models } = reader.context
  const entries: IncludeEntry[] = []
  const scopes = normalizeInclude(
    include,
    { profile: model.profile, model, models },
    `${at}include`,
  )
  for (const scope of scopes) {
    countInclude(reader.budget)
    const relation = relationOf(model, scope.relation)
    if (relation.disableInclude) continue
    entries.push(readEntry(model, relation, scope, at, level, reader))
  }
  return Object.freeze(entries)
}

function countInclude(budget: Budget): void {
  if (++budget.includes > maxIncludes) throw tooComplex(`a query may have ${maxIncludes} includes`)
}

function readEntry(
  model: Model,
  relation: Relation,
  { scope }: IncludeScope,
  at: string,
  level: number,
  reader: WhereReader,
): IncludeEntry {
  const position = `${at}include.${relation.name}.`
  const target = reader.context.models.get(relation.target)
  if (isPolymorphic(relation)) {
    if (scope !== undefined) checkScope(scope, reader)
    // the repository parses the scope for every model the discriminator names
    const query = readFilter(openModel(model), {}, position, level + 1, reader)
    return Object.freeze({
      relation: relation.name,
      query,
      ...(scope === undefined ? {} : { scope }),
    })
  }
  if (target === undefined) throw unknownRelation(relation.name, model.name)
  const context = contextOf(target, model, reader.context)
  const inner = createReader(context, readConditions, false, reader.budget)
  const query = readFilter(target, scope ?? {}, position, level + 1, inner)
  return Object.freeze({ relation: relation.name, query })
}

/** A scope parsed later starts to count anew; here its nesting is bounded by what includes and a where may have. */
function checkScope(scope: object, reader: WhereReader): void {
  const { options, inProcess } = reader.context
  checkWhere(scope, { ...options, maxDepthOfQuery: 4 * maxDepthOf(reader) }, inProcess)
}

/** Stands in for a target that differs per row: nothing is declared, nothing can be asked. */
function openModel(model: Model): Model {
  return { ...model, properties: new Map(), id: [], relations: new Map(), strict: 'open' }
}
