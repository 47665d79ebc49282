import type { WebSocket } from 'ws'
import * as closeCodes from '../session/close-codes.ts'
import { type Message, PipeEnd } from '../session/pipe.ts'
import { QueuePipe } from '../session/queue-pipe.ts'

/** Bytes in the socket's buffer from which on its user waits. */
const highWaterBytes = 256 * 1024

/** Milliseconds the other side has for its half of the closing handshake. */
const closeMs = 2000

/** A pipe over a WebSocket. `isText`: the codec's messages are text; others close it with 1003. */
export function pipeFromWebSocket(socket: WebSocket, isText: boolean): QueuePipe {
  let isFirst = true
  const pipe = new QueuePipe({
    send: (message) => send(socket, message),
    close: (reason) => close(socket, reason),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  })
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    // the greeting is always text
    if (isBinary === isText && !(isFirst && !isBinary)) {
      pipe.abort(
        new PipeEnd(closeCodes.unsupportedData, isText ? 'expected text' : 'expected bytes'),
      )
      return
    }
    isFirst = false
    pipe.push(isBinary ? data : data.toString('utf8'))
  })
  socket.on('close', (code, reason) => {
    pipe.finish(new PipeEnd(code, reason.toString('utf8') || 'the socket closed'))
  })
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    const end = violations[code ?? '']
    if (end !== undefined) pipe.finish(new PipeEnd(end, 'the message can not be read'))
    // otherwise 'close' follows, with the code
  })
  return pipe
}

/** What the package ws says to the other side when it gives a connection up, by its own errors. */
const violations: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: closeCodes.tooBig,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: closeCodes.tooBig,
  WS_ERR_INVALID_UTF8: closeCodes.malformed,
}

function send(socket: WebSocket, message: Message): Promise<void> | void {
  // bytes ahead of the socket: it takes a header and a text together slower than two buffers
  const binary = typeof message !== 'string'
  const bytes = binary ? message : Buffer.from(message)
  if (socket.bufferedAmount < highWaterBytes) {
    socket.send(bytes, { binary })
    return
  }
  return new Promise((resolve, reject) => {
    socket.send(bytes, { binary }, (error) => (error ? reject(error) : resolve()))
  })
}

function close(socket: WebSocket, { closeCode, message }: PipeEnd): void {
  if (closeCode === closeCodes.abnormal || closeCode === closeCodes.unresponsive) {
    socket.terminate()
    return
  }
  socket.resume() // the answer to the close frame has to be read
  socket.close(closeCode, message.slice(0, maxReason))
  const timer = setTimeout(() => socket.terminate(), closeMs)
  socket.once('close', () => clearTimeout(timer))
}

/** A close frame holds 123 bytes of text; four bytes are the most a character takes. */
const maxReason = 30
