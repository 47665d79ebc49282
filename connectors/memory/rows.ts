import type { ConnectorOptions, Row, Rows } from '../../core/spi.ts'

/** Reads rows that are not copied yet; called when the rows are asked for. */
export interface RowReader<Request> {
  /** The rows in order; not copied. */
  read(request: Request): readonly Readonly<Row>[]
  /** A copy to hand out. */
  copy(row: Readonly<Row>, request: Request): Row
}

/**
 * The answer of a find, read when it is asked for.
 *
 * `toArray` answers at once; iterating copies a row when it is its turn, of the state at the first step.
 */
export class LazyRows<Request extends { readonly options: ConnectorOptions }> implements Rows {
  readonly #reader: RowReader<Request>
  readonly #request: Request

  constructor(reader: RowReader<Request>, request: Request) {
    this.#reader = reader
    this.#request = request
  }

  toArray(): Row[] {
    const rows = this.#reader.read(this.#request)
    const copies: Row[] = []
    for (let index = 0; index < rows.length; index += 1) {
      copies.push(this.#reader.copy(rows[index] as Row, this.#request)) // index is in range
    }
    return copies
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Row> {
    const { signal } = this.#request.options
    for (const row of this.#reader.read(this.#request)) {
      signal?.throwIfAborted()
      yield this.#reader.copy(row, this.#request)
    }
  }
}
