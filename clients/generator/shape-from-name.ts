import { orNull, plain, pointType, type TypeShape, unionOf, unknownType } from './type-shape.ts'

/** What a type name of the manifest is read against. */
export interface TypeNames {
  /** Names of the public models. */
  readonly models: ReadonlySet<string>
  /** What `id` stands for. */
  readonly id: TypeShape
  /** Values go to the server, or come from it: files and rows differ. */
  readonly direction: 'sent' | 'received'
}

const plainTypes: Readonly<Record<string, TypeShape>> = {
  string: plain('string'),
  text: plain('string'),
  decimal: plain('string'),
  datestring: plain('string'),
  number: plain('number'),
  integer: plain('number'),
  boolean: plain('boolean'),
  bigint: plain('bigint'),
  date: plain('Date'),
  buffer: plain('Uint8Array'),
  null: plain('null'),
  geopoint: pointType,
  object: { kind: 'record', value: unknownType },
  array: { kind: 'list', item: unknownType },
}

/** The shape of a type name: `string`, `[Book]`, `number|null`; names nobody knows are `unknown`. */
export function shapeFromName(name: string, names: TypeNames): TypeShape {
  const options = splitOptions(name.trim())
  if (options.length > 1) return unionOf(options.map((option) => shapeFromName(option, names)))
  if (name.startsWith('[') && name.endsWith(']')) {
    return { kind: 'list', item: shapeFromName(name.slice(1, -1), names) }
  }
  const isSent = names.direction === 'sent'
  if (names.models.has(name)) return { kind: 'model', name, part: isSent ? 'data' : 'row' }
  const key = name.toLowerCase()
  if (key === 'id') return names.id
  if (key === 'file') return plain(isSent ? 'FileInput' : 'FileDownload')
  return Object.hasOwn(plainTypes, key) ? (plainTypes[key] ?? unknownType) : unknownType
}

/** Splits at the bars that stand outside of brackets. */
function splitOptions(text: string): string[] {
  const options: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '[') depth++
    if (text[i] === ']') depth--
    if (text[i] !== '|' || depth > 0) continue
    options.push(text.slice(start, i))
    start = i + 1
  }
  return [...options, text.slice(start)]
}

/** The shape of a property's type in the manifest: a name, a list of one type, or members by name. */
export function shapeFromPropertyType(type: unknown, names: TypeNames): TypeShape {
  if (typeof type === 'string') return shapeFromName(type, names)
  if (Array.isArray(type)) return { kind: 'list', item: shapeFromPropertyType(type[0], names) }
  if (typeof type !== 'object' || type === null) return unknownType
  const members = Object.entries(type).map(([name, member]) => ({
    name,
    type: orNull(shapeFromPropertyType(member, names)),
    optional: true,
  }))
  return { kind: 'object', members }
}
