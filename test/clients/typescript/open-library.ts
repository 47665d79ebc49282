import {
  type ApiOf,
  type Client,
  type ClientOptions,
  createClient,
  type Dialer,
  describeApi,
  inProcessDialer,
  messagePortDialer,
  type RestDialerOptions,
  restDialer,
  websocketDialer,
} from 'viaduct/client'
import { msgpackCodec } from 'viaduct/client/msgpack'
import { WebSocket } from 'ws'
import { createLibrary, type Library, type Witness } from './library-app.ts'

/** What the clients of these tests call. */
export type LibraryClient = Client<ApiOf<Library>>

/** A started application with a client over one dialer. */
export interface OpenLibrary {
  readonly app: Library
  readonly witness: Witness
  readonly address: string
  readonly dialer: Dialer
  readonly client: LibraryClient
}

/** The dialers every behaviour holds for. */
export const dialers = [
  'rest',
  'in-process',
  'in-process without a description',
  'websocket',
  'websocket with MessagePack',
  'message port',
] as const

/** Starts an application, runs an action with a client, and stops both. */
export async function withLibrary(
  dialer: (typeof dialers)[number],
  action: (library: OpenLibrary) => Promise<void>,
  options: ClientOptions = {},
  restOptions: Omit<RestDialerOptions, 'api'> = {},
): Promise<void> {
  const { app, local, ports, witness } = createLibrary()
  await app.start({ port: 0 })
  const address = app.addresses[0] ?? ''
  const api = describeApi(app.describe())
  const made = makeDialer()
  const known = dialer === 'in-process' ? { api } : {}
  const client = createClient<ApiOf<Library>>(made, { ...known, ...options })
  function makeDialer(): Dialer {
    const socketUrl = app.addresses.find((one) => one.startsWith('ws:')) ?? ''
    switch (dialer) {
      case 'rest':
        return restDialer(address, { api, ...restOptions })
      case 'websocket':
        return websocketDialer(socketUrl, { api, WebSocket })
      case 'websocket with MessagePack':
        return websocketDialer(socketUrl, { api, WebSocket, codec: msgpackCodec })
      case 'message port': {
        const { port1, port2 } = new MessageChannel()
        ports.accept(port1)
        return messagePortDialer(port2, { api })
      }
      default:
        return inProcessDialer(local)
    }
  }

  try {
    await action({ app, witness, address, dialer: made, client })
  } finally {
    await client.$close()
    await app.stop(AbortSignal.abort())
  }
}

/** Waits until something is true, at most two seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const latest = Date.now() + 2000
  while (!holds()) {
    if (Date.now() > latest) throw new Error('it did not become true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The error of a promise that has to reject. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not reject')
}
