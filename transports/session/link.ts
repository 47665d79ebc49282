import type { Codec } from '../codec/codec.ts'
import type { Frame } from './frame.ts'
import * as frameKinds from './frame-kinds.ts'
import { joinParts, type Part, partOf, sizeOf } from './parts.ts'
import type { Message, Pipe } from './pipe.ts'

/** What a link is made with. */
export interface LinkOptions {
  readonly codec: Codec
  /** Bytes of one message the other side accepts. */
  readonly maxMessageBytes: number
  /** Bytes of sent messages kept until the other side has them. */
  readonly maxReplayBytes: number
  /** Unacknowledged bytes from which on {@link Link.ready} waits. */
  readonly sendWindowBytes: number
  /** Runs a flush at the end of this tick: everything sent until then travels in one message. */
  readonly schedule: (flush: () => void) => void
  /** The pipe refused a message; the link waits for the next pipe. */
  readonly onSendFailed: (pipe: Pipe) => void
}

/** Messages received after which an acknowledgement is due, and milliseconds it may wait for one of its own. */
const ackEvery = 16
/** Messages received from which on the next message takes the acknowledgement along. */
const ackAlongFrom = 8
const ackDelayMs = 200

/** Frames that wait for no more: the other side works on them while this one makes the next. Measured 2026-11 beside 16 and 64. */
const flushEvery = 32

/** What a kept message costs beside its own bytes: many small ones must not outgrow the window. */
const keptOverheadBytes = 100

/** Longest time a timer takes; node and browsers run longer ones at once. */
const longestTimerMs = 2 ** 31 - 1

/** A numbered message the other side may not have received. */
interface Kept {
  readonly message: Message
  readonly size: number
}

/**
 * One direction's memory of a session: it puts frames into numbered messages, keeps those until they are acknowledged,
 * and repeats what the other side has not received when another pipe takes over. Numbers are counted, never sent: the
 * first message with a reliable frame is 1 on both sides.
 *
 * **Ownership**: the pipe belongs to whoever attached it.
 */
export class Link {
  readonly #options: LinkOptions
  #pipe: Pipe | undefined
  #parts: Part[] = []
  #queuedBytes = 0
  #isScheduled = false
  /** Frames that are sent at once; while the link is corked, perhaps more. */
  #flushEvery = flushEvery
  #isCorked = false
  #sent = 0
  #acknowledged = 0
  #received = 0
  #ackSent = 0
  #ackTimer: ReturnType<typeof setTimeout> | undefined
  /** From {@link #keptFrom} on, without gaps. */
  #kept: Kept[] = []
  #keptFrom = 1
  #keptBytes = 0
  /** Bytes the pipe has taken and not yet passed on, and how often it has passed some on. */
  #unwrittenBytes = 0
  #writes = 0
  #isClosed = false
  /** The pipe's buffer is full until this resolves. */
  #writable: Promise<void> | undefined
  #waiting: (() => void)[] | undefined

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /** Numbered messages received. */
  get received(): number {
    return this.#received
  }

  /** Bytes that wait for a pipe, or in one that is full. */
  get queuedBytes(): number {
    return this.#queuedBytes + this.#unwrittenBytes
  }

  /** Grows whenever a full pipe passes something on: who looks twice sees whether the other side reads. */
  get progress(): number {
    return this.#writes
  }

  /**
   * Sends a frame reliably, at the end of the tick together with others, or at once when it is known to be the last.
   *
   * **Errors**: `TypeError` for a value without a form, `RangeError` for one beyond the other side's limit; nothing is sent then.
   * Harmless once the link is closed.
   */
  send(frame: Frame, isLast = false): void {
    if (this.#isClosed) return
    const part = this.#options.codec.encodeFrame(frame)
    const { maxMessageBytes } = this.#options
    const size = sizeOf(part, maxMessageBytes)
    if (size + 2 > maxMessageBytes) {
      throw new RangeError(`a frame of ${size} bytes is beyond the limit of ${maxMessageBytes}`)
    }
    this.#parts.push(part)
    this.#queuedBytes += size
    if (isLast || this.#parts.length >= this.#flushEvery) this.#flush()
    else if (!this.#isCorked) this.#flushSoon()
  }

  /** What is sent from now on waits for {@link uncork}, up to so many frames. */
  cork(mostFrames = flushEvery): void {
    this.#isCorked = true
    this.#flushEvery = mostFrames
  }

  /** Sends what has waited: at once, or at the end of the tick together with what follows. */
  uncork(isLast: boolean): void {
    this.#isCorked = false
    this.#flushEvery = flushEvery
    if (isLast) this.#flush()
    else if (this.#parts.length > 0) this.#flushSoon()
  }

  /** Sends a frame that may get lost with the pipe. */
  sendPlain(frame: Frame): void {
    if (this.#pipe !== undefined) this.#write(this.#options.codec.encodePlain([frame]))
  }

  /** Nothing, or a promise of the moment when more may be sent without filling memory. */
  ready(): Promise<void> | undefined {
    if (this.#isRoomy()) return undefined
    return this.#waitForRoom()
  }

  /** Nothing, or a promise of the moment when the pipe takes more. */
  writable(): Promise<void> | undefined {
    return this.#writable
  }

  async #waitForRoom(): Promise<void> {
    while (!this.#isRoomy()) {
      if (this.#writable !== undefined && this.#pipe !== undefined) await this.#writable
      else await new Promise<void>((resolve) => this.#wait(resolve))
    }
  }

  #wait(resolve: () => void): void {
    this.#waiting ??= []
    this.#waiting.push(resolve)
  }

  #isRoomy(): boolean {
    return (
      this.#pipe !== undefined &&
      this.#writable === undefined &&
      this.#keptBytes + this.#queuedBytes <= this.#options.sendWindowBytes
    )
  }

  #wake(): void {
    const waiting = this.#waiting
    if (waiting === undefined || !this.#isRoomy()) return
    this.#waiting = undefined
    for (const resolve of waiting) resolve()
  }

  /** Counts a message that held a reliable frame. */
  countReceived(): void {
    this.#received++
    if (this.#received - this.#ackSent >= ackEvery) this.#acknowledge()
    // it runs out whatever is acknowledged meanwhile: setting one anew for every few messages costs more
    else this.#ackTimer ??= laterUnreferenced(this.#acknowledgeLate, ackDelayMs)
  }

  readonly #acknowledgeLate = (): void => {
    this.#ackTimer = undefined
    this.#acknowledge()
  }

  /** An acknowledgement that travels with other frames; said again with them, it says nothing new. */
  #takeAck(): Part {
    this.#ackSent = this.#received
    return partOf(this.#options.codec.encodePlain([[frameKinds.ack, this.#received]]))
  }

  #acknowledge(): void {
    if (this.#pipe === undefined || this.#received === this.#ackSent) return
    this.#ackSent = this.#received
    this.sendPlain([frameKinds.ack, this.#received])
  }

  /** The other side has so many messages. **Errors**: `false` for a number it can not have. */
  acknowledge(received: number): boolean {
    if (!Number.isSafeInteger(received) || received > this.#sent) return false
    while (this.#keptFrom <= received && this.#kept.length > 0) this.#dropOldest()
    if (received > this.#acknowledged) this.#acknowledged = received
    this.#wake()
    return true
  }

  #dropOldest(): void {
    const oldest = this.#kept.shift()
    this.#keptFrom++
    this.#keptBytes -= oldest?.size ?? 0
  }

  /** The other side has said already that it received more: what it says now is old. */
  isOutdated(received: number): boolean {
    return received < this.#acknowledged
  }

  /** Everything after this message can still be repeated. */
  canResumeFrom(received: number): boolean {
    return (
      Number.isSafeInteger(received) && received >= this.#keptFrom - 1 && received <= this.#sent
    )
  }

  /** Takes a pipe, repeats what the other side lacks, and goes on. */
  attach(pipe: Pipe, receivedByPeer: number): void {
    this.#pipe = pipe
    this.#writable = undefined
    this.#unwrittenBytes = 0
    this.#ackSent = this.#received
    this.acknowledge(receivedByPeer)
    for (const { message } of this.#kept) this.#write(message)
    this.#flush()
    this.#wake()
  }

  /** The pipe is gone; frames wait for the next one. */
  detach(): void {
    this.#pipe = undefined
    this.#writable = undefined
    this.#unwrittenBytes = 0
    clearTimeout(this.#ackTimer)
    this.#ackTimer = undefined
  }

  /** Ends the link: who waits for room goes on and finds it detached. */
  close(): void {
    this.#isClosed = true
    this.detach()
    this.#parts = []
    this.#kept = []
    this.#queuedBytes = 0
    this.#keptBytes = 0
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const resolve of waiting) resolve()
  }

  #flushSoon(): void {
    if (this.#isScheduled || this.#pipe === undefined) return
    this.#isScheduled = true
    this.#options.schedule(() => {
      this.#isScheduled = false
      this.#flush()
    })
  }

  /** Sends what has come together, in as few messages as the limit allows. */
  flush(): void {
    this.#flush()
  }

  #flush(): void {
    if (this.#pipe === undefined || this.#parts.length === 0) return
    const parts = this.#parts
    this.#parts = []
    if (this.#received - this.#ackSent >= ackAlongFrom) parts.push(this.#takeAck())
    const bytes = this.#queuedBytes
    this.#queuedBytes = 0
    const { maxMessageBytes } = this.#options
    if (bytes + parts.length + 8 <= maxMessageBytes) {
      this.#number(joinParts(parts), bytes)
      return
    }
    let batch: Part[] = []
    let batched = 0
    for (const part of parts) {
      const size = sizeOf(part, 0)
      if (batch.length > 0 && batched + size + batch.length + 8 > maxMessageBytes) {
        this.#number(joinParts(batch), batched)
        batch = []
        batched = 0
      }
      batch.push(part)
      batched += size
    }
    if (batch.length > 0) this.#number(joinParts(batch), batched)
  }

  #number(message: Message, size: number): void {
    this.#sent++
    this.#kept.push({ message, size: size + keptOverheadBytes })
    this.#keptBytes += size + keptOverheadBytes
    while (this.#keptBytes > this.#options.maxReplayBytes) this.#dropOldest()
    this.#write(message)
  }

  #write(message: Message): void {
    const pipe = this.#pipe
    if (pipe === undefined) return
    try {
      const pending = pipe.send(message)
      if (pending !== undefined) this.#waitForPipe(pipe, pending, message.length)
    } catch {
      this.#failed(pipe)
    }
  }

  #waitForPipe(pipe: Pipe, pending: Promise<void>, size: number): void {
    this.#unwrittenBytes += size
    const writable = pending.then(
      () => {
        this.#writes++
        if (this.#pipe === pipe) this.#unwrittenBytes -= size
        if (this.#writable !== writable) return
        this.#writable = undefined
        this.#wake()
      },
      () => this.#failed(pipe),
    )
    this.#writable = writable
  }

  #failed(pipe: Pipe): void {
    if (this.#pipe !== pipe) return
    this.detach()
    this.#options.onSendFailed(pipe)
  }
}

/** A timer that does not keep a process alive; browsers have no such thing. */
export function laterUnreferenced(
  run: () => void,
  milliseconds: number,
): ReturnType<typeof setTimeout> {
  const timer = setTimeout(run, Math.min(milliseconds, longestTimerMs))
  if (typeof timer === 'object' && 'unref' in timer) timer.unref()
  return timer
}
