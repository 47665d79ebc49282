import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { checkedGreet } from '../work.mjs'

/** Socket.IO: an event with an acknowledgement, its argument checked by hand; WebSocket only. */
export async function start() {
  const http = createServer()
  const io = new Server(http, { transports: ['websocket'] })
  io.on('connection', (socket) => {
    socket.on('greet', (args, acknowledge) => {
      try {
        acknowledge({ result: checkedGreet(args) })
      } catch (error) {
        acknowledge({ error: error.message })
      }
    })
  })
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { port: http.address().port }
}
