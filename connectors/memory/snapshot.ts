import { discard, type JournalFile } from './journal-file.ts'
import { putRecord, sequenceRecord } from './journal-record.ts'
import type { Store } from './store.ts'
import type { Table } from './table.ts'

/** Characters per line; between two lines other work gets its turn. */
const lineLength = 256 * 1024

/**
 * Writes every live row into a new journal, a line at a time, while commits go on.
 *
 * Rows are read when their line is written, so the result is a mixture of moments; the journal appends what was
 * committed meanwhile before the file is used.
 *
 * **Errors**: rejects when `isStopped` says so; the unfinished file is removed.
 */
export async function writeSnapshot(
  store: Store,
  file: JournalFile,
  isStopped: () => boolean,
): Promise<void> {
  try {
    for (const table of [...store.tables]) {
      for (const line of snapshotLines(table)) {
        if (isStopped()) throw new Error('stopped')
        await file.append(line, false)
      }
    }
  } catch (thrown) {
    await discard(file)
    throw thrown
  }
}

/** A map may be changed while it is walked: what is added is visited, what is removed is not. */
function* snapshotLines(table: Table): Generator<string> {
  let records: string[] = []
  let length = 0
  for (const { key, row } of table.entries.values()) {
    const record = putRecord(table.name, key, row)
    records.push(record)
    length += record.length
    if (length < lineLength) continue
    yield records.join(',')
    records = []
    length = 0
  }
  records.push(sequenceRecord(table.name, table.nextId))
  yield records.join(',')
}
