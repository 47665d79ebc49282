import type { BatchSender, IncomingReply, OutgoingCall } from './channel.ts'
import { ResultPlace, readTagged, writeTagged } from './tagged-json.ts'

/** What of the dialer's settings a batch needs. */
export interface BatchSettings {
  /** Where the API is mounted. */
  readonly base: string
  readonly maxAnswerBytes: number
}

/** Sends a request; **errors**: as those of a call, for the request as a whole. */
export type SendRequest<Settings> = (
  settings: Settings,
  call: { readonly signal: AbortSignal },
  url: string,
  init: {
    readonly verb: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  },
) => Promise<Response>

/** A call that waits for its reply. */
interface Waiting {
  readonly resolve: (reply: IncomingReply) => void
  readonly reject: (error: unknown) => void
}

/** Kinds of frames, see docs/protocol.md. */
const kinds = Object.freeze({ call: 2, value: 3, error: 4 })

/**
 * Sends the calls of a batch in one request. Resolves when it is answered. Metadata are headers of the request: they belong to
 * all of its calls. The request is aborted when every call was.
 *
 * What it uses of the dialer is handed in, so that nothing is loaded twice or ahead of the first batch.
 *
 * **Errors**: rejects when the request as a whole fails; the replies reject with what the server says of their calls, and
 * with 400 `INVALID_ARGUMENT` for what can not be sent.
 */
export async function sendRestBatch<Settings extends BatchSettings>(
  run: BatchSender,
  settings: Settings,
  request: SendRequest<Settings>,
  readText: (response: Response, maxBytes: number) => Promise<string>,
  makeError: ErrorMaker,
): Promise<readonly Promise<IncomingReply>[]> {
  const { base, maxAnswerBytes } = settings
  const batch = new Outgoing(makeError)
  const replies = run(batch.send, (id, path) => new ResultPlace(id, path))
  for (const reply of replies) reply.catch(() => {}) // whoever waits for it is told
  if (batch.parts.length === 0) return replies
  const { signal, forget } = whenAllAborted(batch.signals)
  try {
    const response = await request(settings, { signal }, `${base}/$batch`, {
      verb: 'POST',
      headers: {
        ...batch.metadata,
        accept: 'application/json',
        'content-type': 'application/json',
      },
      body: `[${batch.parts.join(',')}]`,
    })
    batch.settle(await readText(response, maxAnswerBytes))
  } finally {
    forget()
  }
  return replies
}

/** Makes the error of a problem on the wire. */
type ErrorMaker = (problem: unknown) => Error

/** The calls of one batch: what is sent, and who waits for a reply. */
class Outgoing {
  /** The frames as JSON texts. */
  readonly parts: string[] = []
  readonly metadata: Record<string, string> = {}
  readonly signals: (AbortSignal | undefined)[] = []
  readonly #makeError: ErrorMaker
  readonly #waiting = new Map<unknown, Waiting>()

  constructor(makeError: ErrorMaker) {
    this.#makeError = makeError
  }

  readonly send = (call: OutgoingCall) => {
    const id = this.parts.length + 1
    try {
      const part = writeTagged(frameOf(id, call))
      addMetadata(this.metadata, call)
      this.parts.push(part)
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : 'the arguments can not be sent'
      const error = this.#makeError({ statusCode: 400, code: 'INVALID_ARGUMENT', message })
      return { id: undefined, reply: Promise.reject(error) }
    }
    this.signals.push(call.signal)
    const reply = new Promise<IncomingReply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
    })
    return { id, reply }
  }

  /** Hands the replies out. **Errors**: `INVALID_ANSWER` for a text that is no list of frames. */
  settle(text: string): void {
    for (const [kind, id, content] of this.#read(text)) {
      const waiting = this.#waiting.get(id)
      if (kind === kinds.value) waiting?.resolve({ kind: 'value', value: content })
      if (kind === kinds.error) waiting?.reject(this.#makeError(content))
    }
    const missing = this.#invalidAnswer('the answer lacks a reply')
    for (const { reject } of this.#waiting.values()) reject(missing) // those that are settled stay so
  }

  #read(text: string): readonly (readonly unknown[])[] {
    try {
      const frames = readTagged(text)
      if (Array.isArray(frames) && frames.every(Array.isArray)) return frames
    } catch {
      // as below
    }
    throw this.#invalidAnswer('the answer is no list of replies')
  }

  #invalidAnswer(message: string): Error {
    return this.#makeError({ statusCode: 502, code: 'INVALID_ANSWER', message })
  }
}

/** The frame of a call, see docs/protocol.md. **Errors**: `TypeError` for a stream or a file that is no bytes. */
function frameOf(
  id: number,
  { method, args, ctorArgs, deadline }: OutgoingCall,
): readonly unknown[] {
  for (const value of Object.values(args)) refuseStream(value)
  const options = {
    ...(ctorArgs === undefined ? {} : { ctor: ctorArgs }),
    ...(deadline === undefined ? {} : { timeout: Math.max(0, Math.ceil(deadline - Date.now())) }),
  }
  return [kinds.call, id, method, args, options]
}

function refuseStream(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) refuseStream(item)
  if (typeof value !== 'object' || value === null) return
  if (value instanceof Blob || Symbol.asyncIterator in value || 'getReader' in value) {
    throw new TypeError('a stream or a file can not be sent in a batch')
  }
  if ('content' in value) refuseStream(value.content)
  if ('stream' in value) refuseStream(value.stream)
}

/** **Errors**: `TypeError` when another call of the batch has another value. */
function addMetadata(all: Record<string, string>, { metadata = {} }: OutgoingCall): void {
  for (const [name, value] of Object.entries(metadata)) {
    if (Object.hasOwn(all, name) && all[name] !== value) {
      throw new TypeError(`the calls of a batch over REST have one value of ${name}`)
    }
  }
  Object.assign(all, metadata)
}

/** Aborts when all of them have; a call without a signal never does. */
function whenAllAborted(signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal
  readonly forget: () => void
} {
  const [all, forgetting] = [new AbortController(), new AbortController()]
  let left = signals.length
  const leave = (): void => {
    if (--left === 0) all.abort()
  }
  for (const signal of signals) {
    signal?.addEventListener('abort', leave, { once: true, signal: forgetting.signal })
  }
  return { signal: all.signal, forget: () => forgetting.abort() }
}
