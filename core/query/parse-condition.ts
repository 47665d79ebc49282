import { isPlainObject } from '../model/plain-object.ts'
import { allOf, anyOf, noneOf } from './combine-where.ts'
import { convertValue } from './convert-value.ts'
import { listFrom } from './list.ts'
import { readNear } from './near.ts'
import { isFreeForm } from './path.ts'
import { type PatternContext, readLike, readRegularExpression } from './pattern.ts'
import { matchAll, matchNone, type Where } from './query.ts'
import {
  invalidFilter,
  invalidValue,
  joinPath,
  kindOf,
  unsupportedOperator,
} from './query-error.ts'
import {
  countCondition,
  countInstructions,
  dropProhibited,
  namesProhibited,
  normalizeUndefined,
  refuseOperator,
  type Subject,
  type WhereReader,
} from './where-reader.ts'

type Operands = Readonly<Record<string, unknown>>

/** Keys that belong to another operator of the same object. */
const companions: ReadonlyMap<string, readonly string[]> = new Map([
  ['options', ['like', 'nlike', 'ilike', 'nilike', 'regexp']],
  ['maxDistance', ['near']],
  ['minDistance', ['near']],
  ['unit', ['near']],
])

/** Operators of single engines. Source: data D-3.2-14, D-3.2-15. */
const foreignOperators: ReadonlySet<string> = new Set(
  'contains containedBy containsAnyOf match matchnl matchqe matchnlqe matchbool'.split(' '),
)

/**
 * Reads what a property is compared with: a value, a list, or an object of operators (ANDed, data D-3.2-17).
 *
 * `undefined`: every operand was `undefined` and the condition vanishes.
 */
export function readCondition(
  subject: Subject,
  value: unknown,
  reader: WhereReader,
): Where | undefined {
  if (value instanceof RegExp) return readOperator(subject, 'regexp', value, {}, reader)
  if (Array.isArray(value)) return readListValue(subject, value, reader)
  if (!isPlainObject(value)) return readComparison(subject, 'eq', value, reader)
  if (subject.kind === 'geopoint' && Object.hasOwn(value, 'lat') && Object.hasOwn(value, 'lng')) {
    return readComparison(subject, 'eq', value, reader)
  }
  const list = subject.type?.kind === 'nested' ? undefined : listFrom(value)
  return list === undefined
    ? readOperators(subject, value, reader)
    : readListValue(subject, list, reader)
}

/** A bare list equals a list; a scalar property is never equal to one. Source: data D-3.3-8. */
function readListValue(subject: Subject, list: readonly unknown[], reader: WhereReader): Where {
  const type = subject.type?.kind
  if (type === undefined || type === 'list' || isFreeForm(type) || type === 'geopoint') {
    return readComparison(subject, 'eq', list, reader)
  }
  if (!subject.model.profile.compat['D-3.3-2']) {
    throw invalidValue(subject.at, `one value (inq takes several)`, list)
  }
  return list.length === 1 ? readComparison(subject, 'eq', list[0], reader) : matchNone
}

function readOperators(
  subject: Subject,
  operands: Operands,
  reader: WhereReader,
): Where | undefined {
  const keys = Object.keys(operands)
  if (keys.length === 0) return refuseOperator(subject, '', reader, `${subject.at}: no operator`)
  const conditions: Where[] = []
  for (const key of keys) {
    if (companions.get(key)?.some((operator) => Object.hasOwn(operands, operator))) continue
    const given = operands[key]
    const operand = given === undefined ? normalizeUndefined(subject.at, reader) : given
    const condition =
      operand === undefined ? undefined : readOperator(subject, key, operand, operands, reader)
    if (condition !== undefined) conditions.push(condition)
  }
  return conditions.length === 0 ? undefined : allOf(conditions)
}

function readOperator(
  subject: Subject,
  operator: string,
  operand: unknown,
  operands: Operands,
  reader: WhereReader,
): Where | undefined {
  switch (operator) {
    case 'eq':
    case 'neq':
      return readComparison(subject, operator, operand, reader)
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return readOrdering(subject, operator, operand, reader)
    case 'between':
      return readBetween(subject, operand, reader)
    case 'inq':
    case 'nin':
      return readIn(subject, operator, operand, reader)
    case 'like':
    case 'nlike':
    case 'ilike':
    case 'nilike':
    case 'regexp':
      return readPattern(subject, operator, operand, operands.options, reader)
    case 'exists':
      return readExists(subject, operand, reader)
    case 'near':
      return readNear(subject, operand, operands, reader)
    default:
      if (operator.startsWith('$') || foreignOperators.has(operator)) {
        throw unsupportedOperator(subject.at, operator)
      }
      return refuseOperator(subject, operator, reader)
  }
}

function readComparison(
  subject: Subject,
  operator: 'eq' | 'neq',
  operand: unknown,
  reader: WhereReader,
): Where {
  countCondition(reader)
  if (typeof operand === 'object' && namesProhibited(operand, subject.model, reader)) {
    return dropProhibited(subject.model, subject.at, reader)
  }
  return Object.freeze({
    kind: 'compare',
    path: subject.path,
    operator,
    value: convert(subject, operand),
    loose: subject.loose,
  })
}

function readOrdering(
  subject: Subject,
  operator: 'gt' | 'gte' | 'lt' | 'lte',
  operand: unknown,
  reader: WhereReader,
): Where {
  countCondition(reader)
  const refused = refuseForPoints(subject, operator, reader)
  if (refused !== undefined) return refused
  if (operand === null) return matchNone
  const value = convert(subject, operand)
  return Object.freeze({
    kind: 'compare',
    path: subject.path,
    operator,
    value,
    loose: subject.loose,
  })
}

/** Source: data D-3.2-4. */
function readBetween(subject: Subject, operand: unknown, reader: WhereReader): Where {
  countCondition(reader)
  const refused = refuseForPoints(subject, 'between', reader)
  if (refused !== undefined) return refused
  const bounds = listFrom(operand)
  if (bounds?.length !== 2) {
    const got = bounds === undefined ? kindOf(operand) : `${bounds.length}`
    throw invalidFilter(
      subject.at,
      `${subject.at}.between: expected precisely 2 values, got ${got}`,
    )
  }
  const [low, high] = bounds
  if (low === null || low === undefined || high === null || high === undefined) return matchNone
  const { path, loose } = subject
  const from = convert(subject, low)
  const to = convert(subject, high)
  if (!loose) return Object.freeze({ kind: 'between', path, low: from, high: to })
  const atLeast: Where = { kind: 'compare', path, operator: 'gte', value: from, loose }
  const atMost: Where = { kind: 'compare', path, operator: 'lte', value: to, loose }
  return allOf([Object.freeze(atLeast), Object.freeze(atMost)])
}

/** Source: data D-3.2-5, D-3.2-6. */
function readIn(
  subject: Subject,
  operator: 'inq' | 'nin',
  operand: unknown,
  reader: WhereReader,
): Where | undefined {
  countCondition(reader)
  const given = listFrom(operand)
  if (given === undefined) {
    throw invalidFilter(
      subject.at,
      `${subject.at}.${operator}: expected an array, got ${kindOf(operand)}`,
    )
  }
  if (namesProhibited(given, subject.model, reader)) {
    return dropProhibited(subject.model, subject.at, reader)
  }
  const isNegated = operator === 'nin'
  const [values, patterns] = splitValues(subject, given, reader)
  if (isNegated && given.length > 0 && values.length + patterns.length === 0) return undefined
  const isIn: Where =
    values.length === 0
      ? matchNone
      : Object.freeze({
          kind: 'in',
          path: subject.path,
          negated: isNegated && patterns.length === 0,
          values: Object.freeze(values),
          loose: subject.loose,
        })
  if (patterns.length === 0) return isNegated && values.length === 0 ? matchAll : isIn
  const either = [isIn, ...patterns]
  return isNegated ? noneOf(either) : anyOf(either)
}

/** Converted values, and the conditions regular expressions among them stand for (in process). Source: data D-3.3-5. */
function splitValues(
  subject: Subject,
  given: readonly unknown[],
  reader: WhereReader,
): readonly [unknown[], Where[]] {
  const values: unknown[] = []
  const patterns: Where[] = []
  for (const item of given) {
    const value = item === undefined ? normalizeUndefined(subject.at, reader) : item
    if (value === undefined) continue
    if (value instanceof RegExp) {
      patterns.push(readPattern(subject, 'regexp', value, undefined, reader))
    } else {
      values.push(convert(subject, value))
    }
  }
  return [values, patterns]
}

function readPattern(
  subject: Subject,
  operator: 'like' | 'nlike' | 'ilike' | 'nilike' | 'regexp',
  operand: unknown,
  options: unknown,
  reader: WhereReader,
): Where {
  countCondition(reader)
  const { inProcess, supports, warn } = reader.context
  const refused = refuseForPoints(subject, operator, reader)
  if (refused !== undefined) return refused
  const isNegated = operator === 'nlike' || operator === 'nilike'
  const context: PatternContext = {
    path: joinPath(subject.at, operator),
    profile: subject.model.profile,
    inProcess,
    warn,
    spend: (instructions) => countInstructions(reader, instructions),
  }
  const read =
    operator === 'regexp'
      ? readRegularExpression(operand, options, context)
      : readLike(operator.endsWith('ilike') ? 'ilike' : 'like', operand, options, context)
  if (read.operator !== 'like' && supports?.[read.operator] === false) {
    throw unsupportedOperator(subject.at, operator)
  }
  // only text matches a pattern, so that no engine is asked to cast a number
  if (!mayHoldText(subject)) return isNegated ? matchAll : matchNone
  return Object.freeze({
    kind: 'pattern',
    path: subject.path,
    operator: read.operator,
    negated: isNegated,
    pattern: read.pattern,
  })
}

function mayHoldText(subject: Subject): boolean {
  const { kind, type } = subject
  if (kind === undefined) return type === undefined
  return kind === 'string' || kind === 'text' || kind === 'dateString' || isFreeForm(kind)
}

function readExists(subject: Subject, operand: unknown, reader: WhereReader): Where {
  countCondition(reader)
  if (reader.context.supports?.exists === false) throw unsupportedOperator(subject.at, 'exists')
  // query strings have no booleans; loopback3 clients send them
  const exists =
    subject.model.profile.compat['D-3.3-2'] && (operand === 'true' || operand === 'false')
      ? operand === 'true'
      : operand
  if (typeof exists !== 'boolean') {
    throw invalidFilter(
      subject.at,
      `${subject.at}.exists: expected a boolean, got ${kindOf(operand)}`,
    )
  }
  return Object.freeze({ kind: 'exists', path: subject.path, exists })
}

/** Points have no order and are no text. Source: data D-3.3-6. */
function refuseForPoints(
  subject: Subject,
  operator: string,
  reader: WhereReader,
): Where | undefined {
  if (subject.kind !== 'geopoint') return undefined
  const message = `${subject.at}: ${operator} does not apply to points`
  return refuseOperator(subject, operator, reader, message)
}

function convert(subject: Subject, value: unknown): unknown {
  return convertValue(subject.type, value, subject.at, subject.model.profile)
}
