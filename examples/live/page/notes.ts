import { byId, element, messageOf, type PageElement } from './element.ts'

/** Notes that are kept; older ones go. */
const maxNotes = 50

const notes: PageElement[] = []

/** Adds a line to "What happened". */
export function note(state: string, text: string): void {
  notes.push(element('li', { 'data-state': state }, text))
  if (notes.length > maxNotes) notes.shift()
  byId('states').replaceChildren(...notes)
}

/** Notes what a call rejected with. */
export function noteFailure(error: unknown): void {
  note('failed', messageOf(error))
}
