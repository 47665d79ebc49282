import { type Declared, declared } from './declared-scope.ts'
import type { Model } from './model.ts'
import type { ModelDraft } from './model-draft.ts'
import { isPlainObject } from './plain-object.ts'

/**
 * The values every write of a model carries: `attributes` of its settings, else the equality conditions of its default
 * scope; `undefined` when there are none. Computed ones follow from the data of the write.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the place. **Source**: data D-1.1-14, D-3.6-7.
 */
export function compileAttributes(
  { name, definition, relations }: ModelDraft,
  scope: Declared,
): Pick<Model, 'attributes' | 'attributesOf'> {
  const { attributes } = definition.settings
  if (attributes === false) return { attributes: undefined }
  const { fixed, computed } = declared(attributes, `${name}.attributes`)
  if (fixed !== undefined) return { attributes: Object.freeze({ ...fixed }) }
  if (computed !== undefined) return { attributes: undefined, attributesOf: computed }
  const isProperty = (key: string) => !relations.has(key)
  const { computed: scopeOf } = scope
  if (scopeOf === undefined) {
    return { attributes: equalitiesOf(scope.fixed?.['where'], isProperty) }
  }
  return {
    attributes: undefined,
    attributesOf: (...data) => equalitiesOf(scopeOf(...data)['where'], isProperty) ?? {},
  }
}

/**
 * The equality conditions of a where, those inside `and` included: defaults of rows created under a scope.
 * `undefined` when there are none. **Source**: data D-4.8-3.
 */
export function equalitiesOf(
  where: unknown,
  isProperty: (name: string) => boolean = () => true,
): Readonly<Record<string, unknown>> | undefined {
  const found: Record<string, unknown> = {}
  collect(where, isProperty, found)
  return Object.keys(found).length === 0 ? undefined : Object.freeze(found)
}

function collect(
  where: unknown,
  isProperty: (name: string) => boolean,
  found: Record<string, unknown>,
): void {
  if (!isPlainObject(where)) return
  for (const [key, condition] of Object.entries(where)) {
    if (key === 'and' && Array.isArray(condition)) {
      for (const part of condition) collect(part, isProperty, found)
      continue
    }
    if (key === 'or' || key === 'nor' || key === '__proto__' || key.includes('.')) continue
    if (!isProperty(key)) continue
    const value = isPlainObject(condition) ? onlyEquality(condition) : condition
    if (value !== undefined && !(value instanceof RegExp)) found[key] = value
  }
}

function onlyEquality(condition: Readonly<Record<string, unknown>>): unknown {
  return Object.keys(condition).length === 1 ? condition['eq'] : undefined
}
