import { z } from 'zod'
import {
  type App,
  createApp,
  RemoteError,
  sharedMethods,
  silentLogger,
  streamOf,
} from '../../../core/index.ts'
import type { ProfileName, Transport } from '../../../core/spi.ts'
import {
  type ServerSentEventsOptions,
  serverSentEvents,
} from '../../../transports/server-sent-events/index.ts'
import {
  type ConnectOptions,
  connect,
  type EventConnection,
  type ReceivedEvent,
} from './event-reader.ts'

const method = sharedMethods()

/** What differs between servers. */
export interface ServerSetup {
  readonly options?: ServerSentEventsOptions
  readonly profile?: ProfileName
  readonly remoting?: Readonly<Record<string, unknown>>
  readonly others?: readonly Transport[]
}

/** What the sources of a server did. */
export interface Sources {
  /** Calls of streaming methods. */
  calls: number
  /** Items made. */
  made: number
  /** Sources that were released or came to their end. */
  ended: number
  aborted: number
  /** Lets `Events.gated` make further items. */
  allow(items: number): void
}

/** A started application, stopped by {@link stopAll}. */
export interface EventServer {
  readonly app: App
  readonly origin: string
  readonly sources: Sources
  /** Opens `GET <path>/events/<method>?args=…`. */
  open(fullName: string, args?: object, options?: ConnectOptions): Promise<EventConnection>
  /** The same with the id of the last event seen. */
  reopen(fullName: string, lastId: string, options?: ConnectOptions): Promise<EventConnection>
}

const running = new Set<App>()

/** Ends what a test started: `test.after.each(stopAll)`. */
export async function stopAll(): Promise<void> {
  for (const app of running) await app.stop(AbortSignal.abort())
  running.clear()
}

/** Starts an application with a few sources of numbers. */
export async function startServer(setup: ServerSetup = {}): Promise<EventServer> {
  const { options, profile = 'strict', remoting = {}, others = [] } = setup
  const gate = createGate()
  const sources: Sources = { calls: 0, made: 0, ended: 0, aborted: 0, allow: gate.allow }
  const app: App = createApp({
    profile,
    remoting: { errorHandler: { log: false }, ...remoting },
    logger: silentLogger,
    methods: { Events: methodsOf(sources, gate) },
  }).install(serverSentEvents(options), ...others)
  await app.start({ port: 0 })
  running.add(app)
  const [base = ''] = app.addresses
  const open: EventServer['open'] = (fullName, args = {}, options) =>
    connect(`${base}/${fullName}?args=${encodeURIComponent(JSON.stringify(args))}`, options)
  return {
    app,
    origin: new URL(base).origin,
    sources,
    open,
    reopen: (fullName, lastId, options = {}) =>
      open(fullName, {}, { ...options, headers: { ...options.headers, 'Last-Event-ID': lastId } }),
  }
}

interface Gate {
  allow(items: number): void
  /** Lets every waiter look again. */
  wake(): void
  pass(signal: AbortSignal): Promise<void>
}

function createGate(): Gate {
  let free = 0
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const look of waiting) look()
    waiting.clear()
  }
  return {
    wake,
    allow(items) {
      free += items
      wake()
    },
    async pass(signal) {
      while (free === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => waiting.add(resolve))
      }
      if (free > 0) free--
    },
  }
}

function methodsOf(sources: Sources, gate: Gate) {
  /** Numbers from 1, with what the tests want to know of them. */
  async function* numbers(to: number, signal: AbortSignal, ready?: Gate['pass']) {
    sources.calls++
    signal.addEventListener('abort', () => {
      sources.aborted++
      gate.wake()
    })
    try {
      for (let n = 1; n <= to; n++) {
        await ready?.(signal)
        sources.made++
        yield n
      }
    } finally {
      sources.ended++
    }
  }
  const ints = streamOf(z.number())
  return {
    count: method({ accepts: { to: z.int() }, returns: ints }, ({ to }, { signal }) =>
      numbers(to, signal),
    ),
    gated: method({ accepts: { to: z.int() }, returns: ints }, ({ to }, { signal }) =>
      numbers(to, signal, gate.pass),
    ),
    large: method(
      { accepts: { to: z.int() }, returns: streamOf(z.string()) },
      async function* ({ to }, { signal }) {
        for await (const n of numbers(to, signal)) yield String(n).padEnd(65_536, 'x')
      },
    ),
    breaks: method({ accepts: { status: z.int() }, returns: ints }, async function* ({ status }) {
      yield 1
      throw new RemoteError('broken', { statusCode: status, reason: 'CONFLICT', details: { n: 1 } })
    }),
    cyclic: method({ accepts: [], returns: streamOf(z.any()) }, async function* () {
      const value: Record<string, unknown> = {}
      value['self'] = value
      yield value
    }),
    value: method({ accepts: { a: z.int().optional() }, returns: z.any() }, ({ a }) => a),
    written: method({ accepts: [], returns: z.string(), http: { verb: 'post' } }, () => 'done'),
    file: method({ accepts: [], returns: { arg: 'f', type: 'file', root: true } }, () => 'bytes'),
    refuses: method({ accepts: [], returns: ints }, () => {
      throw new RemoteError('not now', { statusCode: 409 })
    }),
  }
}

/** Waits until a condition holds, at most two seconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  const until = Date.now() + 2000
  while (!condition()) {
    if (Date.now() > until) throw new Error('it never happened')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Gives the server time to notice that a connection is gone. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 40))
}

/** Reads some events, or all when there are fewer. */
export async function take(connection: EventConnection, count: number): Promise<ReceivedEvent[]> {
  const iterator = connection.events[Symbol.asyncIterator]()
  const taken: ReceivedEvent[] = []
  while (taken.length < count) {
    const { done, value } = await iterator.next()
    if (done === true) break
    taken.push(value)
  }
  return taken
}

/** Event and data of each, e.g. `['data 1', 'end null']`. */
export function shown(events: readonly ReceivedEvent[]): string[] {
  return events.map(({ event, data }) => `${event} ${data}`)
}
