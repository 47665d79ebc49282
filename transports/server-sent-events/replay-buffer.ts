/** Bytes that all streams of an application hold together. */
export interface ReplayBudget {
  /** Whether more may be kept; forgets streams that have ended if that helps. */
  makeRoom(): boolean
  /** Notes bytes taken, or given back when negative. */
  spend(bytes: number): void
}

interface Kept {
  readonly text: string
  readonly bytes: number
}

/** The last events of one stream, numbered without holes from 1. It is told what to drop; it never drops by itself. */
export class ReplayBuffer {
  readonly #budget: ReplayBudget
  #events: (Kept | undefined)[] = []
  /** Dropped places at the front of the list. */
  #dropped = 0
  #bytes = 0
  #last = 0

  constructor(budget: ReplayBudget) {
    this.#budget = budget
  }

  /** Number of the newest event, 0 ahead of the first. */
  get last(): number {
    return this.#last
  }

  /** Number of the oldest event kept; beyond {@link last} when none is. */
  get first(): number {
    return this.#last - this.count + 1
  }

  get count(): number {
    return this.#events.length - this.#dropped
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Keeps an event under the next number. */
  add(text: string): void {
    const bytes = Buffer.byteLength(text)
    this.#events.push({ text, bytes })
    this.#last++
    this.#count(bytes)
  }

  /** The event of a number from {@link first} to {@link last}. */
  get(number: number): string | undefined {
    return this.#events[this.#dropped + number - this.first]?.text
  }

  dropFirst(): void {
    const kept = this.#events[this.#dropped]
    if (kept === undefined) return
    this.#events[this.#dropped++] = undefined
    this.#count(-kept.bytes)
    if (this.#dropped > 64 && this.#dropped * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#dropped)
      this.#dropped = 0
    }
  }

  /** Drops everything; numbers go on. */
  clear(): void {
    this.#events = []
    this.#dropped = 0
    this.#count(-this.#bytes)
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#budget.spend(bytes)
  }
}
