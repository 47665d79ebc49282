import type { Model } from '../model/model.ts'
import { isPlainObject } from '../model/plain-object.ts'
import { listFrom } from './list.ts'
import { invalidFilter, kindOf, reservedKey } from './query-error.ts'

/** `fields` after normalisation: what to keep, or what to leave out. `undefined` keeps everything. */
export interface NormalizedFields {
  readonly include: readonly string[] | undefined
  readonly exclude: readonly string[] | undefined
}

const everything: NormalizedFields = Object.freeze({ include: undefined, exclude: undefined })

/**
 * Brings every form of `fields` to one: text, list, `{ p: true }`, `{ p: false }`. Any truthy key makes it a list of
 * what to keep; `{}` and `[]` keep everything.
 *
 * **Errors** (400): `INVALID_FILTER` for other types and dotted names, `RESERVED_KEY`. **Source**: data D-3.1-5.
 */
export function normalizeFields(fields: unknown, at = 'fields'): NormalizedFields {
  if (fields === undefined || fields === null || fields === '') return everything
  if (typeof fields === 'string') return keep([fields], at)
  const list = listFrom(fields)
  if (list !== undefined && (Array.isArray(fields) || list.every(isText))) return keep(list, at)
  if (!isPlainObject(fields)) {
    throw invalidFilter(at, `${at}: expected text, a list or an object, got ${kindOf(fields)}`)
  }
  const names = Object.keys(fields)
  const kept = names.filter((name) => Boolean(fields[name]))
  if (kept.length > 0) return keep(kept, at)
  return names.length === 0 ? everything : { include: undefined, exclude: checkNames(names, at) }
}

const isText = (item: unknown): boolean => typeof item === 'string'

function keep(names: readonly unknown[], at: string): NormalizedFields {
  return names.length === 0 ? everything : { include: checkNames(names, at), exclude: undefined }
}

function checkNames(names: readonly unknown[], at: string): readonly string[] {
  return names.map((name) => {
    if (typeof name !== 'string')
      throw invalidFilter(at, `${at}: expected text, got ${kindOf(name)}`)
    if (name === '__proto__') throw reservedKey(at)
    if (name.includes('.')) throw invalidFilter(at, `${at}: dotted names are not allowed`)
    return name
  })
}

/**
 * Reads `fields` as the list of properties to load, in the model's order, dynamic names of open models behind.
 *
 * Names a closed model does not have are dropped (data D-1.5-2). An exclusion names what is left of the declared
 * properties, so it leaves out dynamic ones too. A list without any known name stays empty and loads nothing.
 */
export function readFields(
  model: Model,
  fields: unknown,
  at: string,
): readonly string[] | undefined {
  const { include, exclude } = normalizeFields(fields, at)
  const chosen = include ?? exclude
  if (chosen === undefined) return undefined
  const names = new Set(chosen)
  const declared: string[] = []
  for (const name of model.properties.keys()) {
    if (names.has(name) === (include !== undefined)) declared.push(name)
  }
  if (include === undefined || model.strict !== 'open') return Object.freeze(declared)
  const dynamic = [...names].filter((name) => !isKnown(model, name))
  return Object.freeze([...declared, ...dynamic])
}

function isKnown(model: Model, name: string): boolean {
  return model.properties.has(name) || model.relations.has(name)
}
