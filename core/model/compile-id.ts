import type { Model } from './model.ts'
import type { ModelDraft } from './model-draft.ts'
import { plainProperty } from './model-draft.ts'
import type { Property, PropertyType } from './property.ts'
import { scalarType } from './property-type.ts'

/**
 * Settles the key of a model: declared key properties get their positions, a model without any gets the property `id`.
 *
 * `defaultType` is the type of ids the data source generates. A declared property called `id` becomes the key when
 * nothing else is marked. **Source**: data D-1.1-6, D-1.2-3, D-1.2-4, D-1.4-2.
 */
export function compileId(draft: ModelDraft, defaultType: PropertyType | undefined): void {
  const declared = [...draft.properties.values()].filter((property) => property.id > 0)
  if (declared.length > 0) {
    draft.id = declared
      .toSorted((a, b) => a.id - b.id)
      .map((property, index) => adopt(draft, property, index + 1, defaultType))
    return
  }
  if (draft.definition.settings['idInjection'] === false) return
  const plain = draft.properties.get('id')
  if (plain !== undefined) {
    // Only a schema says all there is to say; a LoopBack property called id is the store's to fill.
    const generated = plain.schema === undefined && plain.default === undefined && !plain.required
    draft.id = [adopt(draft, { ...plain, generated }, 1, undefined)]
    return
  }
  const id = plainProperty('id', defaultType ?? scalarType('number'), { id: 1, generated: true })
  draft.properties.set('id', id)
  draft.id = [id]
}

function adopt(
  draft: ModelDraft,
  property: Property,
  position: number,
  defaultType: PropertyType | undefined,
): Property {
  const usesDefault =
    property.generated &&
    defaultType !== undefined &&
    property.schema === undefined &&
    property.settings['useDefaultIdType'] !== false
  const key = Object.freeze({
    ...property,
    id: position,
    ...(usesDefault ? { type: defaultType } : {}),
  })
  draft.properties.set(key.name, key)
  return key
}

/** Whether creating with an id is refused. Source: data D-1.4-5 … D-1.4-7. */
export function isIdForced(draft: ModelDraft): boolean {
  const { forceId } = draft.definition.settings
  if (draft.id.length === 0 || forceId === false) return false
  return forceId === true || draft.id.some((property) => property.generated)
}

/** An id that a new row must not have is there for updates only. Source: data D-1.2-12. */
export function markForcedId(draft: ModelDraft): void {
  if (!isIdForced(draft)) return
  draft.id = draft.id.map((property) => {
    const marked = Object.freeze({ ...property, updateOnly: true })
    draft.properties.set(marked.name, marked)
    return marked
  })
}

/** Names of the properties a new row is not made from. Source: data D-1.2-12. */
export function updateOnlyProperties(model: Pick<Model, 'properties'>): readonly string[] {
  return [...model.properties.values()]
    .filter((one) => one.updateOnly === true)
    .map((one) => one.name)
}
