import { resolve } from 'node:path'
import { invalidArgument } from '../../core/spi.ts'
import type { Durability } from './journal-file.ts'

/** Options of {@link memory}. */
export interface MemoryOptions {
  /**
   * Path of the data file, absolute or from the working directory; missing folders are made. One process at a time has it.
   *
   * It is a journal in lines of JSON. A file of LoopBack's memory connector is read as well and becomes a journal with the
   * first write.
   * @default none: rows live as long as the connector
   */
  readonly file?: string
  /**
   * When a write is acknowledged: `fsync` once the disk has it, `os` once the operating system has it (it then survives the
   * death of the process, not a power cut).
   * @default 'fsync'
   */
  readonly durability?: Durability
  /**
   * The file is compacted while running once it is larger than this and than twice its live rows. In bytes.
   * @default 67108864 (64 MiB)
   */
  readonly compactAfterBytes?: number
}

/** Options with every default filled in. */
export interface ResolvedMemoryOptions {
  readonly file: string | undefined
  readonly durability: Durability
  readonly compactAfterBytes: number
}

const known = new Set(['file', 'durability', 'compactAfterBytes'])

/** Checks options. **Errors**: `INVALID_ARGUMENT` naming the key. */
export function resolveOptions(options: MemoryOptions): ResolvedMemoryOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument('memory: options must be an object')
  }
  for (const key of Object.keys(options)) {
    if (!known.has(key)) throw invalidArgument(`memory: unknown option "${key}"`)
  }
  const { file, durability = 'fsync', compactAfterBytes = 64 * 2 ** 20 } = options
  if (file !== undefined && (typeof file !== 'string' || file === '')) {
    throw invalidArgument(`memory.file: expected a path, got ${typeof file}`)
  }
  if (durability !== 'fsync' && durability !== 'os') {
    throw invalidArgument("memory.durability: expected 'fsync' or 'os'")
  }
  if (!Number.isSafeInteger(compactAfterBytes) || compactAfterBytes < 0) {
    throw invalidArgument('memory.compactAfterBytes: expected a number of bytes')
  }
  return { file: file === undefined ? undefined : resolve(file), durability, compactAfterBytes }
}
