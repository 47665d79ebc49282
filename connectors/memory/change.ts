import { type Model, type Row, remoteError } from '../../core/spi.ts'
import type { Scalar } from './block.ts'
import type { Key } from './entry.ts'
import type { Overlay } from './overlay.ts'
import type { RowIndex } from './row-index.ts'
import type { Table } from './table.ts'

/** One row a statement or a transaction changes: inserted without `before`, deleted without `after`. */
export interface Change {
  readonly table: Table
  readonly key: Key
  readonly before: Readonly<Row> | undefined
  readonly after: Readonly<Row> | undefined
}

/**
 * Checks keys and unique indexes before anything is written.
 *
 * Null and missing values never collide, as in SQL.
 *
 * **Errors**: 409 `DUPLICATE_KEY`. Source: data D-2.3-5, D-1.2-11, D-9.10-4.
 */
export function checkUnique(
  model: Model,
  table: Table,
  changes: readonly Change[],
  overlay?: Overlay,
): void {
  const collision = findCollision(table, changes, overlay)
  if (collision !== undefined) throw duplicateKey(model, collision)
}

/** The index two rows collide in, or `'key'` for the id. */
export type Collision = RowIndex | 'key'

/** Finds the first collision among committed rows, a transaction's own writes and the changes themselves. */
export function findCollision(
  table: Table,
  changes: readonly Change[],
  overlay: Overlay | undefined,
): Collision | undefined {
  if (hasKeyCollision(table, changes, overlay)) return 'key'
  for (const index of table.indexes) {
    if (index.unique && hasCollision(index, changes, overlay)) return index
  }
  return undefined
}

function hasKeyCollision(
  table: Table,
  changes: readonly Change[],
  overlay: Overlay | undefined,
): boolean {
  const claimed = isAscending(changes) ? undefined : new Set<Key>()
  for (const { key, before, after } of changes) {
    if (before !== undefined || after === undefined) continue
    const isTaken = overlay === undefined ? table.entries.has(key) : isKeyTaken(overlay, key)
    if (isTaken || claimed?.has(key)) return true
    claimed?.add(key)
  }
  return false
}

/** Keys that only grow, as generated ones do, are all different. */
function isAscending(changes: readonly Change[]): boolean {
  for (let index = 1; index < changes.length; index += 1) {
    const before = changes[index - 1]?.key
    const after = changes[index]?.key
    if (typeof before !== 'number' || typeof after !== 'number' || !(before < after)) return false
  }
  return true
}

/** A key is free for a transaction when it sees nothing there and nothing is committed, or it deleted that itself. */
function isKeyTaken(overlay: Overlay, key: Key): boolean {
  if (overlay.writes.has(key)) return overlay.see(key) !== undefined
  return overlay.table.entries.has(key) || overlay.see(key) !== undefined
}

function hasCollision(
  index: RowIndex,
  changes: readonly Change[],
  overlay: Overlay | undefined,
): boolean {
  const claimed = changes.length > 1 ? new Map<Scalar, Key>() : undefined
  let changed: Map<Key, Change> | undefined
  for (const change of changes) {
    const unique = change.after === undefined ? null : index.uniqueKeyOf(change.after)
    if (unique === null || isOwn(index, change, unique)) continue
    const owner = ownerOf(index, unique, overlay)
    if (owner !== undefined && owner !== change.key) {
      changed ??= new Map(changes.map((one) => [one.key, one]))
      if (keeps(index, changed.get(owner), unique)) return true
    }
    const claimant = claimed?.get(unique)
    if (claimant !== undefined && claimant !== change.key) return true
    claimed?.set(unique, change.key)
  }
  return false
}

/** The row already had the value. */
function isOwn(index: RowIndex, change: Change, unique: Scalar): boolean {
  return change.before !== undefined && index.uniqueKeyOf(change.before) === unique
}

/** Whether the owner of a value still has it after the changes. */
function keeps(index: RowIndex, change: Change | undefined, unique: Scalar): boolean {
  if (change === undefined) return true
  return change.after !== undefined && index.uniqueKeyOf(change.after) === unique
}

function ownerOf(index: RowIndex, unique: Scalar, overlay: Overlay | undefined): Key | undefined {
  const own = overlay?.owner(index, unique)
  if (own !== undefined) return own
  const owner = index.owner(unique)?.key
  return owner !== undefined && overlay?.writes.has(owner) ? undefined : owner
}

function duplicateKey(model: Model, collision: Collision): Error {
  const properties =
    collision === 'key'
      ? model.id.map(({ name }) => name)
      : collision.parts.map(({ property }) => property)
  return remoteError('DUPLICATE_KEY', `Duplicate entry for ${model.name}.${properties.join(',')}`, {
    connector: 'memory',
    ...(collision === 'key' ? {} : { index: collision.name }),
    properties,
  })
}
