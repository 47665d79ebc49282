import type { Row } from '../model/model.ts'

/** What one operation changed, for `change` observers and change streams. Source: data D-5.1-7, framework F-8.2. */
export interface Change {
  /** Name of the operation: `create`, `updateAll`, `deleteById`, … */
  readonly operation: string
  readonly type: 'create' | 'update' | 'remove'
  readonly id?: unknown
  /** Filter condition in wire shape, for changes of many rows. */
  readonly where?: Readonly<Record<string, unknown>> | undefined
  /** Ids of the rows a change of many rows touched, when they could be listed. */
  readonly ids?: readonly unknown[] | undefined
  /** The patch of a change of many rows. */
  readonly data?: Readonly<Row> | undefined
  readonly before?: Readonly<Row> | undefined
  readonly after?: Readonly<Row> | undefined
  readonly isNew?: boolean | undefined
}

/** Gets every change of one model after it is committed. Must not throw. */
export type ChangeListener = (change: Change) => void

/** The listeners of one model; change streams and live queries subscribe here. */
export class ChangeFeed {
  readonly #listeners = new Set<ChangeListener>()

  /** Somebody listens; without listeners nothing is prepared for them. */
  get isWatched(): boolean {
    return this.#listeners.size > 0
  }

  /** Adds a listener and returns the function that removes it. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Tells every listener. */
  publish(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }
}
