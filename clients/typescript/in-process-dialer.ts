import type { Dialer, IncomingReply, OutgoingCall } from './channel.ts'
import { RemoteError } from './remote-error.ts'

/** What the in-process transport offers. */
export interface Invoker {
  invoke(
    fullName: string,
    args?: Readonly<Record<string, unknown>>,
    options?: {
      readonly ctorArgs?: Readonly<Record<string, unknown>>
      readonly signal?: AbortSignal
      readonly deadline?: number
      readonly metadata?: Readonly<Record<string, string>>
    },
  ): Promise<unknown>
}

/**
 * Calls an application of the same process: for tests and for rendering on the server. `inProcess()` of
 * `viaduct/transports/in-process` is an invoker. Arguments and results are cloned by it.
 */
export function inProcessDialer(invoker: Invoker): Dialer {
  return {
    dial: async () => ({
      call: (call) => invoke(invoker, call),
      onState: () => () => {},
      close: async () => {},
    }),
  }
}

async function invoke(invoker: Invoker, call: OutgoingCall): Promise<IncomingReply> {
  const { method, args, ctorArgs, signal, deadline, metadata } = call
  const options = {
    ...(ctorArgs === undefined ? {} : { ctorArgs }),
    ...(signal === undefined ? {} : { signal }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(metadata === undefined ? {} : { metadata }),
  }
  try {
    const value = await invoker.invoke(method, args, options)
    return isStream(value) ? { kind: 'stream', items: mapErrors(value) } : { kind: 'value', value }
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw error
    throw RemoteError.from(error)
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

async function* mapErrors(items: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* items
  } catch (error) {
    throw RemoteError.from(error)
  }
}
