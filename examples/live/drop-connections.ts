import { sharedMethods } from 'viaduct'
import type { WebsocketTransport } from 'viaduct/transports/websocket'
import { z } from 'zod'

const method = sharedMethods()

/**
 * `Server.dropConnections`: cuts every WebSocket without a word, as a failing network does. Sessions live on. For this
 * page only: an application that offers it lets anybody disturb everybody.
 */
export const dropConnections = (socket: WebsocketTransport) =>
  method(
    {
      description: 'Cuts every WebSocket connection; answers how many sessions have to come back',
      returns: z.int(),
      accessType: 'EXECUTE',
      http: { verb: 'post' },
    },
    () => {
      const { sessions } = socket
      socket.dropConnections()
      return sessions
    },
  )
