import type { CodecFactory } from '../../transports/codec/codec.ts'
import { plainRichTypes } from '../../transports/codec/rich-types.ts'
import {
  ClientSession,
  type ClientSessionOptions,
  type SessionReply,
} from '../../transports/session/client-session.ts'
import type { Pipe } from '../../transports/session/pipe.ts'
import type { ClientCallOptions, ConformanceClient } from '../conformance/transport/index.ts'

/** A client session with what tests need as defaults. Failures are plain problems. */
export function createTestSession(
  connect: (signal: AbortSignal) => Promise<Pipe>,
  codec: CodecFactory,
  options: Partial<ClientSessionOptions> = {},
): ClientSession {
  return new ClientSession({
    connect,
    codec,
    types: plainRichTypes,
    reconnect: { attempts: 0, baseMs: 5, maxMs: 50 },
    schedule: (flush) => void setImmediate(flush),
    maxMessageBytes: 32 * 1024 * 1024,
    makeError: (problem) => Object.assign(new Error(problem.message), problem),
    streamWindow: 16,
    onState: () => {},
    ...options,
  })
}

/** A client of the conformance suite over one session; metadata travels with each call. */
export function conformanceClient(session: ClientSession): ConformanceClient {
  const send = (
    method: string,
    args: Readonly<Record<string, unknown>>,
    { ctorArgs, signal, metadata, timeoutMs }: ClientCallOptions,
    streams: boolean,
  ) => {
    const deadline = timeoutMs === undefined ? undefined : Date.now() + timeoutMs
    return session.call({ method, args, ctorArgs, signal, metadata, deadline, streams })
  }
  return {
    async call(method, args, options = {}) {
      return plainValueOf(await send(method, args, options, false))
    },
    async *stream(method, args, options = {}) {
      const reply = await send(method, args, options, true)
      if (reply.kind === 'value') throw new Error('expected a stream')
      yield* reply.items
    },
    close: () => session.close(AbortSignal.timeout(20)),
  }
}

function plainValueOf(reply: SessionReply): unknown {
  if (reply.kind === 'value') return reply.value
  throw new Error('expected a value')
}
