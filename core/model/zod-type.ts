import type { ZodType } from 'zod'
import type { $ZodCheck, $ZodType, $ZodTypes } from 'zod/v4/core'
import type { Property, PropertyDefault, PropertyType, Strictness } from './property.ts'

/** What a zod schema says about a property. */
export interface SchemaFacts {
  readonly type: PropertyType
  /** Neither optional nor filled by a default. */
  readonly required: boolean
  readonly nullable: boolean
  readonly default: PropertyDefault | undefined
  /** The schema itself makes a value where none is given (`catch`, `prefault`, `preprocess`). */
  readonly fillsMissing: boolean
  /** The schema checks or changes something the conversion to its type does not. */
  readonly mustRun: boolean
}

/** Tells a zod schema from any other declaration. */
export function isSchema(value: unknown): value is ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value
}

/** Reads type, presence and default off a schema. */
export function readSchema(schema: ZodType): SchemaFacts {
  let inner: $ZodType = schema
  let nullable = false
  let fallback: PropertyDefault | undefined
  let mustRun = false
  for (;;) {
    const { def } = (inner as $ZodTypes)._zod // every schema of zod 4 is one of them
    if (!isWrapper(def)) break
    if (def.type === 'nullable') nullable = true
    if (def.type === 'default') fallback ??= () => def.defaultValue
    if (def.type === 'catch' || def.type === 'prefault') mustRun = true
    inner = def.innerType
  }
  return {
    type: typeOfSchema(inner),
    required: schema._zod.optin === undefined && !acceptsMissing(inner),
    nullable: nullable || acceptsNull(inner),
    default: fallback,
    fillsMissing:
      fallback === undefined &&
      schema._zod.optin !== undefined &&
      schema._zod.optout !== 'optional' &&
      !acceptsMissing(inner),
    mustRun: mustRun || needsRun(inner),
  }
}

const wrappers: readonly string[] = [
  'optional',
  'nullable',
  'default',
  'prefault',
  'nonoptional',
  'readonly',
  'catch',
]

type Definition = $ZodTypes['_zod']['def']

/** Schemas around another one that say nothing about its type. */
function isWrapper(
  def: Definition,
): def is Extract<
  Definition,
  { type: 'optional' | 'nullable' | 'default' | 'prefault' | 'nonoptional' | 'readonly' | 'catch' }
> {
  return wrappers.includes(def.type)
}

/** `any`, `unknown`, `undefined` and unions with it accept a missing value. */
function acceptsMissing(schema: $ZodType): boolean {
  const { def } = (schema as $ZodTypes)._zod // see readSchema
  if (def.type === 'union') return def.options.some(acceptsMissing)
  return ['any', 'unknown', 'undefined', 'void'].includes(kindOf(schema))
}

function acceptsNull(schema: $ZodType): boolean {
  const { def } = (schema as $ZodTypes)._zod // see readSchema
  if (def.type === 'union') return def.options.some(acceptsNull)
  return ['any', 'unknown', 'null', 'nullable'].includes(def.type)
}

function kindOf(schema: $ZodType): string {
  return schema._zod.def.type
}

/** A bare scalar without checks says no more than its type does. */
function needsRun(schema: $ZodType): boolean {
  const { def } = (schema as $ZodTypes)._zod // see readSchema
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'date':
    case 'bigint': {
      const format = 'format' in def ? def.format : undefined
      return (def.checks?.length ?? 0) > 0 || (format !== undefined && format !== 'safeint')
    }
    case 'any':
    case 'unknown':
      return false
    default:
      return true
  }
}

/** The property type that comes closest to a schema; `any` where none does. */
export function typeOfSchema(schema: $ZodType): PropertyType {
  const { def } = (schema as $ZodTypes)._zod // see readSchema
  if (isWrapper(def)) return typeOfSchema(def.innerType)
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return { kind: 'string' }
    case 'number':
      return { kind: isInteger(def) ? 'integer' : 'number' }
    case 'boolean':
      return { kind: 'boolean' }
    case 'bigint':
      return { kind: 'bigint' }
    case 'date':
      return { kind: 'date' }
    case 'literal':
      return typeOfValues(def.values)
    case 'enum':
      return typeOfValues(Object.values(def.entries))
    case 'array':
      return { kind: 'list', item: typeOfSchema(def.element) }
    case 'tuple':
      return { kind: 'array' }
    case 'object':
      return nestedType(def.shape, def.catchall)
    case 'record':
      return { kind: 'object' }
    case 'union':
      return typeOfUnion(def.options)
    case 'pipe':
      return typeOfSchema(kindOf(def.in) === 'transform' ? def.out : def.in)
    default:
      return { kind: 'any' }
  }
}

const integerFormats: readonly unknown[] = ['safeint', 'int32', 'uint32']

/** `z.int()` has the format itself, `z.number().int()` as a check. */
function isInteger(def: { readonly checks?: readonly $ZodCheck[] | undefined }): boolean {
  const checks = def.checks ?? []
  return [def, ...checks.map((check) => check._zod.def)].some(
    (part) => 'format' in part && integerFormats.includes(part.format),
  )
}

function typeOfValues(values: readonly unknown[]): PropertyType {
  const kinds = new Set(values.map((value) => typeof value))
  if (kinds.size !== 1) return { kind: 'any' }
  const [kind] = kinds
  if (kind === 'string' || kind === 'number' || kind === 'boolean' || kind === 'bigint') {
    return { kind }
  }
  return { kind: 'any' }
}

function typeOfUnion(options: readonly $ZodType[]): PropertyType {
  const types = options.filter((option) => kindOf(option) !== 'null').map(typeOfSchema)
  const [first] = types
  if (first === undefined || types.some(({ kind }) => kind !== first.kind)) return { kind: 'any' }
  return first.kind === 'nested' || first.kind === 'list' ? { kind: 'any' } : first
}

function nestedType(
  shape: Readonly<Record<string, $ZodType>>,
  catchall: $ZodType | undefined,
): PropertyType {
  const properties = new Map<string, Property>()
  for (const [name, member] of Object.entries(shape)) properties.set(name, memberOf(name, member))
  return { kind: 'nested', properties, strict: strictnessOf(catchall) }
}

/** Unknown members: a plain `z.object` strips them, a strict one refuses, a loose one keeps. The schema itself does it. */
function strictnessOf(catchall: $ZodType | undefined): Strictness {
  return catchall === undefined ? 'filter' : 'open'
}

/** Members of a nested schema are converted; presence and checks are the outer schema's business. */
function memberOf(name: string, schema: $ZodType): Property {
  return Object.freeze({
    name,
    type: typeOfSchema(schema),
    required: false,
    id: 0,
    generated: false,
    applyDefaultOnWrites: true,
    persistDefaultValues: true,
    hidden: false,
    protected: false,
    readOnly: false,
    settings: Object.freeze({}),
  })
}
