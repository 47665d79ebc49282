import { isDeepStrictEqual } from 'node:util'
import { invalidArgument } from '../error/remote-error.ts'
import {
  createTypeCompiler,
  type PropertyPlan,
  readProperty,
  setValue,
  unknownFailure,
} from './coerce-type.ts'
import { defaultDataDepth, guardData, isReserved, reservedKey } from './data-guard.ts'
import type { ValidationFailure } from './failure.ts'
import { compileLoading } from './load-row.ts'
import type { Model, Row } from './model.ts'
import { isPlainObject } from './plain-object.ts'
import type { Relation } from './relation.ts'
import { compileWholeTest } from './whole-row.ts'

/**
 * The conversions of one model, compiled once.
 *
 * What cannot be converted is pushed onto `failures` (code `type`, 422 with the other validation failures) and the
 * value is kept as given; hand the same array to {@link ModelValidation.check}. Unknown properties of strict models are
 * pushed too (code `unknown-property`); a caller that must not refuse them takes them out again.
 *
 * **Errors** (thrown): 400 `RESERVED_KEY` for `__proto__` and odd `constructor` keys, 400 `INVALID_ARGUMENT` for dotted
 * names, data that is not an object or nested too deep, and values no list, buffer or point can be made of.
 */
export interface ModelCoercion {
  /**
   * A whole row from the data of create, replace or save: defaults filled in, unknown properties kept, recorded or
   * dropped (data 1.5), `undefined` and functions left out. Keys: declared order, then dynamic ones. The input is not changed.
   */
  create(data: Readonly<Row>, failures: ValidationFailure[], maxDepth?: number): Row
  /** The same row at once when the data is one already, see {@link compileWholeTest}; else `undefined`. */
  pass(data: Readonly<Row>): Row | undefined
  /** Converts the given keys only; no defaults. */
  patch(data: Readonly<Row>, failures: ValidationFailure[], maxDepth?: number): Row
  /**
   * A row as a connector returned it, in declared key order; null of optional properties whose schema knows no null
   * left out; defaults that are not stored filled in, unless the row `isPartial` (loaded with `fields`). The same
   * object where nothing is to do.
   */
  load(row: Row, isPartial?: boolean): Row
  /**
   * The row as the connector should store it: NaN and invalid dates as null, properties that are read-only or equal to
   * a default that is not to be stored left out. The same object where nothing is to do. Source: data D-1.2-8, D-1.2-9, D-1.2-13.
   */
  store(row: Row): Row
}

/** Compiles the conversions of a model. Source: data 1.3, 1.5, D-2.5-2. */
export function compileCoercion(model: Model): ModelCoercion {
  const compiler = createTypeCompiler(model.profile)
  const plans = [...model.properties.values()].map(compiler.planOf)
  const byName: ReadonlyMap<string, PropertyPlan> = new Map(plans.map((plan) => [plan.name, plan]))
  const undefinedAsNull = model.settings['persistUndefinedAsNull'] === true
  const setUnknown = unknownSetter(model)
  const owners = [...model.relations.values()].filter((relation) =>
    setsForeignKey(relation, byName),
  )

  function create(
    given: Readonly<Row>,
    failures: ValidationFailure[],
    maxDepth = defaultDataDepth,
  ): Row {
    checkObject(given)
    const data = owners.length === 0 ? given : withForeignKeys(given, owners)
    const row: Row = {}
    let known = 0
    for (const plan of plans) {
      const value = data[plan.name]
      if (value !== undefined && typeof value !== 'function') known++
      if (typeof value === 'object' && value !== null) guardData(value, maxDepth - 1)
      if (plan.isGeneratedId && (value === null || value === '')) continue
      readProperty(plan, value, row, failures, '')
    }
    const keys = Object.keys(data)
    if (keys.length !== known) {
      for (const key of keys) {
        if (!byName.has(key)) setUnknown(row, key, data[key], failures, maxDepth)
        else if (undefinedAsNull && data[key] === undefined) row[key] ??= null
      }
    }
    return row
  }

  function patch(
    given: Readonly<Row>,
    failures: ValidationFailure[],
    maxDepth = defaultDataDepth,
  ): Row {
    checkObject(given)
    const data = owners.length === 0 ? given : withForeignKeys(given, owners)
    const row: Row = {}
    for (const key of Object.keys(data)) {
      const value = data[key]
      const plan = byName.get(key)
      if (plan === undefined) {
        setUnknown(row, key, value, failures, maxDepth)
        continue
      }
      if (value === undefined && undefinedAsNull) row[key] = null
      if (value === undefined || typeof value === 'function') continue
      if (typeof value === 'object' && value !== null) guardData(value, maxDepth - 1)
      setValue(plan, value, row, failures, '')
    }
    return row
  }

  const isWhole = owners.length === 0 ? compileWholeTest(plans) : undefined
  const pass = (data: Readonly<Row>): Row | undefined =>
    isWhole?.(data) === true ? { ...data } : undefined

  return Object.freeze({
    create,
    pass,
    patch,
    load: compileLoading(plans),
    store: compileStoring(plans),
  })
}

/** Source: data D-0-3. */
function checkObject(data: unknown): void {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw invalidArgument('the data must be an object')
  }
}

type UnknownSetter = (
  row: Row,
  key: string,
  value: unknown,
  failures: ValidationFailure[],
  maxDepth: number,
) => void

/** What happens to keys that are no properties. Source: data 1.5, D-1.2-17, D-1.2-18. */
function unknownSetter({ strict, relations }: Model): UnknownSetter {
  return (row, key, value, failures, maxDepth) => {
    if (isReserved(key, value) || key === 'prototype') throw reservedKey(key)
    if (value === undefined || typeof value === 'function') return
    if (relations.has(key) || strict === 'filter') return
    if (strict === 'validate') {
      failures.push(unknownFailure(key))
      return
    }
    if (key.includes('.')) {
      throw invalidArgument(`the property name "${key}" must not contain a dot`)
    }
    guardData(value, maxDepth - 1)
    row[key] = value
  }
}

/** A belongsTo whose value may set the keys. */
function setsForeignKey(relation: Relation, properties: ReadonlyMap<string, unknown>): boolean {
  return (
    relation.kind === 'belongsTo' &&
    relation.targetKeys.length > 0 &&
    !properties.has(relation.name)
  )
}

/** The value of a belongsTo relation in the data sets its foreign key. Source: data D-1.3-15. */
function withForeignKeys(data: Readonly<Row>, owners: readonly Relation[]): Readonly<Row> {
  let result = data
  for (const { name, ownKeys, targetKeys } of owners) {
    const value = data[name]
    if (!isPlainObject(value)) continue
    ownKeys.forEach((key, index) => {
      const part = value[targetKeys[index] ?? '']
      if (data[key] === undefined && part !== undefined) result = { ...result, [key]: part }
    })
  }
  return result
}

const numericKinds: ReadonlySet<string> = new Set(['number', 'integer', 'date'])

function compileStoring(plans: readonly PropertyPlan[]): (row: Row) => Row {
  const unset = plans.filter(({ property }) => numericKinds.has(property.type.kind))
  const omitted = plans.filter(
    ({ property }) =>
      property.readOnly ||
      (property.default !== undefined &&
        !(property.persistDefaultValues && property.applyDefaultOnWrites)),
  )
  return (row) => {
    let stored = row
    for (const { name } of unset) {
      if (isUnset(row[name])) stored = { ...stored, [name]: null }
    }
    for (const { name, property } of omitted) {
      if (row[name] === undefined) continue
      if (!property.readOnly && !isDeepStrictEqual(row[name], property.default?.())) continue
      const { [name]: _, ...rest } = stored
      stored = rest
    }
    return stored
  }
}

function isUnset(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value)
  return value instanceof Date && Number.isNaN(value.getTime())
}
