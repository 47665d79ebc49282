import { newWebSocketRpcSession, RpcTarget } from 'capnweb'
import { WebSocket, WebSocketServer } from 'ws'
import { checkedGreet } from '../work.mjs'

// Cap'n Web reads the constants of the global class, which Node has from version 22 on.
globalThis.WebSocket ??= WebSocket

class Greeter extends RpcTarget {
  greet(args) {
    return checkedGreet(args)
  }
}

/** Cap'n Web on ws, as its documentation shows for Node; its method checks the argument by hand. */
export async function start() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  // Without the option it logs every error a method throws.
  const options = { onSendError() {} }
  server.on('connection', (socket) => newWebSocketRpcSession(socket, new Greeter(), options))
  await new Promise((resolve) => server.once('listening', resolve))
  return { port: server.address().port }
}
