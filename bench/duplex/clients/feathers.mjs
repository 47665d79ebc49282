import { feathers } from '@feathersjs/feathers'
import socketio from '@feathersjs/socketio-client'
import { openSocketIo } from './open-socket-io.mjs'

/** Feathers' client over Socket.IO. */
export async function connect(port) {
  const socket = await openSocketIo(port)
  const app = feathers()
  app.configure(socketio(socket))
  const service = app.service('greet')
  return { greet: (query) => service.find({ query }), close: () => socket.disconnect() }
}
