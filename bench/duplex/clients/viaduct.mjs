import WebSocket from 'ws'
import { createClient, websocketDialer } from '../../../dist/clients/typescript/index.js'
import { api } from '../viaduct-app.mjs'

/** Viaduct's client over one WebSocket, with the description a generated file holds. */
export async function connectViaduct(port, options = {}) {
  const dialer = websocketDialer(`ws://127.0.0.1:${port}`, { api, WebSocket, ...options })
  const client = createClient(dialer)
  return { greet: (args) => client.Greeter.greet(args), close: () => client.$close() }
}
