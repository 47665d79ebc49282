import { WebSocketServer } from 'ws'
import { checkedGreet } from '../work.mjs'

const methods = new Map([['greet', checkedGreet]])

function answer([id, method, args]) {
  try {
    const run = methods.get(method)
    if (run === undefined) throw new Error('no such method')
    return [id, run(args)]
  } catch (error) {
    return [id, null, error.message]
  }
}

/** The floor: one message per call, `[id, method, args]` and `[id, result, error?]`; one Map of methods, nothing else. */
export async function startRaw({ encode, decode }) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', clientTracking: false })
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', (data) => socket.send(encode(answer(decode(data)))))
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return { port: server.address().port }
}
