import type { Model } from '../model/model.ts'
import { listFrom } from './list.ts'
import { pathOfProperty, resolvePath } from './path.ts'
import type { OrderEntry } from './query.ts'
import {
  hiddenProperty,
  invalidFilter,
  kindOf,
  tooComplex,
  unknownProperty,
  unsupportedOperator,
} from './query-error.ts'
import { checkPathName, isProhibited, type WhereReader } from './where-reader.ts'

/** Most properties one `order` may name: every pair of equal rows is compared by all of them. */
export const maxOrderKeys = 100

/** One sort key as text says it. */
interface OrderText {
  readonly name: string
  readonly direction: 1 | -1
}

/**
 * Brings every form of `order` to a list of `"name DIRECTION"`: `"a DESC, b"` gives `["a DESC", "b ASC"]`.
 *
 * **Errors**: 400 `INVALID_FILTER` for entries that are no text and for bad directions. **Source**: data D-3.1-4.
 */
export function normalizeOrder(order: unknown): readonly string[] {
  return readOrderTexts(order, 'order').map(
    ({ name, direction }) => `${name} ${direction === 1 ? 'ASC' : 'DESC'}`,
  )
}

/**
 * Reads `order`; without one the id ascending is the order (data D-3.1-9).
 *
 * A property the model does not have: strict 400 `UNKNOWN_PROPERTY`; loopback3 ignored, or a dynamic one on open models.
 * A hidden one: strict 400 `HIDDEN_PROPERTY_IN_QUERY`; loopback3 ignored with a warning (data D-1.6-6).
 */
export function readOrder(
  model: Model,
  order: unknown,
  at: string,
  reader: WhereReader,
): readonly OrderEntry[] {
  if (order === undefined || order === null || order === '') return defaultOrder(model, reader)
  const entries: OrderEntry[] = []
  const seen = new Set<string>()
  for (const { name, direction } of readOrderTexts(order, at)) {
    if (seen.has(name)) continue // rows equal in it once are equal in it again
    seen.add(name)
    if (seen.size > maxOrderKeys) throw tooComplex(`a query may have ${maxOrderKeys} sort keys`, at)
    const entry = readEntry(model, name, direction, at, reader)
    if (entry !== undefined) entries.push(entry)
  }
  return entries.length === 0 ? defaultOrder(model, reader) : Object.freeze(entries)
}

function readEntry(
  model: Model,
  name: string,
  direction: 1 | -1,
  at: string,
  reader: WhereReader,
): OrderEntry | undefined {
  const { compat } = model.profile
  if (!model.properties.has(name)) checkPathName(name, at, reader)
  const resolved = resolvePath(model, name)
  if (isProhibited(resolved, reader)) {
    if (!compat['D-1.6-6']) throw hiddenProperty(`${at}.${name}`)
    reader.context.warn?.(`${at}: the hidden property ${name} was ignored`)
    return undefined
  }
  if (!resolved.known) {
    if (!compat['D-3.1-4']) throw unknownProperty(`${at}.${name}`.slice(0, 80), model.name)
    if (model.strict !== 'open') return undefined
  }
  if (resolved.path.segments.length > 1 && reader.context.supports?.nestedProperty === false) {
    throw unsupportedOperator(at, 'nested property')
  }
  return Object.freeze({ path: resolved.path, direction, loose: compat['D-3.1-12'] })
}

function readOrderTexts(order: unknown, at: string): readonly OrderText[] {
  if (order === undefined || order === null) return []
  const entries = typeof order === 'string' ? [order] : listFrom(order)
  if (entries === undefined) {
    throw invalidFilter(at, `${at}: expected text or a list of texts, got ${kindOf(order)}`)
  }
  const texts: OrderText[] = []
  for (const entry of entries) {
    if (typeof entry !== 'string') {
      throw invalidFilter(at, `${at}: expected text, got ${kindOf(entry)}`)
    }
    for (const part of entry.split(',')) {
      const text = readOrderText(part.trim(), at)
      if (text !== undefined) texts.push(text)
    }
  }
  return texts
}

function readOrderText(part: string, at: string): OrderText | undefined {
  if (part === '') return undefined
  const [name = '', direction, ...rest] = part.split(/\s+/)
  const sign = direction === undefined ? 1 : signOf(direction)
  if (sign === undefined || rest.length > 0) {
    throw invalidFilter(at, `${at}: the direction of an entry is not ASC or DESC`)
  }
  return { name, direction: sign }
}

function signOf(direction: string): 1 | -1 | undefined {
  if (direction === 'ASC' || direction === 'DESC') return direction === 'ASC' ? 1 : -1
  const upper = direction.toUpperCase()
  return upper === 'ASC' ? 1 : upper === 'DESC' ? -1 : undefined
}

const idOrders = new WeakMap<Model, readonly OrderEntry[]>()

/** The id ascending, all parts; none where the settings or the model say so. Source: data D-3.1-9. */
export function defaultOrder(model: Model, reader: WhereReader): readonly OrderEntry[] {
  const { disableDefaultSort, defaultIdSort } = reader.context.options
  if (disableDefaultSort === true || defaultIdSort === false) return noOrder
  if (defaultIdSort === 'numericIdOnly' && !model.id.every(isNumeric)) return noOrder
  const known = idOrders.get(model)
  if (known !== undefined) return known
  const loose = model.profile.compat['D-3.1-12']
  const order = Object.freeze(
    model.id.map((property) =>
      Object.freeze({ path: pathOfProperty(property), direction: 1 as const, loose }),
    ),
  )
  idOrders.set(model, order)
  return order
}

const noOrder: readonly OrderEntry[] = Object.freeze([])

function isNumeric(property: Model['id'][number]): boolean {
  const { kind } = property.type
  return kind === 'number' || kind === 'integer' || kind === 'bigint' || kind === 'decimal'
}
