import type { CodecFactory } from '../../transports/codec/codec.ts'
import { plainRichTypes } from '../../transports/codec/rich-types.ts'
import type { ReconnectOptions } from '../../transports/session/client-connection.ts'
import { ClientSession } from '../../transports/session/client-session.ts'
import type { Pipe } from '../../transports/session/pipe.ts'
import type { Channel, ChannelState, Dialer } from './channel.ts'
import type { ApiDescription } from './description.ts'
import { RemoteError } from './remote-error.ts'

/** What every dialer with sessions may be given. */
export interface SessionDialerOptions {
  /** The description of a generated file: tells streams and instance methods ahead of the first call. */
  readonly api?: ApiDescription
  /** Asked whenever a session begins; sent in the hello. */
  readonly token?: () => string | undefined | Promise<string | undefined>
  /** Sent with every call; names in lower case. */
  readonly metadata?: Readonly<Record<string, string>>
  /** How a lost connection is made again. `attempts: 0` never tries. */
  readonly reconnect?: Partial<ReconnectOptions>
  /** Items a stream may be ahead of its reader. @default 64 */
  readonly streamWindow?: number
  /** Bytes of one message the client accepts. @default 16 MiB */
  readonly maxMessageBytes?: number
}

/** Makes a dialer of something that opens pipes. */
export function sessionDialer(
  connect: (signal: AbortSignal) => Promise<Pipe>,
  codec: CodecFactory,
  options: SessionDialerOptions,
): Dialer {
  const { api, token, metadata, reconnect, streamWindow = 64 } = options
  return {
    ...(api === undefined ? {} : { api }),
    // loaded by the first batch: many programs have none
    batch: async (build, context) => (await import('./batch.ts')).runBatch(build, context),
    async dial(signal) {
      const states = new Set<(state: ChannelState) => void>()
      const session = new ClientSession({
        connect,
        codec,
        types: plainRichTypes,
        token,
        metadata,
        reconnect: { attempts: Number.POSITIVE_INFINITY, baseMs: 200, maxMs: 10_000, ...reconnect },
        schedule,
        maxMessageBytes: options.maxMessageBytes ?? 16 * 1024 * 1024,
        makeError: (problem) => RemoteError.from(problem),
        streamWindow,
        onState: (state) => {
          for (const listener of states) listener(state)
        },
      })
      await session.open(signal)
      return channelOf(session, states)
    },
  }
}

/** At the end of the tick, so that calls made together travel together; browsers have no such moment. */
function schedule(flush: () => void): void {
  const { setImmediate: later } = globalThis as { setImmediate?: (run: () => void) => void } // node's
  if (later === undefined) queueMicrotask(flush)
  else later(flush)
}

function channelOf(session: ClientSession, states: Set<(state: ChannelState) => void>): Channel {
  return {
    call: (call) => session.call(call),
    batch: (run) => session.batch(run),
    onState(listener) {
      states.add(listener)
      return () => void states.delete(listener)
    },
    close: () => session.close(),
  }
}
