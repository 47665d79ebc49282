/**
 * The reader's end of a stream. Items wait in a bounded buffer: the sender may only send what it has credit for, and credit
 * is given as items are read. **Order**: items, then the end or the error.
 */
export class IncomingStream implements AsyncIterable<unknown> {
  readonly #window: number
  readonly #grant: (items: number) => void
  readonly #cancel: () => void
  #items: unknown[] = []
  /** Place of the next item in {@link #items}. */
  #next = 0
  /** Items the sender may still send. */
  #credit: number
  #read = 0
  #outcome: { readonly error?: unknown } | undefined
  #isLeft = false
  #isTaken = false
  #wake: (() => void) | undefined

  /** `window`: the credit the sender began with. `cancel` is called when the reader leaves before the end. */
  constructor(window: number, grant: (items: number) => void, cancel: () => void) {
    this.#window = window
    this.#credit = window
    this.#grant = grant
    this.#cancel = cancel
  }

  /** Takes items; `false` when they are more than the sender had credit for. */
  push(items: readonly unknown[]): boolean {
    if (items.length > this.#credit) return false
    this.#credit -= items.length
    if (this.#isLeft || this.#outcome !== undefined) return true
    for (const item of items) this.#items.push(item)
    this.#wakeReader()
    return true
  }

  end(): void {
    this.#outcome ??= {}
    this.#wakeReader()
  }

  fail(error: unknown): void {
    this.#outcome ??= { error }
    this.#wakeReader()
  }

  /** One reader. Leaving the loop ends the stream at its source. */
  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    if (this.#isTaken) throw new TypeError('a stream can be read once')
    this.#isTaken = true
    return {
      next: () => this.#take(),
      return: async () => {
        this.#leave()
        return { done: true, value: undefined }
      },
    }
  }

  async #take(): Promise<IteratorResult<unknown>> {
    while (this.#next >= this.#items.length) {
      if (this.#isLeft) return { done: true, value: undefined }
      if (this.#outcome !== undefined) return this.#finish(this.#outcome)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const value = this.#items[this.#next]
    this.#items[this.#next++] = undefined
    if (this.#next >= this.#items.length) {
      this.#items = []
      this.#next = 0
    }
    this.#giveCredit()
    return { done: false, value }
  }

  #finish(outcome: { readonly error?: unknown }): IteratorResult<unknown> {
    this.#isLeft = true
    if ('error' in outcome) throw outcome.error
    return { done: true, value: undefined }
  }

  /** Half a window at a time, so that credit is a rare frame. */
  #giveCredit(): void {
    this.#read++
    if (this.#outcome !== undefined || this.#read * 2 < this.#window) return
    this.#credit += this.#read
    this.#grant(this.#read)
    this.#read = 0
  }

  #leave(): void {
    if (this.#isLeft) return
    this.#isLeft = true
    this.#items = []
    this.#next = 0
    if (this.#outcome === undefined) this.#cancel()
    this.#wakeReader()
  }

  #wakeReader(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/** What a stream's sender does with what it reads. */
export interface StreamSink {
  /** Sends items. **Errors**: throws for an item without a form; the stream fails with it. */
  items(items: readonly unknown[]): void
  end(): void
  fail(error: unknown): void
  /** Nothing, or a promise of room in the link. */
  ready(): Promise<void> | undefined
}

/** The sender's end of a stream: reads the source only while the reader has given credit and the link has room. */
export class OutgoingStream {
  readonly #iterator: AsyncIterator<unknown>
  readonly #sink: StreamSink
  #credit: number
  #isOver = false
  #wake: (() => void) | undefined

  /** Owns the iterator: it is left when the reader leaves. */
  constructor(iterator: AsyncIterator<unknown>, credit: number, sink: StreamSink) {
    this.#iterator = iterator
    this.#credit = credit
    this.#sink = sink
    void this.#run()
  }

  /** The reader has room for more items. */
  addCredit(items: number): void {
    this.#credit += items
    this.#wakeUp()
  }

  /** The reader left, or the session ended: the source is told, nothing more is sent. */
  cancel(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#wakeUp()
    try {
      this.#iterator.return?.(undefined).then(undefined, ignore)
    } catch {
      // a source whose `return` throws has nothing more to say
    }
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        await this.#room()
        if (this.#isOver) return
        const { done, value } = await this.#iterator.next()
        if (this.#isOver) return
        if (done === true) break
        this.#credit--
        this.#sink.items([value])
      }
      this.#isOver = true
      this.#sink.end()
    } catch (error) {
      if (this.#isOver) return
      this.cancel()
      this.#sink.fail(error)
    }
  }

  async #room(): Promise<void> {
    while (!this.#isOver) {
      if (this.#credit <= 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      const ready = this.#sink.ready()
      if (ready === undefined) return
      await ready
    }
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

function ignore(): void {}

/** Ends a stream nobody will read. Never throws. */
export function leaveSource(items: AsyncIterable<unknown>): void {
  try {
    void Promise.resolve(items[Symbol.asyncIterator]().return?.(undefined)).catch(() => {})
  } catch {
    // a source that can not be read has nothing to leave
  }
}
