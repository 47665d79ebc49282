import type { Profile } from '../profile.ts'
import type { Row } from './model.ts'
import type { Property, PropertyType } from './property.ts'

/** Stands for a member that is left out. */
export const removed: unique symbol = Symbol('removed')

/** Changes one value that is not null; returns the same value where nothing is to do. */
export type Change = (value: unknown) => unknown

/** The change of one property. */
export interface PropertyChange {
  readonly name: string
  readonly change: Change
}

/** Presents rows of a named model as nested values. */
type NestedPresenterOf = (
  model: string,
) => { readonly presentNested: (row: Row) => Row } | undefined

/** The properties whose values JSON or privacy want changed. */
export function compileChanges(
  properties: ReadonlyMap<string, Property>,
  profile: Profile,
  presenterOf: NestedPresenterOf,
): readonly PropertyChange[] {
  const known = new Map<PropertyType, Change>()

  function changeOf(type: PropertyType): Change | undefined {
    switch (type.kind) {
      case 'list': {
        const change = changeOf(type.item)
        return change === undefined ? undefined : (value) => presentItems(value, change)
      }
      case 'nested':
        return nestedChange(type)
      case 'bigint':
        return (value) => (typeof value === 'bigint' ? String(value) : value)
      case 'dateString':
        return profile.compat['D-1.3-6']
          ? (value) => (typeof value === 'string' ? JSON.stringify({ when: value }) : value)
          : undefined
      case 'buffer':
        return asBuffer
      default:
        return undefined
    }
  }

  function nestedChange(type: Extract<PropertyType, { kind: 'nested' }>): Change {
    const { model } = type
    if (model !== undefined) {
      return (value) => (isRow(value) ? (presenterOf(model)?.presentNested(value) ?? value) : value)
    }
    let change = known.get(type)
    if (change === undefined) {
      let members: readonly PropertyChange[] | undefined
      change = (value) => {
        members ??= membersOf(type.properties)
        return isRow(value) ? changeMembers(value, members) : value
      }
      known.set(type, change)
    }
    return change
  }

  function membersOf(members: ReadonlyMap<string, Property>): readonly PropertyChange[] {
    return [...members.values()].flatMap((member) => {
      if (member.hidden || member.protected) return [{ name: member.name, change: () => removed }]
      const change = changeOf(member.type)
      return change === undefined ? [] : [{ name: member.name, change }]
    })
  }

  return [...properties.values()].flatMap(({ name, type }) => {
    const change = changeOf(type)
    return change === undefined ? [] : [{ name, change }]
  })
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function changeMembers(value: Row, members: readonly PropertyChange[]): Row {
  let copy: Row | undefined
  for (const { name, change } of members) {
    const member = value[name]
    if (member === undefined || member === null) continue
    const changed = change(member)
    if (changed === member) continue
    copy ??= { ...value }
    if (changed === removed) delete copy[name]
    else copy[name] = changed
  }
  return copy ?? value
}

function presentItems(value: unknown, change: Change): unknown {
  if (!Array.isArray(value)) return value
  return presentList(value, (item) => (item === null || item === undefined ? item : change(item)))
}

/** Presents the items of a list; the same list where none changes. */
export function presentList(
  list: readonly unknown[],
  present: (item: unknown) => unknown,
): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let index = 0; index < list.length; index++) {
    const item = list[index]
    const presented = present(item)
    if (presented !== item) copy ??= list.slice(0, index)
    copy?.push(presented)
  }
  return copy ?? list
}

/** Bytes as `Buffer`, whose JSON form is LoopBack's: `{ type: 'Buffer', data: […] }`. */
function asBuffer(value: unknown): unknown {
  if (!(value instanceof Uint8Array) || Buffer.isBuffer(value)) return value
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}
