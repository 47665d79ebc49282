import { remoteError } from '../error/remote-error.ts'
import type { Model } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { PropertyType, ScalarKind } from '../model/property.ts'
import { defaultDepthOfQuery } from './guard.ts'
import type { ParseContext } from './parse-context.ts'
import { type ResolvedPath, scalarKindOf } from './path.ts'
import { matchAll, matchNone, type Path, type Where } from './query.ts'
import {
  hiddenProperty,
  invalidOperator,
  invalidValue,
  reservedKey,
  tooComplex,
} from './query-error.ts'

/** Most leaf conditions in one filter, its includes counted; an `inq` list is one. Source: data D-3.5-6. */
export const maxConditions = 1000

/** Counters of one filter, shared by all its parts. */
export interface Budget {
  conditions: number
  includes: number
  /** Instructions of the patterns. */
  instructions: number
}

/** Nothing counted yet. */
export function createBudget(): Budget {
  return { conditions: 0, includes: 0, instructions: 0 }
}

/**
 * Most instructions the patterns of one filter from the wire may have together: each of them may be visited for each
 * character of each row. Room for 20 patterns of the largest size, or for 1,000 of the usual one.
 */
export const maxPatternInstructions = 20_000

/** What reading a where carries along. A condition on a related model gets its own. */
export interface WhereReader {
  readonly context: ParseContext
  readonly budget: Budget
  /** Hidden properties are prohibited. */
  readonly hidden: boolean
  /** Protected properties are prohibited. */
  readonly protected: boolean
  /** Relations crossed on the way here. */
  readonly relations: number
  /** Inside an odd number of `nor` and `none`. */
  readonly isNegative: boolean
  /** Reads an object of conditions; stands here because conditions on related models lead back to it. */
  readonly readConditions: (
    model: Model,
    where: Readonly<Record<string, unknown>>,
    at: string,
    reader: WhereReader,
  ) => Where
}

/** The left side of a condition. */
export interface Subject {
  readonly model: Model
  readonly path: Path
  /** Where it stands in the filter, for errors: `where.price`. */
  readonly at: string
  /** The type operands are converted to. */
  readonly type: PropertyType | undefined
  readonly kind: ScalarKind | undefined
  /** Compare as JavaScript's `==` does. Source: data D-3.2-1. */
  readonly loose: boolean
}

/** Starts reading at the root of a filter. */
export function createReader(
  context: ParseContext,
  readConditions: WhereReader['readConditions'],
  isRoot: boolean,
  budget: Budget,
): WhereReader {
  const { options } = context
  return {
    context,
    budget,
    hidden: options.prohibitHiddenPropertiesInQuery === true,
    protected: options.prohibitProtectedPropertiesInQuery ?? !isRoot,
    relations: 0,
    isNegative: false,
    readConditions,
  }
}

/** The same reader inside a `nor`. */
export function negated(reader: WhereReader): WhereReader {
  return { ...reader, isNegative: !reader.isNegative }
}

/** The most levels this filter may have. */
export function maxDepthOf(reader: WhereReader): number {
  return reader.context.options.maxDepthOfQuery ?? defaultDepthOfQuery
}

/** Refuses dotted names that are too deep or lead to a prototype. **Errors**: 400. Source: data D-3.5-2, D-1.2-18. */
export function checkPathName(name: string, at: string, reader: WhereReader): void {
  if (!name.includes('.')) return
  const segments = name.split('.')
  if (segments.length > maxDepthOf(reader)) {
    throw remoteError('QUERY_OBJECT_TOO_DEEP', `${at}: the path has too many segments`)
  }
  if (segments.includes('__proto__') || segments.includes('constructor')) throw reservedKey(at)
}

/** Counts the instructions of a pattern. **Errors**: 400 `QUERY_TOO_COMPLEX`. */
export function countInstructions(reader: WhereReader, instructions: number): void {
  reader.budget.instructions += instructions
  if (reader.budget.instructions > maxPatternInstructions && !reader.context.inProcess) {
    throw tooComplex('the patterns of the query are too large together')
  }
}

/** Counts one leaf condition. **Errors**: 400 `QUERY_TOO_COMPLEX`. */
export function countCondition(reader: WhereReader): void {
  if (++reader.budget.conditions > maxConditions) {
    throw tooComplex(`a query may have ${maxConditions} conditions`)
  }
}

/** Describes the left side; conversion on dotted names is the strict profile's. Source: data D-3.3-10. */
export function subjectOf(model: Model, path: Path, at: string, isNestedForm: boolean): Subject {
  const { compat } = model.profile
  const untyped = path.segments.length > 1 && compat['D-3.3-10'] && !isNestedForm
  const type = untyped ? undefined : path.type
  const kind = scalarKindOf(type)
  const free = type === undefined || kind === 'any' || kind === 'json' || kind === 'object'
  return { model, path, at, type, kind, loose: free && compat['D-3.2-1'] }
}

/** The caller may not query the property. Source: data D-1.6-5. */
export function isProhibited(resolved: ResolvedPath, reader: WhereReader): boolean {
  return (resolved.hidden && reader.hidden) || (resolved.protected && reader.protected)
}

/** Whole objects compared by content may not name hidden members either. Source: data D-1.6-4. */
export function namesProhibited(value: unknown, model: Model, reader: WhereReader): boolean {
  if (Array.isArray(value)) return value.some((item) => namesProhibited(item, model, reader))
  if (!isPlainObject(value)) return false
  return Object.keys(value).some(
    (key) =>
      (reader.hidden && model.hidden.has(key)) ||
      (reader.protected && model.protected.has(key)) ||
      namesProhibited(value[key], model, reader),
  )
}

/**
 * What becomes of a prohibited condition. loopback3: it is true for reads in positive context, as if it had not been
 * written; where that would widen a write or turn a negation round, the query is refused.
 *
 * **Errors**: 400 `HIDDEN_PROPERTY_IN_QUERY`. **Source**: data D-1.6-5 (recorded), framework F-2.60.
 */
export function dropProhibited(model: Model, at: string, reader: WhereReader): Where {
  const mayDrop =
    model.profile.compat['D-1.6-5'] && reader.context.purpose === 'read' && !reader.isNegative
  if (!mayDrop) throw hiddenProperty(at)
  reader.context.warn?.(`${at}: a condition on a hidden property of ${model.name} was removed`)
  return matchAll
}

/**
 * What becomes of an operator that does not exist or does not go with the type.
 *
 * **Errors**: 400 `INVALID_OPERATOR`, except for reads in loopback3, which match nothing. **Source**: data D-3.2-18,
 * framework F-2.39.
 */
export function refuseOperator(
  subject: Subject,
  operator: string,
  reader: WhereReader,
  message?: string,
): Where {
  const compat = subject.model.profile.compat['D-3.2-18']
  if (!compat || reader.context.purpose === 'write' || reader.isNegative) {
    throw invalidOperator(subject.at, operator, message)
  }
  const text = message ?? 'an unknown operator'
  reader.context.warn?.(`${subject.at}: ${text}; the condition matches nothing`)
  return matchNone
}

/** What becomes of `undefined`: a value to use, or `undefined` for "remove the key". Source: data D-2.5-1. */
export function normalizeUndefined(at: string, reader: WhereReader): null | undefined {
  const mode = reader.context.options.normalizeUndefinedInQuery
  if (mode === 'throw') throw invalidValue(at, 'a value', undefined)
  return mode === 'nullify' ? null : undefined
}
