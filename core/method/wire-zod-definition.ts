import type { ZodType } from 'zod'

/** The members of zod's definitions that are read here; which of them exist depends on `type`. */
export interface SchemaDefinition {
  readonly type: string
  readonly format?: string
  readonly coerce?: boolean
  readonly innerType?: ZodType
  readonly in?: ZodType
  readonly out?: ZodType
  readonly element?: ZodType
  readonly shape?: Readonly<Record<string, ZodType>>
  readonly valueType?: ZodType
  readonly items?: readonly ZodType[]
  readonly rest?: ZodType | null
  readonly options?: readonly ZodType[]
  readonly left?: ZodType
  readonly right?: ZodType
  readonly values?: readonly unknown[]
  readonly entries?: Readonly<Record<string, string | number>>
  readonly getter?: () => ZodType
}

/** What a schema was made from. */
export function definitionOf(schema: ZodType): SchemaDefinition {
  return schema._zod.def as SchemaDefinition // the common part of some forty kinds; every further member is optional here
}

const opaque = new Set(['transform', 'pipe', 'lazy', 'catch', 'promise', 'function'])

/** The schema may change its value, so its output must not be fed to it again. */
export function hasTransform(schema: ZodType, seen: Set<ZodType> = new Set()): boolean {
  if (seen.has(schema)) return false
  seen.add(schema)
  const definition = definitionOf(schema)
  if (opaque.has(definition.type)) return true
  const { innerType, element, valueType, rest, left, right } = definition
  const parts = [innerType, element, valueType, rest, left, right]
  parts.push(...(definition.items ?? []), ...(definition.options ?? []))
  if (definition.shape !== undefined) parts.push(...Object.values(definition.shape))
  return parts.some((part) => part !== undefined && part !== null && hasTransform(part, seen))
}

const plainNames = new Set(['string', 'boolean', 'bigint', 'date', 'object', 'any'])
const namesOfKinds: Readonly<Record<string, string>> = {
  record: 'object',
  enum: 'string',
  template_literal: 'string',
}

/** The type as the manifest shows it: `[string]`, `integer`. */
export function nameOfSchema(schema: ZodType): string {
  const definition = definitionOf(schema)
  const { type, format, innerType, element } = definition
  if (type === 'array' && element !== undefined) return `[${nameOfSchema(element)}]`
  if (type === 'number') return format?.includes('int') === true ? 'integer' : 'number'
  if (plainNames.has(type)) return type
  if (innerType !== undefined) {
    return type === 'nullable' ? `${nameOfSchema(innerType)}|null` : nameOfSchema(innerType)
  }
  if (type === 'pipe' && definition.in !== undefined) return nameOfSchema(definition.in)
  return namesOfKinds[type] ?? 'any'
}
