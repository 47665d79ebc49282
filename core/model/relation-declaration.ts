import { invalidArgument } from '../error/remote-error.ts'
import { isPlainObject } from './plain-object.ts'
import type { RelationKind } from './relation.ts'

/** The selector of a polymorphic relation with its two properties. Source: data D-4.2-5. */
export interface Polymorphic {
  readonly selector: string
  readonly foreignKey: string
  /** Property that holds the model's name. */
  readonly discriminator: string
  readonly idType: unknown
  readonly invert: boolean
}

/** A relation as declared, in one form. */
export interface RelationDraft {
  readonly name: string
  readonly kind: RelationKind
  /** `undefined` for a polymorphic belongsTo. */
  readonly target: string | undefined
  readonly through: string | undefined
  readonly foreignKey: readonly string[] | undefined
  readonly primaryKey: readonly string[] | undefined
  readonly polymorphic: Polymorphic | undefined
  readonly options: Readonly<Record<string, unknown>>
  /** Everything the declaration said. */
  readonly settings: Readonly<Record<string, unknown>>
}

const kinds: readonly RelationKind[] = [
  'belongsTo',
  'hasMany',
  'hasOne',
  'hasAndBelongsToMany',
  'referencesMany',
  'embedsOne',
  'embedsMany',
]

/**
 * Reads both forms of a relation: `{ hasMany: 'Book' }` and `{ type: 'hasMany', model: 'Book' }`.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the place; those of polymorphic relations carry `details.code`. **Source**: data
 * 4.1, D-4.1-30, D-4.2-20.
 */
export function readRelation(owner: string, name: string, declaration: unknown): RelationDraft {
  const place = `${owner}.relations.${name}`
  if (!isPlainObject(declaration)) throw invalidArgument(`${place} must be an object`)
  if (name === 'trigger' || name === '__proto__' || name === 'constructor') {
    throw invalidArgument(`${place}: a relation must not be called ${name}`)
  }
  const { kind, target } = readKind(declaration, place)
  const polymorphic = readPolymorphic(declaration['polymorphic'], kind, name, target, place)
  if (target === undefined && polymorphic === undefined) {
    throw definitionError('BELONGS_TO_MISSING_MODEL', `${place} names no model`)
  }
  return {
    name,
    kind,
    target,
    through: typeof declaration['through'] === 'string' ? declaration['through'] : undefined,
    foreignKey: readKeys(declaration['foreignKey'], `${place}.foreignKey`),
    primaryKey: readKeys(declaration['primaryKey'], `${place}.primaryKey`),
    polymorphic,
    options: isPlainObject(declaration['options']) ? declaration['options'] : {},
    settings: polymorphic === undefined ? declaration : { ...declaration, polymorphic },
  }
}

function definitionError(code: string, message: string): Error {
  return invalidArgument(message, { code })
}

function readKind(
  declaration: Readonly<Record<string, unknown>>,
  place: string,
): { readonly kind: RelationKind; readonly target: string | undefined } {
  const named = kinds.filter((kind) => typeof declaration[kind] === 'string')
  const { type, model } = declaration
  if (type === undefined && named.length === 1) {
    const [kind = 'belongsTo'] = named
    return { kind, target: String(declaration[kind]) }
  }
  const kind = kinds.find((candidate) => candidate === type)
  if (kind === undefined || named.length > 0) {
    throw invalidArgument(`${place}: exactly one of ${kinds.join(', ')} is expected`)
  }
  if (model !== undefined && typeof model !== 'string') {
    throw invalidArgument(`${place}.model must be the name of a model`)
  }
  return { kind, target: model || undefined }
}

function readKeys(value: unknown, place: string): readonly string[] | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const keys: readonly unknown[] = Array.isArray(value) ? value : [value]
  for (const key of keys) {
    if (typeof key !== 'string' || key === '') throw invalidArgument(`${place} must hold names`)
  }
  return keys as readonly string[] // checked one by one
}

function readPolymorphic(
  value: unknown,
  kind: RelationKind,
  name: string,
  target: string | undefined,
  place: string,
): Polymorphic | undefined {
  if (value === undefined || value === false || value === null) return undefined
  if (kind === 'belongsTo' && target !== undefined) {
    throw definitionError(
      'POLYMORPHIC_BELONGS_TO_MODEL',
      `${place}: a polymorphic belongsTo names no model`,
    )
  }
  if (kind !== 'belongsTo' && target === undefined) {
    throw definitionError('POLYMORPHIC_NOT_BELONGS_TO_MISSING_MODEL', `${place} names no model`)
  }
  const options = isPlainObject(value) ? value : {}
  const given = typeof value === 'string' ? value : (options['selector'] ?? options['as'])
  checkPolymorphic(options, place)
  const selector = typeof given === 'string' ? given : name
  return {
    selector,
    foreignKey: textOr(options['foreignKey'], `${selector}Id`),
    discriminator: textOr(options['discriminator'], `${selector}Type`),
    idType: options['idType'],
    invert: options['invert'] === true,
  }
}

/** Source: data D-4.2-20. */
function checkPolymorphic(options: Readonly<Record<string, unknown>>, place: string): void {
  const { selector, as, foreignKey, discriminator } = options
  if (as !== undefined && selector !== undefined) {
    throw definitionError('POLYMORPHIC_EXTRANEOUS_AS', `${place}: as repeats selector`)
  }
  if (selector !== undefined && foreignKey !== undefined && discriminator !== undefined) {
    throw definitionError('POLYMORPHIC_EXTRANEOUS_SELECTOR', `${place}: selector is not needed`)
  }
  if (selector !== undefined || as !== undefined) return
  if (foreignKey !== undefined && discriminator === undefined) {
    throw definitionError('POLYMORPHIC_MISSING_DISCRIMINATOR', `${place}: discriminator is missing`)
  }
  if (discriminator !== undefined && foreignKey === undefined) {
    throw definitionError('POLYMORPHIC_MISSING_FOREIGN_KEY', `${place}: foreignKey is missing`)
  }
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback
}
