import { readFile } from 'node:fs/promises'
import { RemoteError, type Row } from '../../core/spi.ts'
import { copyValue } from './copy-value.ts'
import { keyOfRow } from './layout.ts'
import { isObject, typeRow } from './legacy-types.ts'
import type { Store } from './store.ts'

/** LoopBack's file. **Shape**: `{ ids: { Book: 3 }, models: { Book: { '1': '{"title":"…","id":1}' } } }`. */
interface LegacyData {
  readonly ids: Readonly<Record<string, unknown>>
  readonly models: Readonly<Record<string, unknown>>
}

/**
 * Loads the rows of a file of LoopBack's memory connector.
 *
 * **Errors**: `failed_precondition` when it is not of that format. Source: data D-8.2-8.
 */
export async function loadLegacyFile(store: Store, path: string): Promise<void> {
  const data = parseLegacy(await readFile(path, 'utf8'), path)
  for (const [name, rows] of Object.entries(data.models)) {
    const table = store.tableNamed(name)
    table.isUntyped = true
    for (const [id, text] of Object.entries(rows ?? {})) {
      const row = parseRow(text, path, name)
      typeRow(row, table.models[0])
      table.load(keyOfRow(table.layout, row) ?? id, row, 0)
    }
    table.isUntyped = table.models.length === 0
    const next = Number(data.ids[name])
    if (Number.isSafeInteger(next)) table.nextId = Math.max(table.nextId, next)
  }
}

function parseLegacy(text: string, path: string): LegacyData {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw unknownFormat(path)
  }
  const { ids, models } = (parsed ?? {}) as { readonly ids?: unknown; readonly models?: unknown } // read, then checked
  if (!isObject(models) || (ids !== undefined && !isObject(ids))) {
    throw unknownFormat(path)
  }
  return { ids: ids ?? {}, models }
}

function parseRow(text: unknown, path: string, name: string): Row {
  const row: unknown = typeof text === 'string' ? JSON.parse(text) : text
  if (!isObject(row)) throw unknownFormat(`${path}, models.${name}`)
  return copyValue(row) as Row // a copy of an object; refuses reserved keys
}

function unknownFormat(place: string): RemoteError {
  return new RemoteError(`${place}: neither a Viaduct journal nor a data file of LoopBack`, {
    code: 'failed_precondition',
  })
}
