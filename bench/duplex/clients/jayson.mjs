import jayson from 'jayson/promise/index.js'

/** jayson's WebSocket client. */
export async function connect(port) {
  const client = jayson.Client.websocket({ url: `ws://127.0.0.1:${port}` })
  await new Promise((resolve, reject) => {
    client.ws.once('open', resolve)
    client.ws.once('error', reject)
  })
  return {
    async greet(args) {
      const { result, error } = await client.request('greet', args)
      if (error !== undefined) throw new Error(error.message)
      return result
    },
    close: () => client.ws.terminate(),
  }
}
