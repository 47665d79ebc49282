import { invalidArgument } from '../error/remote-error.ts'
import type { Profile } from '../profile.ts'
import { checkSettings } from './known-settings.ts'
import { isPlainObject } from './plain-object.ts'
import type { Property, PropertyIndex, PropertyType } from './property.ts'
import { compileDefault } from './property-default.ts'
import { parseType, type TypeContext } from './property-type.ts'
import { isSchema, readSchema } from './zod-type.ts'

/** What a property is compiled against. */
export interface PropertyContext extends Omit<TypeContext, 'place' | 'member'> {
  readonly profile: Profile
  readonly warn: (message: string) => void
}

/** Keys of property options that have members of their own in {@link Property}. */
const knownKeys: ReadonlySet<string> = new Set([
  'type',
  'id',
  'generated',
  'default',
  'defaultFn',
  'index',
  'unique',
  'hidden',
  'protected',
  'readOnly',
  'updateOnly',
  'applyDefaultOnWrites',
  'persistDefaultValues',
])

/**
 * Compiles one declared property; its position in the key is set by {@link withId} later.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the place, for reserved and dotted names and for what is no type.
 * **Source**: data 1.2.
 */
export function compileProperty(
  name: string,
  declaration: unknown,
  place: string,
  context: PropertyContext,
): Property {
  checkName(name, place, context)
  const options = readOptions(declaration)
  const { profile, warn } = context
  checkSettings('property', options, place, profile.name === 'strict' ? undefined : warn)
  const schema = isSchema(options['type']) ? options['type'] : undefined
  const facts = schema === undefined ? undefined : readSchema(schema)
  const type = facts?.type ?? resolveType(options['type'], place, context)
  const fallback = compileDefault(options, type, { ...context, place }) ?? facts?.default
  const generated = options['generated'] === true
  const index = readIndex(options)
  return Object.freeze({
    name,
    type,
    ...(schema === undefined ? {} : { schema }),
    required: isRequired(options, facts?.required ?? false, fallback !== undefined || generated),
    id: typeof options['id'] === 'number' ? options['id'] : options['id'] === true ? 1 : 0,
    generated,
    ...(fallback === undefined ? {} : { default: fallback }),
    applyDefaultOnWrites: options['applyDefaultOnWrites'] !== false,
    persistDefaultValues: options['persistDefaultValues'] !== false,
    ...(index === undefined ? {} : { index }),
    hidden: options['hidden'] === true,
    protected: options['protected'] === true,
    readOnly: options['readOnly'] === true,
    ...(options['updateOnly'] === true ? { updateOnly: true } : {}),
    settings: otherSettings(options),
  })
}

function resolveType(declaration: unknown, place: string, context: PropertyContext): PropertyType {
  const types: TypeContext = {
    place,
    modelType: context.modelType,
    unresolved: context.unresolved,
    strictEmbedded: context.strictEmbedded,
    member: (name, inner, innerPlace) => compileProperty(name, inner, innerPlace, context),
  }
  return parseType(declaration, types)
}

/** A shorthand is the type alone; an object with a `type` is options. Source: data D-1.2-1. */
function readOptions(declaration: unknown): Readonly<Record<string, unknown>> {
  const isOptions =
    isPlainObject(declaration) && !isSchema(declaration) && declaration['type'] !== undefined
  return isOptions && declaration['kind'] !== 'model-definition'
    ? declaration
    : { type: declaration }
}

/** Source: data D-1.2-17. */
function checkName(name: string, place: string, context: PropertyContext): void {
  if (name === '__proto__' || name === 'prototype') {
    throw invalidArgument(`${place}: a property must not be called ${name}`)
  }
  if (name.includes('.')) {
    throw invalidArgument(`${place}: a property name must not contain a dot`)
  }
  if (name !== 'constructor') return
  const message = `${place}: a property should not be called constructor`
  if (!context.profile.compat['D-1.2-17']) throw invalidArgument(message)
  context.warn(message)
}

/** What the declaration says wins; a schema requires what it neither defaults nor makes optional. */
function isRequired(
  options: Readonly<Record<string, unknown>>,
  bySchema: boolean,
  isFilled: boolean,
): boolean {
  const { required } = options
  if (required === undefined) return bySchema && !isFilled
  return required === true || isPlainObject(required)
}

function readIndex(options: Readonly<Record<string, unknown>>): PropertyIndex | undefined {
  const { index, unique } = options
  const details = isPlainObject(index) ? index : {}
  const isUnique = unique === true || isPlainObject(unique) || details['unique'] === true
  if (!isUnique && index !== true && !isPlainObject(index)) return undefined
  return Object.freeze({
    unique: isUnique,
    ...(typeof details['kind'] === 'string' ? { kind: details['kind'] } : {}),
    ...(typeof details['name'] === 'string' ? { name: details['name'] } : {}),
  })
}

function otherSettings(
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const settings: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(options)) {
    if (knownKeys.has(key) || (key === 'required' && typeof value === 'boolean')) continue
    if (key !== '__proto__') settings[key] = value
  }
  return Object.freeze(settings)
}
