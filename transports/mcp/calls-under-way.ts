import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds calls under way get when the transport closes and no signal says otherwise. */
const drainTimeoutMs = 10_000

/** Counts calls, so that a closing transport can wait for them. */
export class CallsUnderWay {
  #count = 0
  #wake: (() => void) | undefined

  enter(): void {
    this.#count++
  }

  leave(): void {
    this.#count--
    if (this.#count === 0) this.#wake?.()
  }

  /** Resolves when no call is under way, the signal aborts, or ten seconds have passed. */
  async whenIdle(signal?: AbortSignal): Promise<void> {
    if (this.#count > 0 && signal?.aborted !== true) await this.#drained(signal)
    await nextTurn() // the SDK writes an answer some promises after its call has left
  }

  #drained(signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', finish)
        resolve()
      }
      const timer = setTimeout(finish, drainTimeoutMs)
      signal?.addEventListener('abort', finish, { once: true })
      this.#wake = finish
    })
  }
}
