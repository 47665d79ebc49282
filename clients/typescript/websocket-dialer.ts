import type { CodecFactory } from '../../transports/codec/codec.ts'
import { jsonCodec } from '../../transports/codec/json.ts'
import * as closeCodes from '../../transports/session/close-codes.ts'
import { type Message, type Pipe, PipeEnd } from '../../transports/session/pipe.ts'
import { QueuePipe } from '../../transports/session/queue-pipe.ts'
import type { Dialer } from './channel.ts'
import { type SessionDialerOptions, sessionDialer } from './session-dialer.ts'

/** The part of the browser's `WebSocket` that is used; the class of the package `ws` has it, too. */
export interface WebSocketLike {
  binaryType: string
  readonly bufferedAmount: number
  /** 1 while it is open. */
  readonly readyState: number
  send(message: Message): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void
  /** That of the package `ws`, which makes no event. */
  on?(type: 'message', listener: (data: Uint8Array, isBinary: boolean) => void): unknown
}

/** Options of {@link websocketDialer}. */
export interface WebsocketDialerOptions extends SessionDialerOptions {
  /** What values are written with. @default JSON; `msgpackCodec` of `viaduct/client/msgpack` */
  readonly codec?: CodecFactory
  /** For programs without one of their own: the class of the package `ws`. @default the global `WebSocket` */
  readonly WebSocket?: new (
    url: string,
    protocols: string[],
  ) => WebSocketLike
}

/**
 * Calls over one WebSocket that is made again when it is lost: calls and streams under way go on.
 *
 *     const api = createClient<Api>(websocketDialer('wss://shop.example'))
 *
 * **Errors**: `UNAVAILABLE` when nobody answers, `AUTHORIZATION_REQUIRED` for a token that is not accepted.
 */
export function websocketDialer(url: string, options: WebsocketDialerOptions = {}): Dialer {
  return socketDialer(url, options.codec ?? jsonCodec, options)
}

/** A {@link websocketDialer} of any codec, so that a program loads only the one it uses. */
export function socketDialer(
  url: string,
  codec: CodecFactory,
  options: WebsocketDialerOptions,
): Dialer {
  const Socket = options.WebSocket ?? (globalThis.WebSocket as WebsocketDialerOptions['WebSocket']) // the browser's has more members
  return sessionDialer((signal) => connect(url, codec, Socket, signal), codec, options)
}

function connect(
  url: string,
  codec: CodecFactory,
  Socket: WebsocketDialerOptions['WebSocket'],
  signal: AbortSignal,
): Promise<Pipe> {
  if (Socket === undefined)
    throw new TypeError('there is no WebSocket here: pass one in the options')
  const socket = new Socket(url, [`viaduct.v1.${codec.name}`])
  const pipe = pipeFromSocket(socket)
  return new Promise((resolve, reject) => {
    const leave = () => {
      socket.close()
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    const done = () => signal.removeEventListener('abort', leave)
    socket.addEventListener('open', () => {
      done()
      resolve(pipe)
    })
    socket.addEventListener('close', ({ code, reason }) => {
      done()
      reject(new PipeEnd(code, reason || 'the server can not be reached'))
    })
  })
}

/** Bytes waiting to be sent from which on the sender waits, and milliseconds after which it looks again. */
const highWaterBytes = 256 * 1024
const lookAgainMs = 10

function pipeFromSocket(socket: WebSocketLike): QueuePipe {
  const pipe = new QueuePipe({
    send(message) {
      socket.send(message)
      return socket.bufferedAmount < highWaterBytes ? undefined : drained(socket)
    },
    // browsers let a page close with 1000 and 3000 to 4999 only
    close: ({ closeCode, message }) =>
      closeCode === closeCodes.normal || closeCode >= 3000
        ? socket.close(closeCode, message.slice(0, 30))
        : socket.close(),
  })
  if (socket.on) {
    socket.on('message', (data, isBinary) => {
      // of its Buffer, which is the socket's own, parts would not be copies
      pipe.push(isBinary ? new Uint8Array(data.buffer, data.byteOffset, data.length) : `${data}`)
    })
  } else {
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') pipe.push(data)
      else if (data instanceof ArrayBuffer) pipe.push(new Uint8Array(data))
    })
  }
  socket.addEventListener('error', () => {}) // the close follows
  socket.addEventListener('close', ({ code, reason }) => {
    pipe.finish(new PipeEnd(code, reason || 'the connection was lost'))
  })
  return pipe
}

/** Sockets of browsers do not tell when their buffer is empty. */
async function drained(socket: WebSocketLike): Promise<void> {
  while (socket.readyState === 1 && socket.bufferedAmount >= highWaterBytes) {
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
  }
}
