/** A type as the generator thinks of it, before it is text. Equal types have equal shapes. */
export type TypeShape =
  /** `string`, `Date`, `unknown`, … written as it is. */
  | { readonly kind: 'plain'; readonly text: PlainName }
  /** A literal: `'draft'`, `3`, `true`. */
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  /** A public model, by the name it has in the manifest: a row of it, or what creates one. */
  | { readonly kind: 'model'; readonly name: string; readonly part: ModelPart }
  | { readonly kind: 'list'; readonly item: TypeShape }
  | { readonly kind: 'tuple'; readonly items: readonly TypeShape[]; readonly rest?: TypeShape }
  | { readonly kind: 'object'; readonly members: readonly Member[] }
  | { readonly kind: 'record'; readonly value: TypeShape }
  | { readonly kind: 'union'; readonly options: readonly TypeShape[] }
  | { readonly kind: 'both'; readonly parts: readonly TypeShape[] }

/** A stored row, or the data of a new one. */
export type ModelPart = 'row' | 'data'

/** A member of an object. */
export interface Member {
  readonly name: string
  readonly type: TypeShape
  readonly optional: boolean
  readonly description?: string | undefined
}

/** Types without parts. */
export type PlainName =
  | 'string'
  | 'number'
  | 'boolean'
  | 'bigint'
  | 'null'
  | 'undefined'
  | 'unknown'
  | 'never'
  | 'void'
  | 'Date'
  | 'Uint8Array'
  | 'FileInput'
  | 'FileDownload'

/** A type without parts. */
export function plain(text: PlainName): TypeShape {
  return { kind: 'plain', text }
}

/** What nothing is known about. */
export const unknownType: TypeShape = plain('unknown')

/** A point: `{ lat, lng }`. */
export const pointType: TypeShape = {
  kind: 'object',
  members: [
    { name: 'lat', type: plain('number'), optional: false },
    { name: 'lng', type: plain('number'), optional: false },
  ],
}

/** Any of the types: flat, without repetition, `unknown` when one of them is. */
export function unionOf(types: readonly TypeShape[]): TypeShape {
  const flat = types.flatMap((type) => (type.kind === 'union' ? type.options : [type]))
  if (flat.some((type) => type.kind === 'plain' && type.text === 'unknown')) return unknownType
  const seen = new Set<string>()
  const options = flat.filter((type) => {
    const key = JSON.stringify(type)
    return seen.has(key) ? false : seen.add(key)
  })
  const [first] = options
  if (first === undefined) return plain('never')
  return options.length === 1 ? first : { kind: 'union', options }
}

/** The type, or null. */
export function orNull(type: TypeShape): TypeShape {
  return unionOf([type, plain('null')])
}

/**
 * Whether every value of `from` is a value of `to`, as far as shapes tell; models are compared by name. It decides whether a
 * changed type breaks anybody.
 */
export function isAssignable(from: TypeShape, to: TypeShape): boolean {
  if (to.kind === 'plain' && to.text === 'unknown') return true
  if (from.kind === 'union') return from.options.every((option) => isAssignable(option, to))
  if (to.kind === 'union') return to.options.some((option) => isAssignable(from, option))
  if (to.kind === 'both') return to.parts.every((part) => isAssignable(from, part))
  if (from.kind === 'both') return from.parts.some((part) => isAssignable(part, to))
  switch (to.kind) {
    case 'plain':
      return (
        (from.kind === 'plain' && from.text === to.text) ||
        (from.kind === 'literal' && typeof from.value === to.text)
      )
    case 'list':
      return isListOf(from, to.item)
    case 'model':
      return from.kind === 'model' && from.name === to.name
    case 'object':
      return from.kind === 'object' && hasMembers(from.members, to.members)
    case 'record':
      return isRecordOf(from, to.value)
    default:
      return JSON.stringify(from) === JSON.stringify(to)
  }
}

function isListOf(from: TypeShape, item: TypeShape): boolean {
  if (from.kind === 'tuple') {
    const items = from.rest === undefined ? from.items : [...from.items, from.rest]
    return items.every((type) => isAssignable(type, item))
  }
  return from.kind === 'list' && isAssignable(from.item, item)
}

function isRecordOf(from: TypeShape, value: TypeShape): boolean {
  if (from.kind === 'object') return from.members.every(({ type }) => isAssignable(type, value))
  if (from.kind === 'model') return value.kind === 'plain' && value.text === 'unknown'
  return from.kind === 'record' && isAssignable(from.value, value)
}

function hasMembers(from: readonly Member[], to: readonly Member[]): boolean {
  return to.every((wanted) => {
    const given = from.find(({ name }) => name === wanted.name)
    if (given === undefined) return wanted.optional
    return (wanted.optional || !given.optional) && isAssignable(given.type, wanted.type)
  })
}
