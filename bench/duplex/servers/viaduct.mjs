import { websocket } from '../../../dist/transports/websocket/index.js'
import { createGreeter } from '../viaduct-app.mjs'

/** Viaduct with its WebSocket transport, defaults only; the client chooses the codec. */
export async function start() {
  const app = createGreeter()
  await app.install(websocket()).start({ port: 0, host: '127.0.0.1' })
  return { port: Number(new URL(app.addresses[0]).port) }
}
