import { openSocket } from './open-socket.mjs'

/** The floor's client: a Map of the promises that wait, one message per call. */
export async function connectRaw(port, { encode, decode }) {
  const socket = await openSocket(port)
  const waiting = new Map()
  let lastId = 0
  socket.on('message', (data) => {
    const [id, result, error] = decode(data)
    const { resolve, reject } = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) resolve(result)
    else reject(new Error(error))
  })
  return {
    greet: (args) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        socket.send(encode([id, 'greet', args]))
      }),
    close: () => socket.terminate(),
  }
}
