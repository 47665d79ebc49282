import { PassThrough } from 'node:stream'
import { test } from 'uvu'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { msgpackCodec } from '../../../transports/codec/msgpack.ts'
import { pipeFromStreams, stdio } from '../../../transports/stdio/index.ts'
import { transportConformance } from '../../conformance/transport/index.ts'
import { conformanceClient, createTestSession } from '../../support/session-client.ts'

for (const codec of [jsonCodec, msgpackCodec]) {
  let streams: { readonly input: PassThrough; readonly output: PassThrough }
  transportConformance(test, {
    name: `stdio ${codec.name}`,
    create() {
      streams = { input: new PassThrough(), output: new PassThrough() }
      return stdio(streams)
    },
    async dial() {
      const { input, output } = streams
      const session = createTestSession(
        async () => pipeFromStreams(output, input, 32 * 1024 * 1024),
        codec,
      )
      await session.open()
      // streams in memory do not keep a process alive, as those of a child do
      const alive = setInterval(() => {}, 1000)
      const client = conformanceClient(session)
      return {
        ...client,
        async close() {
          clearInterval(alive)
          await client.close()
        },
      }
    },
  })
}

test.run()
