import WebSocket from 'ws'

/** An open WebSocket to a server of this machine. */
export async function openSocket(port) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return socket
}
