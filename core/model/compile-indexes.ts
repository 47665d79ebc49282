import { invalidArgument } from '../error/remote-error.ts'
import type { ModelIndex } from './model.ts'
import type { ModelDraft } from './model-draft.ts'
import { isPlainObject } from './plain-object.ts'

type Keys = ModelIndex['keys']

/**
 * The indexes of a model: one for each indexed property (`<property>_index`), then the named ones.
 *
 * **Errors**: `INVALID_ARGUMENT` for an index over a property that is not declared (a warning on open models).
 * **Source**: data D-1.1-18, D-1.2-10, D-1.2-11, D-9.9-1.
 */
export function compileIndexes(
  draft: ModelDraft,
  warn: (message: string) => void,
): readonly ModelIndex[] {
  const indexes: ModelIndex[] = []
  for (const { name, index } of draft.properties.values()) {
    if (index === undefined) continue
    const keys: Keys = Object.freeze([Object.freeze([name, 1] as const)])
    indexes.push(Object.freeze({ name: index.name ?? `${name}_index`, keys, unique: index.unique }))
  }
  const named = draft.definition.settings.indexes
  if (named === undefined) return Object.freeze(indexes)
  if (!isPlainObject(named)) throw invalidArgument(`${draft.name}.indexes must be an object`)
  for (const [name, declaration] of Object.entries(named)) {
    if (!declaration) continue
    indexes.push(readIndex(name, declaration, draft, warn))
  }
  return Object.freeze(indexes)
}

function readIndex(
  name: string,
  declaration: unknown,
  draft: ModelDraft,
  warn: (message: string) => void,
): ModelIndex {
  const place = `${draft.name}.indexes.${name}`
  if (!isPlainObject(declaration)) throw invalidArgument(`${place} must be an object`)
  const keys = readKeys(declaration, place)
  for (const [property] of keys) {
    const [root = ''] = property.split('.')
    if (draft.properties.has(root)) continue
    const message = `${place}: ${draft.name} has no property "${root}"`
    if (draft.strict !== 'open') throw invalidArgument(message)
    warn(message)
  }
  const options = isPlainObject(declaration['options']) ? declaration['options'] : {}
  const unique = declaration['unique'] === true || options['unique'] === true
  return Object.freeze({ name, keys, unique })
}

/** Three forms: `{ columns: 'a,b' }`, `{ keys: { a: 1, b: -1 } }`, and the keys alone. */
function readKeys(declaration: Readonly<Record<string, unknown>>, place: string): Keys {
  const { columns, keys } = declaration
  if (typeof columns === 'string') {
    return freezeKeys(columns.split(',').map((column) => [column.trim(), 1] as const))
  }
  const listed: unknown = Array.isArray(columns) ? columns : Array.isArray(keys) ? keys : undefined
  if (Array.isArray(listed)) {
    return freezeKeys(listed.map((column) => [String(column), 1] as const))
  }
  const map = isPlainObject(keys) ? keys : declaration
  const entries = Object.entries(map).filter(([, direction]) => isDirection(direction))
  if (entries.length === 0) throw invalidArgument(`${place} names no properties`)
  return freezeKeys(
    entries.map(([property, direction]) => [property, isDescending(direction) ? -1 : 1] as const),
  )
}

function freezeKeys(keys: readonly (readonly [string, 1 | -1])[]): Keys {
  return Object.freeze(keys.map((key) => Object.freeze(key)))
}

function isDirection(value: unknown): boolean {
  return typeof value === 'number' || /^(?:-?1|asc|desc)$/i.test(String(value))
}

function isDescending(value: unknown): boolean {
  return Number(value) < 0 || String(value).toLowerCase() === 'desc'
}
