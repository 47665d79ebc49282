import { type Message, type Pipe, PipeEnd } from './pipe.ts'

/** How a pipe reaches what is under it. */
export interface PipeEnds {
  /** Writes a message; a promise while the buffer underneath is full. */
  readonly send: (message: Message) => Promise<void> | void
  readonly close: (reason: PipeEnd) => void
  /** Nobody reads: what comes is to wait underneath. */
  readonly pause?: (() => void) | undefined
  readonly resume?: (() => void) | undefined
}

/** Messages that may wait for their reader before the connection underneath is paused. */
const maxWaiting = 64

/** A pipe over something that calls back: its owner hands in messages and the end, its user reads one at a time. */
export class QueuePipe implements Pipe {
  readonly #ends: PipeEnds
  #waiting: Message[] = []
  #next = 0
  #end: PipeEnd | undefined
  #reader: { resolve(message: Message): void; reject(error: PipeEnd): void } | undefined
  #isPaused = false

  constructor(ends: PipeEnds) {
    this.#ends = ends
  }

  /** A message came. */
  push(message: Message): void {
    if (this.#end !== undefined) return
    const reader = this.#reader
    if (reader !== undefined) {
      this.#reader = undefined
      reader.resolve(message)
      return
    }
    this.#waiting.push(message)
    if (this.#waiting.length - this.#next < maxWaiting || this.#isPaused) return
    this.#isPaused = true
    this.#ends.pause?.()
  }

  /** The connection ended; what was received can still be read. */
  finish(end: PipeEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#reader?.reject(end)
    this.#reader = undefined
  }

  send(message: Message): Promise<void> | void {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    return this.#ends.send(message)
  }

  receive(): Promise<Message> {
    const message = this.#waiting[this.#next]
    if (message !== undefined) {
      this.#waiting[this.#next++] = ''
      if (this.#next === this.#waiting.length) this.#rewind()
      return Promise.resolve(message)
    }
    if (this.#end !== undefined) return Promise.reject(this.#end)
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
    })
  }

  #rewind(): void {
    this.#waiting = []
    this.#next = 0
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#ends.resume?.()
  }

  abort(reason: PipeEnd): void {
    if (this.#end !== undefined) return
    this.#waiting = []
    this.#next = 0
    this.finish(reason)
    this.#ends.close(reason)
  }
}

/** Two pipes joined in memory: what one sends the other receives, a tick later. For tests and for both ends in one program. */
export function joinedPipes(): readonly [QueuePipe, QueuePipe] {
  const [a, b]: QueuePipe[] = [make(() => b), make(() => a)] as [QueuePipe, QueuePipe]
  return [a as QueuePipe, b as QueuePipe]

  function make(other: () => QueuePipe | undefined): QueuePipe {
    return new QueuePipe({
      send: (message) => queueMicrotask(() => other()?.push(message)),
      close: (reason) =>
        queueMicrotask(() => other()?.finish(new PipeEnd(reason.closeCode, reason.message))),
    })
  }
}
