import type { Profile } from '../profile.ts'
import { Refusal, scalarConversion, toArray } from './coerce-scalar.ts'
import { defaultDataDepth, guardData, isReserved, reservedKey } from './data-guard.ts'
import { unknownProperty, type ValidationFailure } from './failure.ts'
import type { Row } from './model.ts'
import type { Property, PropertyType, Strictness } from './property.ts'
import { compilePassCheck } from './schema-check.ts'
import { readSchema } from './zod-type.ts'

/**
 * Converts a value that is neither null nor undefined. Failures inside it are pushed with their paths; a value that
 * cannot be converted as a whole comes back as {@link Refusal}. `path` is the value's own path (only deep types read it).
 */
export type Conversion = (value: unknown, failures: ValidationFailure[], path: string) => unknown

/** How one property is read from data. */
export interface PropertyPlan {
  readonly property: Property
  readonly name: string
  readonly convert: Conversion
  /** `convert` needs the path. */
  readonly isDeep: boolean
  /** Value of a missing property. */
  readonly fallback: (() => unknown) | undefined
  /** The schema that runs after the conversion. */
  readonly schema: Property['schema']
  /** True for values the schema would pass on unchanged. */
  readonly passes: ((value: unknown) => boolean) | undefined
  readonly acceptsNull: boolean
  /** The schema is asked for the value of a missing property. */
  readonly fillsMissing: boolean
  /** A generated key: null and '' mean that none is given. */
  readonly isGeneratedId: boolean
}

/** Compiles conversions of types and properties; one per model, so that recursive types end. */
export interface TypeCompiler {
  readonly planOf: (property: Property) => PropertyPlan
}

/** Creates the compiler of a profile. */
export function createTypeCompiler(profile: Profile): TypeCompiler {
  const nested = new Map<PropertyType, Conversion>()

  function conversionOf(type: PropertyType): Conversion {
    if (type.kind === 'list') return listConversion(conversionOf(type.item), isDeepType(type.item))
    if (type.kind !== 'nested') return scalarConversion(type.kind, profile)
    let conversion = nested.get(type)
    if (conversion === undefined) {
      let members: Conversion | undefined
      const { properties, strict } = type
      // compiled at its first value: a type may contain itself
      conversion = (value, failures, path) => {
        members ??= membersConversion([...properties.values()].map(planOf), strict)
        return members(value, failures, path)
      }
      nested.set(type, conversion)
    }
    return conversion
  }

  function planOf(property: Property): PropertyPlan {
    const { name, type, schema } = property
    const facts = schema === undefined ? undefined : readSchema(schema)
    return {
      property,
      name,
      convert: conversionOf(type),
      isDeep: isDeepType(type),
      fallback: property.applyDefaultOnWrites ? property.default : undefined,
      schema: facts?.mustRun === true ? schema : undefined,
      passes: schema === undefined ? undefined : compilePassCheck(schema),
      acceptsNull: facts?.nullable === true,
      fillsMissing: facts?.fillsMissing === true,
      isGeneratedId: property.id > 0 && property.generated,
    }
  }

  return { planOf }
}

function isDeepType(type: PropertyType): boolean {
  return type.kind === 'list' || type.kind === 'nested'
}

function listConversion(convert: Conversion, isDeep: boolean): Conversion {
  return (value, failures, path) =>
    toArray(value).map((item, index) => {
      if (item === null || item === undefined) return item
      const place = isDeep ? `${path}.${index}` : ''
      const converted = convert(item, failures, place)
      if (!(converted instanceof Refusal)) return converted
      failures.push(typeFailure(`${path}.${index}`, converted, item))
      return item
    })
}

const notObject = new Refusal('is not an object')

function membersConversion(plans: readonly PropertyPlan[], strict: Strictness): Conversion {
  const names = new Set(plans.map(({ name }) => name))
  return (value, failures, path) => {
    const data = typeof value === 'string' ? objectOfText(value) : value
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return notObject
    const source = data as Row // an object that is no list
    const row: Row = {}
    for (const plan of plans) readProperty(plan, source[plan.name], row, failures, `${path}.`)
    for (const key of Object.keys(source)) {
      if (names.has(key) || strict === 'filter') continue
      const member = source[key]
      if (isReserved(key, member)) throw reservedKey(key)
      if (member === undefined || typeof member === 'function') continue
      if (strict === 'open') row[key] = member
      else failures.push(unknownFailure(`${path}.${key}`))
    }
    return row
  }
}

function objectOfText(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return text
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return text
  }
  guardData(parsed, defaultDataDepth)
  return parsed
}

/** Reads one property of a whole row: default, conversion, schema. Nothing is set where there is no value. */
export function readProperty(
  plan: PropertyPlan,
  given: unknown,
  row: Row,
  failures: ValidationFailure[],
  prefix: string,
): void {
  if (given !== undefined && typeof given !== 'function') {
    setValue(plan, given, row, failures, prefix)
    return
  }
  if (plan.fillsMissing && plan.property.schema !== undefined) {
    runSchema(plan.property.schema, plan.name, undefined, row, failures, prefix)
    return
  }
  if (plan.fallback === undefined) return
  const value = plan.fallback()
  if (value === undefined) return
  if (plan.property.schema !== undefined) row[plan.name] = value
  else setValue(plan, value, row, failures, prefix)
}

/** Converts a given value, runs its schema, and sets it. What cannot be converted is set as given. */
export function setValue(
  plan: PropertyPlan,
  value: unknown,
  row: Row,
  failures: ValidationFailure[],
  prefix: string,
): void {
  const { name, schema } = plan
  if (value === null) {
    row[name] = value
    return
  }
  const before = failures.length
  const converted = plan.convert(value, failures, plan.isDeep ? prefix + name : name)
  if (converted instanceof Refusal) {
    failures.push(typeFailure(prefix + name, converted, value))
    row[name] = value
  } else if (
    schema === undefined ||
    plan.passes?.(converted) === true ||
    failures.length > before ||
    isInvalidDate(converted)
  ) {
    row[name] = converted
  } else {
    runSchema(schema, name, converted, row, failures, prefix)
  }
}

/** The date validation speaks of it. */
function isInvalidDate(value: unknown): boolean {
  return value instanceof Date && Number.isNaN(value.getTime())
}

function runSchema(
  schema: NonNullable<Property['schema']>,
  name: string,
  value: unknown,
  row: Row,
  failures: ValidationFailure[],
  prefix: string,
): void {
  const result = schema.safeParse(value)
  if (result.success) {
    if (result.data !== undefined) row[name] = result.data
    return
  }
  if (value !== undefined) row[name] = value
  for (const issue of result.error.issues) {
    failures.push({
      path: [prefix + name, ...issue.path.map(String)].join('.'),
      code: issue.code ?? 'custom',
      message: issue.message,
      value: valueAt(value, issue.path),
    })
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Record<PropertyKey, unknown>)[key] // an object that has the key
  }
  return found
}

function typeFailure(path: string, refusal: Refusal, value: unknown): ValidationFailure {
  return { path, code: 'type', message: refusal.message, value }
}

/** Source: data D-6-12; LoopBack shows no value. */
export function unknownFailure(path: string): ValidationFailure {
  return {
    path,
    code: unknownProperty,
    message: 'is not defined in the model',
    value: undefined,
  }
}
