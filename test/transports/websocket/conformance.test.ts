import { test } from 'uvu'
import { jsonCodec } from '../../../transports/codec/json.ts'
import { msgpackCodec } from '../../../transports/codec/msgpack.ts'
import { websocket } from '../../../transports/websocket/index.ts'
import { transportConformance } from '../../conformance/transport/index.ts'
import { conformanceClient, createTestSession } from '../../support/session-client.ts'
import { connectWebSocket } from './websocket-client.ts'

for (const codec of [jsonCodec, msgpackCodec]) {
  transportConformance(test, {
    name: `websocket ${codec.name}`,
    create: () => websocket(),
    async dial(app) {
      const url = app.addresses.find((address) => address.startsWith('ws:')) ?? ''
      const session = createTestSession(() => connectWebSocket(url, codec), codec)
      await session.open()
      return conformanceClient(session)
    },
  })
}

test.run()
