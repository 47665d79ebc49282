import type { Model, Property, Row } from '../../core/spi.ts'
import type { Scalar } from './block.ts'
import {
  canonicalKey,
  compoundKey,
  type IndexKey,
  type IndexPart,
  keyKindOf,
  keyOfValue,
} from './index-key.ts'

/** An index a table has to keep. */
export interface IndexLayout {
  readonly name: string
  readonly parts: readonly IndexPart[]
  readonly unique: boolean
  /** The index over the key itself; its rows are found in the table's own map. */
  readonly isIdentity: boolean
}

/** What a table knows of the models that live in it. */
export interface TableLayout {
  /** Key properties, in key order; empty without identity. */
  readonly ids: readonly Property[]
  readonly idNames: readonly string[]
  readonly idParts: readonly IndexPart[]
  readonly indexes: readonly IndexLayout[]
}

/** The table a model lives in: its own, or the one its settings name (`{ memory: { collection: 'things' } }`). Source: data D-1.1-23. */
export function tableNameOf(model: Model): string {
  const settings = model.settings.memory
  if (typeof settings === 'object' && settings !== null && 'collection' in settings) {
    if (typeof settings.collection === 'string') return settings.collection
  }
  return model.name
}

/** Works out keys and indexes; the first model decides the key. */
export function compileLayout(models: readonly Model[]): TableLayout {
  const ids = models[0]?.id ?? []
  const idParts = ids.map((property) => partOf(property))
  const indexes = new Map<string, IndexLayout>()
  const add = (index: IndexLayout) => {
    const signature = index.parts.map(({ property }) => property).join('\0')
    const known = indexes.get(signature)
    if (known === undefined || (index.unique && !known.unique && !known.isIdentity)) {
      indexes.set(signature, index)
    }
  }
  if (idParts.length > 0 && idParts.every(({ kind }) => kind !== undefined)) {
    add({ name: 'id', parts: idParts, unique: false, isIdentity: true })
  }
  for (const model of models) for (const index of indexesOf(model)) add(index)
  return { ids, idNames: ids.map(({ name }) => name), idParts, indexes: [...indexes.values()] }
}

/** Declared indexes, foreign keys, and the first column of an index over several. */
function indexesOf(model: Model): IndexLayout[] {
  const found: IndexLayout[] = []
  const add = (name: string, properties: readonly string[], unique: boolean) => {
    const parts = properties.map((property) => partOf(model.properties.get(property), property))
    const isUsable = parts.every(({ kind }) => kind !== undefined)
    if (isUsable || unique) found.push({ name, parts, unique, isIdentity: false })
  }
  for (const { name, index } of model.properties.values()) {
    if (index !== undefined) add(index.name ?? name, [name], index.unique)
  }
  for (const index of model.indexes) {
    const properties = index.keys.map(([property]) => property)
    add(index.name, properties, index.unique)
    const [first, ...others] = properties
    if (first !== undefined && others.length > 0) add(first, [first], false)
  }
  for (const { kind, ownKeys } of model.relations.values()) {
    if (kind === 'belongsTo' && ownKeys.length === 1) add(ownKeys.join(), ownKeys, false)
  }
  return found
}

function partOf(property: Property | undefined, name = property?.name ?? ''): IndexPart {
  return { property: name, kind: keyKindOf(property?.type) }
}

/** The key a row is kept under; `null` when a part of its id is missing, or the model has none. */
export function keyOfRow(layout: TableLayout, row: Readonly<Row>): Scalar | null {
  const [part, ...others] = layout.idParts
  if (part === undefined) return null
  if (others.length === 0) {
    const value = row[part.property]
    return settled(keyOfValue(value, part.kind), value)
  }
  const values = layout.idParts.map(({ property }) => row[property])
  if (values.some((value) => value === null || value === undefined)) return null
  return settled(compoundKey(values, layout.idParts), values)
}

function settled(key: IndexKey, value: unknown): Scalar | null {
  return key === undefined ? canonicalKey(value) : key
}
