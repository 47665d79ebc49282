import { invalidArgument } from '../error/remote-error.ts'
import type { Profile } from '../profile.ts'
import { isIdForced } from './compile-id.ts'
import type { ModelDraft } from './model-draft.ts'
import { isPlainObject } from './plain-object.ts'
import type { Property } from './property.ts'
import type { Validation } from './validation.ts'
import { isNewRecord } from './validation-run.ts'
import { readSchema } from './zod-type.ts'

const kinds: ReadonlySet<unknown> = new Set<Validation['kind']>([
  'presence',
  'absence',
  'date',
  'length',
  'numericality',
  'inclusion',
  'exclusion',
  'format',
  'uniqueness',
  'custom',
])

/**
 * The validations of a model in running order: presence and date by property, those of the definition, the forced id.
 *
 * **Source**: data D-1.2-5, D-1.3-5, D-1.4-5, D-1.1-16, D-1.8-5.
 */
export function collectValidations(
  draft: ModelDraft,
  profile: Profile,
  warn: (message: string) => void,
): readonly Validation[] {
  const derived = [...draft.properties.values()].flatMap(validationsOfProperty)
  const declared = readDeclared(draft, profile, warn)
  const forced: Validation[] = isIdForced(draft)
    ? draft.id
        .filter((property) => property.generated || draft.definition.settings.forceId === true)
        .map(({ name }) => ({ property: name, kind: 'absence', if: isNewRecord }))
    : []
  return Object.freeze([...derived, ...declared, ...forced])
}

/** What the declaration of one property implies. */
export function validationsOfProperty(property: Property): readonly Validation[] {
  const { name, required, schema, settings, type } = property
  const validations: Validation[] = []
  if (required) {
    const options = isPlainObject(settings['required']) ? settings['required'] : {}
    // A schema decides about blank values itself: only a missing one fails here.
    const lenient =
      schema === undefined ? {} : { allowBlank: true, allowNull: readSchema(schema).nullable }
    validations.push({ ...lenient, ...options, property: name, kind: 'presence' })
  }
  if (type.kind === 'date') validations.push({ property: name, kind: 'date' })
  return validations
}

function readDeclared(
  draft: ModelDraft,
  profile: Profile,
  warn: (message: string) => void,
): readonly Validation[] {
  const { validations } = draft.definition.settings
  if (validations === undefined) return []
  const place = `${draft.name}.validations`
  if (!Array.isArray(validations)) throw invalidArgument(`${place} must be a list`)
  const read = validations.map((entry, index) => readValidation(entry, `${place}[${index}]`, draft))
  if (!profile.compat['D-1.1-16']) return read
  const kept = read.filter((entry) => entry.kind === 'custom')
  if (kept.length < read.length) warn(`${place} are ignored in the loopback3 profile`)
  return kept
}

function readValidation(entry: unknown, place: string, draft: ModelDraft): Validation {
  if (!isPlainObject(entry)) throw invalidArgument(`${place} must be an object`)
  const { property, kind, custom } = entry
  if (typeof property !== 'string' || property === '') {
    throw invalidArgument(`${place}.property must be the name of a property`)
  }
  if (draft.strict !== 'open' && !draft.properties.has(property)) {
    throw invalidArgument(`${place}: ${draft.name} has no property "${property}"`)
  }
  const validate = entry['validate'] ?? custom
  if (!kinds.has(kind) && typeof validate !== 'function') {
    throw invalidArgument(`${place}.kind: there is no validation "${String(kind)}"`)
  }
  if (kind === 'custom' && typeof validate !== 'function') {
    throw invalidArgument(`${place}.validate must be a function`)
  }
  const made = typeof validate === 'function' ? { ...entry, kind: 'custom', validate } : entry
  checkOperands(made, place)
  const checked: unknown = Object.freeze(made)
  return checked as Validation // kind, property and operands are checked above
}

function checkOperands(entry: Readonly<Record<string, unknown>>, place: string): void {
  const { kind } = entry
  if ((kind === 'inclusion' || kind === 'exclusion') && !Array.isArray(entry['in'])) {
    throw invalidArgument(`${place}.in must be a list`)
  }
  const pattern = entry['with']
  if (kind === 'format' && typeof pattern !== 'string' && !(pattern instanceof RegExp)) {
    throw invalidArgument(`${place}.with must be a regular expression`)
  }
}
