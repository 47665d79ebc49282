import { randomBytes } from 'node:crypto'
import { invalidArgument, type Model, type Property, type Row } from '../../core/spi.ts'
import type { Key } from './entry.ts'
import { keyOfRow } from './layout.ts'
import type { Table } from './table.ts'

/**
 * Completes the id of a new row in place and returns the key it is kept under.
 *
 * Numbers count from 1 and follow explicit ids; generated texts are 24 hexadecimal characters that sort by time.
 * In the loopback3 profile every missing id is made, as LoopBack's memory connector does it.
 *
 * **Errors**: 400 `INVALID_ARGUMENT` when an id is missing that the store does not make. Source: data D-9.10-1, D-8.2-9.
 */
export function identify(model: Model, table: Table, row: Row): Key {
  if (model.id.length === 0) return takeNumber(table)
  for (const property of model.id) {
    if (row[property.name] === undefined || row[property.name] === null) {
      row[property.name] = generateId(model, table, property)
    }
  }
  table.moveSequence(row)
  const key = keyOfRow(table.layout, row)
  if (key === null) throw invalidArgument(`a row of ${model.name} has no id`)
  return key
}

function generateId(model: Model, table: Table, property: Property): unknown {
  if (!property.generated && model.profile.name !== 'loopback3') {
    throw invalidArgument(`${model.name}.${property.name} is the id and must be given`)
  }
  switch (property.type.kind) {
    case 'bigint':
      return BigInt(takeNumber(table))
    case 'string':
    case 'text':
      return property.generated ? generateText() : String(takeNumber(table))
    case 'decimal':
      return String(takeNumber(table))
    default:
      return takeNumber(table)
  }
}

function takeNumber(table: Table): number {
  table.nextId += 1
  return table.nextId - 1
}

const processPart = randomBytes(5).toString('hex')
let counter = randomBytes(3).readUIntBE(0, 3)

/** Four bytes of time, five of this process, three of a counter. */
function generateText(): string {
  counter = (counter + 1) & 0xff_ff_ff
  const seconds = Math.floor(Date.now() / 1000)
  return seconds.toString(16).padStart(8, '0') + processPart + counter.toString(16).padStart(6, '0')
}
