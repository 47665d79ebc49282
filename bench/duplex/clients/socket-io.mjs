import { openSocketIo } from './open-socket-io.mjs'

/** Socket.IO's client: emit with acknowledgement. */
export async function connect(port) {
  const socket = await openSocketIo(port)
  return {
    async greet(args) {
      const { result, error } = await socket.emitWithAck('greet', args)
      if (error !== undefined) throw new Error(error)
      return result
    },
    close: () => socket.disconnect(),
  }
}
