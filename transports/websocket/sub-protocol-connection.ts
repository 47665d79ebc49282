import type { IncomingHttpHeaders } from 'node:http'
import type { WebSocket } from 'ws'
import * as closeCodes from '../session/close-codes.ts'
import type { SubProtocolAcceptor } from '../session/sub-protocols.ts'

/** Hands a WebSocket whose client asked for another protocol to the plugin that speaks it; closes it when `closing` aborts. */
export function acceptSubProtocol(
  accept: SubProtocolAcceptor,
  socket: WebSocket,
  headers: IncomingHttpHeaders,
  closing: AbortSignal,
): void {
  const gone = new AbortController()
  socket.on('error', () => {}) // 'close' follows
  const leave = (): void => socket.close(closeCodes.goingAway, 'the server is closing')
  closing.addEventListener('abort', leave, { once: true })
  socket.once('close', () => {
    closing.removeEventListener('abort', leave)
    gone.abort()
  })
  accept({
    send(text) {
      if (socket.readyState === socket.OPEN) socket.send(text)
    },
    onMessage(listener) {
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isBinary) socket.close(closeCodes.unsupportedData, 'expected text')
        else listener(data.toString('utf8'))
      })
    },
    onClose: (listener) => void socket.once('close', () => listener()),
    metadata: headers,
    signal: gone.signal,
    close: (code, reason) => socket.close(code, reason.slice(0, 100)),
  })
}
