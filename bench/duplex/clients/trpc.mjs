import { createTRPCClient, createWSClient, wsLink } from '@trpc/client'
import WebSocket from 'ws'

/** tRPC's client with its wsLink. */
export async function connect(port) {
  const socket = createWSClient({ url: `ws://127.0.0.1:${port}`, WebSocket })
  const client = createTRPCClient({ links: [wsLink({ client: socket })] })
  return { greet: (args) => client.greet.query(args), close: () => socket.close() }
}
