import type { Readable, Writable } from 'node:stream'
import type { Transport } from '../../core/spi.ts'
import type { CodecFactory } from '../codec/codec.ts'
import { jsonCodec } from '../codec/json.ts'
import { msgpackCodec } from '../codec/msgpack.ts'
import {
  checkKeys,
  createSessionHost,
  readSessionLimits,
  type SessionOptions,
} from '../session/session-options.ts'
import { pipeFromStreams } from './stream-pipe.ts'

/** Options of {@link stdio}. */
export interface StdioOptions extends SessionOptions {
  /** @default process.stdin */
  readonly input?: Readable
  /** Nothing else may write to it. @default process.stdout */
  readonly output?: Writable
  /** Codecs the client may ask for, the preferred one first. @default JSON and MessagePack */
  readonly codecs?: readonly CodecFactory[]
}

/**
 * Creates the transport for a child process: its parent calls it over standard input and output.
 *
 *     await createApp({ models, logger: silentLogger }).install(stdio()).start()
 *
 * Loggers must write to standard error.
 */
export function stdio(options: StdioOptions = {}): Transport {
  checkKeys('stdio', options, ['input', 'output', 'codecs', 'limits', 'authenticate'])
  const { codecs = [jsonCodec, msgpackCodec], input, output } = options
  return {
    kind: 'transport',
    name: 'stdio',
    supports: Object.freeze({
      sloppyInput: false,
      richValues: true,
      streams: true,
      files: false,
      cancellation: true,
    }),
    async listen(environment) {
      const host = createSessionHost('stdio', options, environment)
      const { maxMessageBytes } = readSessionLimits(options.limits)
      environment.onReady(async () => {
        const pipe = pipeFromStreams(
          input ?? process.stdin,
          output ?? process.stdout,
          maxMessageBytes,
        )
        void host.accept(pipe, { codecs, metadata: {} })
      })
      return { addresses: [], close: (signal) => host.close(signal) }
    },
  }
}
