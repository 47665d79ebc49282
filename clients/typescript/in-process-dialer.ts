import type { Dialer, IncomingReply, OutgoingCall } from './channel.ts'
import { RemoteError } from './remote-error.ts'

/** What the in-process transport offers. */
export interface Invoker {
  respond(
    fullName: string,
    args: Readonly<Record<string, unknown>>,
    options: {
      readonly ctorArgs: Readonly<Record<string, unknown>> | undefined
      readonly signal: AbortSignal | undefined
      readonly deadline: number | undefined
      readonly metadata: Readonly<Record<string, string>> | undefined
      readonly makeError: (error: unknown) => unknown
    },
  ): Promise<IncomingReply>
}

/**
 * Calls an application of the same process: for tests and for rendering on the server. `inProcess()` of
 * `viaduct/transports/in-process` is an invoker. Arguments and results are cloned by it.
 */
export function inProcessDialer(invoker: Invoker): Dialer {
  return {
    dial: async () => ({
      call: (call) => respond(invoker, call),
      onState: () => () => {},
      close: async () => {},
    }),
  }
}

function respond(invoker: Invoker, call: OutgoingCall): Promise<IncomingReply> {
  const { ctorArgs, signal, deadline, metadata } = call
  return invoker.respond(call.method, call.args, {
    ctorArgs,
    signal,
    deadline,
    metadata,
    makeError,
  })
}

const makeError = (error: unknown): RemoteError => RemoteError.from(error)
