import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createApp, sharedMethods, silentLogger, streamOf } from 'viaduct'
import { z } from 'zod'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { nextMessage, PipeEnd } from '../../../transports/session/pipe.ts'
import { joinedPipes } from '../../../transports/session/queue-pipe.ts'
import { createSessionHost } from '../../../transports/session/session-options.ts'
import { snippetsOf } from '../../support/snippets.ts'

const method = sharedMethods()
const number = { type: 'number', required: true } as const

const methods = {
  add: method(
    {
      accepts: [
        { arg: 'a', ...number },
        { arg: 'b', ...number },
      ],
      returns: { arg: 'sum', type: 'number', root: true },
    },
    ({ a, b }) => Number(a) + Number(b),
  ),
  count: method(
    { accepts: { to: z.int() }, returns: streamOf(z.object({ n: z.int() })) },
    async function* ({ to }) {
      for (let n = 1; n <= to; n++) yield { n }
    },
  ),
}

test('the conversation of docs/protocol.md goes as printed', async () => {
  let host: ReturnType<typeof createSessionHost> | undefined
  const app = createApp({ logger: silentLogger, methods: { Numbers: methods } }).install({
    kind: 'transport',
    name: 'pipes',
    supports: {
      sloppyInput: false,
      richValues: true,
      streams: true,
      files: false,
      cancellation: true,
    },
    async listen(environment) {
      const opened = createSessionHost('pipes', {}, environment)
      host = opened
      return { addresses: [], close: (signal) => opened.close(signal) }
    },
  })
  await app.start()
  const [client, server] = joinedPipes()
  void host?.accept(server, { codecs: [jsonCodec], metadata: {} })
  const waiting: unknown[] = []
  const frames = async (count: number): Promise<unknown[]> => {
    while (waiting.length < count) {
      const received = JSON.parse(String(await nextMessage(client))) as unknown[][] // a server's message
      waiting.push(...received.filter(([kind]) => kind !== 14))
    }
    return waiting.splice(0, count)
  }
  const [block] = snippetsOf('docs/protocol.md')
  for (const line of block?.text.trim().split('\n') ?? []) {
    const text = line.slice(2)
    if (line.startsWith('>')) await client.send(text)
    else {
      const expected = JSON.parse(text) as unknown[]
      const shown = JSON.stringify(await frames(expected.length))
      assert.is(shown.replace(/"session":"[^"]+"/, '"session":"…"'), text)
    }
  }
  client.abort(new PipeEnd(1000, 'done'))
  await app.stop()
})

test.run()
