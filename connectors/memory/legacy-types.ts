import { GeoPoint, type Model, type PropertyType, type Row } from '../../core/spi.ts'
import type { Table } from './table.ts'

/** Restores the declared types of rows that were loaded before their model was known. */
export function typeRows(table: Table, model: Model): void {
  for (const entry of table.entries.values()) typeRow(entry.row, model)
  table.isUntyped = false
}

/** Restores the declared types of one row in place. */
export function typeRow(row: Readonly<Row>, model: Model | undefined): void {
  if (model === undefined) return
  const target = row as Row // loaded a moment ago; nobody reads it yet
  for (const { name, type } of model.properties.values()) {
    if (Object.hasOwn(row, name)) target[name] = typeValue(row[name], type)
  }
}

/** Dates, bytes and points as they came out of `JSON.stringify`; anything else is left alone. Source: data D-9.10-3. */
function typeValue(value: unknown, type: PropertyType): unknown {
  if (value === null || value === undefined) return value
  switch (type.kind) {
    case 'date':
      return typeof value === 'string' || typeof value === 'number' ? dateOf(value) : value
    case 'buffer':
      return bytesOf(value)
    case 'geopoint':
      return pointOf(value)
    case 'bigint':
      return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value
    case 'list':
      return Array.isArray(value) ? value.map((item) => typeValue(item, type.item)) : value
    case 'nested':
      return isObject(value) ? typeMembers(value, type) : value
    default:
      return value
  }
}

function typeMembers(value: Row, type: PropertyType & { readonly kind: 'nested' }): Row {
  for (const property of type.properties.values()) {
    if (Object.hasOwn(value, property.name)) {
      value[property.name] = typeValue(value[property.name], property.type)
    }
  }
  return value
}

function dateOf(value: string | number): unknown {
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? value : date
}

function bytesOf(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value, 'base64')
  return isObject(value) && Array.isArray(value.data) ? Buffer.from(value.data) : value
}

function pointOf(value: unknown): unknown {
  if (!isObject(value)) return value
  const { lat, lng } = value
  return typeof lat === 'number' && typeof lng === 'number' ? new GeoPoint(lat, lng) : value
}

/** A plain JSON object. */
export function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
