import { newWebSocketRpcSession } from 'capnweb'
import WebSocket from 'ws'
import { openSocket } from './open-socket.mjs'

// Cap'n Web reads the constants of the global class, which Node has from version 22 on.
globalThis.WebSocket ??= WebSocket

/** Cap'n Web's client. */
export async function connect(port) {
  const socket = await openSocket(port)
  const stub = newWebSocketRpcSession(socket)
  return {
    greet: (args) => stub.greet(args),
    close() {
      stub[Symbol.dispose]()
      socket.terminate()
    },
  }
}
