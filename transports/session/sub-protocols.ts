import { type Call, createKey, invalidArgument, type Key } from '../../core/spi.ts'

/** An open connection that speaks a protocol of texts, e.g. a WebSocket whose client asked for it by name. */
export interface SubProtocolConnection {
  /** Sends one text. Harmless once the connection is closed. */
  send(text: string): void
  /** Called with every text received, in order; one listener. Bytes that are no text never come here. */
  onMessage(listener: (text: string) => void): void
  /** Called once, when the connection is gone. */
  onClose(listener: () => void): void
  /** Headers of the request that opened it; names in lower case. */
  readonly metadata: Call['metadata']
  /** Token of the caller where somebody ahead found one. */
  readonly accessToken?: unknown
  /** Aborts when the connection is gone. */
  readonly signal: AbortSignal
  /** Ends the connection; codes as in `close-codes.ts`. */
  close(code: number, reason: string): void
}

/** Takes over a connection. Must not throw. */
export type SubProtocolAcceptor = (connection: SubProtocolConnection) => void

/** The protocols that plugins speak over connections somebody else owns, by the name clients ask for. */
export interface SubProtocols {
  /** **Errors**: `INVALID_ARGUMENT` when the name is taken or no token of RFC 9110. */
  register(name: string, accept: SubProtocolAcceptor): void
  find(name: string): SubProtocolAcceptor | undefined
  /** In order of registration. */
  readonly names: readonly string[]
}

/** Where a transport with connections finds the protocols that are not its own. */
export const subProtocolsKey: Key<SubProtocols> = createKey<SubProtocols>('sub-protocols')

/** Creates an empty list: `environment.shared(subProtocolsKey, createSubProtocols)`. */
export function createSubProtocols(): SubProtocols {
  const acceptors = new Map<string, SubProtocolAcceptor>()
  return {
    register(name, accept) {
      if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) {
        throw invalidArgument(`sub-protocol "${name}": not a name a client could ask for`)
      }
      if (acceptors.has(name)) throw invalidArgument(`sub-protocol "${name}" is registered twice`)
      acceptors.set(name, accept)
    },
    find: (name) => acceptors.get(name),
    get names() {
      return [...acceptors.keys()]
    },
  }
}
