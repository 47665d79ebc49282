import {
  type EagerHandler,
  type ProblemOptions,
  problemFromError,
  RemoteError,
  type Reply,
  remoteError,
  type SharedMethod,
} from '../../core/spi.ts'
import { type Codec, CodecError } from '../codec/codec.ts'
import { asTheyAre, cancelled, problemOf, unsendable } from './call-problem.ts'
import { newResults, type Results, sentResult } from './call-results.ts'
import { CallTable } from './call-table.ts'
import { IncomingStream, leaveSource, OutgoingStream } from './flow-control.ts'
import type { CallOptions } from './frame.ts'
import * as frameKinds from './frame-kinds.ts'
import type { SessionLimits } from './limits.ts'
import { Link } from './link.ts'
import type { Pipe } from './pipe.ts'
import { isRecord, readCallOptions, readProblem, violation } from './read-frame.ts'
import { countReferences, holdsReference, resolveReferences } from './references.ts'
import { inputOf, ServerCall, type SessionIdentity } from './server-call.ts'

/** What a session serves calls with. */
export interface SessionService {
  readonly handle: EagerHandler
  readonly find: (fullName: string) => SharedMethod | undefined
  /** The instance loader of a prototype method. */
  readonly ctorOf: (method: SharedMethod) => SharedMethod | undefined
  readonly errors: ProblemOptions
  readonly limits: SessionLimits
  readonly schedule: (flush: () => void) => void
}

/** A call under way, and what belongs to it. */
interface Running {
  /** `undefined` while it waits for the results it refers to. */
  call: ServerCall | undefined
  stream: OutgoingStream | undefined
  /** Ids of the streams the client sends for it. */
  readonly incoming: readonly number[]
  isCancelled: boolean
}

type Args = Readonly<Record<string, unknown>>

/** The server's end of one session: calls come in, replies and streams go out. It outlives its pipes. */
export class ServerSession {
  readonly id: string
  readonly link: Link
  readonly identity: SessionIdentity
  readonly #service: SessionService
  readonly #codec: Codec
  readonly #running = new CallTable<Running>()
  /** Frames of a message are being carried out: what they send waits for the others. */
  #isReceiving = false
  /** Calls of the message under work that were answered at once: they count as under way until its end. */
  #answeredNow = 0
  #incoming: Map<number, IncomingStream> | undefined
  #lastId = 0
  #notices = 0
  #isClosed = false
  #isDraining = false
  #drained: (() => void) | undefined

  constructor(
    id: string,
    codec: Codec,
    identity: SessionIdentity,
    service: SessionService,
    onSendFailed: (pipe: Pipe) => void,
  ) {
    this.id = id
    this.identity = identity
    this.#service = service
    this.#codec = codec
    const { limits, schedule } = service
    this.link = new Link({
      codec,
      maxMessageBytes: limits.maxReplyBytes,
      maxReplayBytes: limits.maxReplayBytes,
      sendWindowBytes: limits.sendWindowBytes,
      schedule,
      onSendFailed,
    })
  }

  /** Nothing is under way. */
  get isIdle(): boolean {
    return this.#running.size + this.#notices === 0
  }

  /** Takes one message. **Errors**: throws a `PipeEnd` the pipe has to be closed with; a `CodecError` for what is no message. */
  receive(message: string | Uint8Array): void {
    const before = countReferences()
    const frames = this.#codec.decode(message)
    const results = countReferences() === before ? undefined : newResults()
    this.#isReceiving = true
    this.#answeredNow = 0
    this.link.cork()
    let isReliable = false
    try {
      for (let index = 0; index < frames.length; index++) {
        const frame = frames[index] as readonly unknown[] // index is in range
        if (!isControl(frame[0])) isReliable = true
        this.#take(frame, results)
      }
    } finally {
      this.#isReceiving = false
      if (isReliable) this.link.countReceived()
      this.link.uncork(this.#running.size === 0)
    }
  }

  #take(frame: readonly unknown[], results: Results | undefined): void {
    switch (frame[0]) {
      case frameKinds.call:
        this.#takeCall(frame, results)
        break
      case frameKinds.notice:
        // there is nobody to tell that a reference leads nowhere
        if (results === undefined || !holdsReference(frame)) this.#takeNotice(frame)
        break
      case frameKinds.credit:
        this.#takeCredit(idOf(frame), frame[2])
        break
      case frameKinds.cancel:
        this.#cancel(idOf(frame))
        break
      case frameKinds.items:
        this.#takeItems(idOf(frame), frame[2])
        break
      case frameKinds.end:
        this.#takeEnd(idOf(frame))
        break
      case frameKinds.error:
        this.#takeStreamError(idOf(frame), frame[2])
        break
      case frameKinds.ping:
        this.link.sendPlain([frameKinds.pong, Number(frame[1]) || 0])
        break
      case frameKinds.pong:
        break
      case frameKinds.ack:
        if (!this.link.acknowledge(Number(frame[1]))) throw violation('an impossible count')
        break
      default:
        throw violation('an unknown frame')
    }
  }

  #takeCall(frame: readonly unknown[], results: Results | undefined): void {
    const [, id, name, args = noArgs] = frame
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= this.#lastId) {
      throw violation('a call with an id that is in use or no number')
    }
    this.#lastId = id
    let options: CallOptions
    try {
      options = this.#admit(args, frame[4])
    } catch (error) {
      this.#fail(id, error, asTheyAre(this.#service.errors))
      return
    }
    if (results === undefined) this.#start(id, name, args as Args, options)
    else this.#startLater(id, name, args as Args, options, results)
  }

  /** **Errors**: what keeps a call from starting. */
  #admit(args: unknown, given: unknown): CallOptions {
    if (args instanceof CodecError) throw remoteError('INVALID_ARGUMENT', args.message)
    if (!isRecord(args)) throw remoteError('INVALID_ARGUMENT', 'arguments must be an object')
    if (this.#isDraining) throw remoteError('UNAVAILABLE', 'the server is closing')
    const underWay = this.#running.size + this.#notices + this.#answeredNow
    if (underWay >= this.#service.limits.maxConcurrentCalls) {
      throw remoteError('QUEUE_FULL', 'too many calls are under way')
    }
    try {
      return readCallOptions(given)
    } catch (error) {
      throw remoteError('INVALID_ARGUMENT', error instanceof Error ? error.message : 'bad options')
    }
  }

  #callOf(name: unknown, args: Args, options: CallOptions): ServerCall {
    const isName = typeof name === 'string' && name.length <= maxNameLength
    const method = isName ? this.#service.find(name) : undefined
    if (method === undefined) {
      const shown = typeof name === 'string' ? name.slice(0, shownName) : typeof name
      throw remoteError('METHOD_NOT_FOUND', `there is no method ${shown}`)
    }
    const ctor = method.isStatic ? undefined : this.#service.ctorOf(method)
    const ctorInput = ctor === undefined ? undefined : inputOf(ctor, options.ctor ?? noArgs)
    const deadline = options.timeout === undefined ? undefined : Date.now() + options.timeout
    const { metadata } = options
    return new ServerCall(this.identity, method, args, ctorInput, { metadata, deadline })
  }

  #start(id: number, name: unknown, args: Args, options: CallOptions): void {
    let call: ServerCall
    try {
      call = this.#callOf(name, args, options)
    } catch (error) {
      this.#fail(id, error)
      return
    }
    const reply = this.#service.handle(call)
    if (!(reply instanceof Promise) && reply.kind !== 'stream') {
      this.#answeredNow++
      this.#sendValue(id, reply.kind === 'value' ? reply.value : undefined)
      return
    }
    const running = { call, stream: undefined, incoming: none, isCancelled: false }
    this.#running.set(id, running)
    if (reply instanceof Promise) {
      reply.then(
        (settled) => this.#reply(id, running, settled, options),
        (error: unknown) => this.#failRunning(id, running, error),
      )
    } else this.#reply(id, running, reply, options)
  }

  /** A call of a message with references: results are kept for the calls behind it. */
  #startLater(id: number, name: unknown, args: Args, options: CallOptions, results: Results): void {
    const incoming: number[] = []
    const running: Running = { call: undefined, stream: undefined, incoming, isCancelled: false }
    this.#running.set(id, running)
    const given = [args, options.ctor]
    const result = this.#resolve(id, given, incoming, results).then(async (resolved) => {
      if (running.isCancelled) throw cancelled()
      const [all, ctor = noArgs] = resolved
      // a reference may have stood for all of them
      if (!isRecord(all)) throw remoteError('INVALID_ARGUMENT', 'arguments must be an object')
      if (!isRecord(ctor)) throw remoteError('INVALID_ARGUMENT', 'ctor must be an object')
      running.call = this.#callOf(name, all, { ...options, ctor })
      return this.#reply(id, running, await this.#service.handle(running.call), options)
    })
    result.catch((error: unknown) => this.#failRunning(id, running, error))
    results.of.set(id, result)
  }

  #resolve(
    id: number,
    given: readonly unknown[],
    incoming: number[],
    results: Results,
  ): Promise<readonly unknown[]> {
    const { maxReferences, maxReferenceDepth, maxMessageBytes } = this.#service.limits
    const resolved = resolveReferences(given, {
      stream: (streamId) => this.#openIncoming(streamId, incoming),
      result: async (callId) => {
        const found = callId < id ? results.of.get(callId) : undefined
        if (found !== undefined) return sentResult(callId, found, results)
        throw remoteError('INVALID_ARGUMENT', `no call ${callId} stands ahead in this message`)
      },
      count: results.count,
      maxReferences,
      maxDepth: maxReferenceDepth,
      maxCopiedBytes: maxMessageBytes, // as much as the client could have sent itself
    }) as Promise<readonly unknown[]> // a list stays one
    return resolved.catch((error: unknown) => {
      const isLimit = error instanceof RangeError || error instanceof TypeError
      throw isLimit ? remoteError('INVALID_ARGUMENT', error.message) : error
    })
  }

  #reply(id: number, running: Running, reply: Reply, options: CallOptions): unknown {
    if (reply.kind === 'stream') {
      this.#startStream(id, running, reply.items, options.credit ?? 0)
      return undefined
    }
    this.#finish(id, running)
    const value = reply.kind === 'value' ? reply.value : undefined
    if (!running.isCancelled) this.#sendValue(id, value)
    return value
  }

  #sendValue(id: number, value: unknown): void {
    try {
      this.link.send(
        value === undefined ? [frameKinds.value, id] : [frameKinds.value, id, value],
        this.#running.size === 0 && !this.#isReceiving,
      )
    } catch (error) {
      this.#fail(id, unsendable(error))
    }
  }

  #startStream(id: number, running: Running, items: AsyncIterable<unknown>, credit: number): void {
    if (running.isCancelled) {
      this.#finish(id, running)
      leaveSource(items)
      return
    }
    let iterator: AsyncIterator<unknown>
    try {
      iterator = items[Symbol.asyncIterator]()
    } catch (error) {
      this.#failRunning(id, running, error) // e.g. a stream somebody else reads
      return
    }
    this.link.send([frameKinds.stream, id])
    running.stream = new OutgoingStream(iterator, credit, {
      items: (list) => {
        try {
          this.link.send([frameKinds.items, id, list])
        } catch (error) {
          throw unsendable(error)
        }
      },
      end: () => {
        this.#finish(id, running)
        this.link.send([frameKinds.end, id])
      },
      fail: (error) => this.#failRunning(id, running, error),
      ready: () => this.link.ready(),
    })
  }

  #failRunning(id: number, running: Running, error: unknown): void {
    if (!this.#finish(id, running) || running.isCancelled) return
    this.#fail(id, error)
  }

  /** Takes the call out of the books; `false` when somebody did before. */
  #finish(id: number, running: Running): boolean {
    if (this.#running.take(id) === undefined) return false
    for (const streamId of running.incoming) this.#closeIncoming(streamId)
    this.#checkDrained()
    return true
  }

  #fail(id: number, error: unknown, options = this.#service.errors): void {
    const { body } = problemFromError(error, options)
    try {
      this.link.send([frameKinds.error, id, problemOf(body)])
    } catch {
      this.link.send([frameKinds.error, id, problemOf(problemFromError(undefined).body)])
    }
  }

  #takeNotice([, name, args = noArgs, given]: readonly unknown[]): void {
    let call: ServerCall
    try {
      call = this.#callOf(name, args as Args, this.#admit(args, given)) // admit checks them
    } catch {
      return // nobody waits for an answer
    }
    this.#notices++
    const done = (reply: Reply | undefined): void => {
      this.#notices--
      if (reply?.kind === 'stream') leaveSource(reply.items)
      this.#checkDrained()
    }
    Promise.resolve(this.#service.handle(call)).then(done, () => done(undefined))
  }

  #takeCredit(id: number, items: unknown): void {
    if (typeof items !== 'number' || !Number.isSafeInteger(items) || items < 1) {
      throw violation('credit that is no number')
    }
    this.#running.get(id)?.stream?.addCredit(items)
  }

  /** The call may run on until it notices; nothing more is sent for it. */
  #cancel(id: number): void {
    const running = this.#running.get(id)
    if (running === undefined) return
    running.isCancelled = true
    running.call?.cancel(cancelled())
    if (running.stream === undefined) return
    running.stream.cancel()
    this.#finish(id, running)
  }

  #openIncoming(id: number, list: number[]): IncomingStream {
    this.#incoming ??= new Map()
    const { maxIncomingStreams, streamWindow } = this.#service.limits
    if (this.#incoming.has(id) || id <= 0 || !Number.isSafeInteger(id)) {
      throw remoteError('INVALID_ARGUMENT', `stream ${id} is in use or no number`)
    }
    if (maxIncomingStreams === 0) throw remoteError('NOT_IMPLEMENTED', 'no streams are taken here')
    if (this.#incoming.size >= maxIncomingStreams) {
      throw remoteError('QUEUE_FULL', 'too many streams are under way')
    }
    const grant = (items: number) => this.link.send([frameKinds.credit, id, items])
    const stream = new IncomingStream(streamWindow, grant, () => this.#closeIncoming(id))
    this.#incoming.set(id, stream)
    list.push(id)
    grant(streamWindow)
    return stream
  }

  /** Tells the client to stop sending, if it still does. */
  #closeIncoming(id: number): void {
    const stream = this.#incoming?.get(id)
    if (stream === undefined) return
    this.#incoming?.delete(id)
    stream.fail(new RemoteError('the call is over', { code: 'canceled' }))
    if (!this.#isClosed) this.link.send([frameKinds.cancel, id])
  }

  /** Items of streams nobody reads any more are dropped: they were on their way. */
  #takeItems(id: number, items: unknown): void {
    if (!Array.isArray(items)) throw violation('items that are no list')
    if (this.#incoming?.get(id)?.push(items) === false) throw violation('items without credit')
  }

  #takeEnd(id: number): void {
    this.#incoming?.get(id)?.end()
    this.#incoming?.delete(id)
  }

  #takeStreamError(id: number, given: unknown): void {
    const { message, statusCode, name } = readProblem(given)
    this.#incoming?.get(id)?.fail(new RemoteError(message, { statusCode, name: name ?? 'Error' }))
    this.#incoming?.delete(id)
  }

  /** Refuses new calls and resolves when those under way are over. */
  drain(reason: string): Promise<void> {
    this.#isDraining = true
    this.link.send([frameKinds.goaway, reason])
    return new Promise((resolve) => {
      this.#drained = resolve
      this.#checkDrained()
    })
  }

  #checkDrained(): void {
    if (this.isIdle) this.#drained?.()
  }

  /** Ends everything: signals abort, sources are left. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const reason = new RemoteError('the connection is gone', { code: 'canceled' })
    for (const running of this.#running.values()) {
      running.isCancelled = true
      running.call?.cancel(reason)
      running.stream?.cancel()
    }
    for (const stream of this.#incoming?.values() ?? []) stream.fail(reason)
    this.#running.clear()
    this.#incoming?.clear()
    this.link.close()
    this.#drained?.()
  }
}

const noArgs: Args = Object.freeze({})
const none: readonly number[] = Object.freeze([])

/** Characters of a method's name; looking one up costs the square of its dots. */
const maxNameLength = 512

/** Longest piece of a method's name repeated in a message. */
const shownName = 200

/** Frames that may get lost and do not count. */
function isControl(kind: unknown): boolean {
  return kind === frameKinds.ping || kind === frameKinds.pong || kind === frameKinds.ack
}

function idOf([, id]: readonly unknown[]): number {
  if (typeof id === 'number') return id
  throw violation('a frame with an id that is no number')
}
