import { invalidArgument } from '../error/remote-error.ts'
import type { ValidationFailure } from '../model/failure.ts'
import type { Model, Row } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import type { UniqueCondition, UniquenessLookup, ValidationRun } from '../model/validate.ts'
import { checkData } from '../query/guard.ts'
import type { ParseOptions } from '../query/parse-context.ts'
import { resolvePath } from '../query/path.ts'
import type { Query, Where } from '../query/query.ts'
import { parseWhere } from '../query/where.ts'
import { collectRows } from './connector-queue.ts'
import { type Operation, requireObject, settingOf } from './operation.ts'
import { parseContextOf } from './query-guards.ts'

/** The data of a write with what is wrong with it so far. */
export interface Draft {
  row: Row
  readonly failures: ValidationFailure[]
  /** The data was a whole row, see {@link ModelCoercion.pass}. */
  readonly isWhole?: boolean
}

/** Converts the data of a new or replaced row; the values every row of the model carries win. Source: data D-1.1-14, D-3.6-7. */
export function draftRow(operation: Operation, data: unknown, name = 'data'): Draft {
  const given = requireObject(data ?? {}, name)
  const { model, coercion } = operation.runtime
  const full = withAttributes(model, given)
  const failures: ValidationFailure[] = []
  const whole = coercion.pass(full)
  if (whole !== undefined) return { row: whole, failures, isWhole: true }
  const guards = parseContextOf(operation, 'write').options
  guardKeys(given, guards)
  return { row: coercion.create(full, failures, guards.maxDepthOfData), failures }
}

/** Data with the values every write of the model carries; those win. */
function withAttributes(model: Model, data: Row): Row {
  const { attributes, attributesOf } = model
  if (attributes !== undefined) return { ...data, ...attributes }
  return attributesOf === undefined ? data : { ...data, ...attributesOf(data, data) }
}

/** Converts the data of a patch. **Errors**: 400 for anything but an object. Source: data D-2.2-2. */
export function draftPatch(operation: Operation, data: unknown, carries: boolean): Draft {
  const given = requireObject(data, 'data')
  const { model, coercion } = operation.runtime
  const guards = parseContextOf(operation, 'write').options
  guardKeys(given, guards)
  const failures: ValidationFailure[] = []
  const full = carries ? withAttributes(model, given) : given
  return { row: coercion.patch(full, failures, guards.maxDepthOfData), failures }
}

/** Converts what a hook left in `instance` or `data`; defaults are not applied again. Source: data D-5.1-6. */
export function redraft(operation: Operation, given: unknown, draft: Draft): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidArgument('a hook replaced the row by something that is not an object')
  }
  const row = given as Row // checked above; hooks hand over plain rows
  // Failures of values the hook has replaced are no longer true.
  for (let index = draft.failures.length - 1; index >= 0; index--) {
    const failure = draft.failures[index]
    const name = failure?.path.split('.')[0]
    if (name !== undefined && row[name] !== draft.row[name]) draft.failures.splice(index, 1)
  }
  const known = new Set(draft.failures.map((failure) => failure.path))
  const found: ValidationFailure[] = []
  draft.row = operation.runtime.coercion.patch(row, found)
  for (const failure of found) if (!known.has(failure.path)) draft.failures.push(failure)
}

/** Keys that begin with `$` are looked for everywhere; flat rows need no walk. Source: data D-3.5-1. */
function guardKeys(data: Readonly<Row>, guards: ParseOptions): void {
  for (const key of Object.keys(data)) {
    const value = data[key]
    if (key.startsWith('$') || Array.isArray(value) || isPlainObject(value)) {
      checkData(data, guards)
      return
    }
  }
}

/** What validation does with the failures it finds. */
export type ValidationMode = 'fail' | 'warn' | 'skip'

/** Create, save, patch and replace: unless switched off. Source: data D-1.7-1. */
export function validationMode(operation: Operation): ValidationMode {
  const wanted = operation.options?.validate ?? settingOf(operation, 'automaticValidation')
  return wanted === false ? 'skip' : 'fail'
}

/** Upserts. Source: data D-1.7-2, D-1.4-9. */
export function upsertValidationMode(operation: Operation, unset: 'warn' | 'skip'): ValidationMode {
  const wanted =
    operation.options?.validate ??
    settingOf(operation, 'validateUpsert') ??
    settingOf(operation, 'automaticValidation')
  if (wanted !== undefined && wanted !== null) return wanted === false ? 'skip' : 'fail'
  const { compat } = operation.runtime.model.profile
  return compat[unset === 'skip' ? 'D-1.4-9' : 'D-1.7-2'] ? unset : 'fail'
}

/** `updateAll`. Source: data D-1.7-3. */
export function bulkValidationMode(operation: Operation): ValidationMode {
  const wanted =
    operation.options?.validate ??
    settingOf(operation, 'validateUpdate') ??
    settingOf(operation, 'automaticValidation')
  if (wanted !== undefined && wanted !== null) return wanted === false ? 'skip' : 'fail'
  return operation.runtime.model.profile.compat['D-1.7-3'] ? 'skip' : 'fail'
}

/** How one row is validated. */
interface CheckOptions {
  readonly isNew: boolean
  readonly partial?: boolean
}

/** Validates a row by the mode. A promise only when a validator had to wait. **Errors**: 422. Source: data D-5.4-10. */
export function checkRow(
  operation: Operation,
  row: Readonly<Row>,
  failures: readonly ValidationFailure[],
  mode: ValidationMode,
  check: CheckOptions,
): void | Promise<void> {
  if (mode === 'skip') return
  const { validation, hasUniqueness } = operation.runtime
  if (validation.isEmpty && failures.length === 0) return
  const run: ValidationRun = {
    isNew: check.isNew,
    failures,
    partial: check.partial,
    options: operation.options,
    isTaken: hasUniqueness ? lookUpTaken(operation) : undefined,
  }
  const found = validation.check(row, run)
  if (found instanceof Promise) return found.then((error) => raise(operation, row, error, mode))
  raise(operation, row, found, mode)
}

/** The invalid row travels with the error, where only code in this process sees it. Source: data D-6-29. */
function raise(
  operation: Operation,
  row: Readonly<Row>,
  error: Error | undefined,
  mode: ValidationMode,
): void {
  if (error === undefined) return
  if (mode === 'fail')
    throw Object.defineProperty(error, 'instance', { value: row, configurable: true })
  operation.runtime.layer.warn(`${operation.runtime.model.name}: ${error.message}`)
}

/** Asks whether another row has the values, within the caller's transaction. Source: data D-6-25. */
function lookUpTaken(operation: Operation): UniquenessLookup {
  const { runtime, connector } = operation
  const { identity, model } = runtime
  return async (conditions, row) => {
    const where: Where = {
      kind: 'and',
      conditions: conditions.map((condition) => whereOfUnique(operation, condition)),
    }
    const query: Query = { ...runtime.everything, where, limit: 2, fields: [...identity.names] }
    const own = identity.of(row)
    const found = await collectRows(connector.find(model, query, operation.connectorOptions))
    return found.some(
      (other) => own === undefined || identity.keyOf(identity.of(other)) !== identity.keyOf(own),
    )
  }
}

function whereOfUnique(operation: Operation, condition: UniqueCondition): Where {
  const { model, contexts } = operation.runtime
  const { property, value } = condition
  if (condition.ignoreCase && typeof value === 'string') {
    return parseWhere(
      model,
      { [property]: { regexp: `/^${escapePattern(value)}$/i` } },
      contexts.trusted,
    )
  }
  return {
    kind: 'compare',
    path: resolvePath(model, property).path,
    operator: 'eq',
    value,
    loose: false,
  }
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** The row a hook may look at but not change: frozen in `strict`. Source: data D-5.1-5. */
export function currentInstance(model: Model, row: Readonly<Row>): Readonly<Row> {
  return model.profile.compat['D-5.1-5'] ? row : Object.freeze({ ...row })
}
