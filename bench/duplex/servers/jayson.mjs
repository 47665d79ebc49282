import jayson from 'jayson/promise/index.js'
import { checkedGreet } from '../work.mjs'

/** jayson's JSON-RPC on its WebSocket server (which brings ws 7); the method checks its argument by hand. */
export async function start() {
  const server = new jayson.Server({ greet: async (args) => checkedGreet(args) })
  const wss = server.websocket({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => wss.once('listening', resolve))
  return { port: wss.address().port }
}
