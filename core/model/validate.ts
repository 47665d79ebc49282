import type { RemoteError } from '../error/remote-error.ts'
import { validationsOfProperty } from './compile-validations.ts'
import { errorFromFailures, type ValidationFailure } from './failure.ts'
import type { Model, Row } from './model.ts'
import type { Property, PropertyType } from './property.ts'
import type { Validation } from './validation.ts'
import type { ValidationRun } from './validation-run.ts'
import { type Check, compileCheck } from './validator.ts'
import { areImplied } from './whole-row.ts'

export type { UniqueCondition, UniquenessLookup, ValidationRun } from './validation-run.ts'

/** The validations of one model, compiled once. */
export interface ModelValidation {
  /** There is nothing to check. */
  readonly isEmpty: boolean
  /** There is nothing to check in a row that {@link ModelCoercion.pass} made. */
  readonly isImplied: boolean
  /**
   * Checks a converted row: `undefined` when it is valid, else the 422 to throw. A promise only when an asynchronous
   * validator (uniqueness, custom) really ran.
   */
  check(
    row: Readonly<Row>,
    run: ValidationRun,
  ): RemoteError | undefined | Promise<RemoteError | undefined>
}

/** Collects what the checks of one row find. */
interface Findings {
  /** In order; a hole is kept for an asynchronous check, so that the order never depends on timing. */
  readonly failures: (ValidationFailure | undefined)[]
  /** Asynchronous checks under way. */
  readonly pending: Promise<void>[]
  /** Properties the conversion refused: their validators say nothing more. */
  readonly refused: ReadonlySet<string>
}

/** A property with its checks and what is checked inside its value. */
interface PropertyChecks {
  readonly name: string
  readonly checks: readonly Check[]
  readonly inside: NestedCheck | undefined
}

type NestedCheck = (value: unknown, path: string, run: ValidationRun, findings: Findings) => void

const nothingRefused: ReadonlySet<string> = new Set()

/**
 * Compiles the validations of a model. `modelOf` finds the models of nested values, so that their own validations run
 * with the parent; without it nested values are checked for what their properties imply. **Source**: data section 6.
 */
export function compileValidation(
  model: Model,
  modelOf: (name: string) => Model | undefined = () => undefined,
): ModelValidation {
  const compiler = createNestedCompiler(modelOf, model)
  const nested = model.settings['validateNested'] !== false
  const properties = checksOf(model.properties, model.validations, nested ? compiler : undefined)

  function check(
    row: Readonly<Row>,
    run: ValidationRun,
  ): RemoteError | undefined | Promise<RemoteError | undefined> {
    const given = run.failures
    const refused =
      given === undefined || given.length === 0
        ? nothingRefused
        : new Set(given.map(({ path }) => path.split('.', 1)[0] ?? path))
    const findings: Findings = { failures: given ? [...given] : [], pending: [], refused }
    runChecks(properties, row, '', run, findings)
    if (findings.pending.length === 0) return toError(findings)
    return Promise.all(findings.pending).then(() => toError(findings))
  }

  function toError({ failures }: Findings): RemoteError | undefined {
    if (failures.length === 0) return undefined
    const found = failures.filter((failure) => failure !== undefined)
    return found.length === 0 ? undefined : errorFromFailures(model, found)
  }

  return Object.freeze({ isEmpty: properties.length === 0, isImplied: areImplied(model), check })
}

/** Groups checks by property, in the order the properties first appear among the validations. */
function checksOf(
  properties: ReadonlyMap<string, Property>,
  validations: readonly Validation[],
  nested: NestedCompiler | undefined,
): readonly PropertyChecks[] {
  const byName = new Map<string, Check[]>()
  for (const validation of validations) {
    const checks = byName.get(validation.property)
    if (checks === undefined) byName.set(validation.property, [compileCheck(validation)])
    else checks.push(compileCheck(validation))
  }
  const inside = new Map<string, NestedCheck>()
  for (const property of properties.values()) {
    if (property.schema !== undefined || property.settings['validateNested'] === false) continue
    const check = nested?.(property.type)
    if (check === undefined) continue
    inside.set(property.name, check)
    if (!byName.has(property.name)) byName.set(property.name, [])
  }
  return [...byName].map(([name, checks]) => ({ name, checks, inside: inside.get(name) }))
}

function runChecks(
  properties: readonly PropertyChecks[],
  row: Readonly<Row>,
  prefix: string,
  run: ValidationRun,
  findings: Findings,
): void {
  for (const { name, checks, inside } of properties) {
    if (run.partial === true && row[name] === undefined) continue
    if (prefix === '' && findings.refused.has(name)) continue
    for (const check of checks) {
      const found = check(row, run)
      if (found === undefined) continue
      const path = prefix + name
      if (found instanceof Promise) addLater(found, path, row[name], findings)
      else findings.failures.push({ path, ...found, value: row[name] })
    }
    const value = row[name]
    if (inside !== undefined && typeof value === 'object' && value !== null) {
      inside(value, prefix + name, run, findings)
    }
  }
}

function addLater(
  found: Promise<{ readonly code: string; readonly message: string } | undefined>,
  path: string,
  value: unknown,
  { failures, pending }: Findings,
): void {
  const place = failures.push(undefined) - 1
  pending.push(
    found.then((failure) => {
      if (failure !== undefined) failures[place] = { path, ...failure, value }
    }),
  )
}

/** A nested value is no row of its own: neither forced ids nor uniqueness hold inside, and it is always whole. */
function insideOf(run: ValidationRun): ValidationRun {
  return { isNew: false, options: run.options }
}

type NestedCompiler = (type: PropertyType) => NestedCheck | undefined

/** Compiles the checks inside nested values; recursive types end at the first value. Source: data D-6-20. */
function createNestedCompiler(
  modelOf: (name: string) => Model | undefined,
  { profile }: Model,
): NestedCompiler {
  const known = new Map<PropertyType, NestedCheck>()

  function compile(type: PropertyType): NestedCheck | undefined {
    if (type.kind === 'list') return listCheck(type.item)
    if (type.kind !== 'nested') return undefined
    let check = known.get(type)
    if (check === undefined) {
      let members: readonly PropertyChecks[] | undefined
      check = (value, path, run, findings) => {
        members ??= membersOf(type)
        runChecks(members, value as Row, `${path}.`, insideOf(run), findings) // an object, see runChecks
      }
      known.set(type, check)
    }
    return check
  }

  function membersOf(type: Extract<PropertyType, { kind: 'nested' }>): readonly PropertyChecks[] {
    const model = type.model === undefined ? undefined : modelOf(type.model)
    const validations =
      model?.validations ?? [...type.properties.values()].flatMap(validationsOfProperty)
    return checksOf(type.properties, validations, compile)
  }

  function listCheck(item: PropertyType): NestedCheck | undefined {
    const inside = compile(item)
    // LoopBack stores unusable dates in lists as null
    const checksDates = item.kind === 'date' && profile.name === 'strict'
    if (inside === undefined && !checksDates) return undefined
    return (value, path, run, findings) => {
      if (!Array.isArray(value)) return
      value.forEach((entry, index) => {
        if (checksDates && entry instanceof Date && Number.isNaN(entry.getTime())) {
          const place = `${path}.${index}`
          findings.failures.push({
            path: place,
            code: 'date',
            message: 'is not a valid date',
            value: entry,
          })
        }
        if (typeof entry === 'object' && entry !== null) {
          inside?.(entry, `${path}.${index}`, run, findings)
        }
      })
    }
  }

  return compile
}
