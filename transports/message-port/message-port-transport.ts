import { remoteError, type Transport } from '../../core/spi.ts'
import type { CodecFactory } from '../codec/codec.ts'
import { jsonCodec } from '../codec/json.ts'
import { msgpackCodec } from '../codec/msgpack.ts'
import { type PortLike, pipeFromPort } from '../session/port-pipe.ts'
import type { SessionHost } from '../session/session-host.ts'
import { checkKeys, createSessionHost, type SessionOptions } from '../session/session-options.ts'

/** Options of {@link messagePort}. */
export interface MessagePortOptions extends SessionOptions {
  /** Codecs a client may ask for, the preferred one first. @default JSON and MessagePack */
  readonly codecs?: readonly CodecFactory[]
}

/** Calls over message ports. */
export interface MessagePortTransport extends Transport {
  /**
   * Serves whoever holds the other end of the port. `metadata` is what all its calls carry. **Errors**: `UNAVAILABLE` while
   * the application is not started.
   */
  accept(port: PortLike, metadata?: Readonly<Record<string, string>>): void
}

/**
 * Creates the transport for message ports: worker threads, browser workers, frames.
 *
 *     const ports = messagePort()
 *     await createApp({ models }).install(ports).start()
 *     ports.accept(worker)
 */
export function messagePort(options: MessagePortOptions = {}): MessagePortTransport {
  checkKeys('messagePort', options, ['codecs', 'limits', 'authenticate'])
  const { codecs = [jsonCodec, msgpackCodec] } = options
  let host: SessionHost | undefined
  return {
    kind: 'transport',
    name: 'message-port',
    supports: Object.freeze({
      sloppyInput: false,
      richValues: true,
      streams: true,
      files: false,
      cancellation: true,
    }),
    async listen(environment) {
      const opened = createSessionHost('message-port', options, environment)
      host = opened
      return { addresses: [], close: (signal) => opened.close(signal) }
    },
    accept(port, metadata = {}) {
      if (host === undefined) throw remoteError('UNAVAILABLE', 'the application is not started')
      void host.accept(pipeFromPort(port), { codecs, metadata })
    },
  }
}
