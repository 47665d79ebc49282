import type { BatchSender, Channel, ClientHandler, IncomingReply, OutgoingCall } from './channel.ts'

/** What a batch needs of its client. This module imports nothing: it is loaded when the first batch is run. */
export interface BatchContext {
  /** The members of a class, sent by a handler. */
  readonly calls: (className: string, handler: ClientHandler) => (name: string) => Callable
  readonly channel: () => Promise<Channel>
  /** Puts the middleware of the client in front. */
  readonly wrap: (handler: ClientHandler) => ClientHandler
}

/** A result, or a part of it, that is not there yet. */
interface Place {
  readonly index: number
  readonly path: readonly string[]
}

/** One call as it was written in the batch. */
type Step = (handler: ClientHandler) => unknown

/** Calls of a batch; as many as a server takes over REST unless told otherwise. */
const maxCalls = 100
const placeKey = Symbol('place')

/**
 * Runs the calls a function writes down, all in one message. What it returns comes back with results in the places of
 * calls.
 *
 * **Errors**: `RangeError` for more calls than allowed; the error of the first call that failed.
 */
export async function runBatch(
  build: (batch: object) => unknown,
  context: BatchContext,
): Promise<unknown> {
  const steps: Step[] = []
  const shape = await build(recorder(steps, context))
  if (steps.length > maxCalls) throw new RangeError(`a batch of more than ${maxCalls} calls`)
  const results = await sendSteps(steps, context)
  return fillPlaces(shape, ({ index, path }) => memberAt(results[index], path))
}

/** Looks like a client; calls give places. */
function recorder(steps: Step[], { calls }: BatchContext): object {
  const record = (step: Step): object => placeOf({ index: steps.push(step) - 1, path: [] })
  return membersOf((className) =>
    membersOf((name) => (...values: readonly unknown[]) => {
      const call: Step = (handler) => calls(className, handler)(name)(...values)
      if (name !== 'related' && name !== 'scope') return record(call)
      return membersOf((inner) => (...more: readonly unknown[]) => {
        // these two give an object of functions
        return record((handler) => (call(handler) as Record<string, Callable>)[inner]?.(...more))
      })
    }),
  )
}

type Callable = (...values: readonly unknown[]) => unknown

/** What promises and JSON look for is never there. */
function membersOf(make: (name: string) => unknown, place?: Place): object {
  return new Proxy(Object.create({}) as object, {
    get(_, name) {
      if (name === placeKey) return place
      const isMember = typeof name === 'string' && name !== 'then' && name !== 'toJSON'
      return isMember ? make(name) : undefined
    },
  })
}

/** An object that no call takes for arguments, and whose members are places, too. */
function placeOf(place: Place): object {
  const { index, path } = place
  return membersOf((name) => placeOf({ index, path: [...path, name] }), place)
}

/** Sends every step when the middleware has let the last one through; answers the results in order. */
async function sendSteps(
  steps: readonly Step[],
  { channel, wrap }: BatchContext,
): Promise<readonly unknown[]> {
  const calls: (OutgoingCall | undefined)[] = []
  let missing = steps.length
  let send = (): void => {}
  const sent = new Promise<readonly Promise<IncomingReply>[]>((resolve, reject) => {
    send = () =>
      channel()
        .then((open) => sendCalls(calls, steps.length, open))
        .then(resolve, reject)
  })
  sent.catch(() => {}) // when no call came so far, nobody waits for it
  const settled = await Promise.allSettled(
    steps.map(async (step, index) => {
      let isHere = false
      const arrive = (call?: OutgoingCall): void => {
        if (isHere) return
        isHere = true
        calls[index] = call
        if (--missing === 0) send()
      }
      const handler = wrap(async (call) => {
        if (isHere) throw new TypeError('a call of a batch can not be repeated')
        arrive(call)
        // one that arrived was sent
        return (await sent)[index] as Promise<IncomingReply>
      })
      try {
        const result = step(handler)
        if (result instanceof Promise) return await result
        throw new TypeError('a call of a batch can not give a stream')
      } finally {
        arrive()
      }
    }),
  )
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

/** Calls that did not get through the middleware are left out, and fail those that refer to them. */
async function sendCalls(
  calls: readonly (OutgoingCall | undefined)[],
  count: number,
  { batch }: Channel,
): Promise<readonly Promise<IncomingReply>[]> {
  if (batch === undefined) throw new TypeError('this dialer has no batches')
  const run: BatchSender = (send, refer) => {
    const ids: (number | undefined)[] = []
    const place = ({ index, path }: Place): unknown => {
      const id = ids[index]
      const { member } = calls[index] ?? {}
      if (id === undefined) throw new TypeError('the call referred to was not sent')
      return refer(id, member === undefined ? path : [member, ...path])
    }
    return Array.from({ length: count }, async (_, index) => {
      const { id, reply } = send(filledCall(calls[index], place))
      ids[index] = id
      return reply
    })
  }
  const replies = await batch(run)
  for (const reply of replies) reply.catch(() => {}) // whoever waits for it is told
  return replies
}

/** **Errors**: `TypeError` for a call that is not there, and for a place of one. */
function filledCall(
  call: OutgoingCall | undefined,
  place: (place: Place) => unknown,
): OutgoingCall {
  if (call === undefined) throw new TypeError('the call was not sent')
  call.signal?.throwIfAborted()
  const fill = <T>(args: T): T => fillPlaces(args, place) as T // an object stays one
  return { ...call, args: fill(call.args), ctorArgs: fill(call.ctorArgs) }
}

/** A copy with something else in every place. */
function fillPlaces(value: unknown, fill: (place: Place) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const place: Place | undefined = Reflect.get(value, placeKey)
  if (place !== undefined) return fill(place)
  if (Array.isArray(value)) return value.map((item) => fillPlaces(item, fill))
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, fillPlaces(member, fill)]),
  )
}

/** Own members only, as the server reads them. */
function memberAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const key of path) {
    const holder: unknown = found
    found =
      typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
        ? Reflect.get(holder, key)
        : undefined
  }
  return found
}
