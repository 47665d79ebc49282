import { WebSocket } from 'ws'
import type { CodecFactory } from '../../../transports/codec/codec.ts'
import { PipeEnd } from '../../../transports/session/pipe.ts'
import type { QueuePipe } from '../../../transports/session/queue-pipe.ts'
import { pipeFromWebSocket } from '../../../transports/websocket/websocket-pipe.ts'

/** Connects with the package ws, as a program outside a browser does. */
export function connectWebSocket(
  url: string,
  codec: CodecFactory,
  options: { readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<QueuePipe> {
  const socket = new WebSocket(url, [`viaduct.v1.${codec.name}`], {
    headers: { ...options.headers },
    perMessageDeflate: false,
  })
  const pipe = pipeFromWebSocket(socket, codec.isText)
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(pipe))
    socket.once('error', (error) => reject(new PipeEnd(1006, error.message)))
    socket.once('close', (code, reason) => reject(new PipeEnd(code, reason.toString())))
  })
}
