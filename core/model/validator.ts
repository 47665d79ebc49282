import { textOf } from './coerce-scalar.ts'
import type { Row } from './model.ts'
import { isPlainObject } from './plain-object.ts'
import type { CustomValidator, Validation, ValidatorResult } from './validation.ts'
import { isNewRecord, type UniqueCondition, type ValidationRun } from './validation-run.ts'

/** What a check found: the machine code and the kind that picks the message. `undefined` when the value is fine. */
interface Finding {
  readonly code: string
  readonly message: string
}

/** A failed or passed check; a promise only for asynchronous ones. */
export type CheckResult = Finding | undefined | Promise<Finding | undefined>

/** One validation, compiled. `row` is the row (or nested object) the property belongs to. */
export type Check = (row: Readonly<Row>, run: ValidationRun) => CheckResult

/** Result of a rule: `undefined` when the value is fine, else the kind of failure: `min`, `blank`, … or '' */
type Rule = (value: unknown) => string | undefined

const messages: Readonly<Record<string, string>> = {
  presence: "can't be blank",
  absence: "can't be set",
  date: 'is not a valid date',
  'length.min': 'too short',
  'length.max': 'too long',
  'length.is': 'length is wrong',
  'numericality.number': 'is not a number',
  'numericality.int': 'is not an integer',
  inclusion: 'is not included in the list',
  exclusion: 'is reserved',
  format: 'is invalid',
  uniqueness: 'is not unique',
  custom: 'is invalid',
}

/** Compiles one validation. Source: data section 6. */
export function compileCheck(validation: Validation): Check {
  const check = unconditional(validation)
  const applies = compileCondition(validation)
  return applies === undefined
    ? check
    : (row, run) => (applies(row, run) ? check(row, run) : undefined)
}

function unconditional(validation: Validation): Check {
  const { property } = validation
  if (validation.kind === 'custom') return customCheck(validation, validation.validate)
  if (validation.kind === 'uniqueness') return uniquenessCheck(validation)
  const rule = withBlanks(validation, ruleOf(validation))
  const findings = new Map<string, Finding>()
  return (row) => {
    const kind = rule(row[property])
    if (kind === undefined) return undefined
    let finding = findings.get(kind)
    if (finding === undefined) {
      finding = findingOf(validation, kind)
      findings.set(kind, finding)
    }
    return finding
  }
}

/** Code and message of a failure; `message` and `code` of the validation win. */
function findingOf(validation: Validation, kind: string): Finding {
  const code = kind === '' ? validation.kind : `${validation.kind}.${kind}`
  return { code: validation.code ?? code, message: messageOf(validation, kind, code) }
}

function messageOf({ message, kind: name }: Validation, kind: string, code: string): string {
  if (typeof message === 'string') return message
  const own = message?.[kind === '' ? name : kind] ?? message?.[code]
  if (own !== undefined) return own
  if (kind === 'blank') return 'is blank'
  if (kind === 'null') return 'is null'
  return messages[code] ?? 'is invalid'
}

/** Source: data D-6-22. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  if (typeof value === 'number') return Number.isNaN(value)
  return Array.isArray(value) && value.length === 0
}

function ruleOf(validation: Validation): Rule {
  switch (validation.kind) {
    case 'presence':
      return (value) => (isBlank(value) ? '' : undefined)
    case 'absence':
      return (value) => (isBlank(value) ? undefined : '')
    case 'date':
      return (value) =>
        value === undefined || value === null || !Number.isNaN(timeOf(value)) ? undefined : ''
    case 'length':
      return lengthRule(validation)
    case 'numericality':
      return numberRule(validation.int === true)
    case 'inclusion': {
      const allowed = new Set(validation.in)
      return (value) => (allowed.has(value) ? undefined : '')
    }
    case 'exclusion': {
      const refused = new Set(validation.in)
      return (value) => (refused.has(value) ? '' : undefined)
    }
    case 'format': {
      const pattern = patternOf(validation.with)
      return (value) => (pattern.test(textOf(value)) ? undefined : '')
    }
    default:
      return () => undefined
  }
}

function timeOf(value: unknown): number {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'string' || typeof value === 'number'
    ? new Date(value).getTime()
    : Number.NaN
}

function lengthRule(validation: Extract<Validation, { kind: 'length' }>): Rule {
  const { min, max, is } = validation
  return (value) => {
    const length = lengthOf(value)
    if (min !== undefined && length < min) return 'min'
    if (max !== undefined && length > max) return 'max'
    return is !== undefined && length !== is ? 'is' : undefined
  }
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  if (value instanceof Uint8Array) return value.byteLength
  return isPlainObject(value) ? Object.keys(value).length : String(value).length
}

function numberRule(int: boolean): Rule {
  return (value) => {
    if (typeof value === 'bigint') return undefined
    if (typeof value !== 'number' || Number.isNaN(value)) return 'number'
    return int && !Number.isInteger(value) ? 'int' : undefined
  }
}

/** Flags that make a test remember its last place are taken off. */
function patternOf(pattern: RegExp | string): RegExp {
  if (pattern instanceof RegExp) {
    return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
  }
  const literal = /^\/(.+)\/([imsu]*)$/s.exec(pattern)
  return literal === null ? new RegExp(pattern) : new RegExp(literal[1] ?? '', literal[2])
}

const blankKinds: ReadonlySet<string> = new Set([
  'length',
  'numericality',
  'inclusion',
  'exclusion',
  'format',
])

/** Null and blank values: their own codes, unless they are allowed. Source: data D-6-21. */
function withBlanks(validation: Validation, rule: Rule): Rule {
  const { allowBlank, allowNull, kind } = validation
  if (blankKinds.has(kind)) {
    return (value) => {
      if (value === null) return allowNull === true ? undefined : 'null'
      if (value === undefined || value === '') return allowBlank === true ? undefined : 'blank'
      return rule(value)
    }
  }
  if (kind !== 'presence' || (allowBlank !== true && allowNull !== true)) return rule
  return (value) => {
    if (value === null) return allowNull === true ? undefined : ''
    if (value === undefined) return ''
    return allowBlank === true ? undefined : rule(value)
  }
}

/** The `if` and `unless` of a validation. Source: data D-6-23. */
function compileCondition(
  validation: Validation,
): ((row: Readonly<Row>, run: ValidationRun) => boolean) | undefined {
  const { if: wanted, unless: unwanted } = validation
  if (wanted === undefined && unwanted === undefined) return undefined
  return (row, run) =>
    (wanted === undefined || holds(wanted, row, run, true)) &&
    (unwanted === undefined || !holds(unwanted, row, run, true))
}

/** An unknown name counts as true: with `if` the validator runs, with `unless` it is skipped. */
function holds(
  condition: NonNullable<Validation['if']>,
  row: Readonly<Row>,
  run: ValidationRun,
  unknown: boolean,
): boolean {
  if (typeof condition === 'function') return Boolean(condition.call(row, row))
  if (condition === isNewRecord) return run.isNew
  return Object.hasOwn(row, condition) ? Boolean(row[condition]) : unknown
}

/** Source: data D-6-24. */
function customCheck(validation: Validation, validate: CustomValidator): Check {
  const { property } = validation
  return (row, run) => {
    const result = validate.call(row, row[property], { ...row }, run.options ?? {})
    return result instanceof Promise
      ? result.then((settled) => customFinding(validation, settled))
      : customFinding(validation, result)
  }
}

function customFinding(validation: Validation, result: ValidatorResult): Finding | undefined {
  if (result === undefined || result === true) return undefined
  const code = validation.code ?? 'custom'
  const kind = typeof result === 'string' ? result : ''
  const { message } = validation
  if (typeof message === 'string') return { code, message }
  const own = kind === '' ? undefined : message?.[kind]
  return { code, message: own ?? (kind === '' ? 'is invalid' : kind) }
}

/** Source: data D-6-25. */
function uniquenessCheck(validation: Extract<Validation, { kind: 'uniqueness' }>): Check {
  const { property, ignoreCase = false, scopedTo = [] } = validation
  const finding = findingOf(validation, '')
  return (row, run) => {
    const value = row[property]
    if (run.isTaken === undefined || run.partial === true || isBlank(value)) return undefined
    const conditions: UniqueCondition[] = [
      { property, value, ignoreCase: ignoreCase && typeof value === 'string' },
    ]
    for (const name of scopedTo) {
      conditions.push({ property: name, value: row[name], ignoreCase: false })
    }
    return run.isTaken(conditions, row).then((taken) => (taken ? finding : undefined))
  }
}
