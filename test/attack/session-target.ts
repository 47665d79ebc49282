import { type App, createApp, type Logger, sharedMethods, silentLogger, streamOf } from 'viaduct'
import {
  type WebsocketOptions,
  type WebsocketTransport,
  websocket,
} from 'viaduct/transports/websocket'
import { WebSocket } from 'ws'
import { z } from 'zod'

const anything = { arg: 'x', type: 'any' }
const result = { arg: 'result', type: 'any', root: true }

/** What the methods of a target have seen. */
export interface Seen {
  /** Calls of `T.wait` that began, and those whose signal aborted. */
  waiting: number
  aborted: number
  /** Items `T.endless` made. */
  made: number
  /** Endless streams whose source was left. */
  left: number
  /** Bytes `T.upload` read. */
  uploaded: number
  notices: unknown[]
}

/** An application behind a real WebSocket, and what its methods saw. */
export interface SessionTarget {
  readonly app: App
  readonly transport: WebsocketTransport
  readonly seen: Seen
  readonly url: string
  readonly port: number
  /** Connects without a word. */
  connect(options?: ConnectOptions): Promise<RawSocket>
  /** Connects and greets. */
  greet(hello?: Readonly<Record<string, unknown>>, options?: ConnectOptions): Promise<RawSocket>
  stop(): Promise<void>
}

/** How a raw socket is opened. */
export interface ConnectOptions {
  readonly protocols?: string[]
  readonly headers?: Readonly<Record<string, string>>
}

const method = sharedMethods()

function methodsOf(seen: Seen) {
  const plain = (
    handler: (args: { x?: unknown }, context: { signal: AbortSignal }) => unknown,
  ) => ({
    definition: { accepts: [anything], returns: result, http: { verb: 'post' as const } },
    handler,
  })
  return {
    echo: plain(({ x }) => x),
    who: {
      definition: { accepts: [], returns: result },
      handler: (_args: object, context: { accessToken?: unknown }) => context.accessToken ?? null,
    },
    note: plain(({ x }) => void seen.notices.push(x)),
    big: plain(({ x }) => 'x'.repeat(Number(x))),
    wait: plain((_args, { signal }) => {
      seen.waiting++
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          seen.aborted++
          reject(signal.reason)
        })
      })
    }),
    later: plain(async ({ x }) => {
      await new Promise((resolve) => setTimeout(resolve, Number(x)))
      return x
    }),
    locked: method(
      { returns: streamOf(z.any()) },
      () =>
        ({
          [Symbol.asyncIterator]() {
            throw new TypeError('somebody else reads this')
          },
        }) as AsyncIterable<unknown>,
    ),
    endless: method({ returns: streamOf(z.object({ n: z.int() })) }, async function* () {
      try {
        for (;;) {
          if (seen.made % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
          yield { n: ++seen.made }
        }
      } finally {
        seen.left++
      }
    }),
    upload: {
      definition: { accepts: [{ arg: 'file', type: 'file' }], returns: result },
      async handler({ file }: { file?: { stream: AsyncIterable<Uint8Array> } }) {
        for await (const chunk of file?.stream ?? []) {
          await new Promise((resolve) => setTimeout(resolve, 1))
          seen.uploaded += chunk.length
        }
        return seen.uploaded
      },
    },
  }
}

/** Starts a target. */
export async function startSessionTarget(
  options: WebsocketOptions = {},
  logger: Logger = silentLogger,
): Promise<SessionTarget> {
  const seen: Seen = { waiting: 0, aborted: 0, made: 0, left: 0, uploaded: 0, notices: [] }
  const transport = websocket(options)
  const app = createApp({ logger, methods: { T: methodsOf(seen) } }).install(transport)
  await app.start({ port: 0, host: '127.0.0.1' })
  const url = app.addresses.find((address) => address.startsWith('ws:')) ?? ''
  const connect = (given?: ConnectOptions) => openRawSocket(url, given)
  return {
    app,
    transport,
    seen,
    url,
    port: Number(new URL(url).port),
    connect,
    async greet(hello = {}, given = {}) {
      const socket = await connect(given)
      await socket.greet(hello)
      return socket
    },
    stop: () => app.stop(AbortSignal.timeout(100)),
  }
}

/** A socket that sends what it is told. */
export class RawSocket {
  readonly socket: WebSocket
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly #frames: unknown[][] = []
  #wake: (() => void) | undefined
  #isClosed = false
  #welcome: Readonly<Record<string, unknown>> = {}

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      this.#frames.push(...(JSON.parse(data.toString('utf8')) as unknown[][])) // a server's message
      this.#wake?.()
    })
    socket.on('error', () => {}) // 'close' follows
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#isClosed = true
        this.#wake?.()
        resolve({ code, reason: reason.toString('utf8') })
      })
    })
  }

  /** The welcome of {@link greet}. */
  get welcome(): Readonly<Record<string, unknown>> {
    return this.#welcome
  }

  /** Frames that came and were not taken. */
  get waiting(): number {
    return this.#frames.length
  }

  /** Code of the close. **Errors**: it stays open for 2 s. */
  async closeCode(): Promise<number> {
    await until(() => this.#isClosed)
    return (await this.closed).code
  }

  /** Sends frames in one message. */
  send(...frames: readonly (readonly unknown[])[]): void {
    this.socket.send(JSON.stringify(frames))
  }

  /** **Errors**: the connection is closed instead. */
  async greet(hello: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.send([0, { version: 1, ...hello }])
    const [kind, welcome] = await this.next()
    if (kind !== 1) throw new Error(`expected a welcome, got frame ${String(kind)}`)
    this.#welcome = welcome as Readonly<Record<string, unknown>>
  }

  /** The next frame; acknowledgements are passed over. **Errors**: the connection ends, or 2 s pass. */
  async next(): Promise<unknown[]> {
    const deadline = Date.now() + 2000
    for (;;) {
      const frame = this.#frames.shift()
      if (frame !== undefined && frame[0] !== 14) return frame
      if (frame !== undefined) continue
      if (this.#isClosed) throw new Error('the connection is closed')
      if (Date.now() > deadline) throw new Error('no frame came')
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        setTimeout(resolve, 50)
      })
    }
  }

  /** Sends a call and takes the next frame. */
  async call(id: number, name: string, args: unknown = {}, options?: unknown): Promise<unknown[]> {
    this.send(options === undefined ? [2, id, name, args] : [2, id, name, args, options])
    return this.next()
  }
}

/** Opens a socket. **Errors**: `refused with 403` when the server answers anything but an upgrade. */
export function openRawSocket(url: string, options: ConnectOptions = {}): Promise<RawSocket> {
  const socket = new WebSocket(url, options.protocols ?? [], {
    headers: { ...options.headers },
    perMessageDeflate: false,
  })
  const raw = new RawSocket(socket)
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(raw))
    socket.once('unexpected-response', (_request, { statusCode }) =>
      reject(new Error(`refused with ${statusCode}`)),
    )
    socket.once('error', reject)
  })
}

/** Waits for a condition. **Errors**: it does not come true in time. */
export async function until(holds: () => boolean, limitMs = 2000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Statuses and codes of error frames by call. */
export function problemOf([kind, , problem]: readonly unknown[]): unknown {
  if (kind !== 4) return { kind }
  const { statusCode, code } = problem as { readonly statusCode: number; readonly code?: string } // an error frame
  return code === undefined ? { statusCode } : { statusCode, code }
}
