import { invalidArgument, remoteError } from '../error/remote-error.ts'
import type { Model } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { PropertyType } from '../model/property.ts'
import { allOf, anyOf, noneOf } from './combine-where.ts'
import { checkWhere } from './guard.ts'
import { listFrom } from './list.ts'
import { readCondition } from './parse-condition.ts'
import type { ParseContext } from './parse-context.ts'
import { resolvePath } from './path.ts'
import { matchAll, type Where } from './query.ts'
import {
  invalidFilter,
  joinPath,
  kindOf,
  unknownProperty,
  unsupportedOperator,
} from './query-error.ts'
import { readRelated } from './related.ts'
import {
  checkPathName,
  createBudget,
  createReader,
  dropProhibited,
  isProhibited,
  negated,
  normalizeUndefined,
  subjectOf,
  type WhereReader,
} from './where-reader.ts'

/**
 * Checks and converts a where. `undefined` and `null` match everything; the input is never changed (data D-0-7).
 *
 * **Errors** (400): `INVALID_ARGUMENT` when it is no object; `INVALID_FILTER`, `INVALID_VALUE`, `INVALID_OPERATOR`,
 * `OPERATOR_NOT_SUPPORTED`, `UNKNOWN_PROPERTY`, `HIDDEN_PROPERTY_IN_QUERY` with `details.path`; those of the guards.
 * `WHERE_REQUIRED` when a write's conditions all vanished with `undefined` values (data D-2.5-1).
 */
export function parseWhere(model: Model, where: unknown, context: ParseContext): Where {
  if (where === undefined || where === null) return matchAll
  if (typeof where !== 'object' && typeof where !== 'function') {
    throw invalidArgument(`the where clause is not an object but ${kindOf(where)}`)
  }
  if (Array.isArray(where)) throw invalidArgument('the where clause is not an object but array')
  return readWhere(
    model,
    where,
    'where',
    createReader(context, readConditions, true, createBudget()),
  )
}

/** As {@link parseWhere}, inside a filter: counters and prohibitions come with the reader. */
export function readWhere(model: Model, where: unknown, at: string, reader: WhereReader): Where {
  if (where === undefined || where === null) return matchAll
  if (typeof where === 'function') return readFunction(where, at, reader)
  if (!isPlainObject(where)) {
    throw invalidFilter(at, `${at}: expected an object, got ${kindOf(where)}`)
  }
  checkWhere(where, reader.context.options, reader.context.inProcess)
  return readConditions(model, where, at, reader)
}

/** A test over whole rows, for connectors in this process. Source: data D-3.1-7. */
function readFunction(test: unknown, at: string, reader: WhereReader): Where {
  const { inProcess, supports } = reader.context
  if (!inProcess) throw invalidFilter(at, `${at}: expected an object, got function`)
  if (supports?.functionWhere === false) throw unsupportedOperator(at, 'function')
  // its parameter and result are the application's promise, as with every callback
  return Object.freeze({
    kind: 'function',
    test: test as (row: Readonly<Record<string, unknown>>) => boolean,
  })
}

/** Reads one object of conditions, which are ANDed. The guards have passed already. */
export function readConditions(
  model: Model,
  where: Readonly<Record<string, unknown>>,
  at: string,
  reader: WhereReader,
): Where {
  const conditions: Where[] = []
  let isRemoved = false
  for (const key of Object.keys(where)) {
    const value = where[key] === undefined ? normalizeUndefined(at, reader) : where[key]
    const condition = value === undefined ? undefined : readEntry(model, key, value, at, reader)
    if (condition === undefined) isRemoved = true
    else conditions.push(condition)
  }
  if (isRemoved && conditions.length === 0 && reader.context.purpose === 'write') {
    throw remoteError('WHERE_REQUIRED', `${at}: no condition is left without the undefined values`)
  }
  return allOf(conditions)
}

/** `undefined`: the condition vanished with its undefined operands. */
function readEntry(
  model: Model,
  key: string,
  value: unknown,
  at: string,
  reader: WhereReader,
): Where | undefined {
  switch (key) {
    case 'and':
      return allOf(readClauses(model, value, joinPath(at, key), reader))
    case 'or':
      return anyOf(readClauses(model, value, joinPath(at, key), reader))
    case 'nor':
      if (reader.context.supports?.nor === false) throw unsupportedOperator(at, 'nor')
      return noneOf(readClauses(model, value, joinPath(at, key), negated(reader)))
    default:
      return readProperty(model, key, value, joinPath(at, key), reader, false)
  }
}

function readClauses(model: Model, value: unknown, at: string, reader: WhereReader): Where[] {
  const clauses = listFrom(value)
  if (clauses === undefined) throw invalidFilter(at, `${at}: expected an array of objects`)
  return clauses.map((clause, index) => {
    const position = joinPath(at, index)
    if (!isPlainObject(clause)) {
      throw invalidFilter(position, `${position}: expected an object, got ${kindOf(clause)}`)
    }
    return readConditions(model, clause, position, reader)
  })
}

/** One name and what it is compared with: a property first, then a relation. Source: data D-3.8-1. */
function readProperty(
  model: Model,
  name: string,
  value: unknown,
  at: string,
  reader: WhereReader,
  isNestedForm: boolean,
): Where | undefined {
  if (!model.properties.has(name)) {
    if (name.startsWith('$')) throw unsupportedOperator(at, name)
    checkPathName(name, at, reader)
    const related = readRelated(model, name, value, at, reader)
    if (related !== undefined) return related
  }
  const resolved = resolvePath(model, name)
  if (isProhibited(resolved, reader)) {
    return dropProhibited(model, at, reader)
  }
  const { path, known } = resolved
  if (!known && !mayBeUndeclared(model, reader)) throw unknownProperty(at, model.name)
  if (path.segments.length > 1 && reader.context.supports?.nestedProperty === false) {
    throw unsupportedOperator(at, 'nested property')
  }
  const members = nestedMembers(path.type, value)
  if (members !== undefined) return readMembers(model, name, members, at, reader)
  return readCondition(subjectOf(model, path, at, isNestedForm), value, reader)
}

/**
 * loopback3 queries undeclared properties as they are, also on strict models: its updateAll stores them there (recorded).
 * A store with declared columns only has none. Source: data D-3.3-12.
 */
export function mayBeUndeclared(model: Model, reader: WhereReader): boolean {
  return model.profile.compat['D-3.3-12'] && reader.context.supports?.openModels !== false
}

/** An object for a nested type that names at least one of its members. Source: data D-3.3-7. */
function nestedMembers(
  type: PropertyType | undefined,
  value: unknown,
): Readonly<Record<string, unknown>> | undefined {
  if (type === undefined || !isPlainObject(value)) return undefined
  const item = type.kind === 'list' ? type.item : type
  if (item.kind !== 'nested') return undefined
  return Object.keys(value).some((key) => item.properties.has(key.split('.', 1)[0] ?? ''))
    ? value
    : undefined
}

function readMembers(
  model: Model,
  name: string,
  members: Readonly<Record<string, unknown>>,
  at: string,
  reader: WhereReader,
): Where | undefined {
  const conditions: Where[] = []
  for (const key of Object.keys(members)) {
    const position = joinPath(at, key)
    const value = members[key] === undefined ? normalizeUndefined(position, reader) : members[key]
    if (value === undefined) continue
    const condition = readProperty(model, `${name}.${key}`, value, position, reader, true)
    if (condition !== undefined) conditions.push(condition)
  }
  return conditions.length === 0 ? undefined : allOf(conditions)
}
