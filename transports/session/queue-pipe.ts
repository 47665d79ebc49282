import { type Message, type Pipe, PipeEnd, type PipeReader } from './pipe.ts'

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

/** A pipe over something that calls back: its owner hands in messages and the end, its user has them handed on. */
export class QueuePipe implements Pipe {
  readonly #ends: PipeEnds
  #reader: PipeReader | undefined
  /** Messages nobody has read yet, from `next` on. */
  #waiting: Message[] = []
  #next = 0
  #end: PipeEnd | undefined
  /** The reader has not finished with a message. */
  #isHeld = false
  #isPaused = false

  constructor(ends: PipeEnds) {
    this.#ends = ends
  }

  /** A message came. */
  push(message: Message): void {
    if (this.#end !== undefined) return
    if (this.#reader !== undefined && !this.#isHeld && this.#waiting.length === 0) {
      this.#hand(this.#reader, message)
      if (this.#waiting.length > 0 || this.#end !== undefined) this.#drain()
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
    this.#drain()
  }

  send(message: Message): Promise<void> | void {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    return this.#ends.send(message)
  }

  receive(reader: PipeReader | undefined): void {
    this.#reader = reader
    this.#drain()
  }

  /** What comes while a message is read waits, also when it comes because of what the reader sends. */
  #hand(reader: PipeReader, message: Message): void {
    this.#isHeld = true
    const pending = reader.message(message)
    if (pending === undefined) this.#isHeld = false
    else void pending.then(this.#goOn)
  }

  readonly #goOn = (): void => {
    this.#isHeld = false
    this.#drain()
  }

  /** Hands on what waits, as far as the reader takes it, and then the end. */
  #drain(): void {
    while (this.#reader !== undefined && !this.#isHeld) {
      const message = this.#waiting[this.#next]
      if (message === undefined) {
        this.#tellEnd(this.#reader)
        return
      }
      this.#waiting[this.#next++] = ''
      if (this.#next === this.#waiting.length) this.#rewind()
      this.#hand(this.#reader, message)
    }
  }

  #tellEnd(reader: PipeReader): void {
    if (this.#end === undefined) return
    this.#reader = undefined
    reader.ended(this.#end)
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
    this.#isHeld = false
    this.#end = reason
    this.#ends.close(reason)
    this.#drain()
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
