import * as closeCodes from './close-codes.ts'
import { PipeEnd } from './pipe.ts'
import { QueuePipe } from './queue-pipe.ts'

/** The part of ports and workers that is used, of browsers and of node alike. */
export interface PortLike {
  postMessage(message: unknown): void
  start?(): void
  close?(): void
}

/** How listeners are added: node's way, which also tells when the other end is gone, and that of browsers. */
interface Emitter {
  on(type: string, listener: (message: unknown) => void): unknown
  off(type: string, listener: (message: unknown) => void): unknown
}
interface Target {
  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void
  removeEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void
}

/** What one end posts instead of a message when it closes; ports tell nothing themselves in browsers. */
interface Farewell {
  readonly viaductClose: number
  readonly reason: string
}

/**
 * A pipe over a port: `MessagePort`, `Worker`, `parentPort`, a frame's window wrapped by the caller. A port must be used for
 * nothing else. It is closed with the pipe when it can be.
 */
export function pipeFromPort(port: PortLike): QueuePipe {
  const pipe = new QueuePipe({
    send(message) {
      port.postMessage(message) // node's answers a boolean
    },
    close: ({ closeCode, message }) => {
      const farewell: Farewell = { viaductClose: closeCode, reason: message }
      port.postMessage(farewell)
      stop()
      port.close?.()
    },
  })
  const take = (data: unknown): void => {
    if (typeof data === 'string' || data instanceof Uint8Array) pipe.push(data)
    else if (isFarewell(data)) finish(new PipeEnd(data.viaductClose, data.reason))
    else pipe.abort(new PipeEnd(closeCodes.malformed, 'neither text nor bytes'))
  }
  const stop = listen(port, take, () => {
    finish(new PipeEnd(closeCodes.abnormal, 'the port closed'))
  })
  function finish(end: PipeEnd): void {
    stop()
    pipe.finish(end)
    port.close?.()
  }
  return pipe
}

function isFarewell(data: unknown): data is Farewell {
  return (
    typeof data === 'object' &&
    data !== null &&
    'viaductClose' in data &&
    typeof data.viaductClose === 'number' &&
    'reason' in data &&
    typeof data.reason === 'string'
  )
}

/** Listens in node's way where there is one: it tells when the other end is gone. */
function listen(port: PortLike, take: (data: unknown) => void, gone: () => void): () => void {
  if (isEmitter(port)) {
    port.on('message', take)
    port.on('close', gone)
    port.on('exit', gone)
    return () => {
      port.off('message', take)
      port.off('close', gone)
      port.off('exit', gone)
    }
  }
  const target = port as PortLike & Target // what is no emitter is an event target
  const onMessage = (event: { readonly data: unknown }): void => take(event.data)
  target.addEventListener('message', onMessage)
  target.addEventListener('close', gone)
  target.start?.()
  return () => {
    target.removeEventListener('message', onMessage)
    target.removeEventListener('close', gone)
  }
}

function isEmitter(port: PortLike): port is PortLike & Emitter {
  return 'on' in port && typeof port.on === 'function'
}
