import type { ModelDefinition } from './define-model.ts'
import type { Property, PropertyType, Strictness } from './property.ts'
import type { Relation } from './relation.ts'

/** A model while it is compiled: what later steps add to. */
export interface ModelDraft {
  readonly definition: ModelDefinition
  readonly name: string
  /** In output order; foreign keys are appended by relations. */
  readonly properties: Map<string, Property>
  /** Key properties in key order. */
  id: readonly Property[]
  readonly relations: Map<string, Relation>
  readonly strict: Strictness
  readonly dataSource: string | undefined
  /** Rows of this model as values inside others; its properties are those of the draft. */
  readonly nested: PropertyType
}

/** A property that only has a type: injected ids and keys. */
export function plainProperty(
  name: string,
  type: PropertyType,
  more: Partial<Property> = {},
): Property {
  return Object.freeze({
    name,
    type,
    required: false,
    id: 0,
    generated: false,
    applyDefaultOnWrites: true,
    persistDefaultValues: true,
    hidden: false,
    protected: false,
    readOnly: false,
    settings: Object.freeze({}),
    ...more,
  })
}

/** Adds a property unless the model declares one of that name. */
export function injectProperty(draft: ModelDraft, property: Property): void {
  if (!draft.properties.has(property.name)) draft.properties.set(property.name, property)
}
