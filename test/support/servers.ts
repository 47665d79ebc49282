import { createServer } from 'node:net'

/** What a test needs of an application: `createApp` gives it. */
export interface Startable {
  start(options: { readonly port: number }): Promise<unknown>
  stop(): Promise<void>
  readonly addresses: readonly string[]
}

/** A started application of a test. */
export interface RunningServer {
  /** `http://127.0.0.1:41234`, without a path. */
  readonly origin: string
  /** The whole address of the first transport, e.g. `http://127.0.0.1:41234/api`. */
  readonly address: string
  stop(): Promise<void>
}

/** Starts an application on a free port. **Errors**: the application listens nowhere. */
export async function startServer(app: Startable): Promise<RunningServer> {
  await app.start({ port: 0 })
  const address = app.addresses.find((each) => each.startsWith('http'))
  if (address === undefined) {
    await app.stop()
    throw new Error('the application listens on no HTTP address')
  }
  return { origin: new URL(address).origin, address, stop: () => app.stop() }
}

/** Runs an action against a started application and stops it, whatever happens. */
export async function withServer<T>(
  app: Startable,
  action: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const server = await startServer(app)
  try {
    return await action(server)
  } finally {
    await server.stop()
  }
}

/** A port nobody listens on at this moment. Only for programs that cannot be given port 0. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
