import { buildModel, givenId } from '../../../conformance/connector/models.ts'

/** Rows of single creates. */
export const Note = buildModel('Note', { id: givenId, text: 'string', at: 'date' })

/** Rows made in pairs by transactions. */
export const Half = buildModel('Half', {
  id: givenId,
  pair: { type: { kind: 'string' }, index: { unique: false } },
})

/** Balances moved around by transactions; their sum never changes. */
export const Account = buildModel('Account', { id: givenId, balance: 'number' })

/** Counters and rows whose two fields always agree. */
export const Slot = buildModel('Slot', { id: givenId, count: 'number', a: 'number', b: 'number' })

/** Every model of the crash test. */
export const crashModels = [Note, Half, Account, Slot]

/** Writers in one child. */
export const writers = 8

/** Accounts and what each starts with. */
export const accounts = 10
export const startBalance = 1000

/** The text of a note follows from its id, so that half a row would show. */
export function textOf(id: string): string {
  return `${id}/`.repeat(20)
}
