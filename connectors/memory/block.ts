/** A value with a total order under `<` among values of its own type. */
export type Scalar = string | number | bigint | boolean

/** A run of neighbouring entries; both arrays have the same length and are never empty inside a map. */
export interface Block<K, V> {
  readonly keys: K[]
  readonly values: V[]
}

/** A block with more entries is split. */
export const maxBlock = 512

/** Blocks of the entries of a map. */
export function createBlocks<K extends Scalar, V>(entries: ReadonlyMap<K, V>): Block<K, V>[] {
  if (entries.size === 0) return []
  const keys = sortKeys([...entries.keys()])
  return splitEvenly({ keys, values: keys.map((key) => entries.get(key) as V) }) // one of its keys
}

/** The blocks with further keys; those that get none stay as they are. At least one block. */
export function mergeBlocks<K extends Scalar, V>(
  blocks: readonly Block<K, V>[],
  added: ReadonlyMap<K, V>,
): Block<K, V>[] {
  const keys = sortKeys([...added.keys()])
  const result: Block<K, V>[] = []
  const last = blocks[blocks.length - 1]
  let start = 0
  for (const block of blocks) {
    const end = block === last ? keys.length : upperEnd(keys, start, block)
    if (start === end) result.push(block)
    else
      for (const part of splitEvenly(mergeBlock(block, keys.slice(start, end), added)))
        result.push(part)
    start = end
  }
  return result
}

/** Text sorts by code units without a comparison of ours, in half the time. */
function sortKeys<K extends Scalar>(keys: K[]): K[] {
  if (typeof keys[0] === 'string') return keys.sort()
  return keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Index behind the last of the sorted keys that belongs into a block. */
function upperEnd<K extends Scalar>(
  keys: readonly K[],
  start: number,
  block: Block<K, unknown>,
): number {
  const last = block.keys[block.keys.length - 1] as K
  let end = start
  while (end < keys.length && (keys[end] as K) <= last) end += 1
  return end
}

function mergeBlock<K extends Scalar, V>(
  block: Block<K, V>,
  added: readonly K[],
  values: ReadonlyMap<K, V>,
): Block<K, V> {
  const merged: Block<K, V> = { keys: [], values: [] }
  let next = 0
  const take = (key: K) => {
    merged.keys.push(key)
    merged.values.push(values.get(key) as V) // one of its keys
    next += 1
  }
  for (let index = 0; index < block.keys.length; index += 1) {
    const key = block.keys[index] as K
    while (next < added.length && (added[next] as K) < key) take(added[next] as K)
    if (added[next] === key) take(key)
    else {
      merged.keys.push(key)
      merged.values.push(block.values[index] as V)
    }
  }
  while (next < added.length) take(added[next] as K)
  return merged
}

function splitEvenly<K, V>(block: Block<K, V>): Block<K, V>[] {
  const { keys, values } = block
  const count = Math.ceil(keys.length / maxBlock)
  if (count === 1) return [block]
  const size = Math.ceil(keys.length / count)
  return Array.from({ length: count }, (_, part) => ({
    keys: keys.slice(part * size, (part + 1) * size),
    values: values.slice(part * size, (part + 1) * size),
  }))
}

/** Index of the first key that is not less than `key`. */
export function lowerBound<K extends Scalar>(keys: readonly K[], key: K): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as K) < key) low = middle + 1
    else high = middle
  }
  return low
}
