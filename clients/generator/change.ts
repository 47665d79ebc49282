/** One difference between two manifests, as clients see it. */
export interface Change {
  /** A client made for the manifest before may fail, or not. */
  readonly kind: 'breaking' | 'note'
  /** What changed: `Book`, `Book.longest`, `Book.title`. */
  readonly place: string
  /** What happened to it, in one line: `the argument limit is required now`. */
  readonly text: string
}

/** A change that breaks clients. */
export function breaking(place: string, text: string): Change {
  return { kind: 'breaking', place, text: oneLine(text) }
}

/** A change clients do not notice. */
export function note(place: string, text: string): Change {
  return { kind: 'note', place, text: oneLine(text) }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
