import type { CodecFactory } from '../../transports/codec/codec.ts'
import { jsonCodec } from '../../transports/codec/json.ts'
import { type PortLike, pipeFromPort } from '../../transports/session/port-pipe.ts'
import type { Dialer } from './channel.ts'
import { type SessionDialerOptions, sessionDialer } from './session-dialer.ts'

/** Options of {@link messagePortDialer}. */
export interface MessagePortDialerOptions extends SessionDialerOptions {
  /** What values are written with. @default JSON */
  readonly codec?: CodecFactory
}

/**
 * Calls an application in a worker, another frame or the main thread, over a port whose other end its `messagePort`
 * transport has accepted.
 *
 *     const { port1, port2 } = new MessageChannel()
 *     worker.postMessage(port1, [port1])
 *     const api = createClient<Api>(messagePortDialer(port2))
 */
export function messagePortDialer(port: PortLike, options: MessagePortDialerOptions = {}): Dialer {
  const { codec = jsonCodec } = options
  // a port that is gone can not be opened again
  const settings = { ...options, reconnect: { attempts: 0 } }
  return sessionDialer(async () => pipeFromPort(port), codec, settings)
}
