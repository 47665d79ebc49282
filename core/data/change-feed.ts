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
  /** The stored images of every row it touched; there when a listener needs them and they could be listed. */
  readonly rows?: readonly RowChange[] | undefined
}

/** One row a change touched, as it was and is stored. No `before`: it is new. No `after`: it is gone. */
export interface RowChange {
  readonly id: unknown
  readonly before?: Readonly<Row> | undefined
  readonly after?: Readonly<Row> | undefined
}

/** Gets every change of one model after it is committed. Must not throw. */
export type ChangeListener = (change: Change) => void

/** The listeners of one model; change streams and live queries subscribe here. */
export class ChangeFeed {
  readonly #listeners = new Set<ChangeListener>()
  readonly #choosy = new Set<ChangeListener>()

  /** Somebody listens; without listeners nothing is prepared for them. */
  get isWatched(): boolean {
    return this.#listeners.size > 0
  }

  /** Somebody chooses by the rows themselves: writes read them before and after. */
  get needsRows(): boolean {
    return this.#choosy.size > 0
  }

  /** Adds a listener and returns the function that removes it. With `needsRows` its changes carry `rows`. */
  subscribe(listener: ChangeListener, options: { readonly needsRows?: boolean } = {}): () => void {
    this.#listeners.add(listener)
    if (options.needsRows === true) this.#choosy.add(listener)
    return () => {
      this.#listeners.delete(listener)
      this.#choosy.delete(listener)
    }
  }

  /** Tells every listener. */
  publish(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }
}
