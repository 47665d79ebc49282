import { io } from 'socket.io-client'

/** A connected Socket.IO client on a WebSocket of its own. */
export async function openSocketIo(port) {
  const options = { transports: ['websocket'], forceNew: true, reconnection: false }
  const socket = io(`http://127.0.0.1:${port}`, options)
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return socket
}
