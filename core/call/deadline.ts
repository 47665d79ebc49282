/** Something that must be over at a moment; it stands in the list of a {@link DeadlineWatch} while it is under way. */
export interface Watched {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Called once, when the moment has passed. */
  expire(): void
  /** Neighbours in the list; the watch's own. */
  previous: Watched | undefined
  next: Watched | undefined
}

/**
 * Ends calls that outlive their deadline, with one timer for all of them: a timer per call would cost more than the
 * dispatch itself. The timer sleeps until the nearest deadline it knows of; calls that end earlier leave it alone. It
 * keeps the process alive only while calls are under way.
 */
export class DeadlineWatch {
  /** Linked through the entries themselves, so that watching allocates nothing. */
  #first: Watched | undefined
  #timer: NodeJS.Timeout | undefined
  #wakesAt = Number.POSITIVE_INFINITY

  /** Starts watching an entry that is not watched yet. */
  watch(entry: Watched): void {
    const first = this.#first
    entry.next = first
    if (first !== undefined) first.previous = entry
    this.#first = entry
    if (entry.at < this.#wakesAt) this.#sleepUntil(entry.at)
    else if (first === undefined) this.#timer?.ref()
  }

  /** Stops watching an entry that is watched. */
  release(entry: Watched): void {
    const { previous, next } = entry
    if (previous === undefined) {
      if (this.#first !== entry) return // expired, or the watch was closed
      this.#first = next
    } else previous.next = next
    if (next !== undefined) next.previous = previous
    entry.previous = undefined
    entry.next = undefined
    if (this.#first === undefined) this.#timer?.unref()
  }

  /** Stops the timer; what is still watched never expires. */
  close(): void {
    clearTimeout(this.#timer)
    this.#first = undefined
    this.#wakesAt = Number.POSITIVE_INFINITY
  }

  #sleepUntil(at: number): void {
    clearTimeout(this.#timer)
    this.#wakesAt = at
    this.#timer = setTimeout(
      () => this.#sweep(),
      Math.min(Math.max(at - Date.now(), 1), longestSleepMs),
    )
  }

  #sweep(): void {
    const now = Date.now()
    this.#wakesAt = Number.POSITIVE_INFINITY
    let nearest = Number.POSITIVE_INFINITY
    const expired: Watched[] = []
    for (let entry = this.#first; entry !== undefined; entry = entry.next) {
      if (entry.at <= now) expired.push(entry)
      else if (entry.at < nearest) nearest = entry.at
    }
    for (const entry of expired) {
      this.release(entry)
      entry.expire()
    }
    if (nearest < this.#wakesAt) this.#sleepUntil(nearest)
  }
}

/** Timers of Node overflow beyond 2^31 − 1 ms. */
const longestSleepMs = 2 ** 31 - 1
