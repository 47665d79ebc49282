import { once } from 'node:events'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, silentLogger } from 'viaduct'
import { rest } from 'viaduct/transports/rest'
import { websocket } from 'viaduct/transports/websocket'
import { WebSocket } from 'ws'

/** Whether a page of an origin may connect when a proxy says which host it asked for. */
async function mayConnect(
  trustProxy: boolean,
  origin: string,
  forwardedHost: string,
): Promise<boolean> {
  const app = createApp({ models: {}, logger: silentLogger })
  app.install(rest({ server: { trustProxy } })).install(websocket())
  await app.start({ port: 0, host: '127.0.0.1' })
  const url = (app.addresses[0] ?? '').replace('http', 'ws')
  const headers = { origin, 'x-forwarded-host': forwardedHost }
  const socket = new WebSocket(new URL('/', url), ['viaduct.v1.json'], { headers })
  try {
    await once(socket, 'open')
    return true
  } catch {
    return false
  } finally {
    socket.terminate()
    await app.stop()
  }
}

test('behind a proxy that is trusted, pages of the host it names may connect', async () => {
  assert.ok(await mayConnect(true, 'https://shop.example', 'shop.example'))
  assert.not.ok(await mayConnect(true, 'https://other.example', 'shop.example'))
})

test('nobody is believed about the host unless told so', async () => {
  assert.not.ok(await mayConnect(false, 'https://shop.example', 'shop.example'))
})

test.run()
