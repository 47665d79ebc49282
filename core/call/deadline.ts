/** A call under way with the moment it must be over. */
interface Watched {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly expire: () => void
}

/**
 * Ends calls that outlive their deadline, with one timer for all of them: a timer per call would cost more than the
 * dispatch itself. The timer sleeps until the nearest deadline it knows of; calls that end earlier leave it alone. It
 * keeps the process alive only while calls are under way.
 */
export class DeadlineWatch {
  readonly #watched = new Set<Watched>()
  #timer: NodeJS.Timeout | undefined
  #wakesAt = Number.POSITIVE_INFINITY

  /** Starts watching; the returned function stops it. */
  watch(at: number, expire: () => void): () => void {
    const entry: Watched = { at, expire }
    this.#watched.add(entry)
    if (at < this.#wakesAt) this.#sleepUntil(at)
    else if (this.#watched.size === 1) this.#timer?.ref()
    return () => {
      this.#watched.delete(entry)
      if (this.#watched.size === 0) this.#timer?.unref()
    }
  }

  /** Stops the timer; what is still watched never expires. */
  close(): void {
    clearTimeout(this.#timer)
    this.#watched.clear()
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
    for (const entry of this.#watched) {
      if (entry.at <= now) {
        this.#watched.delete(entry)
        entry.expire()
      } else if (entry.at < nearest) nearest = entry.at
    }
    if (nearest < this.#wakesAt) this.#sleepUntil(nearest)
  }
}

/** Timers of Node overflow beyond 2^31 − 1 ms. */
const longestSleepMs = 2 ** 31 - 1
